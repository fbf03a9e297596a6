"""Graphs as examples of a data set, whose features have the names of TensorFlow GNN's records.

A record has for each node set its size and its features, for each edge set also the nodes at the ends, which count
within the graph: `nodes/hits.#size`, `nodes/hits.position`, `edges/segments.#source`. A data set whose features are
so named can be read by `tensorflow_gnn.parse_example` as it lies on disk, and by `keras_hep.data.load`.

Reference: TensorFlow GNN 1.0.3, `write_example`.
"""

import numpy as np

from keras_hep.graphs.graph import Graph


def to_example(graph, node_set="hits", edge_set="segments"):
    """Name the arrays of one graph as an example of a data set.

    Args:
        graph: `Graph` of one graph.
        node_set: str. Name of the nodes.
        edge_set: str. Name of the edges.

    Returns:
        Dict with `nodes` and `edges`, each a dict of str to array.

    Raises:
        ValueError: if there are several graphs.

    Example:

    >>> graph = Graph({"x": np.array([0.5, 1.5])}, {"label": np.array([True])}, senders=[0], receivers=[1])
    >>> sorted(to_example(graph)["edges"])
    ['segments.#size', 'segments.#source', 'segments.#target', 'segments.label']
    """
    if graph.number_of_graphs != 1:
        raise ValueError(f"An example is one graph, got {graph.number_of_graphs}: take them apart with graph.split.")
    nodes = {"#size": graph.node_counts, **graph.nodes}
    edges = {"#size": graph.edge_counts, "#source": graph.senders, "#target": graph.receivers, **graph.edges}
    return {
        "nodes": {f"{node_set}.{name}": array for name, array in nodes.items()},
        "edges": {f"{edge_set}.{name}": array for name, array in edges.items()},
    }


def from_columns(columns, node_set="hits", edge_set="segments"):
    """Put the graphs of a data set side by side.

    Args:
        columns: dict of str to array, as `keras_hep.data.load` reads it: the features that `to_example` names, those of
            all examples one behind the other, with their row splits.
        node_set: str. Name of the nodes.
        edge_set: str. Name of the edges.

    Returns:
        `Graph`, as many graphs as there are examples.

    Raises:
        ValueError: if there are no such sets, or the row splits of a feature are not those of its set.

    Example:

    >>> graph = Graph({"x": np.array([0.5, 1.5])}, {}, senders=[0], receivers=[1])
    >>> columns = {f"{kind}/{name}": array for kind, part in to_example(graph).items() for name, array in part.items()}
    >>> columns |= {f"{key}_splits": np.array([0, len(array)]) for key, array in columns.items() if "size" not in key}
    >>> from_columns(columns).receivers.tolist()
    [1]
    """
    nodes, node_counts = _set(columns, f"nodes/{node_set}.")
    edges, edge_counts = _set(columns, f"edges/{edge_set}.")
    first = np.repeat(np.cumsum(node_counts) - node_counts, edge_counts)
    ends = [edges.pop(name) + first for name in ("#source", "#target")]
    return Graph(nodes, edges, *ends, node_counts=node_counts, edge_counts=edge_counts)


def _set(columns, prefix):
    """Return the features of a set, and how many nodes or edges each graph has."""
    if f"{prefix}#size" not in columns:
        sets = sorted(name.removesuffix(".#size") for name in columns if name.endswith(".#size"))
        raise ValueError(f"There must be a set {prefix.removesuffix('.')!r}, got {sets or 'none'}: name one of these.")
    counts = np.asarray(columns[f"{prefix}#size"], np.int64).reshape(-1)
    found = {}
    for name, array in columns.items():
        if name.startswith(prefix) and f"{name}_splits" in columns:
            if not np.array_equal(np.diff(columns[f"{name}_splits"]), counts):
                raise ValueError(f"{name} must have as many rows in each graph as {prefix}#size says, got others.")
            found[name.removeprefix(prefix)] = array
    return found, counts
