"""Candidates per second that become a graph with scores, against a loop over candidates, in the same run."""

import itertools
import time

import numpy as np
import pytest

from keras_hep.graphs.candidate_graphs import candidate_graph, mean_edge_score
from keras_hep.simulation.hit_event import HitEvent
from keras_hep.tracking.candidates import Candidates
from keras_hep.tracking.coordinates import Scaling

STATIONS, HITS = 9, 632  # hits of an event of BM@N
BOX = Scaling((-3, -3, -3), (3, 3, 3))


def candidates_and_event(number, seed=1):
    """Candidates of four to nine stations with a hole here and there, in random combinations of hits."""
    random = np.random.default_rng(seed)
    first = np.searchsorted(np.sort(random.integers(0, STATIONS, HITS)), np.arange(STATIONS + 1))
    hits = random.integers(first[:-1], first[1:], (number, STATIONS))
    none = (np.arange(STATIONS) >= random.integers(4, STATIONS + 1, (number, 1))) | (random.random(hits.shape) < 0.05)
    columns = {axis: random.normal(size=HITS).astype(np.float32) for axis in "xyz"}
    columns["track"] = random.integers(-1, 40, HITS).astype(np.int32)
    candidates = Candidates(np.where(none, -1, hits).astype(np.int32), np.zeros(number, np.float32))
    return candidates, HitEvent(columns, {})


def by_loop(candidates, event, scores):
    """Return edges with their labels, in the order of their hits, and the mean score of each candidate."""
    track, edges, rows = event.hits["track"].tolist(), {}, candidates.hits.tolist()
    own = [[pair for pair in itertools.pairwise(row) if min(pair) >= 0] for row in rows]
    for pair in sorted({pair for pairs in own for pair in pairs}):
        edges[pair] = track[pair[0]] == track[pair[1]] >= 0
    score = dict(zip(edges, scores.tolist(), strict=True))
    return edges, [sum(score[pair] for pair in pairs) / max(len(pairs), 1) for pairs in own]


def fastest(call, rounds):
    seconds = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        seconds = min(seconds, time.perf_counter() - start)
    return seconds


@pytest.mark.parametrize(("number", "rounds"), [(300, 50), (50_000, 5)])
def test_graph_and_scores_against_a_loop(report_ratio, number, rounds):
    candidates, event = candidates_and_event(number)
    graph = candidate_graph(candidates, event, BOX)
    scores = np.random.default_rng(0).random(graph.number_of_edges).astype(np.float32)
    edges, means = by_loop(candidates, event, scores)
    hit = graph.nodes["hit"]
    assert list(edges) == list(zip(hit[graph.senders].tolist(), hit[graph.receivers].tolist(), strict=True))
    assert list(edges.values()) == graph.edges["label"].tolist()
    np.testing.assert_allclose(mean_edge_score(candidates, graph, scores), means, rtol=1e-5)
    ours = fastest(lambda: mean_edge_score(candidates, candidate_graph(candidates, event, BOX), scores), rounds)
    plain = fastest(lambda: by_loop(candidates, event, scores), rounds)
    report_ratio(f"graph and scores of {number:,} candidates", number / ours, number / plain, "candidates/s")
