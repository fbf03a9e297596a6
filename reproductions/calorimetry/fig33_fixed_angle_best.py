"""Figure 33 of Belayneh et al.: energies by boosted trees and by the best CNN, all particles, at 90 degrees.

Source    Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794, Appendix I, Figure 33
Data      showers of 10 to 510 GeV at 90 degrees, simulated here; with --data genuine files of all four particles
Cost      smoke 15 s, quick 3 min (20 s after Figure 32, whose trainings these are; 2 CPU cores, 3 GB)
Expect    boosted trees lie above the resolution that the calorimeter is designed for at 12.5 GeV and below it at 487.5
          GeV, for all but charged pions; the CNN of full scale as well
Differs   showers of a parametrisation, not of Geant4; trees stop by the error on showers of their own, not of the test;
          neutral pions open by less than 0.01 rad, so that there are none below 27 GeV; the CNN is that of the
          article's best setting at full only: at quick it has 256 neurons and 3 filters and sees few showers
Beyond    errors, of three trainings and of test showers; ratio of the two methods; terms of the fits
"""

import numpy as np

from keras_hep.suite import energy_regressions as regressions
from keras_hep.suite import figures
from keras_hep.suite.record import Result
from keras_hep.suite.shower_reconstruction import courses
from keras_hep.suite.shower_reconstruction import energy_comparison as comparison
from keras_hep.suite.shower_samples import origin

SCALES = {"smoke": {"profile": "smoke"}, "quick": {"profile": "quick"}, "full": {"profile": "full"}}
DESIGN = 15.6, 1.0  # % GeV^0.5 and %, of the curve that the authors draw
BOTH = "boosted", "cnn"
LABELS = {particle: regressions.LABELS[particle] for particle in comparison.PARTICLES}


def reproduce(profile, data=None, seed=7):
    measured = comparison.compared("fixed", ("cnn",), profile, seed, data)
    quantities = comparison.resolutions(measured) + comparison.over_boosted(measured)
    quantities += comparison.over_design(measured, *DESIGN)
    curves = measured.curves()
    for particle in comparison.PARTICLES:
        trees, network = (measured.regressions[method, particle] for method in BOTH)
        quantities += regressions.terms(f"boosted_{particle}", trees) + regressions.terms(f"cnn_{particle}", network)
        curves.append(regressions.ratio_curve(f"{particle}_ratio", network, trees))
    return Result(quantities, curves, weights=courses.recorded(measured.answers), **origin(data))


def draw(result, reference):
    figure, (bias, resolution, ratio, terms) = figures.panels(columns=2, rows=2, aspect=0.85)
    figures.energy_axes(bias, resolution)
    for index, (particle, label) in enumerate(LABELS.items()):
        for method in BOTH:
            looks = {"label": f"{label}, {comparison.name_of(method)}", "index": index, "filled": method == "cnn"}
            figures.bias_and_resolution((bias, resolution), result.curves, f"{method}_{particle}", **looks)
        figures.overlay(ratio, result.curves[f"{particle}_ratio"], label=f"{label}, CNN", index=index)
        comparison.mark_published(resolution, particle, reference)
    comparison.wide_biases(bias)
    energy = np.geomspace(10, 500, 100)
    lcd = "LCD, {:g} % GeV$^{{1/2}}$/$E^{{1/2}}$ $\\oplus$ {:g} %".format(*DESIGN)
    resolution.plot(energy, comparison.design_resolution(*DESIGN, energy), color="0.2", linestyle=":", label=lcd)
    figures.axis_labels(ratio, "true energy", "resolution, CNN / XGBoost", "GeV")
    ratio.axhline(1, color="0.6", linewidth=0.6, zorder=0)
    ratio.set(xlim=(0, 500), ylim=(0, None), title=comparison.name_of("cnn", result.scale or "full"))
    figures.legend(figure, columns=3)
    columns = {"stochastic": "$a$ [% GeV$^{1/2}$]", "constant": "$b$ [%]"}
    rows = {(p, m): f"{label}, {comparison.name_of(m)}" for p, label in LABELS.items() for m in BOTH}
    cells = {
        (row, column): result.quantities[f"{term}_{method}_{particle}"]
        for (particle, method), row in rows.items()
        for term, column in columns.items()
    }
    figures.comparison_table(terms, list(rows.values()), list(columns.values()), cells)
    terms.set_title("fits of Eq. 3 to the resolution")
    return figure
