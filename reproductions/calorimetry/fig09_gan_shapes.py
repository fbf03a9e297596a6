"""Figure 9 of Belayneh et al.: sampling fraction, hits and shapes of generated and simulated showers at three angles.

Source    Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794, Section 4.2, Figure 9
Data      electrons of 100 to 200 GeV at 60 to 120 degrees, simulated here, for training and comparison
Cost      smoke 15 s, quick 20 s and the training of the generator, unless it is there; full for a GPU
Expect    the sampling fraction over the whole range of energies, hits, and shapes that change with the angle, all as of
          simulated showers
Differs   AT SMOKE AND QUICK A CROPPED GENERATOR, of 25 x 25 x 25 cells and a thirtieth of the multiplications, trained
          for minutes; at full the published one of 51 x 51 x 25 cells; trained on showers of a parametrisation, not of
          Geant4; every generated shower is asked for with energy and angle of a simulated one, whose bin counts
Beyond    separation powers and chi-squared of every panel, and in bins of energy; how much of the widening at inclined
          incidence is learned
"""

from keras_hep.suite.generated_showers import shape_panels
from keras_hep.suite.record import Result

SCALES = {"smoke": {"profile": "smoke"}, "quick": {"profile": "quick"}, "full": {"profile": "full"}}


def reproduce(profile, seed=7):
    pair, generator = shape_panels.compared(profile, seed)
    quantities, curves = shape_panels.figure_9(pair, seed)
    return Result(quantities, curves, weights=generator.weights())


def draw(result, reference):
    return shape_panels.draw_figure_9(result)
