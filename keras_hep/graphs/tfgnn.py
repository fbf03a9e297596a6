"""Exchange of graphs with TensorFlow GNN: graph tensors, schemas, and files of serialized graphs.

TensorFlow GNN is built on Keras 2. It works beside Keras 3 in one process if the environment variable
TF_USE_LEGACY_KERAS=1 is set before TensorFlow is imported. It comes with `pip install 'keras_hep[tfgnn]'`.
"""

import contextlib
import os
import pathlib

import numpy as np

from keras_hep import files
from keras_hep.graphs.graph import Graph, split


def libraries():
    """Import what this module exchanges graphs with.

    Returns:
        Tuple of the modules `tensorflow` and `tensorflow_gnn`.

    Raises:
        ModuleNotFoundError: if one of them is not installed.
        ImportError: if TensorFlow was imported, or would be, with Keras 3 as its `tf.keras`.
    """
    remedy = "set the environment variable TF_USE_LEGACY_KERAS=1 before TensorFlow is imported"
    setting = os.environ.get("TF_USE_LEGACY_KERAS")
    if setting not in ("1", "true", "True"):
        raise ImportError(f"TensorFlow GNN needs Keras 2, but TF_USE_LEGACY_KERAS is {setting}: {remedy}.")
    try:
        import tensorflow
        import tensorflow_gnn
    except ModuleNotFoundError as error:
        message = f"Graph tensors are those of TensorFlow GNN, but {error.name} is not installed: "
        raise ModuleNotFoundError(message + "pip install 'keras_hep[tfgnn]'.", name=error.name) from error
    except ImportError as error:
        raise ImportError(f"TensorFlow GNN needs Keras 2, but TensorFlow has loaded Keras 3: {remedy}.") from error
    return tensorflow, tensorflow_gnn


def to_graph_tensor(graph, node_set="hits", edge_set="segments"):
    """Turn a graph into a graph tensor of TensorFlow GNN; several graphs become its components.

    Args:
        graph: `keras_hep.graphs.graph.Graph` whose features are numbers or bools.
        node_set: str. Name of the nodes.
        edge_set: str. Name of the edges, which lead from senders (sources) to receivers (targets).

    Returns:
        Scalar `tensorflow_gnn.GraphTensor` with the same features in the same data types.

    Raises:
        ImportError: as `libraries`.
        TypeError: if a feature is neither of numbers nor of bools.

    Example:

    >>> graph = Graph({"x": np.array([0.5, 1.5])}, {"true": np.array([True])}, senders=[0], receivers=[1])
    >>> to_graph_tensor(graph).edge_sets["segments"]["true"].numpy().tolist()
    [True]
    """
    tensorflow, gnn = libraries()
    del tensorflow
    _check_data_types(graph)
    ends = [(node_set, end) for end in (graph.senders, graph.receivers)]
    nodes = gnn.NodeSet.from_fields(sizes=graph.node_counts, features=dict(graph.nodes))
    edges = gnn.EdgeSet.from_fields(
        sizes=graph.edge_counts, adjacency=gnn.Adjacency.from_indices(*ends), features=dict(graph.edges)
    )
    return gnn.GraphTensor.from_pieces(node_sets={node_set: nodes}, edge_sets={edge_set: edges})


def from_graph_tensor(tensor, node_set="hits", edge_set="segments"):
    """Turn a graph tensor of TensorFlow GNN into a graph; its components become several graphs.

    Args:
        tensor: `tensorflow_gnn.GraphTensor`, scalar or a batch. What it has beside the two sets, the features of its
            context among them, is left out.
        node_set: str. Name of the nodes.
        edge_set: str. Name of the edges between them.

    Returns:
        `keras_hep.graphs.graph.Graph`.

    Raises:
        KeyError: if the tensor has no set of that name.
        ValueError: if the edges join other nodes, or a feature is ragged.

    Example:

    >>> graph = Graph({"x": np.array([0.5, 1.5])}, {}, senders=[0], receivers=[1])
    >>> from_graph_tensor(to_graph_tensor(graph, "cells", "links"), "cells", "links").nodes["x"].tolist()
    [0.5, 1.5]
    """
    if tensor.rank:
        tensor = tensor.merge_batch_to_components()
    nodes, edges = _set(tensor.node_sets, node_set, "nodes"), _set(tensor.edge_sets, edge_set, "edges")
    joined = {edges.adjacency.source_name, edges.adjacency.target_name}
    if joined != {node_set}:
        raise ValueError(f"The edges {edge_set!r} must join {node_set!r}, but they join {sorted(joined)}: name those.")
    return Graph(
        _arrays(nodes),
        _arrays(edges),
        senders=edges.adjacency.source.numpy(),
        receivers=edges.adjacency.target.numpy(),
        node_counts=nodes.sizes.numpy(),
        edge_counts=edges.sizes.numpy(),
    )


def graph_spec(graph, node_set="hits", edge_set="segments"):
    """Say what graph tensors of single graphs with the features of `graph` are like.

    Args:
        graph: `keras_hep.graphs.graph.Graph`.
        node_set: str. Name of the nodes.
        edge_set: str. Name of the edges.

    Returns:
        `tensorflow_gnn.GraphTensorSpec` of one component with any number of nodes and edges. Its method
        `relax(num_components=True)` gives that of several graphs side by side.

    Example:

    >>> graph = Graph({"position": np.zeros((2, 3))}, {}, senders=[0], receivers=[1])
    >>> graph_spec(graph).node_sets_spec["hits"]["position"].shape.as_list()
    [None, 3]
    """
    _check_data_types(graph)
    nodes, edges = (
        {name: (array.shape[1:], array.dtype) for name, array in features.items()}
        for features in (graph.nodes, graph.edges)
    )
    return spec_of_features(nodes, edges, node_set, edge_set)


def spec_of_features(node_features, edge_features, node_set="hits", edge_set="segments"):
    """Say what graph tensors of single graphs with these features are like.

    Args:
        node_features: dict of str to (shape of one node's feature, data type).
        edge_features: dict, likewise of the edges.
        node_set: str. Name of the nodes.
        edge_set: str. Name of the edges.

    Returns:
        `tensorflow_gnn.GraphTensorSpec`, as `graph_spec`.

    Example:

    >>> spec = spec_of_features({"position": ((3,), "float32")}, {"label": ((), "bool")})
    >>> spec.edge_sets_spec["segments"]["label"].dtype.name
    'bool'
    """
    tensorflow, gnn = libraries()
    one, many = (tensorflow.TensorSpec(shape, tensorflow.int32) for shape in ((1,), (None,)))
    nodes, edges = (
        {name: tensorflow.TensorSpec((None, *shape), dtype) for name, (shape, dtype) in features.items()}
        for features in (node_features, edge_features)
    )
    adjacency = gnn.AdjacencySpec.from_incident_node_sets(node_set, node_set, index_spec=many)
    return gnn.GraphTensorSpec.from_piece_specs(
        context_spec=gnn.ContextSpec.from_field_specs(features_spec={}),
        node_sets_spec={node_set: gnn.NodeSetSpec.from_field_specs(features_spec=nodes, sizes_spec=one)},
        edge_sets_spec={
            edge_set: gnn.EdgeSetSpec.from_field_specs(features_spec=edges, sizes_spec=one, adjacency_spec=adjacency)
        },
    )


def schema(graph_or_spec, node_set="hits", edge_set="segments"):
    """Return the schema of TensorFlow GNN for graphs like this one.

    Args:
        graph_or_spec: `keras_hep.graphs.graph.Graph`, or what `graph_spec` returns.
        node_set: str. Name of the nodes of a `Graph`.
        edge_set: str. Name of the edges of a `Graph`.

    Returns:
        `tensorflow_gnn.GraphSchema`, for `tensorflow_gnn.write_schema` and others.

    Example:

    >>> graph = Graph({"position": np.zeros((2, 3))}, {}, senders=[0], receivers=[1])
    >>> schema(graph).edge_sets["segments"].source
    'hits'
    """
    _, gnn = libraries()
    spec = graph_spec(graph_or_spec, node_set, edge_set) if isinstance(graph_or_spec, Graph) else graph_or_spec
    return gnn.create_schema_pb_from_graph_spec(spec)


def schema_path(path):
    """Return where the schema of a file of graphs is kept: beside it, with the ending .pbtxt."""
    return pathlib.Path(path).with_suffix(".pbtxt")


def write(path, graphs, node_set="hits", edge_set="segments"):
    """Write graphs to a TFRecord file, and their schema beside it; what was there stays if that fails.

    Each graph is one record, a serialized `tf.train.Example` that `tensorflow_gnn.parse_example` reads; several graphs
    in one `Graph` are several records.

    Args:
        path: str or path. The file to write; its schema is that of `schema_path`.
        graphs: iterable of `keras_hep.graphs.graph.Graph`, all with the same features. Read once, one by one.
        node_set: str. Name of the nodes.
        edge_set: str. Name of the edges.

    Returns:
        int. Number of records.

    Raises:
        ValueError: if there is no graph, its features are not those of the first, or one is of float64, which a record
            would hold in single precision.
        OSError: as `keras_hep.files.replacing`.

    Example:

    >>> import tempfile
    >>> graph = Graph({"x": np.zeros(2, np.float32)}, {}, senders=[0], receivers=[1])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     number = write(f"{folder}/graphs.tfrecord", [graph, graph])
    ...     tensors = list(read(f"{folder}/graphs.tfrecord"))
    >>> number, tensors[1].node_sets["hits"]["x"].numpy().tolist()
    (2, [0.0, 0.0])
    """
    tensorflow, gnn = libraries()
    first, number = None, 0
    with contextlib.ExitStack() as stack:
        records = stack.enter_context(files.replacing(path))
        text = stack.enter_context(files.replacing(schema_path(path)))
        with tensorflow.io.TFRecordWriter(str(records)) as writer:
            for number, graph in enumerate(_single(graphs), start=1):
                spec = graph_spec(graph, node_set, edge_set)
                first = first or spec
                _check_record(spec, first, graph, number)
                writer.write(gnn.write_example(to_graph_tensor(graph, node_set, edge_set)).SerializeToString())
        if first is None:
            raise ValueError("A file of graphs needs at least one, got none: their features make its schema.")
        gnn.write_schema(schema(first), str(text))
    return number


def read(path):
    """Read the graphs of a TFRecord file with a schema beside it.

    Args:
        path: str or path. As in `write`; files of others are read as well.

    Returns:
        `tf.data.Dataset` of scalar graph tensors, one graph each.

    Raises:
        FileNotFoundError: if the file or its schema is missing.
    """
    tensorflow, gnn = libraries()
    for needed in (pathlib.Path(path), schema_path(path)):
        if not needed.is_file():
            raise FileNotFoundError(f"A file of graphs has a schema beside it, but {needed} is missing: write both.")
    spec = gnn.create_graph_spec_from_schema_pb(gnn.read_schema(str(schema_path(path))))
    return tensorflow.data.TFRecordDataset(str(path)).map(lambda record: gnn.parse_single_example(spec, record))


def batched(dataset, size):
    """Put graphs side by side.

    Args:
        dataset: `tf.data.Dataset` of scalar graph tensors, such as `read` returns.
        size: int. Graphs in each batch; the last may have fewer.

    Returns:
        `tf.data.Dataset` of scalar graph tensors, whose components are the graphs of a batch: what
        `keras_hep.graphs.graph.merge` makes of graphs.

    Raises:
        ValueError: if `size` is below 1.
    """
    if size < 1:
        raise ValueError(f"size must be at least 1 graph, got {size}.")
    return dataset.batch(size).map(lambda tensor: tensor.merge_batch_to_components())


def _check_data_types(graph):
    for name, array in [*graph.nodes.items(), *graph.edges.items()]:
        if array.dtype.kind not in "biuf":
            raise TypeError(f"A feature must be of numbers or bools, got {name!r} of {array.dtype}: leave it out.")


def _check_record(spec, first, graph, number):
    """Require that a graph can be written after the first one."""
    if spec != first:
        raise ValueError(f"All graphs of a file need the same features, but graph {number} has others: {spec}.")
    double = [name for name, array in [*graph.nodes.items(), *graph.edges.items()] if array.dtype == np.float64]
    if double:
        raise ValueError(f"A record holds single precision, got {double} in float64: convert to float32.")


def _single(graphs):
    """Yield the graphs one by one."""
    for graph in graphs:
        yield from split(graph)


def _set(sets, name, kind):
    if name not in sets:
        raise KeyError(f"The graph tensor has no {kind} called {name!r}: there are {sorted(sets)}.")
    return sets[name]


def _arrays(piece):
    """Return the features of a node set or an edge set as arrays."""
    features = piece.get_features_dict()
    ragged = [name for name, value in features.items() if hasattr(value, "row_splits")]
    if ragged:
        raise ValueError(f"Features must have one shape for all, but {ragged} are ragged: leave them out.")
    return {name: value.numpy() for name, value in features.items()}
