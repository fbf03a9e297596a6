"""Graphs go to TensorFlow GNN and come back, and its layers compute what ours do. Run by `tox -e tfgnn`."""

import doctest
import importlib.util
import os

import numpy as np
import pytest

from keras_hep.graphs import tfgnn, tfgnn_twin
from keras_hep.graphs.graph import Graph, merge

if importlib.util.find_spec("tensorflow_gnn") is None or os.environ.get("TF_USE_LEGACY_KERAS") != "1":
    pytest.skip(
        "TensorFlow GNN is not installed, or TF_USE_LEGACY_KERAS=1 is not set: run tox -e tfgnn.",
        allow_module_level=True,
    )

tensorflow, gnn = tfgnn.libraries()


def random_graph(seed, nodes=30, edges=60):
    """Return a graph with features of many data types; some of its nodes have no edge."""
    random = np.random.default_rng(seed)
    connected = max(1, nodes - 5)
    return Graph(
        {
            "features": random.normal(size=(nodes, 5)).astype(np.float32),
            "particle_id": random.integers(2**60, 2**62, nodes),
            "layer": random.integers(800, 1710, nodes).astype(np.int32),
            "precise": random.normal(size=nodes),
            "half": random.normal(size=(nodes, 2, 3)).astype(np.float16),
        },
        {
            "features": random.normal(size=(edges, 6)).astype(np.float32),
            "label": random.random(edges) < 0.5,
            "charge": random.integers(-3, 4, edges).astype(np.int8),
            "ticket": random.integers(2**63, 2**64, edges, dtype=np.uint64),
        },
        senders=random.integers(0, connected, edges),
        receivers=random.integers(0, connected, edges),
    )


def single_precision(graph):
    """Return the graph without the features that a file cannot hold."""
    nodes = {name: array for name, array in graph.nodes.items() if array.dtype != np.float64}
    return Graph(nodes, graph.edges, graph.senders, graph.receivers, graph.node_counts, graph.edge_counts)


def assert_equal(ours, theirs):
    for kind in ("nodes", "edges"):
        assert getattr(ours, kind).keys() == getattr(theirs, kind).keys()
        for name, array in getattr(ours, kind).items():
            assert array.dtype == getattr(theirs, kind)[name].dtype, name
            np.testing.assert_array_equal(array, getattr(theirs, kind)[name], err_msg=name)
    for name in ("senders", "receivers", "node_counts", "edge_counts"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name), err_msg=name)


@pytest.mark.parametrize(
    "graph",
    [
        random_graph(1),
        merge([random_graph(2), random_graph(3, nodes=4, edges=0), random_graph(4, nodes=1, edges=2)]),
        random_graph(5, nodes=6, edges=0),
    ],
    ids=["one", "several", "no edges"],
)
def test_a_graph_comes_back_as_it_was(graph):
    tensor = tfgnn.to_graph_tensor(graph)
    assert tensor.num_components == graph.number_of_graphs
    assert_equal(graph, tfgnn.from_graph_tensor(tensor))


def test_edges_lead_from_senders_to_receivers():
    graph = Graph({"x": np.array([1.0, 2.0, 4.0], np.float32)}, {}, senders=[0, 0], receivers=[1, 2])
    tensor = tfgnn.to_graph_tensor(graph, "cells", "links")
    sums = gnn.pool_edges_to_node(
        tensor,
        "links",
        gnn.TARGET,
        "sum",
        feature_value=gnn.broadcast_node_to_edges(tensor, "links", gnn.SOURCE, feature_name="x"),
    )
    assert sums.numpy().tolist() == [0.0, 1.0, 1.0]


def test_a_batch_that_is_not_merged_comes_back_as_several_graphs():
    graphs = [single_precision(random_graph(seed, nodes=9)) for seed in (1, 2)]
    tensors = [tfgnn.to_graph_tensor(graph) for graph in graphs]
    (batch,) = (
        tensorflow.data.Dataset.from_tensors(tensors[0])
        .concatenate(tensorflow.data.Dataset.from_tensors(tensors[1]))
        .batch(2)
    )
    assert batch.rank == 1
    assert_equal(merge(graphs), tfgnn.from_graph_tensor(batch))


def test_what_cannot_be_exchanged_is_named():
    graph = Graph({"name": np.array(["a", "b"])}, {}, senders=[0], receivers=[1])
    for exchange in (tfgnn.to_graph_tensor, tfgnn.graph_spec):
        with pytest.raises(TypeError, match=r"numbers or bools, got 'name' of <U1"):
            exchange(graph)
    tensor = tfgnn.to_graph_tensor(random_graph(1))
    with pytest.raises(KeyError, match=r"no nodes called 'cells': there are \['hits'\]"):
        tfgnn.from_graph_tensor(tensor, node_set="cells")
    with pytest.raises(KeyError, match=r"no edges called 'links': there are \['segments'\]"):
        tfgnn.from_graph_tensor(tensor, edge_set="links")


def test_edges_between_two_kinds_of_nodes_are_refused():
    sets = {name: gnn.NodeSet.from_fields(sizes=[2], features={}) for name in ("hits", "tracks")}
    adjacency = gnn.Adjacency.from_indices(("hits", [0]), ("tracks", [1]))
    edges = gnn.EdgeSet.from_fields(sizes=[1], adjacency=adjacency, features={})
    tensor = gnn.GraphTensor.from_pieces(node_sets=sets, edge_sets={"segments": edges})
    with pytest.raises(ValueError, match=r"must join 'hits', but they join \['hits', 'tracks'\]"):
        tfgnn.from_graph_tensor(tensor)


def test_ragged_features_are_refused():
    ragged = tensorflow.ragged.constant([[1.0], [2.0, 3.0]])
    nodes = gnn.NodeSet.from_fields(sizes=[2], features={"cells": ragged})
    adjacency = gnn.Adjacency.from_indices(("hits", [0]), ("hits", [1]))
    edges = gnn.EdgeSet.from_fields(sizes=[1], adjacency=adjacency, features={})
    tensor = gnn.GraphTensor.from_pieces(node_sets={"hits": nodes}, edge_sets={"segments": edges})
    with pytest.raises(ValueError, match=r"\['cells'\] are ragged"):
        tfgnn.from_graph_tensor(tensor)


def test_the_spec_fits_every_graph_with_these_features():
    spec = tfgnn.graph_spec(random_graph(1))
    assert spec.is_compatible_with(tfgnn.to_graph_tensor(random_graph(2, nodes=3, edges=7)))
    assert not spec.is_compatible_with(tfgnn.to_graph_tensor(single_precision(random_graph(2))))
    several = tfgnn.to_graph_tensor(merge([random_graph(1), random_graph(2)]))
    assert not spec.is_compatible_with(several)
    assert spec.relax(num_components=True).is_compatible_with(several)


def test_the_schema_is_the_same_for_graph_and_spec_and_is_read_back(tmp_path):
    graph = random_graph(1)
    schema = tfgnn.schema(graph)
    assert schema == tfgnn.schema(tfgnn.graph_spec(graph))
    gnn.check_compatible_with_schema_pb(tfgnn.to_graph_tensor(graph), schema)
    (tmp_path / "schema.pbtxt").write_text(str(schema))
    assert gnn.read_schema(str(tmp_path / "schema.pbtxt")) == schema


def test_files_give_the_graphs_back_one_by_one(tmp_path):
    graphs = [single_precision(random_graph(seed, nodes=10 + seed)) for seed in range(4)]
    path = tmp_path / "graphs.tfrecord"
    assert tfgnn.write(path, iter([graphs[0], merge(graphs[1:3]), graphs[3]])) == 4
    read = [tfgnn.from_graph_tensor(tensor) for tensor in tfgnn.read(path)]
    assert len(read) == 4
    for graph, other in zip(graphs, read, strict=True):
        assert_equal(graph, other)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["graphs.pbtxt", "graphs.tfrecord"]


@pytest.mark.parametrize(("size", "batches"), [(1, [[0], [1], [2]]), (2, [[0, 1], [2]]), (5, [[0, 1, 2]])])
def test_batches_are_merged_graphs(size, batches, tmp_path):
    graphs = [single_precision(random_graph(seed, nodes=10 + seed, edges=seed)) for seed in range(3)]
    tfgnn.write(tmp_path / "graphs.tfrecord", graphs, "cells", "links")
    read = list(tfgnn.batched(tfgnn.read(tmp_path / "graphs.tfrecord"), size))
    assert len(read) == len(batches)
    for tensor, numbers in zip(read, batches, strict=True):
        assert tensor.rank == 0
        assert_equal(merge([graphs[number] for number in numbers]), tfgnn.from_graph_tensor(tensor, "cells", "links"))


def test_a_batch_needs_a_size():
    with pytest.raises(ValueError, match="at least 1 graph, got 0"):
        tfgnn.batched(tensorflow.data.Dataset.range(1), 0)


@pytest.mark.parametrize(
    ("graphs", "message"),
    [
        ([], "needs at least one, got none"),
        ([single_precision(random_graph(1)), Graph({"x": np.zeros(1, "f4")}, {}, [0], [0])], "graph 2 has others"),
        ([random_graph(1)], r"single precision, got \['precise'\] in float64"),
    ],
    ids=["none", "others", "double"],
)
def test_what_is_not_written_leaves_the_old_files(graphs, message, tmp_path):
    path = tmp_path / "graphs.tfrecord"
    tfgnn.write(path, [single_precision(random_graph(7))])
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    with pytest.raises(ValueError, match=message):
        tfgnn.write(path, graphs)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


@pytest.mark.parametrize("missing", ["graphs.pbtxt", "graphs.tfrecord"])
def test_a_missing_file_is_named(missing, tmp_path):
    tfgnn.write(tmp_path / "graphs.tfrecord", [single_precision(random_graph(1))])
    (tmp_path / missing).unlink()
    with pytest.raises(FileNotFoundError, match=missing):
        tfgnn.read(tmp_path / "graphs.tfrecord")


@pytest.mark.parametrize("module", [tfgnn, tfgnn_twin])
def test_examples_of_the_documentation(module):
    failed, attempted = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    assert attempted > 0
    assert failed == 0
