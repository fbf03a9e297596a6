"""Figure 7 of Belayneh et al.: simulated electrons at both ends of energies and angles.

Source    Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794, Section 4.2, Figure 7
Data      electrons of 100 to 200 GeV at 60 to 120 degrees, simulated here
Cost      smoke 2 s, quick 5 s, full 1 min (1 CPU core, 0.5 GB)
Expect    events at both ends of energy and angle; inclined showers lie inclined in the plane of beam and depth, and
          their angle can be measured on the image
Differs   showers of a parametrisation, not of Geant4; at smoke and quick in the inner 25 x 25 x 25 cells, at full in
          the published 51 x 51 x 25
Beyond    how well the angle is measured on an image, which is what the generator is told
"""

from keras_hep.suite.generated_showers import event_pictures, generators
from keras_hep.suite.record import Result

SCALES = {"smoke": {"profile": "smoke"}, "quick": {"profile": "quick"}, "full": {"profile": "full"}}


def reproduce(profile, seed=7):
    showers = generators.tested(profile, seed)
    shown = showers.take(event_pictures.chosen(showers))
    quantities = [*event_pictures.shown(shown), event_pictures.axis_error(showers)]
    return Result(quantities, arrays=event_pictures.pictures(shown.ecal))


def draw(result, reference):
    return event_pictures.draw(result, "simulated")
