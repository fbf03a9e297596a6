"""Figure 10 of Belayneh et al.: widths, sharing in depth and tails of generated and simulated showers.

Source    Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794, Section 4.2, Figure 10
Data      electrons of 100 to 200 GeV at 60 to 120 degrees, simulated here, for training and comparison
Cost      smoke 10 s, quick 15 s after Figure 9, else its training more (2 CPU cores, 1 GB); full for a GPU
Expect    widths and parts in depth as of simulated showers, the core of the profiles described perfectly, too much
          energy at the edges of the volume
Differs   AT SMOKE AND QUICK A CROPPED GENERATOR, of 25 x 25 x 25 cells and a thirtieth of the multiplications, trained
          for minutes, whose edges lie half as far out; at full the published one of 51 x 51 x 25 cells; trained on
          showers of a parametrisation, not of Geant4; the three parts in depth, layers 0 to 7, 8 to 15 and 16 to 24,
          are ours: the article does not give them
Beyond    separation powers, chi-squared, distances in the core and ratios at the edges
"""

from keras_hep.suite.generated_showers import shape_panels
from keras_hep.suite.generated_showers.generators import RECORDED_ELSEWHERE
from keras_hep.suite.record import Result

SCALES = {"smoke": {"profile": "smoke"}, "quick": {"profile": "quick"}, "full": {"profile": "full"}}


def reproduce(profile, seed=7):
    pair, generator = shape_panels.compared(profile, seed)
    quantities, curves = shape_panels.figure_10(pair, seed)
    return Result(quantities, curves, weights=generator.weights(but=RECORDED_ELSEWHERE))


def draw(result, reference):
    return shape_panels.draw_figure_10(result)
