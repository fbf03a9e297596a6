"""Figure 15 of Belayneh et al.: energies of all particles by networks and baselines, at 60 to 120 degrees.

Source    Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794, Section 5.3.2, Figure 15
Data      showers of 10 to 510 GeV at 60 to 120 degrees, simulated here; with --data genuine files of all particles
Cost      smoke 1 min, quick 1.5 min after Figure 12, 3 min without (2 CPU cores, 3 GB); full for a GPU
Expect    charged pions are measured worst by every method; networks are similar, but for GN on charged pions
Differs   showers of a parametrisation, not of Geant4; trees stop by the error on showers of their own, not of the test;
          neutral pions open by less than 0.01 rad, so that there are none below 27 GeV; at quick networks are small and
          see few showers, as the legend says: DNN and CNN of 256 neurons; GN is left out there
Beyond    errors, of three trainings and of test showers; how many errors an ordering is
"""

from keras_hep.suite.record import Result
from keras_hep.suite.shower_reconstruction import courses
from keras_hep.suite.shower_reconstruction import energy_comparison as comparison
from keras_hep.suite.shower_samples import origin

SCALES = {
    "smoke": {"profile": "smoke", "networks": ["dnn", "cnn", "gn"]},
    "quick": {"profile": "quick", "networks": ["dnn", "cnn"]},
    "full": {"profile": "full", "networks": ["dnn", "cnn", "gn"]},
}


def reproduce(profile, networks, data=None, seed=7):
    measured = comparison.compared("random", networks, profile, seed, data)
    quantities = comparison.resolutions(measured) + comparison.over_boosted(measured)
    quantities += comparison.pions_worse(measured)
    quantities += comparison.similar("similar", measured, ("dnn", "cnn"))
    if "gn" in networks:
        quantities += comparison.worse_for_pions("gn", measured)
        quantities += comparison.similar("similar_with_gn", measured, networks)
    return Result(quantities, measured.curves(), weights=courses.recorded(measured.answers), **origin(data))


def draw(result, reference):
    methods = [*comparison.BASELINES, "dnn", "cnn", "gn"]
    return comparison.draw_particles(result, [one for one in methods if f"{one}_electron_bias" in result.curves])
