"""Edges per second of track building against plain loops, in the same run."""

import importlib.util
import pathlib
import time

import numpy as np
import pytest

from keras_hep.graphs.graph import Graph
from keras_hep.tracking.track_building import connected_components, greedy_walk, matched_edges

_SPEC = importlib.util.spec_from_file_location("plain", pathlib.Path(__file__).with_name("plain_track_building.py"))
plain = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(plain)

HITS = np.array([3460, 1697, 1187, 926, 619, 502, 424, 336, 292, 281])
THRESHOLD = 0.7


def scored_graph(edges, seed=1):
    """Hits as numerous as in the middle of the barrel, joined at random from layer to layer; scores of a classifier."""
    random = np.random.default_rng(seed)
    place = np.repeat(np.arange(10), HITS)
    first = np.cumsum(HITS) - HITS
    layer = np.sort(random.choice(9, edges, p=HITS[:-1] * HITS[1:] / np.sum(HITS[:-1] * HITS[1:])))
    senders, receivers = (first[layer + side] + random.integers(0, HITS[layer + side]) for side in (0, 1))
    radius = np.array([32.0, 72, 116, 172, 260, 360, 500, 660, 820, 1020], np.float32)[place]
    position = np.stack([radius, np.zeros_like(radius), np.zeros_like(radius)], axis=1)
    scores = random.beta(0.3, 2.0, edges).astype(np.float32)
    return Graph({"position": position, "layer": place}, {}, senders, receivers), scores


def fastest(build, rounds):
    seconds = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        build()
        seconds = min(seconds, time.perf_counter() - start)
    return seconds


def plain_components(graph, scores, threshold):
    return plain.connected_components(graph.number_of_nodes, graph.senders, graph.receivers, scores, threshold)


def plain_walk(graph, scores, threshold):
    radius = graph.nodes["position"][:, 0] / np.float32(1000)
    edges = graph.senders, graph.receivers, scores
    tracks = plain.greedy_walk(graph.nodes["layer"], radius, *edges, threshold, max_tracks=np.inf)
    labels = np.full(graph.number_of_nodes, -1)
    for number, track in enumerate(tracks):
        labels[track] = number
    return labels


def plain_matching(graph, scores, threshold):
    edges = plain.matched_edges(graph.number_of_nodes, graph.senders, graph.receivers, scores, threshold)
    ends = graph.senders[edges], graph.receivers[edges]
    return plain.connected_components(graph.number_of_nodes, *ends, np.ones(len(edges)), 0.5)


@pytest.mark.parametrize(
    ("build", "by_loop"),
    [(connected_components, plain_components), (greedy_walk, plain_walk), (matched_edges, plain_matching)],
)
def test_edges_against_the_plain_loop(report_ratio, build, by_loop):
    graph, scores = scored_graph(edges=600_000)
    start = time.perf_counter()
    expected = by_loop(graph, scores, THRESHOLD)
    theirs = time.perf_counter() - start
    np.testing.assert_array_equal(build(graph, scores, THRESHOLD), expected)
    ours = fastest(lambda: build(graph, scores, THRESHOLD), 5)
    report_ratio(f"{build.__name__}, 600,000 edges", 600_000 / ours, 600_000 / theirs, "edges/s")
