"""Edges by node: by hand, against a plain loop, and with equal scores."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_hep.graphs.adjacency import incoming, outgoing
from keras_hep.graphs.graph import Graph

SIDES = {"senders": outgoing, "receivers": incoming}


def random_graph(seed):
    random = np.random.default_rng(seed)
    nodes, edges = random.integers(1, 9), random.integers(0, 30)
    graph = Graph({"x": np.zeros(nodes)}, {}, *random.integers(0, nodes, (2, edges)))
    return graph, random.integers(-2, 3, edges) / 2


@given(st.integers(0, 2**32 - 1), st.sampled_from([*SIDES]), st.sampled_from([None, "float32", "float64", "int64"]))
def test_as_by_a_plain_loop(seed, side, precision):
    graph, scores = random_graph(seed)
    given_scores = None if precision is None else (2 * scores).astype(precision)
    found = SIDES[side](graph, given_scores)
    for node in range(graph.number_of_nodes):
        edges = [edge for edge in range(graph.number_of_edges) if getattr(graph, side)[edge] == node]
        if precision is not None:
            edges.sort(key=lambda edge: -scores[edge])
        assert found.edges_of(node).tolist() == edges
        assert found.degrees[node] == len(edges)
        assert found.first()[node] == (edges[0] if edges else -1)
    assert found.offsets.dtype == found.order.dtype == np.int32


def test_a_graph_without_edges():
    found = outgoing(Graph({"x": np.zeros(2)}, {}, [], []), scores=[])
    assert (found.offsets.tolist(), found.order.tolist(), found.first().tolist()) == ([0, 0, 0], [], [-1, -1])


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        ([0.5], r"one for each of 2 edges, got shape \(1,\)"),
        ([[0.5], [0.1]], r"one for each of 2 edges, got shape \(2, 1\)"),
        ([0.5, np.nan], "numbers, got nan at edge 1"),
    ],
)
def test_scores_are_one_number_for_each_edge(scores, message):
    with pytest.raises(ValueError, match=message):
        outgoing(Graph({"x": np.zeros(2)}, {}, [0, 1], [1, 0]), scores)
