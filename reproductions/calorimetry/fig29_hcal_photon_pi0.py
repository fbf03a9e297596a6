"""Figure 29 of Belayneh et al.: photons against neutral pions, trainings with and without the cells of the HCAL.

Source    Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794, Appendix F, Figure 29
Data      photons, and neutral pions that open by less than 0.01 rad, at 60 to 120 degrees, simulated here; with --data
          genuine files of both particles
Cost      smoke 15 s, quick 40 s (2 CPU cores, 2 GB); full for a GPU
Expect    the cells of the HCAL improve the accuracy little or not at all
Differs   showers of a parametrisation, not of Geant4; at quick three trainings of each kind instead of ten, of a DNN of
          256 neurons, on 6,000 showers in 30 entries of two batches of 100; the loss has the energy's part too
Beyond    accuracy, area under the ROC curve and cross entropy on test showers; how many weights are saved
"""

from keras_hep.suite.record import Result
from keras_hep.suite.shower_reconstruction import accuracy_comparison as comparison
from keras_hep.suite.shower_reconstruction import courses
from keras_hep.suite.shower_samples import origin

SCALES = {
    "smoke": {"profile": "smoke", "events": 3_000, "trainings": 2},
    "quick": {"profile": "quick", "events": 6_000, "trainings": 3},
    "full": {"profile": "full", "events": 30_000, "trainings": 10},
}
ENTRIES, LAST = 30, 10


def reproduce(profile, events, trainings, data=None, seed=7):
    task = courses.PHOTON_PI0.on(data)
    kinds = comparison.hcal_trainings(task, profile, events, ENTRIES, trainings, seed)
    quantities, curves = comparison.hcal_compared(kinds, LAST, "photons against neutral pions")
    quantities += comparison.hcal_weights(task, profile, seed)
    return Result(quantities, curves, weights=courses.recorded(comparison.named(kinds)), **origin(data))


def draw(result, reference):
    return comparison.draw_hcal(result, "photons / neutral pions")
