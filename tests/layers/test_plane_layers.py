"""The fused wedge layers against one Dense layer per detector layer."""

import keras
import numpy as np
import pytest

from keras_hep import layers

WIDTHS = [2, 3, 4]


def test_plane_encoder(check_layer):
    inputs = np.random.default_rng(1).random((5, 3, 4)).astype(np.float32)
    arguments = {"widths": WIDTHS, "pixels": 4, "units": 6}
    check_layer(layers.PlaneEncoder, arguments, inputs, (5, 3, 6), 9 * 6 + 3 * 6)


def test_plane_decoder(check_layer):
    inputs = np.random.default_rng(1).random((5, 3, 6)).astype(np.float32)
    arguments = {"widths": [4, 4, 4], "pixels": 4}
    check_layer(layers.PlaneDecoder, arguments, inputs, (5, 3, 4), 12 * 6 + 12)


def test_encoder_equals_one_dense_layer_per_detector_layer():
    inputs = np.random.default_rng(1).random((5, 3, 4)).astype(np.float32)
    encoder = layers.PlaneEncoder(WIDTHS, 4, 6)
    outputs = keras.ops.convert_to_numpy(encoder(inputs))
    rows = np.split(encoder.kernel.numpy(), np.cumsum(WIDTHS)[:-1])
    for layer, (width, kernel) in enumerate(zip(WIDTHS, rows, strict=True)):
        first = (4 - width) // 2
        expected = inputs[:, layer, first : first + width] @ kernel
        np.testing.assert_allclose(outputs[:, layer], expected, rtol=1e-5, atol=1e-6)


def test_decoder_equals_one_dense_layer_per_detector_layer():
    inputs = np.random.default_rng(1).random((5, 3, 6)).astype(np.float32)
    decoder = layers.PlaneDecoder(WIDTHS, 4)
    decoder.build(inputs.shape)
    decoder.bias.assign(np.arange(9, dtype=np.float32))
    outputs = keras.ops.convert_to_numpy(decoder(inputs))
    splits = np.cumsum(WIDTHS)[:-1]
    parts = zip(
        WIDTHS,
        np.split(decoder.kernel.numpy(), splits),
        np.split(decoder.bias.numpy(), splits),
        strict=True,
    )
    for layer, (width, kernel, bias) in enumerate(parts):
        first = (4 - width) // 2
        inside = outputs[:, layer, first : first + width]
        np.testing.assert_allclose(inside, inputs[:, layer] @ kernel.T + bias, rtol=1e-5, atol=1e-6)
        assert np.all(np.isneginf(np.delete(outputs[:, layer], range(first, first + width), axis=1)))


def test_initial_weights_follow_the_width_of_their_layer():
    keras.utils.set_random_seed(1)
    encoder = layers.PlaneEncoder([2, 400], 400, 600)
    encoder.build((None, 2, 400))
    narrow, wide = encoder.kernel.numpy()[:2], encoder.kernel.numpy()[2:]
    assert np.abs(narrow).max() == pytest.approx(np.sqrt(6 / 602), rel=0.01)
    assert np.abs(wide).max() == pytest.approx(np.sqrt(6 / 1000), rel=0.01)


@pytest.mark.parametrize("widths", [[], [0, 2], [2, 5]])
def test_widths_must_fit(widths):
    with pytest.raises(ValueError, match="between 1 and pixels=4"):
        layers.PlaneEncoder(widths, 4, 6)
