"""Graphs of time slices: which tracks are joined, which hits, and what is refused."""

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies

from keras_hep.graphs.time_slice_graphs import hit_graph, overlapping_pairs, track_graph
from keras_hep.simulation.spd_slices import SPDSlices
from keras_hep.simulation.time_slice import TimeSlice


def all_with_all(intervals):
    """The published rule, written down for every pair."""
    left, right = np.asarray(intervals, float).reshape(-1, 2).T
    overlap = (left[:, None] < right) & (right[:, None] > left)
    np.fill_diagonal(overlap, False)
    return np.nonzero(overlap)


def three_tracks():
    intervals = np.array([[0.0, 0.4], [0.3, 0.8], [0.0, 0.4]])
    counts, event = np.array([2, 1, 3], np.int32), np.array([0, 1, 0], np.int32)
    return TimeSlice(np.arange(18, dtype=np.float32).reshape(6, 3), counts, event, intervals, events=2)


def test_pairs_by_hand():
    senders, receivers = overlapping_pairs([[0.0, 0.4], [0.4, 0.6], [0.1, 0.5], [0.9, 1.0]])
    assert senders.tolist() == [0, 1, 2, 2]  # 0 and 1 only touch, 3 is alone
    assert receivers.tolist() == [2, 2, 0, 1]
    assert senders.dtype == receivers.dtype == np.int32


# Few different ends, so that equal ends, touching intervals and intervals of no length are common.
ends = strategies.lists(
    strategies.tuples(strategies.integers(0, 8), strategies.integers(0, 8)).map(sorted), max_size=30
)


@hypothesis.given(ends)
def test_pairs_are_those_of_comparing_all_with_all(intervals):
    intervals = np.array(intervals, float).reshape(-1, 2)
    for found, expected in zip(overlapping_pairs(intervals), all_with_all(intervals), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_many_tracks_too():
    random = np.random.default_rng(3)
    intervals = np.sort(random.random((700, 2)), axis=1)
    for found, expected in zip(overlapping_pairs(intervals), all_with_all(intervals), strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("resolution", [2, 5, 7])
@pytest.mark.parametrize("mean_events", [4.0, 15.0])
def test_tracks_are_joined_whose_events_are_near(mean_events, resolution):
    time_slice = SPDSlices(mean_events, resolution).slice(seed=5)
    event, reach = time_slice.event, min(resolution, time_slice.events - 2)
    near = np.abs(event[:, None] - event) <= reach
    np.fill_diagonal(near, False)
    graph = track_graph(time_slice)
    np.testing.assert_array_equal(np.stack([graph.senders, graph.receivers]), np.nonzero(near))
    np.testing.assert_array_equal(graph.edges["label"], event[graph.senders] == event[graph.receivers])


def test_an_order_of_tracks_is_as_good_as_another():
    intervals = SPDSlices(6.0, 3).slice(seed=1).intervals
    order = np.random.default_rng(1).permutation(len(intervals))
    pairs = set(zip(*(order[ends] for ends in overlapping_pairs(intervals[order])), strict=True))
    assert pairs == set(zip(*overlapping_pairs(intervals), strict=True))


def test_hits_are_joined_along_tracks_by_hand():
    graph = hit_graph(three_tracks())
    assert graph.senders.tolist() == [0, 1, 3, 4, 4, 5]
    assert graph.receivers.tolist() == [1, 0, 4, 3, 5, 4]
    np.testing.assert_array_equal(graph.nodes["position"], three_tracks().hits)
    assert graph.nodes["position"].dtype == np.float32


def test_hits_of_a_simulated_slice():
    time_slice = SPDSlices(5.0).slice(seed=4)
    graph = hit_graph(time_slice)
    assert graph.number_of_edges == 2 * (len(time_slice.hits) - time_slice.tracks)
    assert (time_slice.track[graph.senders] == time_slice.track[graph.receivers]).all()
    assert (np.abs(graph.senders - graph.receivers) == 1).all()
    order = np.lexsort((graph.receivers, graph.senders))
    np.testing.assert_array_equal(order, np.arange(len(order)))


def test_a_track_of_one_hit_has_no_edges():
    single = TimeSlice(
        np.zeros((1, 3), np.float32), np.ones(1, np.int32), np.zeros(1, np.int32), np.array([[0.0, 1.0]]), events=1
    )
    assert hit_graph(single).number_of_edges == 0
    assert track_graph(single).number_of_edges == 0


@pytest.mark.parametrize(
    ("intervals", "message"),
    [
        ([0.0, 1.0], "shape"),
        ([[0.0, 0.5, 1.0]], "shape"),
        ([[0.0, 1.0], [0.6, 0.5]], r"\[0.6, 0.5\] of track 1"),
        ([[0.0, np.nan]], "of track 0"),
        ([[-np.inf, 1.0]], "of track 0"),
    ],
)
def test_what_is_no_interval_is_refused(intervals, message):
    with pytest.raises(ValueError, match=message):
        overlapping_pairs(intervals)


def test_no_tracks_have_no_pairs():
    assert [len(ends) for ends in overlapping_pairs(np.zeros((0, 2)))] == [0, 0]
