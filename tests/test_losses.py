"""The Gaussian likelihood against linear algebra, means over real tracks, and the focal loss of edges."""

import itertools
import json

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_hep.layers import TrackCovariance
from keras_hep.losses import BalancedFocalLoss, GaussianLikelihood

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


def focal(labels, logits, weights=None, **arguments):
    labels, logits = np.asarray(labels, np.float32)[:, None], np.asarray(logits, np.float32)[:, None]
    return keras.ops.convert_to_numpy(BalancedFocalLoss(**arguments)(labels, logits, weights))


def focal_by_definition(labels, logits, negative_weight, gamma):
    """Lin et al., Equation 5, in double precision and in terms of the score: of each edge."""
    positive, logits = np.asarray(labels) == 1, np.asarray(logits, float)
    score, rest = (1 / (1 + np.exp(sign * logits)) for sign in (-1, 1))  # 1 - score would lose digits
    of_truth, of_other = np.where(positive, score, rest), np.where(positive, rest, score)
    return -np.where(positive, 1, negative_weight) * of_other**gamma * np.log(of_truth)


@given(
    st.lists(st.tuples(st.integers(0, 1), st.floats(-12, 12)), min_size=1, max_size=8),
    st.floats(0, 2),
    st.floats(0, 5),
)
@settings(max_examples=50, deadline=None)
def test_focal_loss_equals_its_definition(edges, negative_weight, gamma):
    labels, logits = zip(*edges, strict=True)
    expected = focal_by_definition(labels, logits, negative_weight, gamma)
    found = focal(labels, logits, negative_weight=negative_weight, gamma=gamma, reduction=None)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


def test_focal_loss_by_hand():
    """Scores of 1/2, of 3/4 and of 1/4, each for a true and for a false edge."""
    logits = np.log([1.0, 1.0, 3.0, 3.0, 1 / 3, 1 / 3])
    found = focal([1, 0] * 3, logits, negative_weight=0.5, gamma=2.0, reduction=None)
    expected = [np.log(2) / 4, np.log(2) / 8, np.log(4 / 3) / 16, 9 / 32 * np.log(4), 9 / 16 * np.log(4)]
    np.testing.assert_allclose(found, [*expected, np.log(4 / 3) / 32], rtol=1e-5)
    np.testing.assert_allclose(focal([1, 0], [0, 0], negative_weight=0.6, gamma=1.5), 0.8 * 0.5**1.5 * np.log(2))


def test_focal_loss_without_focus_and_balance_is_the_cross_entropy():
    random = np.random.default_rng(1)
    labels, logits = random.integers(0, 2, 1_000), random.normal(0, 8, 1_000)
    cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
    expected = cross_entropy(labels[:, None].astype(np.float32), logits[:, None].astype(np.float32))
    found = focal(labels, logits, negative_weight=1.0, gamma=0.0)
    np.testing.assert_allclose(found, keras.ops.convert_to_numpy(expected), rtol=1e-5)


@pytest.mark.parametrize("gamma", [0.0, 1.5])
def test_focal_loss_is_small_where_the_score_is_that_of_the_truth(gamma):
    """The slides state p_t the wrong way round, by which right edges would cost most."""
    right, undecided, wrong = (
        focal([1, 0], [logit, -logit], negative_weight=1.0, gamma=gamma, reduction=None) for logit in (4, 0, -4)
    )
    assert right[0] == right[1] < undecided[0] == undecided[1] < wrong[0] == wrong[1]
    assert right[0] < 0.02
    assert wrong[0] > 3.5


def test_focal_loss_of_decided_edges_falls_with_gamma():
    losses = [focal([1, 1], [3.0, -3.0], gamma=gamma, reduction=None) for gamma in (0.0, 1.0, 2.0)]
    for before, after in itertools.pairwise(losses):
        assert after[0] == pytest.approx(before[0] / (1 + np.exp(3.0)), rel=1e-5)
        assert after[1] == pytest.approx(before[1] / (1 + np.exp(-3.0)), rel=1e-5)


def test_focal_loss_counts_edges_by_their_sample_weights():
    labels, logits, weights = [1, 0, 0, 1], [0.5, -0.2, 80.0, 1.5], np.array([0.5, 0.25, 0.0, 0.25], np.float32)
    each = focal_by_definition(labels, logits, 0.5, 1.5)
    np.testing.assert_allclose(focal(labels, logits, weights), each[[0, 1, 3]] @ weights[[0, 1, 3]], rtol=1e-5)
    np.testing.assert_allclose(focal(labels, logits, 8 * weights), focal(labels, logits, weights), rtol=1e-6)
    assert focal(labels, logits, 0 * weights) == 0


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.5])
@pytest.mark.parametrize("negative_weight", [0.0, 0.5, 1.0])
def test_focal_loss_and_its_gradient_are_finite_at_extremes(negative_weight, gamma):
    logits = np.repeat(np.array([-200.0, -20, -1, 0, 1, 20, 200], np.float32), 2)[:, None]
    labels = np.tile(np.array([0, 1], np.float32), 7)[:, None]
    added, inputs = Sum(), keras.Input((14, 1))
    model = keras.Model(inputs, added(inputs))
    model.compile(keras.optimizers.SGD(1.0), BalancedFocalLoss(negative_weight, gamma, reduction="sum"))
    loss = model.train_on_batch(logits[None], labels[None])
    found = -added.get_weights()[0].ravel()
    assert np.isfinite([loss, *found]).all()
    # Labels 0: a lower logit is better; labels 1: a higher one. An edge that is wrong keeps a gradient.
    assert found[-2] == pytest.approx(negative_weight, rel=1e-5)
    assert found[1] == pytest.approx(-1, rel=1e-5)
    assert (np.sign(found[::2]) >= 0).all()
    assert (np.sign(found[1::2]) <= 0).all()
    step = 1e-5
    for place in range(2, 12):  # logits up to 20
        above, below = (
            focal_by_definition(labels[place], logits[place].astype(float) + shift, negative_weight, gamma)
            for shift in (step, -step)
        )
        assert found[place] == pytest.approx((above - below)[0] / (2 * step), rel=1e-3, abs=1e-6)


def test_focal_loss_is_rebuilt_from_its_configuration():
    loss = BalancedFocalLoss(negative_weight=0.7, gamma=1.8, reduction="sum")
    serialized = json.loads(json.dumps(keras.losses.serialize(loss)))
    again = keras.losses.deserialize(serialized)
    assert serialized["registered_name"] == "keras_hep>BalancedFocalLoss"
    assert again.get_config() == loss.get_config()
    assert (again.negative_weight, again.gamma, again.reduction) == (0.7, 1.8, "sum")


@pytest.mark.parametrize("argument", ["negative_weight", "gamma"])
def test_focal_loss_has_no_negative_arguments(argument):
    with pytest.raises(ValueError, match=f"{argument} must not be negative, got -0.1"):
        BalancedFocalLoss(**{argument: -0.1})
