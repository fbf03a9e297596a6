"""Figure 35 of Belayneh et al.: energies of neutral pions by networks that were trained on electrons.

Source    Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794, Appendix J, Figure 35
Data      electrons, photons and neutral pions of 10 to 510 GeV at 60 to 120 degrees, simulated here; with --data
          genuine files of all three
Cost      smoke 30 s, quick 25 s after Figure 34 (2 CPU cores, 3 GB); full for a GPU
Expect    the resolution of a CNN that was trained on neutral pions, a bias slightly larger in some cases
Differs   showers of a parametrisation, not of Geant4; at scale quick 256 neurons, 3 filters of 4x4x4 cells and 20,000
          showers of each particle; the CNN that knows neutral pions is the one that tells photons from them, so that
          half of its showers are neutral pions, and all of these have an opening angle below 0.01 rad, here as there
Beyond    three trainings each, with errors
"""

from keras_hep.suite import figures
from keras_hep.suite.record import Result
from keras_hep.suite.shower_reconstruction import other_particles
from keras_hep.suite.shower_reconstruction.courses import recorded
from keras_hep.suite.shower_reconstruction.trained_energies import outcomes
from keras_hep.suite.shower_samples import origin

SCALES = {"smoke": {"profile": "smoke"}, "quick": {"profile": "quick"}, "full": {"profile": "full"}}


def reproduce(profile, data=None, seed=7):
    found, answers = outcomes(other_particles.wanted("pi0", profile, seed, data))
    curves = [curve for (name, _), energies in found.items() for curve in energies.curves(name)]
    return Result(other_particles.quantities("pi0", found), curves, weights=recorded(answers), **origin(data))


def draw(result, reference):
    figure, panels = figures.panels(columns=2, aspect=0.8)
    figures.energy_axes(*panels)
    for index, (name, label) in enumerate(other_particles.TRAININGS.items()):
        figures.bias_and_resolution(panels, result.curves, name, label, index, filled=name.endswith("electrons"))
    figures.legend(figure, columns=3)
    return figure
