"""Residuals, pulls and covariances of track parameters: by hand, and for predictions drawn from known laws."""

import dataclasses

import numpy as np
import pytest
from scipy import stats

from keras_hep.metrics.track_parameters import TrackCovariances, TrackResiduals, track_residuals

TRUTH = np.array([[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [0.0, 0.0]]])
PREDICTED = np.array([[[1.5, 2.0], [3.0, 3.0]], [[4.0, 8.0], [-7.0, 9.0]]])
WEIGHTS = np.array([[1, 1], [1, 0]], np.float32)


def normal_tracks(tracks=20_000, scale=1.0, seed=1):
    """Residuals drawn from the covariances that go with them; `scale` shrinks the predicted errors."""
    random = np.random.default_rng(seed)
    sigma = random.uniform(0.1, 2.0, (2, tracks))
    correlation = random.uniform(-0.9, -0.1, tracks)
    first, second = random.normal(size=(2, tracks))
    slope = correlation * first + np.sqrt(1 - correlation**2) * second
    entries = np.stack([sigma[0] ** 2, correlation * sigma[0] * sigma[1], sigma[1] ** 2], axis=1) * scale**2
    event = np.arange(tracks) // 2
    return TrackCovariances(np.stack([sigma[0] * first, sigma[1] * slope], axis=1), event, event * 0 + 2, entries)


def test_residuals_by_hand():
    found = track_residuals([(None, TRUTH, PREDICTED, WEIGHTS)])
    np.testing.assert_array_equal(found.values, [[0.5, 0.0], [0.0, -1.0], [-1.0, 2.0]])
    np.testing.assert_array_equal(found.event, [0, 0, 1])
    np.testing.assert_array_equal(found.multiplicity, [2, 2, 1])
    assert type(found) is TrackResiduals
    assert found.mean("intercept")[0] == pytest.approx(-0.5 / 3)
    assert found.mean("slope")[0] == pytest.approx(1 / 3)
    assert found.rms("intercept")[0] == pytest.approx(np.sqrt(1.25 / 3))
    assert found.mean_squared_error()[0] == pytest.approx((1.25 + 5) / 6)
    assert found.combined_rms()[0] == pytest.approx(np.sqrt((1.25 + 5) / 6))
    assert found.correlation()[0] == pytest.approx(np.corrcoef(found.values.T)[0, 1])


def test_combined_error_is_half_the_relative_one_of_the_square():
    found = normal_tracks(500)
    (square, square_error), (root, error) = found.mean_squared_error(), found.combined_rms()
    assert root == pytest.approx(np.sqrt(square))
    assert error / root == pytest.approx(square_error / square / 2)


def test_events_go_on_from_batch_to_batch():
    found = track_residuals([(None, TRUTH, PREDICTED, WEIGHTS), (None, TRUTH[:1], PREDICTED[:1], WEIGHTS[:1])])
    np.testing.assert_array_equal(found.event, [0, 0, 1, 2, 2])


def test_by_multiplicity():
    tracks = normal_tracks(100)
    mixed = dataclasses.replace(tracks, multiplicity=np.where(tracks.event < 20, 3, 5))
    assert len(mixed.with_multiplicity(3).values) == 40
    np.testing.assert_array_equal(mixed.with_multiplicity(5).entries, tracks.entries[40:])
    with pytest.raises(ValueError, match=r"events of that many tracks \(3, 5\), got 4"):
        mixed.with_multiplicity(4)


def test_right_covariances():
    found = normal_tracks()
    assert found.positive_definite().all()
    for parameter in ("intercept", "slope"):
        mean, error = found.pull_mean(parameter)
        assert abs(mean) < 4 * error
        width, error = found.pull_width(parameter)
        assert abs(width - 1) < 4 * error
    assert stats.kstest(found.squared_distances(), stats.chi2(2).cdf).pvalue > 1e-3
    median, error = found.median_squared_distance()
    assert abs(median - 2 * np.log(2)) < 4 * error
    for probability in (0.68, 0.95):
        inside, error = found.coverage(probability)
        assert abs(inside - probability) < 4 * error
    assert found.negative_correlations()[0] == 1
    assert found.likelihood()[0] < found.constant_likelihood()[0]


def test_errors_predicted_too_small_are_seen():
    found = normal_tracks(scale=0.5)
    assert found.pull_width("slope")[0] == pytest.approx(2, rel=0.05)
    assert found.median_squared_distance()[0] == pytest.approx(4 * 2 * np.log(2), rel=0.05)
    assert found.coverage(0.95)[0] == pytest.approx(1 - 0.05**0.25, abs=0.02)


def test_distances_and_likelihood_are_linear_algebra():
    found = normal_tracks(50)
    matrices = found.entries[:, [0, 1, 1, 2]].reshape(-1, 2, 2)
    distances = [r @ np.linalg.inv(matrix) @ r for r, matrix in zip(found.values, matrices, strict=True)]
    np.testing.assert_allclose(found.squared_distances(), distances)
    expected = np.mean(np.log(np.linalg.det(matrices)) + distances)
    assert found.likelihood()[0] == pytest.approx(expected)
    np.testing.assert_allclose(found.correlations(), matrices[:, 0, 1] / np.sqrt(matrices[:, 0, 0] * matrices[:, 1, 1]))
    assert found.mean_correlation()[0] == pytest.approx(found.correlations().mean())


def test_constant_likelihood_is_that_of_the_best_constant_covariance():
    found = normal_tracks(2000)
    second = found.values.T @ found.values / len(found.values)
    entries = np.broadcast_to([second[0, 0], second[0, 1], second[1, 1]], (2000, 3))
    constant = dataclasses.replace(found, entries=entries)
    (ours, ours_error), (theirs, theirs_error) = found.constant_likelihood(), constant.likelihood()
    assert (ours, ours_error) == pytest.approx((theirs, theirs_error))
    assert dataclasses.replace(found, entries=1.1 * entries).likelihood()[0] > ours


def test_matrices_that_are_not_positive_definite_are_found():
    entries = np.array([[1.0, 0.0, 1.0], [1.0, 1.0, 1.0], [-1.0, 0.0, -1.0], [1.0, 0.99, 1.0]])
    found = TrackCovariances(np.zeros((4, 2)), np.arange(4), np.ones(4, int), entries)
    assert found.positive_definite().tolist() == [True, False, False, True]


def test_five_columns_give_covariances():
    predicted = np.concatenate([PREDICTED, np.broadcast_to([1.0, -0.5, 4.0], (2, 2, 3))], axis=-1)
    found = track_residuals([(None, TRUTH, predicted, WEIGHTS)])
    assert type(found) is TrackCovariances
    np.testing.assert_array_equal(found.entries, [[1.0, -0.5, 4.0]] * 3)
    np.testing.assert_array_equal(found.pulls("slope"), [0.0, -0.5, 1.0])
    np.testing.assert_array_equal(found.pulls("intercept"), [0.5, 0.0, -1.0])


@pytest.mark.parametrize("batches", [[], [(None, TRUTH, PREDICTED, 0 * WEIGHTS)]])
def test_no_tracks(batches):
    with pytest.raises(ValueError, match="at least one track, got none"):
        track_residuals(batches)


def test_wrong_columns():
    with pytest.raises(ValueError, match="2 columns, or 5 with covariances, got 3"):
        track_residuals([(None, TRUTH, np.zeros((2, 2, 3)), WEIGHTS)])


def test_unknown_parameter():
    with pytest.raises(ValueError, match="one of intercept, slope, got 'curvature'"):
        normal_tracks(10).rms("curvature")


@pytest.mark.parametrize("probability", [0, 1, 95])
def test_coverage_of_a_probability(probability):
    with pytest.raises(ValueError, match=f"between 0 and 1, got {probability}"):
        normal_tracks(10).coverage(probability)
