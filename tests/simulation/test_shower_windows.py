"""Where windows lie that nothing was measured in."""

import numpy as np
import pytest

from keras_hep.calorimetry.geometry import ECAL, HCAL
from keras_hep.simulation.shower_spots import Spots
from keras_hep.simulation.shower_windows import Barycentre


def test_a_shower_without_a_spot_lies_in_the_middle_of_the_front():
    """One photon in ten million goes through the electromagnetic calorimeter without converting."""
    counts = np.zeros((2, 25), int)
    counts[1, 4] = 2
    spots = Spots(counts, np.array([3, 3], np.int32), np.array([-2, -2], np.int32))
    centre = Barycentre.of([spots], np.ones((2, 25)))
    assert (centre.x[0], centre.y[0], centre.radius[0]) == (0, 0, 1500)
    assert (centre.y[1], centre.radius[1]) == pytest.approx((-2 * 5.1, ECAL.radii[4]))
    assert all(np.isfinite(values).all() for values in centre.labels().values())
    x, y = centre.behind(HCAL)
    assert not x[0].any()
    assert not y[0].any()
