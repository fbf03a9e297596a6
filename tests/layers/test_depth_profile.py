"""Profiles of showers in depth against dense images."""

import math

import keras
import numpy as np
import pytest

from keras_hep.calorimetry.cells import Cells
from keras_hep.layers import DepthProfile

SHAPE = (3, 2, 5)


def profile_of(layer, place, energy, showers):
    inputs = [np.array(place, "int32"), np.array(energy, "float32"), np.zeros((showers, 4), "float32")]
    return [keras.ops.convert_to_numpy(values) for values in layer(inputs)]


def test_profiles_are_sums_over_images():
    random = np.random.default_rng(1)
    images = random.exponential(size=(4, *SHAPE)) * (random.random((4, *SHAPE)) < 0.4)
    images[2] = 0  # a shower without hits
    cells = Cells.of_images(images)
    place = cells.index + cells.shower * math.prod(SHAPE)
    padding = [0] * 3
    layer = DepthProfile(SHAPE, thresholds=(0.2, 1.0))
    found = profile_of(layer, [*place, *padding], [*cells.energy, *padding], 4)
    energies, hits = images.sum(axis=(1, 2)), (images > 0.2).sum(axis=(1, 2))
    above = np.stack([(images > threshold).sum(axis=(1, 2, 3)) for threshold in (0.2, 1.0)], axis=1)
    for values, expected in zip(found, (energies, hits, above), strict=True):
        np.testing.assert_allclose(values, expected, rtol=1e-5)


def test_shapes_and_configuration():
    layer = DepthProfile(SHAPE, thresholds=(0.5,))
    assert layer.compute_output_shape([(None,), (None,), (None, 4)]) == [(None, 5), (None, 5), (None, 1)]
    assert DepthProfile.from_config(layer.get_config()).get_config() == layer.get_config()


@pytest.mark.parametrize("thresholds", [(), (0.0, 1.0), (1.0, 1.0), (2.0, 1.0)])
def test_impossible_layers_are_refused(thresholds):
    with pytest.raises(ValueError, match="thresholds must rise from a positive energy on, got"):
        DepthProfile(SHAPE, thresholds)
    with pytest.raises(ValueError, match="shape must be positive numbers of cells, one or more, got"):
        DepthProfile((3, 0))
