"""What is measured on shower images: hand-computed values, and gradients that are finite on every image."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_hep.layers import CellIntensities, PhysicalImage, ShowerAngle, ShowerEnergy
from keras_hep.layers.cell_intensities import HIT_ENERGY
from keras_hep.layers.shower_angle import EMPTY_ANGLE

SHAPE = (51, 51, 25)


def gradient(function, image):
    """Return the gradient of the sum of what `function` returns, as a NumPy array."""
    image = ops.convert_to_tensor(image)
    if keras.backend.backend() == "jax":
        import jax

        return np.asarray(jax.grad(lambda one: ops.sum(function(one)))(image))
    import tensorflow as tf

    with tf.GradientTape() as tape:
        tape.watch(image)
        value = ops.sum(function(image))
    return tape.gradient(value, image).numpy()


def tilted_line(degrees, shape=SHAPE):
    """Return an image of a line through the middle of the window, each layer's energy shared by two cells."""
    image = np.zeros((1, *shape, 1), np.float32)
    layer = np.arange(shape[2])
    along = shape[1] / 2 + (layer + 0.5 - shape[2] / 2) / np.tan(np.radians(degrees)) - 0.5
    cell = np.floor(along).astype(int)
    image[0, shape[0] // 2, cell, layer, 0] = 1 - (along - cell)
    image[0, shape[0] // 2, cell + 1, layer, 0] = along - cell
    return image


def awkward_images():
    """Images on which a naive formula divides by zero: empty, one cell, one layer, a line through its own middle."""
    draw = np.random.default_rng(1)
    images = np.zeros((6, *SHAPE, 1), np.float32)
    images[1, 25, 25, 12] = 1.0
    images[2, :, :, 3] = draw.random((51, 51, 1))
    images[3] = tilted_line(90)[0]
    images[4, 25, 25, 12] = 1e-30
    images[5] = draw.exponential(0.01, (*SHAPE, 1)) * (draw.random((*SHAPE, 1)) < 0.01)
    return images


@pytest.mark.parametrize("cls", [PhysicalImage, ShowerEnergy, ShowerAngle])
def test_layers_without_weights(cls):
    layer = cls()
    assert cls.from_config(layer.get_config()).get_config() == layer.get_config()
    symbolic = layer(keras.Input((5, 5, 4, 1)))
    assert symbolic.shape == layer.compute_output_shape((None, 5, 5, 4, 1))
    assert layer.count_params() == 0


def test_the_power_is_undone():
    cells = np.array([[0.0, 1e-4, 2.0, 50.0]])
    np.testing.assert_allclose(np.asarray(PhysicalImage(0.85)(cells**0.85)), cells, rtol=1e-5)
    np.testing.assert_array_equal(np.asarray(PhysicalImage()(np.array([[-3.0, 0.0]]))), 0.0)
    with pytest.raises(ValueError, match="power must be above 0 and at most 1, got 0"):
        PhysicalImage(0)


def test_all_cells_are_summed():
    image = np.random.default_rng(0).random((3, 4, 5, 6, 1)).astype(np.float32)
    np.testing.assert_allclose(np.asarray(ShowerEnergy()(image))[:, 0], image.sum((1, 2, 3, 4)), rtol=1e-6)


@pytest.mark.parametrize("degrees", [60, 75, 90, 104, 120])
def test_a_tilted_line_has_its_angle(degrees):
    assert np.degrees(np.asarray(ShowerAngle()(tilted_line(degrees)))) == pytest.approx(degrees, abs=0.01)


def test_a_line_across_does_not_change_the_angle_along_the_beam():
    image = np.zeros((1, 7, 7, 3, 1))
    image[0, [1, 3, 5], 3, [0, 1, 2]] = 1.0
    assert float(np.asarray(ShowerAngle()(image))[0, 0]) == pytest.approx(np.pi / 2)
    image[0, [1, 3, 5], 3, [0, 1, 2]] = 0.0
    image[0, [1, 3, 5], [2, 3, 4], [0, 1, 2]] = 1.0  # one cell along for a distance of sqrt(5)
    assert float(np.asarray(ShowerAngle()(image))[0, 0]) == pytest.approx(np.pi / 2 - np.arctan(1 / np.sqrt(5)))


def test_deeper_layers_weigh_more():
    image = np.zeros((1, 3, 5, 4, 1))
    image[0, 1, [1, 2, 2, 3], range(4)] = 1.0
    depths = np.array([0.5, 1.5, 2.5, 3.5])
    slopes = np.array([1 / 1.5, 0.0, 0.0, 1 / 1.5])
    expected = np.average(np.pi / 2 - np.arctan(slopes), weights=depths)
    assert float(np.asarray(ShowerAngle()(image))[0, 0]) == pytest.approx(expected)


def test_images_without_a_direction():
    angles = np.asarray(ShowerAngle()(awkward_images()))[:, 0]
    np.testing.assert_allclose(angles[:5], [EMPTY_ANGLE, *[np.pi / 2] * 3, EMPTY_ANGLE], rtol=1e-6)
    assert np.pi / 3 < angles[5] < 2 * np.pi / 3


@pytest.mark.parametrize("layer", [ShowerEnergy(), ShowerAngle(), CellIntensities(), CellIntensities("sum")])
def test_gradients_are_finite_everywhere(layer):
    slopes = gradient(lambda image: ops.square(layer(PhysicalImage()(image))), awkward_images())
    assert np.isfinite(slopes).all()
    assert np.abs(slopes[5]).max() > 0


def test_gradient_of_the_angle_is_that_of_small_steps():
    image = np.random.default_rng(2).random((1, 4, 4, 4, 1)).astype(np.float32)
    slopes, step = gradient(ShowerAngle(), image), np.zeros_like(image)
    step[0, 1, 3, 2] = 1e-2
    up, down = (float(np.asarray(ShowerAngle()(image + sign * step))[0, 0]) for sign in (1, -1))
    assert (up - down) / 2e-2 == pytest.approx(slopes[0, 1, 3, 2, 0], rel=0.02)


def test_cells_are_counted_by_energy():
    limits = [0.01, 0.1]
    cells = np.array([0, 0, 1e-6, 1e-3, 2e-3, 0.05, 0.5, 7.0], np.float32).reshape(1, 2, 2, 2, 1)
    counts = np.asarray(CellIntensities(limits=limits)(cells))
    np.testing.assert_allclose(counts, [[3, 2, 1, 2]], atol=1e-4)
    sums = np.asarray(CellIntensities("sum", limits)(cells))
    np.testing.assert_allclose(sums, [[3e-3, 0.05, 7.5]], rtol=1e-5)


def test_a_cell_at_a_limit_counts_half_on_each_side_and_is_pulled():
    cells = np.full((1, 1, 1, 1, 1), 0.02, np.float32)
    counts = np.asarray(CellIntensities()(cells))[0]
    np.testing.assert_allclose(counts, [0, 0, 0, 0, 0.5, 0.5, 0, 0], atol=2e-3)
    assert gradient(lambda image: CellIntensities()(image)[:, 5], cells) == pytest.approx(
        1 / (4 * 0.05 * 0.02), rel=0.01
    )


@pytest.mark.parametrize(("kind", "bins"), [("soft", 4), ("sum", 3)])
def test_intensities_of_either_kind(kind, bins, tmp_path):
    layer = CellIntensities(kind, limits=(0.01, 0.1))
    image = keras.Input((2, 2, 2, 1))
    model = keras.Model(image, layer(image))
    assert model.output.shape == (None, bins)
    model.save(tmp_path / "saved.keras")
    config = keras.saving.load_model(tmp_path / "saved.keras").layers[-1].get_config()
    assert (config["kind"], config["limits"]) == (kind, [0.01, 0.1])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kind": "hard"}, 'kind must be "soft" or "sum", got \'hard\''),
        ({"limits": (0.1, 0.1)}, "limits must rise"),
        ({"limits": (HIT_ENERGY,)}, "limits must rise"),
    ],
)
def test_unknown_intensities_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        CellIntensities(**arguments)
