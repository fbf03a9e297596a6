"""Figure 37 of Belayneh et al.: energies of photons by DNN and CNN, by whether they converted.

Source    Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794, Appendix J, Figure 37
Data      photons and neutral pions of 10 to 510 GeV at 60 to 120 degrees, simulated here; with --data genuine files
          of both with the label "conversion"
Cost      smoke 30 s, quick 2 min after Figure 12 (2 CPU cores, 3 GB); full for a GPU
Expect    below 100 GeV the resolution of converted photons is worse, and, other than of boosted trees, worse when
          trained on all photons than on converted ones; then their bias is smaller
Differs   showers of a parametrisation, not of Geant4; at scale quick 256 neurons, 3 filters of 4x4x4 cells, 20,000
          photons and 8,000 converted ones; networks that were trained on all photons saw as many neutral pions;
          converted photons of the simulated test are a sample of their own, as large as that of all photons
Beyond    three trainings each, with errors
"""

from keras_hep.suite import figures
from keras_hep.suite.photon_conversions import PAIRS
from keras_hep.suite.record import Result
from keras_hep.suite.shower_reconstruction import converted_photons
from keras_hep.suite.shower_reconstruction.courses import recorded
from keras_hep.suite.shower_samples import origin

SCALES = {"smoke": {"profile": "smoke"}, "quick": {"profile": "quick"}, "full": {"profile": "full"}}
LABELS = "all photons", "unconverted, trained on all", "converted, trained on all", "converted, trained on converted"


def reproduce(profile, data=None, seed=7):
    found, answers = converted_photons.measured(profile, seed, data)
    quantities, curves = [], []
    for network in converted_photons.NETWORKS:
        quantities += converted_photons.quantities(network, found)
    for names, energies in found.items():
        curves += energies.curves("_".join(names))
    return Result(quantities, curves, weights=recorded(answers), **origin(data))


def draw(result, reference):
    figure, panels = figures.panels(columns=2, rows=2, aspect=0.8)
    for row, network in enumerate(converted_photons.NETWORKS):
        two = panels[2 * row : 2 * row + 2]
        figures.energy_axes(*two)
        for index, (pair, label) in enumerate(zip(PAIRS, LABELS, strict=True)):
            name = "_".join((network, *pair))
            figures.bias_and_resolution(two, result.curves, name, label, index, filled=pair[0] == "all")
        for axes in two:
            axes.set_title(network.upper())
    figures.legend(figure, columns=4)
    return figure
