"""Flat images of hits: by hand, against the definition, and what must not change them."""

import math

import keras
import numpy as np
import pytest

from keras_hep.calorimetry.geometry import ECAL
from keras_hep.layers import DepthCodedImage
from keras_hep.layers.depth_coded_image import CELL, SPACINGS, THIN_LAYERS

SHAPE = (5, 7, 4)


def image_of(layer, places, energies, etas=(0.0,)):
    measured = np.zeros((len(etas), 4), "float32")
    measured[:, 1] = etas
    place = np.array([place if np.isscalar(place) else np.ravel_multi_index(place, SHAPE) for place in places], "int32")
    return keras.ops.convert_to_numpy(layer([place, np.array(energies, "float32"), measured]))


def counting(laws, code=(1.0,) * 4, **arguments):
    """A layer of one channel with given weights."""
    layer = DepthCodedImage(1, SHAPE, **arguments)
    layer.build([(None,), (None,), (None, 4)])
    layer.laws.assign(np.reshape(laws, (9, 1)))
    layer.code.assign(np.reshape(code, (4, 1)))
    return layer


def test_layers_are_those_of_the_detector():
    spacings = np.diff(ECAL.radii)
    expected = [SPACINGS[0]] * (THIN_LAYERS - 1) + [SPACINGS[1]] * (len(ECAL) - THIN_LAYERS)
    np.testing.assert_allclose(spacings, expected, atol=1e-9)
    assert ECAL.cell == CELL


@pytest.mark.parametrize(
    ("law", "weak", "strong"),
    [
        (0, 10 * 0.2, 10 * 0.8),
        (1, 3 * 0.2**0.5, 3 * 0.8**0.5),
        (2, 0.3 * math.log(1 + 0.1 / 0.1), 0.3 * math.log(1 + 0.4 / 0.1)),
    ],
)
def test_hits_count_by_functions_of_their_energy_and_by_their_layer(law, weak, strong):
    """Two hits of one pixel in the layers 1 and 3, of weights 2 and 5."""
    layer = counting(np.eye(9)[law], (0.0, 2.0, 0.0, 5.0), side=3)
    image = image_of(layer, [(2, 3, 1), (2, 3, 3)], [0.1, 0.4])
    assert image.shape == (1, 3, 3, 1)
    expected = np.zeros((3, 3))
    expected[1, 1] = 2 * weak + 5 * strong
    np.testing.assert_allclose(image[0, ..., 0], expected, rtol=1e-5)


def test_offsets_say_where_in_a_pixel_a_hit_is():
    """Hits 1 cell from each other, a fifth and four fifths of the energy: 0.8 and 0.2 cells from their barycentre."""
    across = counting(np.eye(9)[3], side=3)
    image = image_of(across, [(2, 3, 0), (3, 3, 0)], [0.1, 0.4])
    expected = np.zeros((3, 3))
    expected[0, 1], expected[1, 1] = 2 * 0.2 * 2.0, 2 * 0.2 * 8.0  # both 0.2 cells behind the middle of their pixel
    np.testing.assert_allclose(image[0, ..., 0], expected, atol=1e-5)
    along = counting(np.eye(9)[6], side=3)
    image = image_of(along, [(2, 3, 0), (2, 4, 0)], [0.1, 0.4])
    np.testing.assert_allclose(image[0, ..., 0], expected.T, atol=1e-5)


def test_inclined_showers_are_straightened():
    """Hits on a line that moves by a cell from one layer to the next meet in one pixel, others do not."""
    spacing = SPACINGS[0] / CELL
    eta = math.asinh(1 / spacing)
    line, energies = [(2, 1 + layer, layer) for layer in range(4)], [1.0] * 4
    number = {"laws": np.eye(9)[0], "side": 5}
    straight = image_of(counting(**number), line, energies, [eta])[0, ..., 0]
    assert np.argwhere(straight > 1e-4).tolist() == [[2, 2]]
    np.testing.assert_allclose(straight.sum(), 10, rtol=1e-5)
    for image in (
        image_of(counting(**number), line, energies, [0.0]),
        image_of(counting(**number, straight=False), line, energies, [eta]),
    ):
        assert (image > 1e-4).sum() == 4


def test_without_straightening_pixels_are_those_of_the_window():
    image = image_of(counting(np.eye(9)[0], side=3, straight=False), [(2, 3, 0), (1, 4, 0), (0, 3, 0)], [1.0, 2.0, 5.0])
    expected = np.zeros((3, 3))
    expected[1, 1], expected[0, 2] = 10 / 8, 20 / 8  # the third hit is outside
    np.testing.assert_allclose(image[0, ..., 0], expected, rtol=1e-6)


@pytest.mark.parametrize("straight", [True, False])
def test_padding_order_and_neighbours_change_nothing(straight):
    random = np.random.default_rng(1)
    layer = DepthCodedImage(3, SHAPE, side=5, straight=straight)
    cells, hits = math.prod(SHAPE), 30
    places, energies = random.integers(0, 2 * cells, hits), random.exponential(size=hits)
    etas = [0.3, -0.2]
    image = image_of(layer, places, energies, etas)
    padded = image_of(layer, [*places, *[0] * 9], [*energies, *[0.0] * 9], etas)
    np.testing.assert_allclose(padded, image, atol=1e-6)
    order = random.permutation(hits)
    np.testing.assert_allclose(image_of(layer, places[order], energies[order], etas), image, atol=1e-4)
    second = places >= cells
    alone = image_of(layer, places[second] - cells, energies[second], etas[1:])
    np.testing.assert_allclose(alone[0], image[1], atol=1e-5)


def test_a_shower_without_hits_is_an_empty_image():
    assert not image_of(DepthCodedImage(2, SHAPE), [0, 0], [0.0, 0.0], [0.1, 0.2]).any()


def test_shape_and_configuration():
    layer = DepthCodedImage(3, SHAPE, side=5, straight=False)
    shapes = [(None,), (None,), (None, 4)]
    assert layer.compute_output_shape(shapes) == (None, 5, 5, 3)
    assert DepthCodedImage.from_config(layer.get_config()).get_config() == layer.get_config()
    layer.build(shapes)
    assert layer.count_params() == (4 + 9) * 3
    for arguments in ((0, SHAPE), (1, (5, 5)), (1, (5, 0, 5)), (1, SHAPE, 0)):
        with pytest.raises(ValueError, match="side and the three numbers of shape must be positive, got"):
            DepthCodedImage(*arguments)
