"""Figure 31 of Belayneh et al.: energies of electrons by the DNN from sums in layers of depth, and from all cells.

Source    Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794, Appendix H, Figure 31
Data      electrons of 10 to 510 GeV at 60 to 120 degrees, simulated here; with --data genuine files of electrons
Cost      smoke 30 s, quick 1 min (2 CPU cores, 3 GB); full for a GPU
Expect    from the 85 energies in layers the DNN is better than boosted trees at high energies, and worse than from all
          22,885 cells
Differs   showers of a parametrisation, not of Geant4; at scale quick 256 neurons and 20,000 electrons. Section 5.1 of
          the article speaks of 2D projections, summed along the depth, Appendix H of energies summed in layers of
          depth. Built is the latter, one number per layer: its reason is that the mean depth was the most important
          feature of the trees, and sums along the depth would lose just that
Beyond    three trainings each, with errors; linear regression
"""

import numpy as np

from keras_hep.suite import figures
from keras_hep.suite.record import Result
from keras_hep.suite.shower_reconstruction import baselines, depth_sums
from keras_hep.suite.shower_reconstruction.courses import ELECTRONS, recorded
from keras_hep.suite.shower_reconstruction.trained_energies import Energies, outcomes
from keras_hep.suite.shower_samples import origin

SCALES = {"smoke": {"profile": "smoke"}, "quick": {"profile": "quick"}, "full": {"profile": "full"}}


def reproduce(profile, data=None, seed=7):
    found, answers = outcomes(depth_sums.wanted(profile, seed, data))
    found = {name: energies for (name, _), energies in found.items()}
    train, test = (ELECTRONS.on(data).samples(part, profile, seed)[0] for part in ("train", "test"))
    fitted = baselines.energies(train, test)
    for name in ("boosted", "linear"):
        found[name] = Energies(found["cells"].true, np.array([getattr(fitted, name)]))
    curves = [curve for name, energies in found.items() for curve in energies.curves(name)]
    return Result(depth_sums.quantities(found), curves, weights=recorded(answers), **origin(data))


def draw(result, reference):
    figure, panels = figures.panels(columns=2, aspect=0.85)
    figures.energy_axes(*panels)
    for index, (name, label) in enumerate(depth_sums.LABELS.items()):
        is_network = name in ("cells", "layers")
        figures.bias_and_resolution(panels, result.curves, name, label, index, filled=is_network)
    figures.legend(panels[1])
    return figure
