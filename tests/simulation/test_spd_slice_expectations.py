"""Exact expectations of SPD time slices: limits that can be written down, and the drawn ones."""

import dataclasses

import numpy as np
import pytest
from scipy import stats

from keras_hep.simulation import spd_slice_expectations
from keras_hep.simulation.spd_slice_expectations import hits_law, reach_by_station
from keras_hep.simulation.spd_slices import SPDSlices


@pytest.fixture(scope="module")
def reach():
    return reach_by_station()


def test_reach_falls_from_station_to_station(reach):
    assert reach.shape == (35,)
    assert reach[0] < 1
    assert np.all(np.diff(reach) < 0)


def test_more_points_change_nothing(reach, monkeypatch):
    monkeypatch.setattr(spd_slice_expectations, "_POINTS", 48)
    np.testing.assert_allclose(reach_by_station(), reach, rtol=0, atol=3e-6)


def test_first_station_by_hand(reach):
    """To 150 mm tracks are nearly straight: those leave whose |cos(theta)| is above that of the end, for z = 0."""
    assert 1 - reach[0] == pytest.approx(1 - 2386 / np.hypot(2386, 139), rel=0.06)  # chords are 137 mm on average


def test_without_losses_the_law_is_that_of_the_stations_reached(reach):
    law = hits_law(efficiency=1.0, minimum_hits=0)
    np.testing.assert_allclose(1 - np.cumsum(law)[:-1], reach, atol=1e-12)


@pytest.mark.parametrize(("efficiency", "minimum_hits"), [(0.95, 3), (0.6, 1), (0.95, 28)])
def test_drawn_tracks_have_the_law(efficiency, minimum_hits):
    slices = dataclasses.replace(SPDSlices(), efficiency=efficiency, minimum_hits=minimum_hits)
    counts = np.concatenate([slices.slice([17, number]).hit_counts for number in range(400)])
    expected = len(counts) * hits_law(efficiency, minimum_hits)
    observed = np.bincount(counts, minlength=36)
    assert expected.sum() == pytest.approx(len(counts))
    assert not observed[expected == 0].any()
    common = expected > 8
    rest = [observed[~common].sum(), expected[~common].sum()]
    observed, expected = np.append(observed[common], rest[0]), np.append(expected[common], rest[1])
    chosen = expected > 0
    assert stats.chisquare(observed[chosen], expected[chosen]).pvalue > 1e-3
