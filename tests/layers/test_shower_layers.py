"""The layers of networks that read calorimeter cells, against NumPy and against the same written with Keras' layers."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from keras_hep.calorimetry.cells import Cells
from keras_hep.calorimetry.shower_streams import shower_inputs
from keras_hep.calorimetry.showers import Showers
from keras_hep.layers import Inception, ParticleOutputs, RectifiedConvolution, ScatterCells
from keras_hep.layers.rectified_convolution import FORMS

IMAGES = arrays.arrays(np.float32, (3, 2, 4, 3), elements=st.sampled_from([0.0, 0.0, 0.25, 1.0, 8.0]))


def random_image(channels, size=4, showers=2):
    return np.random.default_rng(1).normal(size=(showers, size, size, size, channels)).astype("float32")


def randomised(layer, inputs):
    """Build a layer and give it random weights, normalisations included."""
    layer(inputs)
    random = np.random.default_rng(2)
    for weights in layer.weights:
        mean, spread = (1.5, 0.3) if weights.name in ("gamma", "moving_variance") else (0.0, 0.3)
        weights.assign(random.normal(mean, spread, weights.shape))
    return layer


@given(IMAGES, st.booleans())
@settings(max_examples=30, deadline=None)
def test_scattered_cells_are_the_dense_images(images, padded):
    cells = Cells.of_images(images)
    labels = {"reco_phi": np.zeros(3), "reco_eta": np.zeros(3)}
    inputs = shower_inputs(Showers(cells, None, labels, "simulation"), padded)
    scattered = ScatterCells(cells.shape)([inputs["ecal_place"], inputs["ecal_energy"], inputs["measured"]])
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(scattered)[..., 0], cells.dense())


def test_scattered_cells_have_a_shape_and_a_configuration():
    layer = ScatterCells((2, 2))
    assert layer.compute_output_shape([(None,), (None,), (None, 4)]) == (None, 2, 2, 1)
    assert ScatterCells.from_config(layer.get_config()).get_config() == layer.get_config()
    with pytest.raises(ValueError, match="shape must be positive numbers of cells, one or more, got"):
        ScatterCells((2, 0))


def test_outputs_are_corrections_of_what_is_measured():
    numbers = np.array([[1.0, -2.0, 3.0, 4.0, 5.0]], "float32")
    measured = np.array([[0.1, 0.2, 100.0, 20.0]], "float32")
    found = {residual: ParticleOutputs(residual)([numbers, measured]) for residual in (True, False)}
    np.testing.assert_allclose(found[True], [[1.0, -2.0, 150.0, 0.6, 0.6]], rtol=1e-6)
    np.testing.assert_allclose(found[False], [[1.0, -2.0, 30.0, 0.6, 0.6]], rtol=1e-6)
    config = ParticleOutputs(False).get_config()
    assert ParticleOutputs.from_config(config).get_config() == config


@pytest.mark.parametrize(
    ("cls", "arguments", "channels", "parameters"),
    [
        (RectifiedConvolution, {"filters": 5, "size": 3}, 5, (27 * 3 + 1 + 4) * 5),
        (RectifiedConvolution, {"filters": 5, "size": 3, "form": "folded"}, 5, (27 * 3 + 1) * 5),
        (
            Inception,
            {"channels": [4, 2, 3, 2, 4, 5]},
            16,
            (3 + 5) * 8 + (27 * 2 + 5) * 3 + (125 * 2 + 5) * 4 + (3 + 5) * 5,
        ),
        (
            Inception,
            {"channels": [4, 2, 3, 2, 4, 5], "factorised": True, "form": "folded"},
            16,
            (3 + 1) * 8 + (27 * 2 + 1) * 3 + (27 * 2 + 1) * 4 + (27 * 4 + 1) * 4 + (3 + 1) * 5,
        ),
    ],
)
def test_convolutions(check_layer, cls, arguments, channels, parameters):
    check_layer(cls, arguments, random_image(3), (2, 4, 4, 4, channels), parameters)


@pytest.mark.parametrize("form", FORMS)
def test_strides_leave_out_positions(form):
    """The zeros around an image of even size stand behind it only, as Keras' convolutions have them."""
    images = random_image(8, size=14)  # Winograd's form would compute another one so large and of so many channels
    layer = randomised(RectifiedConvolution(5, 3, form, strides=2), images)
    assert type(layer.convolution) is keras.layers.Conv3D
    kernel, bias = layer.convolution.get_weights()
    windows = np.pad(images, [(0, 0), *[(0, 1)] * 3, (0, 0)])
    windows = np.lib.stride_tricks.sliding_window_view(windows, (3, 3, 3), axis=(1, 2, 3))[:, ::2, ::2, ::2]
    values = np.einsum("nabcixyz,xyzio->nabco", windows, kernel) + bias
    if layer.normalisation is not None:
        gamma, beta, mean, variance = layer.normalisation.get_weights()
        values = gamma * (values - mean) / np.sqrt(variance + 1e-7) + beta
    found = keras.ops.convert_to_numpy(layer(images))
    assert found.shape == layer.compute_output_shape(images.shape) == (2, 7, 7, 7, 5)
    np.testing.assert_allclose(found, np.maximum(values, 0), rtol=1e-4, atol=1e-5)


def test_strides_have_a_configuration_and_a_limit():
    layer = RectifiedConvolution(5, 3, strides=2)
    assert layer.compute_output_shape((None, 25, 25, None, 4)) == (None, 13, 13, None, 5)
    assert RectifiedConvolution.from_config(layer.get_config()).get_config()["strides"] == 2
    with pytest.raises(ValueError, match="strides must be at least 1, got 0"):
        RectifiedConvolution(5, 3, strides=0)


def plain_unit(layer, values, channels=slice(None)):
    """One normalised convolution and its rectifier in inference, from the definition, for some of its channels."""
    kernel, bias = layer.convolution.get_weights()
    gamma, beta, mean, variance = layer.normalisation.get_weights()
    convolved = keras.ops.conv(values, kernel[..., channels], padding="same") + bias[channels]
    scale = gamma / np.sqrt(variance + 1e-7)
    return np.maximum(scale[channels] * (convolved - mean[channels]) + beta[channels], 0)


@pytest.mark.parametrize("factorised", [False, True])
def test_an_inception_module_is_four_branches(factorised):
    images = random_image(3)
    layer = randomised(Inception([4, 2, 3, 2, 4, 5], factorised), images)
    wide_5 = layer.third if factorised else layer.third[:1]
    first, narrow_3, narrow_5 = (
        plain_unit(layer.entrance, images, slice(*limits)) for limits in ((0, 4), (4, 6), (6, 8))
    )
    for unit in wide_5:
        narrow_5 = plain_unit(unit, narrow_5)
    padded = np.pad(images, [(0, 0), *[(1, 1)] * 3, (0, 0)], constant_values=-np.inf)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3, 3), axis=(1, 2, 3))
    fourth = plain_unit(layer.fourth, windows.max(axis=(-1, -2, -3)))
    expected = np.concatenate([first, plain_unit(layer.second, narrow_3), narrow_5, fourth], axis=-1)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(layer(images)), expected, rtol=1e-4, atol=1e-5)


def test_channels_are_six():
    with pytest.raises(ValueError, match="channels must be six positive numbers, got"):
        Inception([4, 2, 3, 2, 4])
    with pytest.raises(ValueError, match="channels must be six positive numbers, got"):
        Inception([4, 2, 3, 2, 4, 0])
