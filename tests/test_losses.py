"""The Gaussian likelihood against linear algebra, and means over real tracks."""

import itertools
import json

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_hep.layers import TrackCovariance
from keras_hep.losses import GaussianLikelihood

positive = st.floats(1e-2, 1e2)
residual = st.floats(-5, 5)


def evaluate(truth, predicted, weights=None, **arguments):
    truth, predicted = np.asarray(truth, np.float32), np.asarray(predicted, np.float32)
    return keras.ops.convert_to_numpy(GaussianLikelihood(**arguments)(truth, predicted, weights))


@settings(max_examples=100, deadline=None)
@given(u=residual, v=residual, sigma_b=positive, sigma_m=positive, correlation=st.floats(-0.99, 0.99))
def test_equals_linear_algebra(u, v, sigma_b, sigma_m, correlation):
    covariance = correlation * sigma_b * sigma_m
    matrix = np.array([[sigma_b**2, covariance], [covariance, sigma_m**2]])
    residuals = np.array([u * sigma_b, v * sigma_m])
    expected = np.log(np.linalg.det(matrix)) + residuals @ np.linalg.inv(matrix) @ residuals
    ours = evaluate([[residuals]], [[[0, 0, sigma_b**2, covariance, sigma_m**2]]])
    np.testing.assert_allclose(ours, expected, rtol=1e-4, atol=1e-3)


def test_by_hand():
    """A correlation of 1/2 and residuals of one standard deviation, of equal and of opposite signs."""
    equal = evaluate([[[2.0, -1.0]]], [[[4.0, 0.0, 4.0, 1.0, 1.0]]])
    np.testing.assert_allclose(equal, np.log(4 * 1 * 3 / 4) + 1 + (1 / 2) ** 2 / (3 / 4), rtol=1e-6)
    opposite = evaluate([[[2.0, 1.0]]], [[[4.0, 0.0, 4.0, 1.0, 1.0]]])
    np.testing.assert_allclose(opposite, np.log(4 * 1 * 3 / 4) + 1 + (3 / 2) ** 2 / (3 / 4), rtol=1e-6)


def test_smallest_at_the_covariance_of_the_residuals():
    random = np.random.default_rng(1)
    matrix = np.array([[2.0, -0.8], [-0.8, 0.5]])
    residuals = random.multivariate_normal([0, 0], matrix, (20_000, 1))
    second = np.einsum("nti,ntj->ij", residuals, residuals) / len(residuals)

    def loss(scale_b=1.0, shift=0.0):
        entries = [scale_b * second[0, 0], second[0, 1] + shift, second[1, 1]]
        return evaluate(residuals, np.broadcast_to([0, 0, *entries], (20_000, 1, 5)))

    np.testing.assert_allclose(loss(), np.log(np.linalg.det(second)) + 2, rtol=1e-4)
    assert all(loss(**changed) > loss() + 1e-4 for changed in ({"scale_b": 1.1}, {"scale_b": 0.9}, {"shift": 0.05}))


def test_mean_over_real_tracks():
    truth = np.zeros((2, 3, 2))
    predicted = np.zeros((2, 3, 5))
    predicted[..., [2, 4]] = np.exp(np.arange(6).reshape(2, 3, 1) / 2)  # losses 0, 1, 2, 3, 4, 5
    weights = np.array([[1, 1, 0], [1, 0, 0]], np.float32)
    np.testing.assert_allclose(evaluate(truth, predicted, weights), (0 + 1 + 3) / 3, rtol=1e-5)
    np.testing.assert_allclose(evaluate(truth, predicted), 2.5, rtol=1e-5)
    each = evaluate(truth, predicted, reduction=None)
    np.testing.assert_allclose(each, [[0, 1, 2], [3, 4, 5]], atol=1e-5)


def test_mean_squared_error_over_real_tracks_is_that_of_keras_1():
    """Keras 1 divides the weighted mean by the fraction of weights that are not zero."""
    random = np.random.default_rng(1)
    truth, predicted = random.normal(size=(2, 4, 3, 2)).astype(np.float32)
    weights = (random.random((4, 3)) < 0.5).astype(np.float32)
    scores = np.square(truth - predicted).mean(axis=-1) * weights
    expected = (scores / np.mean(weights != 0)).mean()
    loss = keras.losses.MeanSquaredError(reduction="mean_with_sample_weight")
    np.testing.assert_allclose(keras.ops.convert_to_numpy(loss(truth, predicted, weights)), expected, rtol=1e-6)


class Sum(keras.layers.Layer):
    """Adds weights to its input, so that the optimizer sees the gradient of a loss by the input."""

    def build(self, input_shape):
        self.added = self.add_weight(shape=input_shape[1:], initializer="zeros", name="added")

    def call(self, inputs):
        return inputs + self.added


def gradients(predicted, truth, through=None):
    """Return the gradient of the loss by the predictions (or by the numbers before the covariance layer)."""
    inputs = keras.Input(predicted.shape[1:])
    added = Sum()
    outputs = added(inputs)
    if through is not None:
        outputs = keras.layers.Concatenate()([outputs[..., :2], through(outputs[..., 2:])])
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.SGD(1.0), GaussianLikelihood())
    model.train_on_batch(predicted, truth)
    return -added.get_weights()[0]


def test_gradient_against_finite_differences():
    predicted = np.array([[[0.3, -0.2, 1.5, -0.4, 0.7]]], np.float32)
    truth = np.array([[[0.9, 0.4]]], np.float32)
    step = 1e-2
    expected = []
    for place in range(5):
        moved = np.repeat(predicted, 2, axis=0)
        moved[:, 0, place] += [step, -step]
        above, below = evaluate(np.repeat(truth, 2, axis=0), moved, reduction=None)[:, 0]
        expected.append((above - below) / (2 * step))
    np.testing.assert_allclose(gradients(predicted, truth)[0], expected, rtol=2e-2, atol=1e-3)


def test_loss_and_gradients_are_finite_at_extremes():
    ends = itertools.product([0.0, 1e-3, 1e3], [-1e3, -12, 0, 12, 1e3], [-1e3, -12, 0, 12, 1e3], [-1e3, -8, 0, 8, 1e3])
    predicted = np.array([[(residual, -residual, *free) for residual, *free in ends]], np.float32)
    found = gradients(predicted, np.zeros((1, predicted.shape[1], 2), np.float32), through=TrackCovariance())
    assert np.isfinite(found).all()


@pytest.mark.parametrize("entries", [(0, 0, 0), (-1, 0, 1), (1, 2, 1), (1e-30, 1, 1e30)])
def test_matrices_that_are_no_covariances_give_finite_losses(entries):
    assert np.isfinite(evaluate([[[1.0, 2.0]]], [[[0.0, 0.0, *entries]]]))


def test_configuration_round_trip():
    loss = GaussianLikelihood(reduction="sum")
    serialized = json.loads(json.dumps(keras.losses.serialize(loss)))
    again = keras.losses.deserialize(serialized)
    assert serialized["registered_name"] == "keras_hep>GaussianLikelihood"
    assert isinstance(again, GaussianLikelihood)
    assert again.get_config() == loss.get_config()
    assert (again.reduction, again.dtype) == ("sum", "float32")
