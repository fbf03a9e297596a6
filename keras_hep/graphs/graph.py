"""A graph, or several graphs side by side, as a record of plain arrays."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True, eq=False)
class Graph:
    """One or more graphs whose nodes and edges carry named features.

    Several graphs are one record: their nodes stand one behind the other, and so do their edges, whose ends count over
    all nodes. No edge joins two graphs.

    Args:
        nodes: dict of str to array, each of shape (nodes, ...). Features of the nodes.
        edges: dict of str to array, each of shape (edges, ...). Features of the edges.
        senders: int32 array, shape (edges,). Node where each edge starts.
        receivers: int32 array, shape (edges,). Node where each edge ends.
        node_counts: int32 array, shape (graphs,). Nodes of each graph. None: all nodes are one graph.
        edge_counts: int32 array, shape (graphs,). Edges of each graph. None: all edges are those of one graph.

    Raises:
        ValueError: if lengths do not fit together, an edge ends outside the nodes, or it leaves its own graph.

    Example:

    >>> graph = Graph({"x": np.array([0.0, 1.0, 2.0])}, {}, senders=[0, 1], receivers=[1, 2])
    >>> graph.number_of_nodes, graph.number_of_edges, graph.number_of_graphs
    (3, 2, 1)
    """

    nodes: dict
    edges: dict
    senders: np.ndarray
    receivers: np.ndarray
    node_counts: np.ndarray = None
    edge_counts: np.ndarray = None
