import numpy as np
import pytest

from keras_hep.calorimetry.cells import Cells
from keras_hep.calorimetry.showers import Showers


def showers(number=3, source="simulation", **labels):
    images = np.arange(number * 9, dtype=np.float32).reshape(number, 3, 3, 1)
    cells = Cells.of_images(images)
    return Showers(cells, cells, {"energy": np.arange(number) + 1.0, "pdg_id": [11] * number} | labels, source)


def test_labels_have_their_types():
    drawn = showers()
    assert drawn["energy"].dtype == np.float32
    assert drawn["pdg_id"].dtype == np.int32
    with pytest.raises(KeyError, match="no label 'phi'; there are energy, pdg_id"):
        drawn["phi"]


def test_showers_are_taken_cropped_and_joined():
    drawn = showers()
    joined = Showers.joined([drawn.take([2]), drawn.take(slice(0, 2)), drawn.take(drawn["energy"] > 5)])
    assert joined["energy"].tolist() == [3.0, 1.0, 2.0]
    np.testing.assert_array_equal(joined.hcal.dense(), drawn.hcal.dense()[[2, 0, 1]])
    cropped = drawn.cropped(ecal=1, hcal=3)
    assert (cropped.ecal.shape, cropped.hcal.shape) == ((1, 1, 1), (3, 3, 1))
    assert cropped.ecal.sums().tolist() == [4.0, 13.0, 22.0]


def test_joined_showers_have_the_labels_that_all_have():
    without = Showers(showers().ecal, None, {"energy": [1, 2, 3]}, "simulation")
    joined = Showers.joined([showers(), without])
    assert list(joined.labels) == ["energy"]
    assert joined.hcal is None
    assert joined.take([0]).hcal is None
    assert joined.cropped(ecal=1, hcal=1).hcal is None


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"a label is one of energy, .* got 'mass'"):
        showers(mass=[1, 2, 3])
    with pytest.raises(ValueError, match=r"label theta must have shape \(3,\), got \(2,\)"):
        showers(theta=[1.0, 2.0])
    with pytest.raises(ValueError, match="hcal must have the 3 showers of ecal, got 1"):
        Showers(showers().ecal, showers(1).hcal, {}, "simulation")
    with pytest.raises(ValueError, match="never mixed, got \\['files', 'simulation'\\]"):
        Showers.joined([showers(), showers(source="files")])
