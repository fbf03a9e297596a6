"""Time slices with one number of events: the number, the law of their events, and bad input."""

import numpy as np
import pytest

from keras_hep.simulation.drift_times import drift_intervals
from keras_hep.simulation.numbered_events import slice_of
from keras_hep.simulation.spd_slices import SPDSlices


@pytest.mark.parametrize("events", [2, 3, 15])
def test_every_event_is_there_with_its_tracks(events):
    for seed in range(20):
        slice_ = slice_of(SPDSlices(), events, seed)
        counts = np.bincount(slice_.event, minlength=events)
        assert slice_.events == len(counts) == events
        assert counts.min() >= 2
        assert counts.max() <= 5


def test_same_seed_same_slice():
    first, again, other = (slice_of(SPDSlices(), 6, seed) for seed in ([1, 2], [1, 2], [1, 3]))
    np.testing.assert_array_equal(first.hits, again.hits)
    np.testing.assert_array_equal(first.event, again.event)
    assert len(other.hits) != len(first.hits) or (other.hits != first.hits).any()


def test_intervals_are_those_of_the_events_that_are_kept():
    slice_ = slice_of(SPDSlices(resolution=3), 9, seed=1)
    np.testing.assert_array_equal(slice_.intervals, drift_intervals(slice_.event, 9, 3))


def test_tracks_are_those_of_the_larger_slice():
    simulation = SPDSlices(mean_events=12.0)
    slice_, larger = slice_of(simulation, 6, seed=4), simulation.slice([4, 0])
    assert larger.events >= 6
    kept = larger.event < 6
    np.testing.assert_array_equal(slice_.hit_counts, larger.hit_counts[kept])
    np.testing.assert_array_equal(slice_.hits, larger.hits[kept[larger.track]])


def test_numbers_of_tracks_have_the_law_of_other_slices():
    counts = np.concatenate([np.bincount(slice_of(SPDSlices(), 15, seed).event) for seed in range(100)])
    assert counts.mean() == pytest.approx(3.5, abs=5 * np.sqrt(1.25 / 1500))


def test_too_few_events_are_refused():
    with pytest.raises(ValueError, match="events must be at least 2, got 1"):
        slice_of(SPDSlices(), 1, seed=1)


def test_shifted_intervals_are_refused():
    with pytest.raises(ValueError, match=r"got a jitter of 1.0: set it to 0"):
        slice_of(SPDSlices(jitter=1.0), 5, seed=1)
