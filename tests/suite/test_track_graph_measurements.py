"""Counts of the graphs of time slices, by hand and against slices drawn here."""

import dataclasses

import numpy as np
import pytest

from keras_hep.graphs.time_slice_graphs import track_graph
from keras_hep.simulation.spd_slices import SPDSlices
from keras_hep.simulation.time_slice import TimeSlice
from keras_hep.suite import track_graph_measurements as measurements

COUNTS = measurements.TrackGraphCounts(
    (2, 4), np.array([5, 7, 6]), np.array([[10, 20, 30], [20, 40, 60]]), np.array([[2, 6, 4], [2, 6, 4]]), np.zeros(3)
)


def test_counts_are_those_of_the_graph_of_each_slice():
    simulation = SPDSlices(mean_events=6.0)
    counts = measurements.counted(simulation, 5, (2, 3), [8])
    for row, resolution in enumerate((2, 3)):
        drawn = [dataclasses.replace(simulation, resolution=resolution).slice([8, number]) for number in range(5)]
        graphs = [track_graph(one) for one in drawn]
        assert counts.edges[row].tolist() == [graph.number_of_edges for graph in graphs]
        assert counts.true_edges[row].tolist() == [graph.edges["label"].sum() for graph in graphs]
        assert counts.tracks.tolist() == [one.tracks for one in drawn]
    assert counts.faults.tolist() == [0, 0, 0]


def test_shifted_intervals_break_the_rule_and_it_is_not_asked():
    simulation = SPDSlices(mean_events=8.0, jitter=1.0)
    shifted = measurements.counted(simulation, 4, (3,), [8])
    assert shifted.faults.tolist() == [0, 0, 0]
    straight = measurements.counted(dataclasses.replace(simulation, jitter=0.0), 4, (3,), [8])
    assert (shifted.edges != straight.edges).any()


def test_intervals_against_the_rule_are_counted(monkeypatch):
    wider = lambda event, events, resolution, *_: np.tile([0.0, 1.0], (len(event), 1))  # noqa: E731
    monkeypatch.setattr(measurements, "drift_intervals", wider)
    counts = measurements.counted(SPDSlices(mean_events=8.0), 3, (2,), [8])
    missing = counts.tracks * (counts.tracks - 1) - counts.edges[0]
    assert missing.tolist() == [0, 0, 0]  # every track is joined to every other one
    assert counts.faults[0] > 0
    assert counts.faults[1:].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("senders", "receivers", "faults"),
    [
        ([0, 1, 1, 2, 3, 4], [1, 0, 2, 1, 4, 3], 0),
        ([0, 1, 3, 4], [1, 0, 4, 3], 2 + 1 + 1),  # a step is missing: two edges, one piece more, a track in two pieces
        ([0, 1, 1, 2, 2, 3], [1, 0, 2, 1, 3, 2], 0 + 0 + 1),  # the first track reaches into the second
    ],
)
def test_paths_that_are_none_are_counted(senders, receivers, faults, monkeypatch):
    hits, counts = np.zeros((5, 3), np.float32), np.array([3, 2], np.int32)
    drawn = TimeSlice(hits, counts, np.array([0, 1], np.int32), np.tile([0.0, 1.0], (2, 1)), events=2)
    graph = measurements.hit_graph(drawn)
    ends = {"senders": np.array(senders), "receivers": np.array(receivers)}
    changed = dataclasses.replace(graph, **ends, edge_counts=np.array([len(senders)]))
    monkeypatch.setattr(measurements, "hit_graph", lambda _: changed)
    assert measurements._path_faults(drawn) == faults


def test_curves_are_means_and_ratios_of_sums():
    edges, fraction = measurements.edge_curves("ours", COUNTS)
    assert (edges.name, edges.x, edges.y) == ("edges_ours", (2, 4), (20, 40))
    assert edges.error == pytest.approx((10 / 3**0.5, 20 / 3**0.5))
    assert (fraction.name, fraction.y) == ("true_fraction_ours", (12 / 60, 12 / 120))
    off = np.array([2 - 0.2 * 10, 6 - 0.2 * 20, 4 - 0.2 * 30])
    assert fraction.error[0] == pytest.approx(np.sqrt((off**2).sum() / 2 / 3) / 20)
    assert (edges.x_unit, edges.y_unit, fraction.y_unit) == ("events to each side", "edges", "1")


def test_quantities():
    assert measurements.true_fraction("share", COUNTS, 4).value == 0.1
    tracks = measurements.tracks("tracks", COUNTS)
    assert (tracks.value, tracks.error, tracks.unit, tracks.count) == (6, pytest.approx(1 / 3**0.5), "tracks", 3)


def test_faults_of_several_sets_add_up():
    sets = [dataclasses.replace(COUNTS, faults=np.array(faults)) for faults in ((1, 0, 2), (3, 4, 0))]
    assert {each.name: each.value for each in measurements.faults(sets)} == {
        "rule_disagreements": 4,
        "one_way_edges": 4,
        "path_faults": 2,
    }
