"""Figure 8 of Belayneh et al.: generated electrons with the energies and angles of the simulated ones of Figure 7.

Source    Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794, Section 4.2, Figure 8
Data      electrons of 100 to 200 GeV at 60 to 120 degrees, simulated here, to train the generator and to choose from
Cost      smoke 10 s, quick 15 s after Figure 9, else its training more (2 CPU cores, 1 GB); full for a GPU
Expect    generated showers have the energy and the inclination that were asked for; no obvious difference to Figure 7
Differs   AT SMOKE AND QUICK A CROPPED GENERATOR, of 25 x 25 x 25 cells and a thirtieth of the multiplications, trained
          for minutes; at full the published one of 51 x 51 x 25 cells; trained on showers of a parametrisation, not of
          Geant4
Beyond    numbers: what the generator makes of each request, mean of many showers
"""

from keras_hep.suite.generated_showers import event_pictures, generators
from keras_hep.suite.generated_showers.generators import RECORDED_ELSEWHERE
from keras_hep.suite.record import Result

SCALES = {
    "smoke": {"profile": "smoke", "repeated": 10},
    "quick": {"profile": "quick", "repeated": 100},
    "full": {"profile": "full", "repeated": 500},
}


def reproduce(profile, repeated, seed=7):
    showers = generators.tested(profile, seed)
    shown = showers.take(event_pictures.chosen(showers))
    generator = generators.trained("published", profile, seed)
    quantities = event_pictures.shown(shown) + event_pictures.asked(generator, shown, repeated, seed)
    arrays = event_pictures.pictures(generator.like(shown, seed))
    return Result(quantities, arrays=arrays, weights=generator.weights(but=RECORDED_ELSEWHERE))


def draw(result, reference):
    return event_pictures.draw(result, generators.named(result.scale))
