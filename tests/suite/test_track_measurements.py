"""Tracks of a hand-made event: score, purity, efficiency, and thresholds chosen on other events."""

import numpy as np
import pytest

from keras_hep.graphs.segments import segment_graph
from keras_hep.suite import track_measurements
from keras_hep.suite.trackml_events import scored_truth

RADII = {2: 32.0, 4: 72.0, 6: 116.0, 8: 172.0}


def straight_event(azimuths, layers=(2, 4, 6, 8), weights=None):
    """One particle at each azimuth, a hit on each layer; hits of one particle follow each other."""
    azimuth, layer = (values.ravel() for values in np.meshgrid(azimuths, layers, indexing="ij"))
    radius = np.array([RADII[number] for number in layer])
    particle = np.repeat(np.arange(len(azimuths)), len(layers)) + 2**60
    return {
        "hit_id": np.arange(1, len(layer) + 1),
        "x": radius * np.cos(azimuth),
        "y": radius * np.sin(azimuth),
        "z": np.zeros(len(layer)),
        "volume_id": np.full(len(layer), 8),
        "layer_id": layer,
        "particle_id": particle,
        "weight": np.full(len(layer), 1 / len(layer)) if weights is None else weights,
    }


def test_perfect_scores_give_a_perfect_event():
    hits = straight_event([0.0, 0.1, 2.0])
    graph = segment_graph(hits)
    assert graph.number_of_edges > np.count_nonzero(graph.edges["label"])
    assert track_measurements.limit_of_graph(hits, graph) == pytest.approx(1.0)
    for way in track_measurements.WAYS:
        tracks = track_measurements.build(way, graph, graph.edges["label"].astype(float), 0.5)
        quality = track_measurements.track_quality(hits, tracks)
        assert quality == pytest.approx({"score": 1, "efficiency": 1, "purity": 1, "tracks": 3, "largest": 4})


def test_a_component_of_everything_scores_nothing():
    hits = straight_event([0.0, 0.1, 0.2])
    quality = track_measurements.track_quality(hits, np.zeros(12, int))
    assert quality == pytest.approx({"score": 0, "efficiency": 0, "purity": 1 / 3, "tracks": 1, "largest": 12})


def test_hits_of_short_particles_and_of_noise_score_nothing_by_themselves():
    hits = straight_event([0.0, 1.0], layers=(2, 4, 6))
    hits["particle_id"][3:] = [5, 5, 0]  # the second one keeps two hits, the last is noise
    weight = scored_truth(hits)["weight"]
    assert np.flatnonzero(weight).tolist() == [0, 1, 2]
    quality = track_measurements.track_quality(hits, np.array([0, 0, 0, 1, 1, 2]))
    assert (quality["score"], quality["efficiency"], quality["tracks"]) == (1.0, 1.0, 1)


def test_a_track_of_noise_is_not_pure():
    hits = straight_event([0.0, 1.0], layers=(2, 4, 6))
    hits["particle_id"][3:] = 0
    quality = track_measurements.track_quality(hits, np.array([0, 0, 0, 1, 1, 1]))
    assert quality["purity"] == 0.5


def test_hits_of_no_track_are_tracks_of_their_own():
    hits = straight_event([0.0], layers=(2, 4, 6))
    quality = track_measurements.track_quality(hits, np.array([0, 0, -1]))
    assert quality["score"] == pytest.approx(2 / 3)
    assert (quality["tracks"], quality["largest"]) == (0, 2)


def test_names_of_what_was_found():
    quality = {"score": 0.5, "efficiency": 0.4, "purity": 0.3, "tracks": 3, "largest": 9}
    found = track_measurements.tracks_found([quality], "_of_x")
    assert {one.name: (one.value, one.unit) for one in found} == {
        "score_of_x": (0.5, "1"),
        "efficiency_of_x": (0.4, "1"),
        "purity_of_x": (0.3, "1"),
        "long_tracks_of_x": (3, "tracks"),
        "largest_component_of_x": (9, "hits"),
    }
    mean = track_measurements.tracks_found([quality, {**quality, "tracks": 5}])[3]
    assert (mean.value, mean.error, mean.count) == (4.0, 1.0, 2)
    none = {**quality, "tracks": 0, "purity": 0.0}
    purity = {one.name: one.value for one in track_measurements.tracks_found([quality, none])}["purity"]
    assert purity == 0.3


def test_a_gain_is_established_beyond_two_errors():
    better, worse = [{"score": 0.4}, {"score": 0.6}], [{"score": 0.1}, {"score": 0.1}]
    gain, established = track_measurements.score_gain(better, worse)
    assert (gain.value, gain.error) == (pytest.approx(0.4), pytest.approx(0.1))
    assert established.value == pytest.approx(0.2)
    assert [one.name for one in track_measurements.score_gain(better[:1], worse[:1])] == ["score_gain"]


def test_each_training_is_kept():
    tracks, scores = track_measurements.per_training([{"tracks": 3, "score": 0.2}, {"tracks": 0, "score": 0.0}], "_x")
    assert (tracks.name, tracks.y, scores.name, scores.y) == (
        "long_tracks_per_training_x",
        (3, 0),
        "score_per_training_x",
        (0.2, 0.0),
    )


def test_the_threshold_is_the_one_that_is_best_on_other_events():
    hits = straight_event([0.0, 0.1, 0.2, 2.0])
    graph = segment_graph(hits)
    logits = np.where(graph.edges["label"], 2.0, -2.0) + 0.01 * np.arange(graph.number_of_edges) / graph.number_of_edges
    cuts = track_measurements.tuned([hits], [graph], [logits])
    assert all(-2.1 < threshold < 2.1 for threshold, _ in cuts.values())
    scores = track_measurements.scores_of_ways("net_", [hits], [graph], [logits], cuts)
    assert [one.name for one in scores] == ["net_score", *(f"net_score_{way}" for way in track_measurements.WAYS)]
    best = max(cuts, key=lambda way: cuts[way][1])
    assert f"best there: {best}" in scores[0].definition
    assert scores[0].value == cuts[best][1]


def test_scan_of_thresholds_finds_where_true_edges_alone_pass():
    hits = straight_event([0.0, 0.1, 2.0])
    graph = segment_graph(hits)
    scores = np.where(graph.edges["label"], 0.99, 0.6)
    scan = track_measurements.score_against_threshold(hits, graph, scores, weight=10.0)
    value, probability = track_measurements.best_of(scan)
    assert value.value == pytest.approx(1.0)
    assert 0.6 / (0.6 + 0.4 * 10) <= probability.value < 0.99 / (0.99 + 0.01 * 10)
    assert scan.y[0] < 1  # everything passes, and two tracks are one
    assert scan.y[-1] == 0  # nothing passes
