"""Upsampling, padding and convolution in one layer: what the three layers compute, and their gradients."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_hep.layers import UpsampledConv3D


def three_layers(kernel, size, padding, use_bias=True):
    return [
        keras.layers.UpSampling3D(size),
        keras.layers.ZeroPadding3D(padding),
        keras.layers.Conv3D(4, kernel, use_bias=use_bias, bias_initializer="normal"),
    ]


def compared(lengths, kernel, size, padding, use_bias=True):
    volume = np.random.default_rng(0).normal(size=(2, *lengths, 3)).astype(np.float32)
    layers = three_layers(kernel, size, padding, use_bias)
    expected = volume
    for layer in layers:
        expected = layer(expected)
    folded = UpsampledConv3D(4, kernel, size, padding, use_bias=use_bias)
    folded.build(volume.shape)
    folded.set_weights(layers[-1].get_weights())
    found = np.asarray(folded(volume))
    assert folded.compute_output_shape((None, *lengths, 3)) == (None, *found.shape[1:])
    np.testing.assert_allclose(found, np.asarray(expected), atol=1e-5)


axis = st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(1, 4), st.integers(0, 4), st.integers(0, 4))


@settings(max_examples=8)
@given(st.tuples(axis, axis, axis).filter(lambda axes: all(n * s + a + b >= k for n, k, s, a, b in axes)))
def test_the_three_layers_in_one(axes):
    lengths, kernel, size, *padding = zip(*axes, strict=True)
    compared(lengths, kernel, size, tuple(zip(*padding, strict=True)))


@pytest.mark.parametrize("use_bias", [True, False])
def test_the_upsamplings_of_the_published_generator(use_bias):
    compared((9, 9, 8), (5, 8, 8), (3, 3, 2), ((2, 2), (3, 3), (1, 1)), use_bias)
    compared((9, 9, 4), (3, 5, 8), (2, 2, 3), ((0, 0), (2, 2), (0, 0)), use_bias)


def test_sizes_of_the_smaller_kernels():
    layer = UpsampledConv3D(6, (5, 8, 8), (3, 3, 2), ((2, 2), (3, 3), (1, 1)))
    layer.build((None, 9, 9, 8, 64))
    assert layer._folded_kernel().shape == (3, 4, 5, 64, 108)


def test_layer(check_layer):
    arguments = {
        "filters": 2,
        "kernel_size": (3, 2, 2),
        "size": (2, 1, 2),
        "padding": ((1, 0), (0, 1), (2, 2)),
        "activation": "relu",
    }
    volume = np.random.default_rng(3).normal(size=(4, 3, 4, 2, 5)).astype(np.float32)
    check_layer(
        UpsampledConv3D, arguments, volume, (4, 5, 4, 7, 2), 3 * 2 * 2 * 5 * 2 + 2, targets=np.ones((4, 5, 4, 7, 2))
    )


def test_a_training_step_changes_the_weights_of_both_alike():
    volume = np.random.default_rng(0).normal(size=(2, 3, 3, 3, 2)).astype(np.float32)
    shared = (2, 3, 2), (2, 3, 2), ((1, 1), (0, 2), (0, 0))
    plain = keras.Sequential([keras.Input((3, 3, 3, 2)), *three_layers(*shared)])
    folded = keras.Sequential([keras.Input((3, 3, 3, 2)), UpsampledConv3D(4, *shared)])
    folded.set_weights(plain.get_weights())
    targets = np.random.default_rng(1).normal(size=plain(volume).shape).astype(np.float32)
    for model in (plain, folded):
        model.compile(keras.optimizers.SGD(0.1), "mse", jit_compile=False)
        model.train_on_batch(volume, targets)
    for one, other in zip(plain.get_weights(), folded.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)
