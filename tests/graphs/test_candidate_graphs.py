"""Graphs of candidates' hits: the same edges as a loop finds, whatever the order; scores back to their candidates."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_hep.graphs.candidate_graphs import (
    accepted,
    candidate_edges,
    candidate_graph,
    lowest_edge_score,
    mean_edge_score,
)
from keras_hep.simulation.hit_event import HitEvent
from keras_hep.tracking.candidates import Candidates
from keras_hep.tracking.coordinates import Scaling

STATIONS, PER_STATION = 5, 4
BOX = Scaling((-10, -10, 0), (10, 10, 100))


def candidates_of(rows):
    hits = np.asarray(rows, np.int32).reshape(-1, STATIONS)
    return Candidates(hits, np.zeros(len(hits), np.float32))


def event_of(seed=0):
    """Four hits on each of five stations, in random order of their index: `place` says which index they have."""
    random = np.random.default_rng(seed)
    number = STATIONS * PER_STATION
    position = random.uniform(-10, 10, (number, 3)).astype(np.float32)
    hits = dict(zip("xyz", position.T, strict=True)) | {"track": random.integers(-1, 3, number).astype(np.int32)}
    return HitEvent(hits, {}), random.permutation(number).reshape(STATIONS, PER_STATION)


def random_candidates(place, number, seed=1):
    random = np.random.default_rng(seed)
    hits = place[np.arange(STATIONS), random.integers(0, PER_STATION, (number, STATIONS))]
    return candidates_of(np.where(random.random(hits.shape) < 0.3, -1, hits))


def edges_by_loop(candidates):
    """Return the edges of each candidate as pairs of hits, None where there is none."""
    return [
        [(inner, outer) if inner >= 0 and outer >= 0 else None for inner, outer in itertools.pairwise(row)]
        for row in candidates.hits.tolist()
    ]


@pytest.mark.parametrize("number", [1, 3, 40])
def test_nodes_and_edges_equal_those_of_a_loop(number):
    event, place = event_of()
    candidates = random_candidates(place, number)
    graph, by_loop = candidate_graph(candidates, event, BOX), edges_by_loop(candidates)
    hit = graph.nodes["hit"]
    assert hit.tolist() == sorted({*candidates.hits.ravel().tolist()} - {-1})
    pairs = list(zip(hit[graph.senders].tolist(), hit[graph.receivers].tolist(), strict=True))
    assert pairs == sorted({pair for row in by_loop for pair in row if pair})
    track = event.hits["track"]
    assert graph.edges["label"].tolist() == [track[one] == track[other] >= 0 for one, other in pairs]
    found = [[None if edge < 0 else pairs[edge] for edge in row] for row in candidate_edges(candidates, graph).tolist()]
    assert found == by_loop


def test_positions_are_scaled_to_the_box():
    event, place = event_of()
    graph = candidate_graph(random_candidates(place, 40), event, BOX)
    x, _, z = graph.nodes["position"].T
    np.testing.assert_allclose(x, event.hits["x"][graph.nodes["hit"]] / 10, rtol=1e-6)
    np.testing.assert_allclose(z, event.hits["z"][graph.nodes["hit"]] / 50 - 1, rtol=1e-6)
    assert graph.nodes["position"].dtype == np.float32


def test_two_fake_hits_are_no_true_edge():
    hits = {axis: np.zeros(4, np.float32) for axis in "xyz"} | {"track": np.int32([-1, -1, 7, 7])}
    graph = candidate_graph(candidates_of([[0, 1, 2, 3, -1]]), HitEvent(hits, {}), BOX)
    assert graph.edges["label"].tolist() == [False, False, True]


def test_a_track_that_does_not_count_has_no_true_edge():
    hits = {axis: np.zeros(4, np.float32) for axis in "xyz"} | {"track": np.int32([3, 3, 7, 7])}
    tracks = {"track": np.int32([3, 5, 7]), "reconstructable": np.array([False, True, True])}
    candidates = candidates_of([[0, 1, 2, 3, -1]])
    for known, labels in ((tracks, [False, False, True]), ({"track": tracks["track"]}, [True, False, True])):
        assert candidate_graph(candidates, HitEvent(hits, known), BOX).edges["label"].tolist() == labels


def test_a_station_without_hit_breaks_the_chain():
    event, _ = event_of()
    graph = candidate_graph(candidates_of([[3, -1, 5, 8, -1]]), event, BOX)
    assert graph.nodes["hit"].tolist() == [3, 5, 8]
    assert (graph.senders.tolist(), graph.receivers.tolist()) == ([1], [2])


def test_no_candidates_make_an_empty_graph():
    event, _ = event_of()
    none = candidates_of([])
    graph = candidate_graph(none, event, BOX)
    assert (graph.number_of_nodes, graph.number_of_edges) == (0, 0)
    assert mean_edge_score(none, graph, np.zeros((0, 1))).shape == (0,)
    assert accepted(none, graph, np.zeros(0)).shape == (0,)


@given(st.integers(0, 1000), st.integers(1, 30))
def test_order_and_copies_of_candidates_do_not_matter(seed, number):
    event, place = event_of()
    candidates, random = random_candidates(place, number, seed), np.random.default_rng(seed)
    shuffled = candidates.select(random.permutation(np.r_[np.arange(number), random.integers(0, number, 3)]))
    graph, other = (candidate_graph(some, event, BOX) for some in (candidates, shuffled))
    for found, expected in ((other.senders, graph.senders), (other.receivers, graph.receivers)):
        np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(other.nodes["hit"], graph.nodes["hit"])


def test_measures_equal_those_of_a_loop():
    event, place = event_of()
    candidates = random_candidates(place, 40)
    graph = candidate_graph(candidates, event, BOX)
    scores = np.random.default_rng(3).random((graph.number_of_edges, 1)).astype(np.float32)
    of_edges = [scores[row[row >= 0], 0] for row in candidate_edges(candidates, graph)]
    assert any(len(own) == 0 for own in of_edges)
    mean, lowest = ([measure(own) if len(own) else 0.0 for own in of_edges] for measure in (np.mean, np.min))
    np.testing.assert_allclose(mean_edge_score(candidates, graph, scores), mean, rtol=1e-6)
    np.testing.assert_array_equal(lowest_edge_score(candidates, graph, scores), np.float32(lowest))


@pytest.mark.parametrize(
    ("scores", "mean", "every"),
    [
        ([0.9, 0.9], True, True),
        ([1.0, 0.45], True, False),
        ([0.6, 0.6], False, True),
        ([0.7, 0.7], False, True),
        ([0.5, 0.9], False, False),
    ],
)
def test_each_rule_decides_both_ways(scores, mean, every):
    event, _ = event_of()
    candidates = candidates_of([[0, 1, 2, -1, -1]])
    graph = candidate_graph(candidates, event, BOX)
    scores = np.array(scores)
    assert accepted(candidates, graph, scores).tolist() == [mean]
    assert accepted(candidates, graph, scores, rule="every").tolist() == [every]


def test_a_threshold_of_one_s_own():
    event, _ = event_of()
    candidates = candidates_of([[0, 1, 2, -1, -1], [0, -1, 2, -1, 3]])
    graph = candidate_graph(candidates, event, BOX)
    for rule in ("mean", "every"):
        assert accepted(candidates, graph, np.full(2, 0.3), rule, threshold=0.2).tolist() == [True, False]
        assert accepted(candidates, graph, np.full(2, 0.0), rule, threshold=0.0).tolist() == [False, False]


def test_another_event_and_another_graph_are_refused():
    event, _ = event_of()
    candidates = candidates_of([[0, 1, 2, -1, -1]])
    with pytest.raises(ValueError, match="got one of 20 hits for candidates with hit 20"):
        candidate_graph(candidates_of([[0, 1, 20, -1, -1]]), event, BOX)
    graph = candidate_graph(candidates, event, BOX)
    for other in ([[1, 0, -1, -1, -1]], [[1, 3, -1, -1, -1]], [[19, 18, -1, -1, -1]]):
        with pytest.raises(ValueError, match="needs the graph of these candidates"):
            candidate_edges(candidates_of(other), graph)
    with pytest.raises(ValueError, match="Each of 2 edges needs one score"):
        mean_edge_score(candidates, graph, np.zeros(3))
    with pytest.raises(ValueError, match="rule must be mean or every, got 'most'"):
        accepted(candidates, graph, np.zeros(2), rule="most")
