"""Edges and groups of time slices: hand-computed scores, permutations of tracks, and slices to judge by."""

import dataclasses

import numpy as np
import pytest

from keras_hep import models
from keras_hep.graphs.time_slice_graphs import overlapping_pairs
from keras_hep.graphs.time_slice_streams import slice_inputs
from keras_hep.simulation.spd_slices import SPDSlices
from keras_hep.simulation.time_slice import TimeSlice
from keras_hep.suite import time_slice_measurements as measurements
from keras_hep.suite.record import Quantity

NETWORK = {"attention_units": (3, 4), "rounds": 1, "track_features": 4, "hidden_units": 4, "iterations": 1}


def joined_slice(event, intervals=None):
    """Return tracks of one hit each, all of which overlap unless intervals are given."""
    event = np.array(event, np.int32)
    hits, counts = np.ones((len(event), 3), np.float32), np.ones(len(event), np.int32)
    intervals = np.array([[0.0, 1.0]] * len(event) if intervals is None else intervals)
    slice_ = TimeSlice(hits, counts, event, intervals, int(event.max()) + 1)
    return measurements.JoinedSlice(slice_, *overlapping_pairs(intervals))


def by_name(quantities):
    return {one.name: one for one in quantities}


TWO_EVENTS = joined_slice([0, 0, 1])  # edges 01 02 10 12 20 21


def test_labels_are_those_of_tracks_of_one_event():
    assert TWO_EVENTS.labels.tolist() == [True, False, True, False, False, False]


def test_each_slice_has_a_seed_of_its_own():
    simulation = SPDSlices(4.0, 3)
    joined = measurements.drawn(simulation, 3, [7, 5])
    for number, one in enumerate(joined):
        expected = simulation.slice([7, 5, number])
        assert np.array_equal(one.slice.hits, expected.hits)
        assert np.array_equal(one.senders, overlapping_pairs(expected.intervals)[0])
    assert not np.array_equal(joined[0].slice.hits[:3], joined[1].slice.hits[:3])


def test_scores_of_edges_by_hand():
    scores = [np.array([0.9, 0.8, 0.2, 0.1, 0.1, 0.5]), TWO_EVENTS.labels.astype(float)]
    found = by_name(measurements.edge_quantities("x", [TWO_EVENTS, TWO_EVENTS], scores))
    assert list(found) == [f"{kind}_x" for kind in ("accuracy", "precision", "recall", "f1", "average_precision")]
    # first slice: one true edge and one false edge accepted, one true edge missed; the second is right
    assert found["accuracy_x"].value == pytest.approx(10 / 12)
    assert found["accuracy_x"].error == pytest.approx(1 / 6)  # of 4/6 and 1, half of their difference
    assert found["precision_x"].value == found["recall_x"].value == found["f1_x"].value == pytest.approx(3 / 4)


def test_a_score_of_a_half_is_no_acceptance_and_the_precision_of_nothing_is_zero():
    found = by_name(measurements.edge_quantities("x", [TWO_EVENTS] * 2, [np.full(6, 0.5)] * 2))
    assert (found["recall_x"].value, found["accuracy_x"].value) == (0.0, pytest.approx(4 / 6))
    assert (found["precision_x"].value, found["precision_x"].error) == (0.0, None)
    rejected = measurements.all_rejected("x", [TWO_EVENTS] * 2)
    assert (rejected.name, rejected.value) == ("all_rejected_x", pytest.approx(4 / 6))


def test_rules_without_hits():
    row = joined_slice([0, 0, 1, 2], [[0, 0.4], [0, 0.4], [0.3, 0.7], [0.6, 1.0]])
    pairs = list(zip(row.senders.tolist(), row.receivers.tolist(), strict=True))
    assert pairs == [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1), (2, 3), (3, 2)]
    (scores,) = measurements.neighbourhood_scores([row])  # 0 and 1 overlap with 0, 1 and 2; nobody else is like another
    assert scores.tolist() == [1, 0, 1, 0, 0, 0, 0, 0]
    assert [one.tolist() for one in measurements.all_accepted([row])] == [[1.0] * 8]
    (groups,) = measurements.grouped([row], [scores])
    assert groups.tolist() == [0, 0, 1, 2]


def test_agreement_of_groups_by_hand():
    joined = [joined_slice([0, 0, 1, 1])] * 2
    found = by_name(measurements.clustering_quantities("x", joined, [np.array([5, 5, 2, 2]), np.zeros(4, int)]))
    assert list(found) == ["ari_x", "deviation_ari_x", "nmi_x", "deviation_nmi_x"]
    for kind in ("ari", "nmi"):  # 1 and 0
        assert (found[f"{kind}_x"].value, found[f"{kind}_x"].error) == (pytest.approx(0.5), pytest.approx(0.5))
        assert (found[f"deviation_{kind}_x"].value, found[f"deviation_{kind}_x"].error) == (pytest.approx(0.5), None)


def test_tracks_left_out_by_a_grouping_are_left_out_of_the_indices():
    joined = [joined_slice([0, 0, 1, 1])] * 2
    found = by_name(measurements.clustering_quantities("x", joined, [np.array([0, 0, 1]), np.zeros(0, int)]))
    assert found["ari_x"].value == pytest.approx(0.5)  # 1 of three tracks, 0 of none


def test_the_order_of_tracks_does_not_matter():
    (one,) = measurements.drawn(SPDSlices(6.0, 3, jitter=1.0), 1, [3])
    order = np.random.default_rng(1).permutation(one.slice.tracks)
    turned = joined_slice(one.slice.event[order], one.slice.intervals[order])
    found = [
        measurements.edge_quantities("x", [each] * 2, measurements.neighbourhood_scores([each] * 2))
        + measurements.clustering_quantities("x", [each] * 2, measurements.grouped([each] * 2, [each.labels * 1.0] * 2))
        for each in (one, turned)
    ]
    for straight, other in zip(*found, strict=True):
        assert (straight.name, straight.value) == (other.name, pytest.approx(other.value))
    assert by_name(found[0])["ari_x"].value == pytest.approx(1.0)


def test_a_network_scores_slice_by_slice_what_it_reads_at_once():
    network = models.TrackGANN(**NETWORK)
    joined = measurements.drawn(SPDSlices(2.0), measurements.TOGETHER + 1, [4])
    scores = measurements.network_scores(network, joined)
    for one, score in zip(joined, scores, strict=True):
        inputs, _ = slice_inputs([one.slice])
        logits = np.asarray(network(inputs, training=False))[:, 0]
        np.testing.assert_allclose(score, 1 / (1 + np.exp(-logits)), atol=1e-5)


@pytest.mark.parametrize("tracks", ["spd", "trackml"])
def test_a_network_is_judged_on_new_slices(tracks, monkeypatch):
    asked = []

    def drawn(simulation, number, seed):
        asked.append((simulation, number, seed))
        return [TWO_EVENTS] * number

    monkeypatch.setattr(measurements, "drawn", drawn)
    monkeypatch.setattr(measurements, "network_scores", lambda model, joined: [one.labels * 1.0 for one in joined])
    found = measurements.judged(tracks, 4, 10, None, 2, seed=7, jitter=0.5)
    ((simulation, number, seed),) = asked
    assert (simulation.resolution, simulation.mean_events, simulation.jitter) == (4, 10, 0.5)
    assert (number, seed) == (2, [7, 11, 4, 10])
    if tracks == "trackml":
        assert simulation.pool == 1  # training slices have the pool 0
    assert found["accuracy"].value == found["average_precision"].value == 1.0
    assert found["rule_accuracy"].value == pytest.approx(2 / 6)  # all three tracks have the same neighbours
    gain = measurements.gain("x", found)
    assert (gain.name, gain.value) == ("gain_x", pytest.approx(1 - 4 / 6))


def test_curves_of_quantities():
    points = [Quantity("a", 0.5, 0.1), Quantity("b", 0.7, 0.2)]
    curve = measurements.curve("c", (2, 3), points, "r", "mm")
    assert (curve.name, curve.x, curve.y, curve.error, curve.x_unit) == ("c", (2, 3), (0.5, 0.7), (0.1, 0.2), "mm")
    for unknown in (None, np.inf):
        assert measurements.curve("c", (2, 3), [points[0], Quantity("b", 0.7, unknown)], "r").error is None
    assert measurements.renamed("d", points[0]) == dataclasses.replace(points[0], name="d")
