"""Fits to isolated tracks and constant predictions, against what can be worked out."""

import dataclasses

import numpy as np
import pytest

from keras_hep.metrics.track_parameter_baselines import constant_residuals, fit_lines, least_squares_residuals
from keras_hep.simulation.track_images import TrackImages

FULL = TrackImages()


def test_fit_equals_polyfit():
    pixels = np.random.default_rng(1).integers(0, 50, (20, 50))
    intercept, slope = fit_lines(pixels)
    expected = np.polyfit(np.arange(50), pixels.T + 0.5, 1)
    np.testing.assert_allclose([slope, intercept], expected, atol=1e-9)


def test_fit_of_centres_on_a_line_is_exact():
    intercept, slope = fit_lines(np.array([[0, 2, 4, 6]]))
    np.testing.assert_allclose([intercept, slope], [[0.5], [2.0]], atol=1e-12)


def test_pixel_size_limits_the_fit():
    """Uniform residuals within pixels, taken as independent: sigma^2 = 1/12 per hit; neighbours in fact repeat."""
    found = least_squares_residuals(FULL, 20_000, 1)
    layer = np.arange(50)
    independent = 25 * np.sqrt(1 / 12 / np.sum((layer - layer.mean()) ** 2))
    slope, intercept = found.rms("slope")[0], found.rms("intercept")[0]
    assert intercept == pytest.approx(0.081, abs=0.004)
    assert slope == pytest.approx(0.071, abs=0.004)
    assert independent < slope < 2 * independent
    assert found.correlation()[0] == pytest.approx(-np.sqrt(3) / 2, abs=0.02)
    assert found.constant_likelihood()[0] == pytest.approx(-9.65, abs=0.15)
    assert found.mean_squared_error()[0] == pytest.approx((slope**2 + intercept**2) / 2)


def test_fit_is_unbiased_and_of_isolated_tracks():
    found = least_squares_residuals(FULL, 20_000, 2)
    for parameter in ("intercept", "slope"):
        mean, error = found.mean(parameter)
        assert abs(mean) < 4 * error
    assert set(found.multiplicity) == {1}
    np.testing.assert_array_equal(found.values, least_squares_residuals(FULL, 20_000, 2).values)


@pytest.mark.parametrize("tracks", [1, 3, 6])
def test_constant_predictions_leave_the_spread_of_order_statistics(tracks):
    rank = np.arange(1, tracks + 1)
    intercept = 2500 * np.mean(rank * (tracks + 1 - rank)) / ((tracks + 1) ** 2 * (tracks + 2))
    slope = (2500 / 12 + intercept) / 4
    stream = dataclasses.replace(FULL, tracks=tracks, tracks_law="fixed")
    value, error = constant_residuals(stream, 20_000, 3).mean_squared_error()
    assert abs(value - (intercept + slope) / 2) < 4 * error
    assert error < 0.01 * value


def test_constant_predictions_of_slots_that_are_rarely_filled():
    found = constant_residuals(TrackImages(slots=6, tracks=0.1), 50, 1)
    assert np.isfinite(found.values).all()
    assert found.multiplicity.max() < 6
