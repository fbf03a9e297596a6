"""Convolutions by values at points against those by definition."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_hep.layers import RectifiedConvolution, WinogradConvolution
from keras_hep.layers.toom_cook import TILE, input_matrix, toom_cook

SIZES = pytest.mark.parametrize("size", [3, 5])


@SIZES
def test_a_short_convolution_is_that_of_numpy(size):
    inputs, kernel, outputs = toom_cook(size)
    random = np.random.default_rng(1)
    row, weights = random.normal(size=TILE + size - 1), random.normal(size=size)
    found = outputs @ ((kernel @ weights) * (inputs @ row))
    np.testing.assert_allclose(found, np.correlate(row, weights, "valid"), rtol=1e-9, atol=1e-11)


@SIZES
@given(cells=st.integers(1, 23))
@settings(max_examples=20, deadline=None)
def test_tiles_of_a_row_make_its_convolution(size, cells):
    inputs, kernel, outputs = toom_cook(size)
    random = np.random.default_rng(cells)
    row, weights = random.normal(size=cells), random.normal(size=size)
    values = (input_matrix(inputs, cells) @ row).reshape(len(inputs), -1)
    found = (outputs @ ((kernel @ weights)[:, None] * values)).T.ravel()[:cells]
    expected = np.correlate(np.pad(row, size // 2), weights, "valid")
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize(("size", "tolerance"), [(3, 2e-5), (5, 5e-4)])
@pytest.mark.parametrize("cells", [(5, 5, 5), (7, 1, 12), (13, 6, 4)])
def test_the_layer_is_a_convolution(size, tolerance, cells):
    random = np.random.default_rng(2)
    images = np.maximum(random.normal(size=(2, *cells, 3)), 0).astype("float32")
    plain, layer = keras.layers.Conv3D(4, size, padding="same"), WinogradConvolution(4, size)
    expected = keras.ops.convert_to_numpy(plain(images))
    layer.build(images.shape)
    bias = random.normal(size=4).astype("float32")
    layer.set_kernel(plain.get_weights()[0], bias)
    found = keras.ops.convert_to_numpy(layer(images))
    np.testing.assert_allclose(found, expected + bias, atol=tolerance * expected.std())
    assert found.shape == layer.compute_output_shape(images.shape)


def test_the_layer_is_not_trained_and_comes_back(tmp_path):
    images = np.random.default_rng(3).normal(size=(1, 6, 6, 6, 2)).astype("float32")
    layer = WinogradConvolution(3, 3)
    symbolic = keras.Input(images.shape[1:])
    model = keras.Model(symbolic, layer(symbolic))
    layer.set_kernel(np.random.default_rng(4).normal(size=(3, 3, 3, 2, 3)), np.ones(3))
    assert not model.trainable_variables
    config = layer.get_config()
    assert WinogradConvolution.from_config(config).get_config() == config
    model.save(tmp_path / "layer.keras")
    loaded = keras.saving.load_model(tmp_path / "layer.keras")
    np.testing.assert_array_equal(loaded(images), model(images))


def test_other_sizes_and_forms_are_refused():
    with pytest.raises(ValueError, match="size must be one of \\(3, 5\\), got 4"):
        WinogradConvolution(3, 4)
    with pytest.raises(ValueError, match="form must be one of training, folded, winograd, got 'fast'"):
        RectifiedConvolution(3, 3, form="fast")


@pytest.mark.parametrize(("channels", "cells", "winograd"), [(8, 11, True), (7, 11, False), (8, 10, False)])
def test_small_convolutions_are_computed_directly(channels, cells, winograd):
    layer = RectifiedConvolution(3, 3, form="winograd")
    layer.build((None, cells, cells, 12, channels))
    assert isinstance(layer.convolution, WinogradConvolution) == winograd
