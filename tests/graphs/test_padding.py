"""Padding: sums over edges do not see it, and it can be taken away again."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_hep.graphs.graph import Graph, merge, split
from keras_hep.graphs.padding import bucket, pad, unpad, valid_edges, valid_nodes


def random_graphs(seed, number=3):
    random = np.random.default_rng(seed)
    parts = []
    for _ in range(number):
        nodes, edges = random.integers(1, 6), random.integers(0, 9)
        features = {"x": random.normal(size=(nodes, 2)).astype(np.float32), "hit_id": random.integers(0, 2**40, nodes)}
        ends = random.integers(0, nodes, (2, edges))
        parts.append(
            Graph(features, {"message": random.normal(size=edges), "label": random.random(edges) < 0.5}, *ends)
        )
    return merge(parts)


def summed(graph, ends):
    """Sum of the messages at one side of the edges of each node, counted edge by edge."""
    sums = np.zeros(graph.number_of_nodes)
    np.add.at(sums, ends, graph.edges["message"] + graph.nodes["x"][graph.senders, 0] + 1)
    return sums


@given(st.integers(0, 2**32 - 1), st.integers(1, 7), st.integers(0, 7))
def test_sums_over_edges_do_not_see_the_padding(seed, more_nodes, more_edges):
    graph = random_graphs(seed)
    padded = pad(graph, graph.number_of_nodes + more_nodes, graph.number_of_edges + more_edges)
    for side in ("senders", "receivers"):
        found = summed(padded, getattr(padded, side))[valid_nodes(padded)]
        np.testing.assert_array_equal(found, summed(graph, getattr(graph, side)))
    assert padded.number_of_graphs == graph.number_of_graphs + 1
    assert (padded.number_of_nodes, padded.number_of_edges) == (
        graph.number_of_nodes + more_nodes,
        graph.number_of_edges + more_edges,
    )


@given(st.integers(0, 2**32 - 1), st.integers(1, 7), st.integers(0, 7))
def test_unpadding_undoes_padding(seed, more_nodes, more_edges):
    graph = random_graphs(seed)
    found = unpad(pad(graph, graph.number_of_nodes + more_nodes, graph.number_of_edges + more_edges))
    assert found.number_of_graphs == graph.number_of_graphs
    for part, expected in zip(split(found), split(graph), strict=True):
        for name in ("senders", "receivers"):
            np.testing.assert_array_equal(getattr(part, name), getattr(expected, name))
        for features, wanted in ((part.nodes, expected.nodes), (part.edges, expected.edges)):
            assert features.keys() == wanted.keys()
            for name, values in wanted.items():
                np.testing.assert_array_equal(features[name], values)
                assert features[name].dtype == values.dtype


def test_padding_is_zero_and_joins_padding_only():
    graph = random_graphs(3)
    padded = pad(graph, graph.number_of_nodes + 2, graph.number_of_edges + 5)
    assert valid_nodes(padded).sum() == graph.number_of_nodes
    assert valid_edges(padded).sum() == graph.number_of_edges
    for features, valid in ((padded.nodes, valid_nodes(padded)), (padded.edges, valid_edges(padded))):
        assert all(not values[~valid].any() for values in features.values())
    for ends in (padded.senders, padded.receivers):
        assert set(ends[~valid_edges(padded)].tolist()) == {graph.number_of_nodes, graph.number_of_nodes + 1}


def test_an_empty_graph_can_be_padded():
    padded = pad(Graph({"x": np.zeros((0, 3))}, {}, [], []), nodes=4, edges=2)
    assert padded.nodes["x"].shape == (4, 3)
    assert (padded.senders.tolist(), unpad(padded).number_of_nodes) == ([0, 1], 0)


@pytest.mark.parametrize(("nodes", "edges"), [(3, 2), (2, 9), (9, 1)])
def test_sizes_that_are_too_small_are_named(nodes, edges):
    graph = Graph({"x": np.zeros(3)}, {}, [0, 1], [1, 2])
    pad(graph, 4, 2)
    with pytest.raises(ValueError, match=f"at least 4 nodes and 2 edges, got nodes={nodes} and edges={edges}"):
        pad(graph, nodes, edges)


@pytest.mark.parametrize("function", [unpad, valid_nodes, valid_edges])
def test_a_record_without_graphs_has_no_padding(function):
    with pytest.raises(ValueError, match="got a record of 0 graphs"):
        function(Graph({"x": []}, {}, [], [], node_counts=[], edge_counts=[]))


@given(st.integers(1, 10**9))
def test_buckets_waste_little_and_stay(size):
    found = bucket(size)
    assert size <= found <= size * 9 / 8
    assert bucket(found) == found


def test_buckets_are_few():
    assert len({bucket(size) for size in range(1024, 2048)}) == 9
    assert bucket(0) == 0
    with pytest.raises(ValueError, match="not be negative, got -1"):
        bucket(-1)
