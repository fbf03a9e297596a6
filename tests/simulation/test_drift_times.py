"""Drift-time intervals: the published values, who overlaps with whom, and the jitter."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from keras_hep.simulation.drift_times import drift_intervals, half_width


def overlapping(intervals):
    """Return which pairs of intervals overlap strictly, bool array."""
    left, right = intervals.T
    return (left[:, None] < right) & (right[:, None] > left)


@pytest.mark.parametrize(("event", "published"), [(9, (0.384, 0.999)), (0, (0.000, 0.307)), (13, (0.692, 1.00))])
def test_the_three_tracks_of_the_slide(event, published):
    (interval,) = drift_intervals([event], events=14, resolution=7)
    np.testing.assert_allclose(interval, published, rtol=0, atol=1e-3)
    np.testing.assert_array_equal(np.floor(1000 * interval), np.round(1000 * np.array(published)))


@pytest.mark.parametrize(
    ("events", "resolution", "event", "published"),
    [
        (14, 5, 11, (0.6156153846153846, 1.0)),
        (25, 4, 3, (0.0209375, 0.2290625)),
        (6, 5, 0, (0.0, 0.4995)),
        (6, 5, 1, (0.0, 0.6995)),
        (6, 5, 3, (0.1005, 1.0)),
        (6, 5, 5, (0.5005, 1.0)),
    ],
)
def test_published_slices(events, resolution, event, published):
    np.testing.assert_allclose(drift_intervals([event], events, resolution), [published], rtol=0, atol=1e-15)


@pytest.mark.parametrize(("events", "resolution"), [(2, 0), (2, 7), (8, 6), (8, 7), (8, 20)])
def test_without_an_event_so_far_away_the_width_is_that_of_the_time_slice(events, resolution):
    assert half_width(events, resolution) == 0.4995


def test_with_one_it_grows_with_the_resolution():
    assert half_width(8, 5) == pytest.approx(0.999 * 6 / 14, rel=1e-15)
    assert half_width(8, 0) == pytest.approx(0.999 / 14, rel=1e-15)


@given(events=st.integers(2, 80), resolution=st.integers(0, 90))
@example(events=8, resolution=5)
@example(events=8, resolution=6)
def test_intervals_overlap_up_to_the_resolution_and_without_an_event_so_far_away_all_but_the_outermost(
    events, resolution
):
    event = np.arange(events)
    distance = np.abs(event[:, None] - event)
    farthest = resolution if resolution + 1 < events - 1 else events - 2
    overlap = overlapping(drift_intervals(event, events, resolution))
    np.testing.assert_array_equal(overlap, distance <= farthest)


@given(events=st.integers(2, 40), resolution=st.integers(0, 9), seed=st.integers(0, 2**32 - 1))
def test_equal_intervals_are_the_label_and_nothing_else(events, resolution, seed):
    event = np.random.default_rng(seed).integers(0, events, 60)
    intervals = drift_intervals(event, events, resolution)
    equal = (intervals[:, None] == intervals).all(axis=-1)
    np.testing.assert_array_equal(equal, event[:, None] == event)


@given(events=st.integers(2, 40), resolution=st.integers(0, 9), jitter=st.floats(0, 5), seed=st.integers(0, 2**32 - 1))
def test_intervals_lie_in_the_time_slice_and_are_never_empty(events, resolution, jitter, seed):
    random = np.random.default_rng(seed)
    left, right = drift_intervals(random.integers(0, events, 50), events, resolution, jitter, random).T
    assert np.all((left >= 0) & (left < right) & (right <= 1))


def test_jitter_shifts_centres_uniformly_and_leaves_the_width():
    event = np.full(20_000, 50)
    left, right = drift_intervals(event, 101, 7, 0.5, np.random.default_rng(3)).T
    np.testing.assert_allclose(right - left, 2 * half_width(101, 7), rtol=1e-12)
    shift = 100 * (left + right) / 2 - 50
    assert -0.5 <= shift.min() < -0.499
    assert 0.499 < shift.max() <= 0.5
    assert abs(shift.mean()) < 4 * 0.5 / np.sqrt(3 * len(shift))
    assert shift.std() == pytest.approx(0.5 / np.sqrt(3), rel=0.02)


def test_jitter_of_few_events_is_no_more_than_the_half_width():
    left, right = drift_intervals(np.zeros(5000, int), 2, 5, 1.0, np.random.default_rng(4)).T
    assert not left.all()
    assert 0 < right.min() < 0.01
    assert 0.99 < right.max() < 1


def test_jittered_tracks_of_an_event_have_intervals_of_their_own():
    event = np.repeat(np.arange(12), 4)
    intervals = drift_intervals(event, 12, 3, 1.0, np.random.default_rng(5))
    interior = intervals[(intervals[:, 0] > 0) & (intervals[:, 1] < 1)]
    assert len(interior) > 12
    assert len(np.unique(interior, axis=0)) == len(interior)


def test_the_same_generator_gives_the_same_jitter_and_none_draws_nothing():
    event, random = np.arange(9), np.random.default_rng(6)
    first = drift_intervals(event, 9, 2, 1.0, np.random.default_rng(6))
    np.testing.assert_array_equal(first, drift_intervals(event, 9, 2, 1.0, random))
    state = random.bit_generator.state
    drift_intervals(event, 9, 2, 0.0, random)
    assert random.bit_generator.state == state


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        ({"events": 1}, "events must be an int of at least 2, got 1"),
        ({"events": 14.0}, "events must be an int"),
        ({"resolution": -1}, "resolution must be an int of at least 0, got -1"),
        ({"resolution": 2.5}, "resolution must be an int"),
        ({"event": [14]}, "event must lie between 0 and 13"),
        ({"event": [-1]}, "event must lie between 0 and 13"),
        ({"jitter": -0.1}, "jitter must be a finite number of at least 0, got -0.1"),
        ({"jitter": float("nan")}, "jitter must be a finite number"),
        ({"jitter": 1.0}, "jitter needs random"),
    ],
)
def test_what_has_no_interval_is_refused(arguments, rule):
    with pytest.raises(ValueError, match=rule):
        drift_intervals(**{"event": [0], "events": 14, "resolution": 5} | arguments)
