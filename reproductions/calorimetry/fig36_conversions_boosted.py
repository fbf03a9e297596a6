"""Figure 36 of Belayneh et al.: energies of photons by boosted trees, by whether they converted, at 90 degrees.

Source    Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794, Appendix J, Figure 36
Data      photons of 10 to 510 GeV at 90 degrees, simulated here; with --data genuine files with the label "conversion"
Cost      smoke 3 s, quick 2 min (40 s with kept showers) (2 CPU cores, 0.5 GB)
Expect    9 % converted; their resolution is worse below 100 GeV, no better when trained on them alone; then their bias
          is smaller
Differs   showers of a parametrisation, not of Geant4; training stops by the error on showers of its own, a sixth of
          all, where the article took those of the test
Beyond    errors
"""

from keras_hep.suite import energy_regressions as regressions
from keras_hep.suite import figures, photon_conversions
from keras_hep.suite.record import Result
from keras_hep.suite.shower_samples import origin

SCALES = {"smoke": {"showers": 12_000}, "quick": {"showers": 240_000}, "full": {"showers": 800_000}}
LABELS = {
    ("all", "all"): "all photons",
    ("all", "unconverted"): "unconverted, trained on all",
    ("all", "converted"): "converted, trained on all",
    ("converted", "converted"): "converted, trained on converted",
}


def reproduce(showers, data=None, seed=7):
    sample = regressions.EnergySample.drawn("photon", showers, seed, data)
    found = photon_conversions.measured(sample)
    quantities = photon_conversions.quantities(sample, found)
    curves = [curve for pair, measured in found.items() for curve in regressions.curves("_".join(pair), measured)]
    return Result(quantities, curves, **origin(data))


def draw(result, reference):
    figure, panels = figures.panels(columns=2, aspect=0.8)
    figures.energy_axes(*panels)
    for index, (pair, label) in enumerate(LABELS.items()):
        figures.bias_and_resolution(panels, result.curves, "_".join(pair), label, index, filled=pair[0] == "all")
    panels[1].set_title(f"{result.quantities['converted'].value:.1%} of the photons converted")
    figures.legend(panels[1])
    return figure
