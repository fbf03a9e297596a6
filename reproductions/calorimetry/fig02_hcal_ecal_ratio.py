"""Figure 2 of Belayneh et al.: ratio of HCAL to ECAL energy of electrons and charged pions.

Source    Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794, Figure 2
Data      showers of 10 to 510 GeV at 60 to 120 degrees, simulated here; with --data genuine files of both particles
Cost      smoke 2 s, quick 20 s, full 6 min (2 CPU cores, 0.6 GB)
Expect    electrons below 0.1, all but one in a thousand; 0.3 % of charged pions there, more than half above 10
Differs   showers of a parametrisation, not of Geant4; pions below 1 are drawn often and weighted
Beyond    statistical errors
"""

import numpy as np

from keras_hep.suite import figures
from keras_hep.suite.hadronic_ratios import CUT, Ratios
from keras_hep.suite.record import Result
from keras_hep.suite.shower_samples import origin

SCALES = {
    "smoke": {"showers": 1_000, "early": 2_000},
    "quick": {"showers": 20_000, "early": 20_000},
    "full": {"showers": 400_000, "early": 200_000},
}
WIDE, ZOOM = np.linspace(0, 10, 51), np.linspace(0, 1, 21)


def reproduce(showers, early, data=None, seed=7):
    electrons, pions = (Ratios.of(particle, showers, seed, data) for particle in ("electron", "charged_pion"))
    low = pions if data else Ratios.of_early_pions(early, seed, largest_ratio=ZOOM[-1])
    quantities = [
        electrons.share("electrons_below_cut"),
        low.share("pions_below_cut"),
        electrons.median("median_ratio_electron"),
        pions.median("median_ratio_pion"),
        pions.share("pions_in_figure", below=WIDE[-1]),
    ]
    curves = [electrons.spectrum("electrons", WIDE), pions.spectrum("pions", WIDE)]
    curves += [electrons.spectrum("electrons_zoomed", ZOOM), low.spectrum("pions_zoomed", ZOOM)]
    return Result(quantities, curves, **origin(data))


def draw(result, reference):
    figure, (wide, zoomed) = figures.panels(columns=2, aspect=0.78)
    for axes, suffix, bin_width in ((wide, "", 0.2), (zoomed, "_zoomed", 0.05)):
        figures.shares(axes, result.curves[f"electrons{suffix}"], label="electrons")
        figures.shares(axes, result.curves[f"pions{suffix}"], label="charged pions", index=1)
        axes.axvline(CUT, color="0.3", linestyle=":", label="cut of the article")
        figures.axis_labels(axes, "HCAL energy / ECAL energy", f"share of showers in {bin_width:g}")
        axes.set(yscale="log", ylim=(1e-5, 5))
    wide.set(xlim=(0, 10))
    zoomed.set(xlim=(0, 1))
    inside = result.quantities["pions_in_figure"].value
    wide.set_title(f"{1 - inside:.0%} of the pions lie beyond")
    figures.legend(zoomed)
    return figure
