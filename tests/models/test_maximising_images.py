"""Gradient ascent on images: by hand for one filter, and on a network."""

import keras
import numpy as np
import pytest

from keras_hep import models

NETWORK = {"layers": 10, "pixels": 8, "tracks": 2, "hidden_units": 4, "filters": (3, 4)}


def one_filter(kernel):
    image = keras.Input((5, 6, 1))
    convolution = keras.layers.Conv2D(1, np.shape(kernel), name="conv")
    model = keras.Model(image, keras.layers.ReLU()(convolution(image)))
    convolution.set_weights([np.reshape(kernel, (*np.shape(kernel), 1, 1)), np.array([0.5])])
    return model


def test_by_hand():
    """The response of a filter of one pixel is its weight times the image: every step adds the sign of the weight."""
    start = np.random.default_rng(1).random((5, 6, 1))
    images, before, after = models.maximising_images(one_filter([[-2.0]]), "conv", start, steps=3, step_size=0.5)
    np.testing.assert_allclose(images[0], start - 3 * 0.5, atol=1e-3)
    np.testing.assert_allclose(before, [0.5 - 2 * start.mean()], rtol=1e-5)
    np.testing.assert_allclose(after, [0.5 - 2 * images.mean()], rtol=1e-5)


def test_step_is_the_gradient_over_its_root_mean_square():
    kernel = np.array([[1.0, -1.0]])
    images, _, _ = models.maximising_images(one_filter(kernel), "conv", np.zeros((5, 6, 1)), steps=1)
    gradient = np.zeros((5, 6))
    gradient[:, :-1] += 1 / 25
    gradient[:, 1:] -= 1 / 25
    expected = gradient / (np.sqrt(np.mean(gradient**2)) + 1e-5)
    np.testing.assert_allclose(images[0, ..., 0], expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("layer", "channels"), [("conv_1", 3), ("conv_2", 4)])
def test_every_channel_of_a_network_gains(layer, channels):
    keras.utils.set_random_seed(1)
    model = models.TrackParameterNetwork(**NETWORK)
    start = np.random.default_rng(1).random((channels, 10, 8)).astype(np.float32)
    images, before, after = models.maximising_images(model, layer, start, steps=100, step_size=0.1)
    assert images.shape == start.shape
    assert np.all(after > before)
    response = keras.Model(model.input, model.get_layer(layer).output)
    for found, given in ((before, start), (after, images)):
        means = keras.ops.convert_to_numpy(response(given)).mean(axis=(1, 2))
        np.testing.assert_allclose(found, np.diagonal(means), rtol=1e-4, atol=1e-6)


def test_same_start_same_bits_and_channels_do_not_mix():
    model = models.TrackParameterNetwork(**NETWORK)
    start = np.random.default_rng(1).random((10, 8)).astype(np.float32)
    first = models.maximising_images(model, "conv_1", start)
    for ours, again in zip(first, models.maximising_images(model, "conv_1", start), strict=True):
        np.testing.assert_array_equal(ours, again)
    mixed = np.stack([start, 1 - start, start])
    np.testing.assert_allclose(models.maximising_images(model, "conv_1", mixed)[0][[0, 2]], first[0][[0, 2]], atol=1e-4)


def test_the_model_is_left_as_it_is():
    model = models.TrackParameterNetwork(**NETWORK)
    before = [weights.copy() for weights in model.get_weights()]
    models.maximising_images(model, "conv_1", np.zeros((10, 8)), steps=2)
    assert all(np.array_equal(old, new) for old, new in zip(before, model.get_weights(), strict=True))
    assert len(model.trainable_variables) == len(before)


def test_no_steps_change_nothing():
    start = np.random.default_rng(1).random((3, 10, 8)).astype(np.float32)
    images, before, after = models.maximising_images(models.TrackParameterNetwork(**NETWORK), "conv_1", start, steps=0)
    np.testing.assert_array_equal(images, start)
    np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize("shape", [(8, 10), (2, 10, 8), (10, 8, 3)])
def test_start_of_another_shape(shape):
    with pytest.raises(ValueError, match=r"one image of shape \(10, 8\), or one for each of the 3 channels"):
        models.maximising_images(models.TrackParameterNetwork(**NETWORK), "conv_1", np.zeros(shape))


def test_unknown_layer():
    with pytest.raises(ValueError, match="No such layer: conv_7"):
        models.maximising_images(models.TrackParameterNetwork(**NETWORK), "conv_7", np.zeros((10, 8)))
