"""The record of a time slice: what it holds, and what it refuses."""

import numpy as np
import pytest

from keras_hep.simulation.time_slice import TimeSlice

HITS = np.arange(15, dtype=np.float32).reshape(5, 3)
COUNTS, EVENT = np.array([3, 2], np.int32), np.array([0, 2], np.int32)
INTERVALS = np.array([[0.0, 0.5], [0.25, 1.0]])


def changed(array, place, value):
    array = array.copy()
    array[place] = value
    return array


def test_hits_know_their_track():
    slice_ = TimeSlice(HITS, COUNTS, EVENT, INTERVALS, 3)
    assert slice_.track.tolist() == [0, 0, 0, 1, 1]
    assert slice_.track.dtype == np.int32
    assert slice_.tracks == 2


def test_a_slice_without_tracks_is_one():
    slice_ = TimeSlice(HITS[:0], COUNTS[:0], EVENT[:0], INTERVALS[:0], 2)
    assert slice_.tracks == 0
    assert slice_.track.shape == (0,)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"hits": HITS.astype(float)}, "hits must be an array of float32, got float64"),
        ({"hits": HITS.tolist()}, "hits must be an array of float32, got list"),
        ({"event": EVENT.astype(np.int64)}, "event must be an array of int32"),
        ({"hits": HITS[:, :2]}, r"hits must have the shape \(5, 3\)"),
        ({"event": EVENT[:1]}, r"event must have the shape \(2,\) for 2 tracks"),
        ({"intervals": INTERVALS[:1]}, r"intervals must have the shape \(2, 2\)"),
        ({"events": 0}, "events must be an int of at least 1, got 0"),
        ({"events": 3.0}, "events must be an int"),
        ({"events": 2}, "event must lie between 0 and 1"),
        ({"event": changed(EVENT, 0, -1)}, "event must lie between 0 and 2"),
        ({"hit_counts": np.array([5, 0], np.int32)}, "every track must have a hit, got 0"),
        ({"hit_counts": np.array([3, 3], np.int32)}, "hit_counts must add up to the hits"),
        ({"hits": changed(HITS, (1, 2), np.nan)}, "hits must be finite"),
        ({"intervals": changed(INTERVALS, (1, 1), 0.25)}, "end after they begin"),
        ({"intervals": changed(INTERVALS, (1, 1), np.nan)}, "intervals must be finite"),
        ({"intervals": changed(INTERVALS, (1, 1), np.inf)}, "intervals must be finite"),
    ],
)
def test_what_is_no_slice_is_refused(change, rule):
    values = {"hits": HITS, "hit_counts": COUNTS, "event": EVENT, "intervals": INTERVALS, "events": 3}
    with pytest.raises(ValueError, match=rule):
        TimeSlice(**values | change)
