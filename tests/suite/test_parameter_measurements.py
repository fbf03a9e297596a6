"""Residuals of track parameters become quantities and curves with the right values, names and units."""

import types

import numpy as np
import pytest

from keras_hep.metrics.track_parameters import TrackCovariances, TrackResiduals
from keras_hep.simulation.track_images import TrackImages
from keras_hep.suite import parameter_measurements as measurements

STREAM = TrackImages(layers=12, pixels=12, slots=2, tracks=1)  # scaled slope = 6 x slope
VALUES = np.array([[1.0, 6.0], [-1.0, 0.0], [3.0, -6.0], [-3.0, 0.0]])
ENTRIES = np.array([[1.0, -1.0, 4.0], [1.0, 0.0, 4.0], [4.0, 1.0, 9.0], [4.0, -1.0, 9.0]])
EVENT, MULTIPLICITY = np.array([0, 1, 2, 2]), np.array([1, 1, 2, 2])
RESIDUALS = TrackResiduals(VALUES, EVENT, MULTIPLICITY)
COVARIANCES = TrackCovariances(VALUES, EVENT, MULTIPLICITY, ENTRIES)


def values(entries):
    return {entry.name: entry.value for entry in entries}


def test_residuals():
    found = {entry.name: entry for entry in measurements.residuals(RESIDUALS, STREAM, "single_")}
    assert all(name.startswith("single_") for name in found)
    expected = {"intercept_mean": 0.0, "intercept_rms": 5**0.5, "slope_rms": 18**0.5 / 6, "scaled_slope_rms": 18**0.5}
    expected |= {"intercept_bias": 0.0, "slope_bias": 0.0, "test_mse": (5 + 18) / 2, "combined_rms": 11.5**0.5}
    # a uniform entry has a spread of 12 / sqrt(12), the scaled difference of two of them 12 / sqrt(24)
    expected |= {"intercept_rms_over_prior": 5**0.5 / 12**0.5, "slope_rms_over_prior": 18**0.5 / 6**0.5}
    assert {name: found[f"single_{name}"].value for name in expected} == pytest.approx(expected)
    units = {name.removeprefix("single_"): entry.unit for name, entry in found.items()}
    assert (units["intercept_rms"], units["slope_rms"], units["scaled_slope_rms"]) == ("px", "px/layer", "px")
    assert (units["test_mse"], units["slope_bias"]) == ("px^2", "1")
    assert all(entry.count == 4 for entry in found.values())


def test_a_bias_is_the_size_of_the_mean_over_the_rms():
    shifted = TrackResiduals(VALUES - (10.0, 0.0), EVENT, MULTIPLICITY)
    found = values(measurements.residuals(shifted, STREAM))
    assert found["intercept_mean"] == -10.0
    assert found["intercept_bias"] == pytest.approx(10 / 105**0.5)


def test_residuals_by_tracks():
    found = values(measurements.by_tracks(RESIDUALS, 2))
    assert found["intercept_rms_1"] == 1.0
    assert found["intercept_rms_2"] == 3.0
    assert found["scaled_slope_rms_2"] == pytest.approx(18**0.5)
    (curve,) = measurements.combined_rms_by_tracks(RESIDUALS, 2)
    assert curve.x == (1, 2)
    assert curve.y == pytest.approx((found["combined_rms_1"], found["combined_rms_2"]))
    assert (curve.x_unit, curve.y_unit) == ("tracks", "px")


def test_shown_tracks_are_the_first_real_ones_with_the_slope_per_layer():
    true = np.array([[[1.0, 6.0], [9.0, 9.0]], [[2.0, 12.0], [3.0, -6.0]]])
    weights = np.array([[1.0, 0.0], [1.0, 1.0]])
    shown = measurements.shown_tracks([(None, true, true + 6, weights)], STREAM, most=2)
    np.testing.assert_array_equal(shown["true"], np.float32([(1, 1), (2, 2)]))
    np.testing.assert_array_equal(shown["predicted"], np.float32([(7, 2), (8, 3)]))
    np.testing.assert_array_equal(shown["multiplicity"], [1, 2])


def test_floor_over_the_formula_is_1_for_hits_of_independent_errors():
    random, layer = np.random.default_rng(3), np.arange(12)
    errors = random.uniform(-0.5, 0.5, (20_000, 12))
    slope, intercept = np.polyfit(layer, errors.T, 1)
    fitted = TrackResiduals(np.stack([intercept, 6 * slope], axis=1), np.arange(20_000), np.ones(20_000, int))
    found = values(measurements.floor(fitted, STREAM))
    assert found["intercept_floor_over_formula"] == pytest.approx(1, abs=0.02)
    assert found["slope_floor_over_formula"] == pytest.approx(1, abs=0.02)
    assert found["scaled_slope_floor"] == pytest.approx(6 * slope.std(), rel=0.02)


def test_event_law():
    isolated = np.zeros((4, 3, 5), np.uint8)
    isolated[0, 2, 0] = isolated[1, 0, 1] = 1
    found = {entry.name: entry for entry in measurements.event_law(np.array([[1, 0, 0], [1, 1, 1]]), isolated)}
    assert (found["fewest_tracks"].value, found["most_tracks"].value) == (1, 3)
    assert (found["tracks_per_event"].value, found["tracks_per_event"].error) == (2.0, 1.0)
    assert found["tracks_touching_pixel_0"].value == 0.25


def test_order_looks_at_events_of_several_tracks_and_not_at_empty_slots():
    truth = np.zeros((4, 3, 2))
    truth[..., 0] = [(1, 2, 3), (1, 2, 0), (5, 0, 0), (1, 2, 3)]
    weights = np.array([(1, 1, 1), (1, 1, 0), (1, 0, 0), (1, 1, 1)])
    predicted = truth.copy()
    predicted[0, :2, 0] = 2, 1
    predicted[2, :2, 0] = 2, 1
    found = values(measurements.order([(None, truth, predicted, weights)]))
    assert found == {"targets_in_order": 1.0, "predicted_in_order": pytest.approx(2 / 3)}


def test_learning():
    fitted = types.SimpleNamespace(history={"events": [100, 200], "loss": [2.0, 1.0]})
    (curve,) = measurements.learning(fitted, "three_", unit="nat")
    assert (curve.name, curve.x, curve.y, curve.y_unit) == ("three_training_loss", (100, 200), (2.0, 1.0), "nat")


def test_covariances():
    found = values(measurements.covariances(COVARIANCES))
    assert found["positive_definite"] == 1.0
    assert found["negative_correlation"] == 0.5
    pulls = np.array([1.0, -1.0, 1.5, -1.5])
    assert found["intercept_pull_width"] == pytest.approx(pulls.std())
    assert found["intercept_pull_mean"] == 0.0
    distances = [
        np.array(r) @ np.linalg.inv([[b, c], [c, m]]) @ r for r, (b, c, m) in zip(VALUES, ENTRIES, strict=True)
    ]
    logarithm = np.mean(np.log([3.0, 4.0, 35.0, 35.0]))
    assert found["gaussian_loss"] == pytest.approx(logarithm + np.mean(distances))
    assert found["gaussian_loss_doubled"] == pytest.approx(logarithm + 4 * np.log(2) + np.mean(distances) / 4)
    assert found["gaussian_loss_halved"] == pytest.approx(logarithm - 4 * np.log(2) + np.mean(distances) * 4)
    assert found["median_distance"] == pytest.approx(np.median(distances))
    second = VALUES.T @ VALUES / 4
    assert found["constant_covariance_loss"] == pytest.approx(np.log(np.linalg.det(second)) + 2)


def test_a_matrix_that_is_not_positive_definite_is_counted():
    broken = TrackCovariances(VALUES[:2], EVENT[:2], MULTIPLICITY[:2], np.array([[1.0, 2.0, 1.0], [1.0, 0.0, 1.0]]))
    with np.errstate(invalid="ignore"):
        assert values(measurements.covariances(broken))["positive_definite"] == 0.5


def test_covariances_by_tracks():
    found = values(measurements.covariances_by_tracks(COVARIANCES, 2))
    assert (found["intercept_error_1"], found["intercept_error_2"]) == (1.0, 2.0)
    assert found["mean_correlation_1"] == pytest.approx(-0.25)
    assert found["mean_correlation_2"] == pytest.approx(0.0)
    # det 3 and d^2 (4 + 12 + 36) / 3 of the first track, det 4 and d^2 1 of the second
    assert found["gaussian_loss_1"] == pytest.approx(np.log(12) / 2 + (52 / 3 + 1) / 2)


@pytest.mark.parametrize(("spread", "contrast"), [([1.0, 4.0], 4.0), ([2.0, 2.0], 1.0)])
def test_calibration_compares_the_least_with_the_most_certain_tracks(spread, contrast):
    random = np.random.default_rng(5)
    entries = np.ones((40_000, 3)) * (1.0, 0.0, 1.0)
    entries[::2] *= 16
    sigma = np.where(np.arange(40_000) % 2, spread[0], spread[1])
    measured = TrackCovariances(
        random.normal(0, sigma[:, None], (40_000, 2)), np.arange(40_000), np.ones(40_000, int), entries
    )
    quantities, curves = measurements.calibration(measured, bins=4)
    assert values(quantities)["intercept_error_contrast"] == pytest.approx(contrast, rel=0.03)
    assert {curve.name for curve in curves} == {"intercept_calibration", "slope_calibration"}
    assert curves[0].x == (1.0, 1.0, 4.0, 4.0)
    assert curves[0].y == pytest.approx((spread[0], spread[0], spread[1], spread[1]), rel=0.03)


def test_distance_quantiles_of_normal_residuals_are_those_expected():
    random = np.random.default_rng(5)
    entries = np.ones((40_000, 3)) * (1.0, 0.0, 1.0)
    normal = TrackCovariances(random.normal(0, 1, (40_000, 2)), np.arange(40_000), np.ones(40_000, int), entries)
    (curve,) = measurements.distance_quantiles(normal)
    assert {2.0, 4.0, 6.0, 8.0, 9.5} <= set(curve.x)
    assert curve.y == pytest.approx(curve.x, rel=0.08)
    pulls = (np.subtract(curve.y, curve.x)) / curve.error
    assert np.abs(pulls).max() < 4
