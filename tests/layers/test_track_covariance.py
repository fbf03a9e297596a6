"""Covariance matrices of track parameters."""

import json

import keras
import numpy as np

from keras_hep.layers import TrackCovariance


def matrices(free):
    return keras.ops.convert_to_numpy(TrackCovariance()(np.asarray(free, np.float32))).astype(float)


def test_configuration_round_trip():
    layer = TrackCovariance(dtype="float32", name="covariance")
    serialized = json.loads(json.dumps(keras.saving.serialize_keras_object(layer)))
    assert serialized["registered_name"] == "keras_hep>TrackCovariance"
    assert keras.saving.deserialize_keras_object(serialized).get_config() == layer.get_config()
    assert layer(keras.Input((4, 3))).shape == (None, 4, 3)
    assert layer.compute_output_shape((5, 4, 3)) == (5, 4, 3)
    assert layer(np.zeros((5, 4, 3))).shape == (5, 4, 3)


def test_by_hand():
    intercept, covariance, slope = matrices([[np.log(9.0), np.log(4.0), np.arctanh(0.5)]])[0]
    np.testing.assert_allclose([intercept, covariance, slope], [9, 3, 4], rtol=2e-5)


def test_positive_definite_at_any_input():
    ends = [-1e30, -1e3, -12, 0, 12, 1e3, 1e30]
    free = np.stack(np.meshgrid(ends, ends, ends), axis=-1).reshape(-1, 3)
    intercept, covariance, slope = matrices(free).T
    assert np.all(intercept > 0)
    assert np.all(slope > 0)
    assert np.all(intercept * slope - covariance**2 > 0)


def test_gradients_are_finite_at_any_input():
    free = np.random.default_rng(1).normal(0, 1000, (50, 3)).astype(np.float32)
    inputs = keras.Input((3,))
    dense = keras.layers.Dense(3, kernel_initializer="identity")
    model = keras.Model(inputs, TrackCovariance()(dense(inputs)))
    model.compile(keras.optimizers.SGD(1e-6), "mae")
    model.train_on_batch(free, np.zeros((50, 3)))
    assert all(np.isfinite(weights).all() for weights in dense.get_weights())
