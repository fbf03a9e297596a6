"""Classifiers told to tell generated from simulated showers: 3DGAN and a generator of ours side by side.

Source    none of the article's figures; 3DGAN of Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794,
          Section 4
Data      electrons of 100 to 200 GeV at 60 to 120 degrees, simulated here
Cost      smoke 2 min, quick 2 min and the trainings of three generators of each kind (2 CPU cores, 3 GB); full for a
          GPU
Expect    the generator of ours is told apart less than 3DGAN, at the same cost per shower or less; neither repeats its
          training showers
Differs   AT SMOKE AND QUICK 3DGAN IS THE CROPPED ONE, of 25 x 25 x 25 cells and a thirtieth of the multiplications,
          trained for minutes; at full the published one of 51 x 51 x 25 cells; showers of a parametrisation, not of
          Geant4, whose form ours is made for: layers of equal portions of energy in Poisson numbers, a window around
          the barycentre, and moves of layers until the image has the angle asked for; cells of less than 3e-4 MeV,
          which the article does not count, are left out of both
Beyond    all of it: a dense network on cells and trees on features, three trainings of each generator, and a control,
          simulated against simulated showers; memorisation, coverage of modes, correlations
"""

from keras_hep.suite.generated_showers import classifier_results as results
from keras_hep.suite.generated_showers import classifier_tests, generators
from keras_hep.suite.record import Result

SCALES = {
    "smoke": {"profile": "smoke", "timed": 16},
    "quick": {"profile": "quick", "timed": 256},
    "full": {"profile": "full", "timed": 1_024},
}


def reproduce(profile, timed, seed=7):
    found = classifier_tests.judged(profile, seed)
    scores = results.scores(found)
    quantities = results.areas(scores) + results.control(scores) + results.laws(found)
    several = results.trained(profile, seed)
    quantities += results.costs(several, generators.tested(profile, seed).take(slice(0, timed)), seed)
    return Result(quantities, results.curves(scores), weights=results.weights(found, several))


def draw(result, reference):
    return results.draw(result)
