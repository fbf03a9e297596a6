"""Graphs of pairs of tracks: what their features are, what they depend on, and what does not change them."""

import dataclasses
import json

import numpy as np
import pytest

from keras_hep.graphs.graph import merge
from keras_hep.graphs.track_pair_graphs import EDGE_FEATURES, IMPLAUSIBLE, TrackPairGraphs, reverse_edges
from keras_hep.graphs.track_pair_streams import TrackPairStream, pair_inputs
from keras_hep.simulation.spd_slices import SPDSlices
from keras_hep.simulation.time_slice import TimeSlice

SIMULATION = SPDSlices(mean_events=6.0, resolution=5, jitter=1.0)


def turned(time_slice, angle):
    """Return the slice turned around the beam."""
    rotation = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    return dataclasses.replace(time_slice, hits=(time_slice.hits @ rotation.T).astype(np.float32))


def rays(origins, directions, intervals):
    """Return a slice of straight tracks with six hits each, one event each."""
    path = np.arange(100, 700, 100.0)[None, :, None]
    hits = np.asarray(origins, float)[:, None] + path * np.asarray(directions, float)[:, None]
    tracks = len(hits)
    counts, event = np.full(tracks, 6, np.int32), np.arange(tracks, dtype=np.int32)
    return TimeSlice(hits.reshape(-1, 3).astype(np.float32), counts, event, np.asarray(intervals, float), tracks)


def test_features_of_a_pair_by_hand():
    """Straight tracks along x and y through (3, 2), 8 mm apart in z; intervals cut at 0 overlap by 0.2.

    The longest interval is 0.5, right ends are 0.3 apart; the shorter interval is 0.3.
    """
    one = rays([[0, 2, 4], [3, 0, -4]], [[1, 0, 0], [0, 1, 0]], [[0.0, 0.3], [0.1, 0.6]])
    graph = TrackPairGraphs(beam_width=1e3).graph(one)
    assert graph.senders.tolist() == [0, 1]
    there, back = graph.edges["features"]
    np.testing.assert_allclose(there[2], np.arcsinh(8) / 2, rtol=1e-5)
    np.testing.assert_allclose(there[6:], [4 * 0.3 / 0.5, 0.2 / 0.3, 1], rtol=1e-5)
    np.testing.assert_allclose(graph.edges["path"][:, 0], [3, 2], atol=1e-3)
    np.testing.assert_array_equal(there[[0, 1, 2, 3, 6, 7, 8]], back[[0, 1, 2, 3, 6, 7, 8]])
    assert there[[4, 5]].tolist() == back[[5, 4]].tolist()
    np.testing.assert_allclose(graph.edges["precision"][:, 0], np.exp(-4 * there[[4, 5]]), rtol=1e-5)
    np.testing.assert_allclose(graph.edges["time_distance"], 0.6, rtol=1e-9)
    assert graph.edges["chi2"][0] > 1000


def test_true_pairs_meet_and_others_do_not():
    graphs = [TrackPairGraphs().graph(SIMULATION.slice(seed)) for seed in range(20)]
    chi2, label = (np.concatenate([graph.edges[name] for graph in graphs]) for name in ("chi2", "label"))
    assert np.mean(chi2[label] < 16) > 0.99
    assert np.mean(chi2[~label] < 16) < 0.05


def test_turning_the_slice_changes_nothing():
    """Azimuthal smearing, since the published one is another along x than along the diagonal."""
    one = dataclasses.replace(SIMULATION, smearing="azimuthal").slice(1)
    first, second = (TrackPairGraphs().graph(each) for each in (one, turned(one, 1.0)))
    np.testing.assert_allclose(first.nodes["features"], second.nodes["features"], atol=1e-3)
    # Hits in single precision are 3e-5 mm from where they were; the beam is 1e-4 of that far.
    np.testing.assert_allclose(first.edges["features"], second.edges["features"], atol=2e-2)


def test_switches_clear_their_features_and_no_others():
    one = SIMULATION.slice(2)
    whole, timeless, pointless = (
        TrackPairGraphs(**switch).graph(one).edges for switch in ({}, {"intervals": False}, {"vertices": False})
    )
    times, points = [6, 7], [0, 1, 2, 3, 4, 5, 8]
    assert not timeless["features"][:, times].any()
    assert not pointless["features"][:, points].any()
    assert not pointless["path"].any()
    assert not pointless["precision"].any()
    np.testing.assert_array_equal(timeless["features"][:, points], whole["features"][:, points])
    np.testing.assert_array_equal(pointless["features"][:, times], whole["features"][:, times])
    np.testing.assert_array_equal(pointless["chi2"], whole["chi2"])


def test_only_the_innermost_hits_are_fitted():
    one = SIMULATION.slice(3)
    starts = np.cumsum(one.hit_counts) - one.hit_counts
    spoilt = one.hits.copy()
    spoilt[(starts + 8)[one.hit_counts > 8]] += 50
    other = dataclasses.replace(one, hits=spoilt)
    pairs = TrackPairGraphs(innermost=8)
    np.testing.assert_array_equal(pairs.graph(one).edges["features"], pairs.graph(other).edges["features"])
    assert (TrackPairGraphs().graph(one).edges["features"] != TrackPairGraphs().graph(other).edges["features"]).any()


def test_a_track_that_cannot_be_fitted_has_finite_features():
    one = rays([[0, 0, 0], [0, 0, 1], [0, 0, 2]], [[1, 0, 0], [0, 1, 0], [0, 0, 1]], [[0.0, 1.0]] * 3)
    graph = TrackPairGraphs().graph(one)
    along_the_beam = (graph.senders == 2) | (graph.receivers == 2)
    for values in (graph.nodes["features"], *(graph.edges[name] for name in ("features", "path", "precision", "chi2"))):
        assert np.isfinite(values).all()
    assert (graph.edges["features"][:, 8] == ~along_the_beam).all()
    assert (graph.edges["chi2"][along_the_beam] == IMPLAUSIBLE).all()


def test_opposite_edges():
    graph = TrackPairGraphs().graph(SIMULATION.slice(4))
    reverse = reverse_edges(graph.senders, graph.receivers)
    np.testing.assert_array_equal(graph.senders[reverse], graph.receivers)
    np.testing.assert_array_equal(reverse[reverse], np.arange(len(reverse)))
    with pytest.raises(ValueError, match="in both directions"):
        reverse_edges(np.array([0]), np.array([1]))


def test_a_batch_is_its_slices_side_by_side_and_padding():
    stream = TrackPairStream(SIMULATION, TrackPairGraphs())
    graphs = [stream.pairs.graph(stream.slice([5, number])) for number in range(3)]
    inputs, labels, weights = stream.batch(3, [5])
    edges, tracks = sum(one.number_of_edges for one in graphs), sum(one.number_of_nodes for one in graphs)
    plain = pair_inputs(merge(graphs))
    for name, values in plain.items():
        np.testing.assert_array_equal(inputs[name][: len(values)], values)
    assert {name: values.dtype.name for name, values in inputs.items()} == {
        "nodes": "float32",
        "edges": "float32",
        "path": "float32",
        "precision": "float32",
        "senders": "int32",
        "receivers": "int32",
        "reverse": "int32",
    }
    assert inputs["senders"][edges:].min() >= tracks
    np.testing.assert_array_equal(inputs["reverse"][edges:], np.arange(edges, len(labels)))
    assert not labels[edges:].any()
    assert not weights[edges:].any()
    np.testing.assert_array_equal(labels[:edges, 0], np.concatenate([one.edges["label"] for one in graphs]))
    sums = np.add.reduceat(weights, np.cumsum([0] + [one.number_of_edges for one in graphs[:-1]]))
    np.testing.assert_allclose(sums, 1, rtol=1e-5)
    assert inputs["edges"].shape[1] == EDGE_FEATURES


def test_blurred_hits_are_farther_from_their_helices_and_follow_the_seed():
    sharp, blurred = (TrackPairStream(SIMULATION, TrackPairGraphs(), blur) for blur in (0.0, 2.0))
    shift = blurred.slice([3]).hits - sharp.slice([3]).hits
    assert shift.std() == pytest.approx(2, rel=0.05)
    np.testing.assert_array_equal(blurred.slice([3]).hits, blurred.slice([3]).hits)
    np.testing.assert_array_equal(blurred.slice([3]).intervals, sharp.slice([3]).intervals)


def test_the_stream_has_a_description_for_the_key_of_a_training():
    json.dumps(dataclasses.asdict(TrackPairStream(SIMULATION, TrackPairGraphs(innermost=8))))


def test_too_few_hits_to_fit_are_refused():
    with pytest.raises(ValueError, match="innermost must be at least 3 or None, got 2"):
        TrackPairGraphs(innermost=2)
