"""Figure 16 of Belayneh et al.: showers moved to the cells of another calorimeter and back.

Source    Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794, Figure 16 and Section 5.4
Data      random images, and showers of neutral pions of 20 to 40 GeV, simulated here
Cost      smoke 1 s, quick 1 s, full 2 s (1 CPU core, 0.4 GB)
Expect    all energy arrives, and returns but for what hangs over the edge: 11 % of an image with energy in all cells,
          less than 1 % of showers; in Moliere radii a CMS cell is 2.8 CLIC cells wide, one of the ATLAS layer 2 0.86
Differs   the released code applies the transpose of its matrix; energies go here the way that the article describes
Beyond    what showers lose, in numbers; a shower as CMS and the ATLAS layers would see it
"""

import numpy as np

from keras_hep.calorimetry.projections import depth_summed
from keras_hep.calorimetry.resampling import ATLAS, CMS, resampled_segmentations
from keras_hep.simulation.showers import ShowerSimulation
from keras_hep.suite import figures
from keras_hep.suite import resampling_measurements as measurements
from keras_hep.suite.record import Result

SCALES = {"smoke": {"showers": 50}, "quick": {"showers": 400}, "full": {"showers": 2_000}}
CELLS, LARGER = 25, 3.4  # cells a side; width of those of the example, in cells


def reproduce(showers, seed=7):
    drawn = ShowerSimulation("pi0", energies=(20.0, 40.0)).showers(showers, [seed, 0])
    images = drawn.ecal.dense()
    quantities = measurements.scales() + measurements.properties(CELLS, [seed, 1])
    quantities += [measurements.edge_lost(CELLS), *measurements.separations(CELLS)]
    quantities += [
        measurements.shower_lost("shower_lost", CMS, images),
        measurements.shower_lost("shower_lost_atlas", ATLAS, images),
    ]
    shown = drawn.take([int(np.argmax((drawn["opening_angle"] > 0.012) & (drawn["conversion"] == 0)))])
    image = depth_summed(shown.ecal)[0]
    coarse, home = measurements.steps(image, LARGER)
    arrays = {"image": image, "coarse": coarse, "home": home}
    arrays |= {"cms": resampled_segmentations(shown.ecal, CMS)[0, ..., 0]}
    arrays |= {"atlas": resampled_segmentations(shown.ecal, ATLAS)[0]}
    return Result(quantities, arrays={name: values.astype(np.float32) for name, values in arrays.items()})


def draw(result, reference):
    figure, (before, coarse, home, cms, first, third) = figures.panels(columns=3, rows=2, aspect=0.87)
    arrays = result.arrays
    atlas, bar = arrays["atlas"], {"colour_bar": "energy [GeV]"}
    figures.shower_image(before, arrays["image"], title="a neutral pion in CLIC", **bar)
    figures.shower_image(coarse, arrays["coarse"], LARGER, CELLS, title="on larger cells (example)", **bar)
    figures.shower_image(home, arrays["home"], title="back on its own cells", **bar)
    figures.shower_image(cms, arrays["cms"], title="CMS-like, all 25 layers", **bar)
    figures.shower_image(first, atlas[..., 0], title="ATLAS-like, layers 1 to 5", **bar)
    figures.shower_image(third, atlas[..., 2], title="ATLAS-like, layers 23 to 25", **bar)
    return figure
