"""The record of graphs: what it refuses, and that taking apart undoes putting together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_hep.graphs.graph import Graph, merge, select_edges, split, subgraph


def chain(length, start=0.0):
    """A graph of `length` nodes, each joined to the next."""
    ends = np.arange(max(length - 1, 0))
    x = start + np.arange(length, dtype=np.float32)
    return Graph({"x": x, "position": np.stack([x, -x], axis=1)}, {"label": ends % 2 == 0}, ends, ends + 1)


@st.composite
def graphs(draw):
    """Graphs of any size, also without nodes or edges, with two ends drawn at random."""
    nodes = draw(st.integers(0, 6))
    edges = draw(st.integers(0, 8)) if nodes else 0
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    senders, receivers = random.integers(0, max(nodes, 1), (2, edges))
    features = {"x": random.normal(size=(nodes, 2)).astype(np.float32), "hit_id": random.integers(0, 2**40, nodes)}
    return Graph(features, {"score": random.normal(size=edges)}, senders, receivers)


def assert_equal(found, expected):
    for name in ("senders", "receivers", "node_counts", "edge_counts"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))
        assert getattr(found, name).dtype == np.int32
    for name in ("nodes", "edges"):
        features, wanted = getattr(found, name), getattr(expected, name)
        assert features.keys() == wanted.keys()
        for key, values in wanted.items():
            np.testing.assert_array_equal(features[key], values)
            assert features[key].dtype == values.dtype


@given(st.lists(graphs(), min_size=1, max_size=4))
def test_splitting_undoes_merging(parts):
    merged = merge(parts)
    assert merged.number_of_graphs == len(parts)
    assert merged.number_of_nodes == sum(part.number_of_nodes for part in parts)
    assert merged.number_of_edges == sum(part.number_of_edges for part in parts)
    for found, expected in zip(split(merged), parts, strict=True):
        assert_equal(found, expected)


@given(st.lists(graphs(), min_size=1, max_size=4))
def test_merging_undoes_splitting(parts):
    merged = merge(parts)
    assert_equal(merge(split(merged)), merged)


@given(st.lists(graphs(), min_size=1, max_size=3), st.integers(0, 2**32 - 1))
def test_selecting_does_so_graph_by_graph(parts, seed):
    merged, random = merge(parts), np.random.default_rng(seed)
    kept = random.random(merged.number_of_edges) < 0.5
    parts_kept = np.split(kept, np.cumsum(merged.edge_counts)[:-1])
    assert_equal(select_edges(merged, kept), merge(map(select_edges, parts, parts_kept)))
    kept = random.random(merged.number_of_nodes) < 0.5
    parts_kept = np.split(kept, np.cumsum(merged.node_counts)[:-1])
    assert_equal(subgraph(merged, kept), merge(map(subgraph, parts, parts_kept)))


@given(graphs(), st.integers(0, 2**32 - 1))
def test_a_subgraph_has_the_edges_between_its_nodes(graph, seed):
    kept = np.random.default_rng(seed).random(graph.number_of_nodes) < 0.5
    graph.nodes["old"] = np.arange(graph.number_of_nodes)
    found = subgraph(graph, kept)
    edges = zip(found.nodes["old"][found.senders], found.nodes["old"][found.receivers], strict=True)
    expected = [(i, j) for i, j in zip(graph.senders, graph.receivers, strict=True) if kept[i] and kept[j]]
    assert [*edges] == expected


def test_a_mask_may_keep_everything_or_nothing():
    graph = merge([chain(3), chain(4, start=7.0)])
    assert_equal(select_edges(graph, np.ones(5, bool)), graph)
    assert_equal(subgraph(graph, np.ones(7, bool)), graph)
    assert select_edges(graph, np.zeros(5, bool)).edge_counts.tolist() == [0, 0]
    assert subgraph(graph, np.zeros(7, bool)).node_counts.tolist() == [0, 0]


def test_indices_are_made_int32_and_features_keep_their_precision():
    graph = Graph({"particle_id": [2**60, 0]}, {"label": [True]}, np.array([0], np.uint8), np.array([1], np.int64))
    assert graph.senders.dtype == graph.receivers.dtype == graph.node_counts.dtype == np.int32
    assert graph.nodes["particle_id"].dtype == np.int64
    assert graph.edges["label"].dtype == bool


def test_nodes_without_features_are_counted_by_node_counts():
    graph = Graph({}, {}, [0], [2], node_counts=[3])
    assert (graph.number_of_nodes, graph.number_of_edges, graph.number_of_graphs) == (3, 1, 1)
    assert [part.number_of_nodes for part in split(merge([graph, graph]))] == [3, 3]


def test_a_record_may_hold_no_graph():
    graph = Graph({"x": []}, {}, [], [], node_counts=[], edge_counts=[])
    assert (graph.number_of_nodes, graph.number_of_graphs, split(graph)) == (0, 0, [])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"nodes": {}}, "node_counts must be given"),
        (
            {"nodes": {"x": np.zeros(3), "y": np.zeros(2)}},
            r"y needs one row for each of the 3 nodes .* got shape \(2,\)",
        ),
        ({"nodes": {"x": np.zeros(3), "y": np.float32(1)}}, r"y needs one row .* got shape \(\)"),
        ({"edges": {"label": [True]}}, r"label needs one row for each of the 2 edges .* got shape \(1,\)"),
        ({"receivers": [1]}, r"receivers needs one row for each of the 2 edges"),
        ({"senders": [0.0, 1.0]}, "senders must be integers, got float64"),
        ({"senders": [[0, 1]]}, r"senders must have one dimension, got shape \(1, 2\)"),
        ({"senders": [0, 2**31]}, "senders must fit int32, got values from 0 to 2147483648"),
        ({"senders": np.array([0, 2**63], np.uint64)}, "senders must fit int32"),
        ({"senders": [-(2**31) - 1, 0]}, "senders must fit int32"),
        ({"senders": [0, -1]}, "nodes are 0 to 2, got node -1 in senders at edge 1"),
        ({"receivers": [3, 2]}, "nodes are 0 to 2, got node 3 in receivers at edge 0"),
        ({"node_counts": [2]}, "x needs one row for each of the 2 nodes"),
        ({"node_counts": [4, -1], "edge_counts": [1, 1]}, "counts must not be negative, got -1"),
        ({"node_counts": [1, 2]}, r"must be of the same graphs, got \(2, 1\)"),
        ({"node_counts": [2, 1], "edge_counts": [1, 1]}, "nodes are 2 to 2, got node 1 in senders at edge 1"),
        ({"node_counts": [1, 2], "edge_counts": [1, 1]}, "nodes are 0 to 0, got node 1 in receivers at edge 0"),
    ],
)
def test_what_does_not_fit_together_is_refused(change, message):
    arguments = {"nodes": {"x": np.zeros(3)}, "edges": {"label": [True, False]}, "senders": [0, 1], "receivers": [1, 2]}
    Graph(**arguments)
    with pytest.raises(ValueError, match=message):
        Graph(**(arguments | change))


def test_merging_needs_graphs_of_one_kind():
    with pytest.raises(ValueError, match="at least one graph"):
        merge([])
    other = Graph({"x": np.zeros(1)}, {}, [], [])
    with pytest.raises(ValueError, match=r"same nodes features in all graphs, got \['x', 'position'\] and \['x'\]"):
        merge([chain(2), other])


@pytest.mark.parametrize("kept", [[0, 1], [True], [[True, False]]])
def test_a_mask_is_one_bool_for_each_row(kept):
    graph = Graph({"x": np.zeros(2)}, {}, [0, 1], [1, 0])
    with pytest.raises(ValueError, match="one bool for each of 2 edges"):
        select_edges(graph, kept)
    with pytest.raises(ValueError, match="one bool for each of 2 nodes"):
        subgraph(graph, kept)
