"""Graphs filled up to fixed sizes, so that one compiled program serves all of them."""

import numpy as np

from keras_hep.graphs.graph import Graph, merge

_STEPS = 8  # sizes between a power of two and the next: at most one eighth is padding


def pad(graph, nodes, edges):
    """Fill up to given numbers of nodes and edges with one more graph behind the others, the padding graph.

    All its features are zero. Its edges join its own nodes, each to itself, so that whatever is summed over edges is
    unchanged at the nodes of the other graphs.

    Args:
        graph: `Graph`, of one or more graphs.
        nodes: int, more than the graph has: the padding edges need a node. `bucket` gives sizes that recur.
        edges: int, at least as many as the graph has.

    Returns:
        `Graph` with one graph more.

    Raises:
        ValueError: if `nodes` or `edges` is too small.

    Example:

    >>> graph = Graph({"x": np.array([1.0, 2.0])}, {}, senders=[0], receivers=[1])
    >>> padded = pad(graph, nodes=4, edges=4)
    >>> padded.nodes["x"].tolist(), padded.senders.tolist(), padded.node_counts.tolist()
    ([1.0, 2.0, 0.0, 0.0], [0, 2, 3, 2], [2, 2])
    """
    if nodes <= graph.number_of_nodes or edges < graph.number_of_edges:
        raise ValueError(
            f"pad needs room for the graph and one padding node, at least {graph.number_of_nodes + 1} nodes and "
            f"{graph.number_of_edges} edges, got nodes={nodes} and edges={edges}: round the sizes up with bucket."
        )
    nodes, edges = nodes - graph.number_of_nodes, edges - graph.number_of_edges
    ends = np.arange(edges, dtype=np.int32) % nodes  # on all padding nodes: none becomes the target of all sums
    padding = Graph(_zeros(graph.nodes, nodes), _zeros(graph.edges, edges), ends, ends, [nodes], [edges])
    return merge([graph, padding])


def unpad(graph):
    """Take the padding graph away.

    Args:
        graph: `Graph` from `pad`.

    Returns:
        `Graph` as it was before; its arrays are views.

    Raises:
        ValueError: if there is no graph to take away.

    Example:

    >>> graph = Graph({"x": np.array([1.0, 2.0])}, {}, senders=[0], receivers=[1])
    >>> unpad(pad(graph, nodes=8, edges=8)).nodes["x"].tolist()
    [1.0, 2.0]
    """
    nodes, edges = _valid(graph, graph.node_counts), _valid(graph, graph.edge_counts)
    return Graph(
        {name: values[:nodes] for name, values in graph.nodes.items()},
        {name: values[:edges] for name, values in graph.edges.items()},
        graph.senders[:edges],
        graph.receivers[:edges],
        graph.node_counts[:-1],
        graph.edge_counts[:-1],
    )


def valid_nodes(graph):
    """Return which nodes of a padded graph are no padding, bool array of shape (nodes,).

    Raises:
        ValueError: if there is no padding graph.

    Example:

    >>> graph = Graph({"x": np.array([1.0, 2.0])}, {}, senders=[0], receivers=[1])
    >>> valid_nodes(pad(graph, nodes=3, edges=3)).tolist()
    [True, True, False]
    """
    return np.arange(graph.number_of_nodes) < _valid(graph, graph.node_counts)


def valid_edges(graph):
    """Return which edges of a padded graph are no padding, bool array of shape (edges,).

    Raises:
        ValueError: if there is no padding graph.

    Example:

    >>> graph = Graph({"x": np.array([1.0, 2.0])}, {}, senders=[0], receivers=[1])
    >>> valid_edges(pad(graph, nodes=3, edges=3)).tolist()
    [True, False, False]
    """
    return np.arange(graph.number_of_edges) < _valid(graph, graph.edge_counts)


def bucket(size):
    """Round a size up to one of few: eight from each power of two to the next, so that at most an eighth is padding.

    Args:
        size: int, not negative.

    Returns:
        int, at least `size`.

    Raises:
        ValueError: if `size` is negative.

    Example:

    >>> [bucket(size) for size in (0, 7, 17, 1000, 1025, 600_000)]
    [0, 7, 18, 1024, 1152, 655360]
    """
    if size < 0:
        raise ValueError(f"A size must not be negative, got {size}.")
    step = max(1, 2 ** ((int(size) - 1).bit_length() - 1) // _STEPS) if size > 1 else 1
    return -(-int(size) // step) * step


def _valid(graph, counts):
    """Return how many rows stand before the padding graph."""
    if graph.number_of_graphs < 1:
        raise ValueError("A padded graph has its padding graph at the end, got a record of 0 graphs: pad it first.")
    return int(counts[:-1].sum())


def _zeros(features, number):
    return {name: np.zeros((number, *values.shape[1:]), values.dtype) for name, values in features.items()}
