"""Losses of search regions: by hand, where they are least, and means over real targets."""

import json

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from keras_hep.losses import EllipseLoss, SphereLikelihood, SphereLoss, alpha_for, optimal_radius


def evaluate(loss, truth, predicted, weights=None):
    return float(loss(np.asarray(truth, np.float32), np.asarray(predicted, np.float32), weights))


def best_radius(loss, distance):
    """The radius at which the loss of a hit at `distance` is least, searched numerically."""

    def at(log_radius):
        return evaluate(loss, [[distance, 0, 0]], [[0, 0, 0, np.exp(log_radius)]])

    return np.exp(optimize.minimize_scalar(at, bounds=(np.log(distance) - 5, np.log(distance) + 9)).x)


@settings(max_examples=20, deadline=None)
@given(alpha=st.floats(1e-3, 0.999), distance=st.floats(0.05, 5.0))
def test_sphere_is_best_at_the_closed_form(alpha, distance):
    expected = optimal_radius(alpha, distance)
    assert expected**3 == pytest.approx(alpha * distance / (2 * (1 - alpha)))
    assert best_radius(SphereLoss(alpha), distance) == pytest.approx(expected, rel=0.02)


def test_radius_grows_with_the_third_root_of_the_distance():
    assert optimal_radius(0.0008, 8 * 0.001) == pytest.approx(2 * optimal_radius(0.0008, 0.001))


@given(distance=st.floats(1e-4, 1e2), ratio=st.floats(0.5, 10))
def test_alpha_gives_the_wanted_radius(distance, ratio):
    alpha = alpha_for(distance, ratio)
    # Near 1 the difference 1 - alpha has lost its digits.
    if alpha < 1 - 1e-6:
        assert optimal_radius(alpha, distance) == pytest.approx(ratio * distance, rel=1e-6)


def test_published_weights_follow_the_law():
    assert alpha_for(0.006, 2.2) == pytest.approx(0.0008, rel=0.1)
    assert alpha_for(9.0, 4.0) == pytest.approx(0.9999, abs=1e-5)


@pytest.mark.parametrize("distance", [0.01, 0.1, 1.0])
def test_likelihood_has_its_radius_in_proportion_to_the_distance(distance):
    assert best_radius(SphereLikelihood(width=10), distance) == pytest.approx(10 / 3 * distance, rel=0.02)


def test_likelihood_recovers_the_width_of_its_density():
    """Distances of the density exp(-k d / R) in three dimensions: gamma of shape 3."""
    random = np.random.default_rng(1)
    distance = random.gamma(3, 0.02 / 10, 20_000)
    directions = random.normal(size=(20_000, 3))
    hits = directions / np.linalg.norm(directions, axis=1, keepdims=True) * distance[:, None]

    def at(radius):
        return evaluate(SphereLikelihood(width=10), hits, np.broadcast_to([0, 0, 0, radius], (20_000, 4)))

    assert at(0.02) < min(at(0.019), at(0.021))
    assert (distance < 0.02).mean() == pytest.approx(stats.gamma.cdf(10, 3), abs=0.002)
    assert stats.gamma.cdf(10, 3) == pytest.approx(0.997, abs=0.0005)


def test_ellipse_by_hand():
    """Half a semi-axis in x and one and a half in y."""
    loss = evaluate(EllipseLoss(alpha=0.4), [[1.0, 3.0]], [[0.0, 0.0, 2.0, 2.0]])
    assert loss == pytest.approx(0.4 * np.sqrt(0.25 + 2.25) + 0.6 * 4)


def test_ellipse_likelihood_counts_each_semi_axis_once():
    loss = evaluate(SphereLikelihood(width=5, dimensions=2), [[1.0, 0.0]], [[0.0, 0.0, 2.0, 3.0]])
    assert loss == pytest.approx(5 * 0.5 + np.log(2.0) + np.log(3.0), rel=1e-5)


def test_round_ellipse_is_the_sphere_of_two_dimensions():
    """With equal semi-axes the product is the square of the radius, as in the loss of the sphere."""
    sphere = evaluate(SphereLoss(alpha=0.3), [[0.3, 0.4, 0.0]], [[0.0, 0.0, 0.0, 0.7]])
    assert evaluate(EllipseLoss(alpha=0.3), [[0.3, 0.4]], [[0.0, 0.0, 0.7, 0.7]]) == pytest.approx(sphere)


@pytest.mark.parametrize("loss", [SphereLoss(0.2), SphereLikelihood()])
def test_mean_over_real_targets(loss):
    truth, predicted = np.zeros((2, 2, 3)), np.zeros((2, 2, 4))
    predicted[..., 0], predicted[..., 3] = [[1, 2], [3, 4]], 1
    of_first = evaluate(loss, truth[:1, :1], predicted[:1, :1])
    of_last = evaluate(loss, truth[1:, 1:], predicted[1:, 1:])
    assert evaluate(loss, truth, predicted, np.float32([[1, 0], [0, 1]])) == pytest.approx((of_first + of_last) / 2)


@pytest.mark.parametrize("loss", [SphereLoss(0.2), EllipseLoss(0.2), SphereLikelihood(8, 2)])
def test_gradient_is_finite_in_the_centre(loss):
    """A hit exactly in the centre has no direction, but no infinite gradient either."""
    coordinates = 3 if isinstance(loss, SphereLoss) else 2
    layer = keras.layers.Dense(4, kernel_initializer="zeros", bias_initializer=lambda *_, **__: [0.0] * 2 + [0.5] * 2)
    model = keras.Sequential([keras.Input((1,)), layer])
    layer.bias.assign([0.0] * coordinates + [0.5] * (4 - coordinates))
    model.compile("sgd", loss)
    model.fit(np.ones((4, 1)), np.zeros((4, coordinates)), verbose=0)
    assert np.isfinite(keras.ops.convert_to_numpy(layer.bias)).all()


@pytest.mark.parametrize("loss", [SphereLoss(0.2), EllipseLoss(0.3), SphereLikelihood(8, 2)])
def test_round_trip_of_the_configuration(loss):
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(loss)))
    assert keras.saving.deserialize_keras_object(config).get_config() == loss.get_config()


@pytest.mark.parametrize("make", [lambda: SphereLoss(0), lambda: SphereLoss(1), lambda: EllipseLoss(1.5)])
def test_alpha_out_of_range(make):
    with pytest.raises(ValueError, match="alpha must be between 0 and 1"):
        make()


def test_arguments_of_the_likelihood():
    with pytest.raises(ValueError, match="width must be positive, got 0"):
        SphereLikelihood(width=0)
    with pytest.raises(ValueError, match="dimensions must be 2 or 3, got 4"):
        SphereLikelihood(dimensions=4)
