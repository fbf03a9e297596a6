"""Figure 32 of Belayneh et al.: energies of all particles by networks and baselines, at 90 degrees.

Source    Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794, Appendix I, Figure 32
Data      showers of 10 to 510 GeV at 90 degrees, simulated here; with --data genuine files of all four particles
Cost      smoke 20 s, quick 3 min (2 CPU cores, 3 GB); full for a GPU
Expect    all methods are accurate: linear regression at most four times as wide as boosted trees, networks at full
          scale as narrow as these
Differs   showers of a parametrisation, not of Geant4; trees stop by the error on showers of their own, not of the test;
          neutral pions open by less than 0.01 rad, so that there are none below 27 GeV; at quick networks are small and
          see few showers, as the legend says: DNN and CNN of 256 neurons
Beyond    errors, of three trainings and of test showers; bias in units of the resolution
"""

from keras_hep.suite.record import Result
from keras_hep.suite.shower_reconstruction import courses
from keras_hep.suite.shower_reconstruction import energy_comparison as comparison
from keras_hep.suite.shower_samples import origin

SCALES = {"smoke": {"profile": "smoke"}, "quick": {"profile": "quick"}, "full": {"profile": "full"}}
NETWORKS = "dnn", "cnn"


def reproduce(profile, data=None, seed=7):
    measured = comparison.compared("fixed", NETWORKS, profile, seed, data)
    quantities = comparison.resolutions(measured) + comparison.over_boosted(measured)
    quantities += comparison.bias_shares(measured)
    return Result(quantities, measured.curves(), weights=courses.recorded(measured.answers), **origin(data))


def draw(result, reference):
    return comparison.draw_particles(result, (*comparison.BASELINES, *NETWORKS), reference)
