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

    def __post_init__(self):
        for name in ("nodes", "edges"):
            features = {key: np.asarray(values) for key, values in getattr(self, name).items()}
            object.__setattr__(self, name, features)
        for name in ("senders", "receivers", "node_counts", "edge_counts"):
            values = getattr(self, name)
            object.__setattr__(self, name, self._single(name) if values is None else _indices(name, values))
        self._check_lengths()
        self._check_ends()

    def _single(self, name):
        """Return the count of the only graph, where no counts are given."""
        if name == "edge_counts":
            return _indices(name, [len(self.senders)])
        if not self.nodes:
            raise ValueError("Graph: node_counts must be given where nodes has no features, got None.")
        return _indices(name, [len(next(iter(self.nodes.values())))])

    def _check_lengths(self):
        graphs = len(self.node_counts), len(self.edge_counts)
        if graphs[0] != graphs[1]:
            raise ValueError(f"Graph: node_counts and edge_counts must be of the same graphs, got {graphs} of them.")
        for counts in (self.node_counts, self.edge_counts):
            if np.any(counts < 0):
                raise ValueError(f"Graph: counts must not be negative, got {counts.min()}.")
        ends = {"senders": self.senders, "receivers": self.receivers}
        for kind, number, features in (
            ("node", self.number_of_nodes, self.nodes),
            ("edge", self.number_of_edges, self.edges | ends),
        ):
            for name, values in features.items():
                if values.ndim == 0 or len(values) != number:
                    raise ValueError(
                        f"Graph: {name} needs one row for each of the {number} {kind}s that {kind}_counts add up to, "
                        f"got shape {values.shape}."
                    )

    def _check_ends(self):
        first, behind = _spans(self.node_counts)
        if self.number_of_graphs != 1:
            first, behind = (np.repeat(limits, self.edge_counts) for limits in (first, behind))
        for name, ends in (("senders", self.senders), ("receivers", self.receivers)):
            outside = (ends < first) | (ends >= behind)
            if outside.any():
                edge = int(np.argmax(outside))
                low, high = (int(np.broadcast_to(limits, ends.shape)[edge]) for limits in (first, behind))
                raise ValueError(
                    f"Graph: an edge must stay in its graph, whose nodes are {low} to {high - 1}, got node "
                    f"{ends[edge]} in {name} at edge {edge}."
                )

    @property
    def number_of_nodes(self):
        """Nodes of all graphs."""
        return int(self.node_counts.sum())

    @property
    def number_of_edges(self):
        """Edges of all graphs."""
        return int(self.edge_counts.sum())

    @property
    def number_of_graphs(self):
        """Graphs in the record."""
        return len(self.node_counts)


def merge(graphs):
    """Put graphs side by side as one record, without an edge between them.

    Args:
        graphs: sequence of `Graph`, at least one, all with the same names of features.

    Returns:
        `Graph`.

    Raises:
        ValueError: if there is no graph or the names of features differ.

    Example:

    >>> pair = Graph({"x": np.array([0.0, 1.0])}, {}, senders=[0], receivers=[1])
    >>> merge([pair, pair]).receivers.tolist()
    [1, 3]
    """
    graphs = list(graphs)
    if not graphs:
        raise ValueError("merge needs at least one graph, got none.")
    shifts = np.cumsum([0] + [graph.number_of_nodes for graph in graphs[:-1]])
    return Graph(
        _joined("nodes", [graph.nodes for graph in graphs]),
        _joined("edges", [graph.edges for graph in graphs]),
        np.concatenate([graph.senders + shift for graph, shift in zip(graphs, shifts, strict=True)]),
        np.concatenate([graph.receivers + shift for graph, shift in zip(graphs, shifts, strict=True)]),
        np.concatenate([graph.node_counts for graph in graphs]),
        np.concatenate([graph.edge_counts for graph in graphs]),
    )


def split(graph):
    """Take the graphs of a record apart.

    Args:
        graph: `Graph`.

    Returns:
        list of `Graph`, one for each graph in the record; their arrays are views where that is possible.

    Example:

    >>> pairs = Graph({"x": np.arange(4.0)}, {}, [0, 2], [1, 3], node_counts=[2, 2], edge_counts=[1, 1])
    >>> [single.nodes["x"].tolist() for single in split(pairs)], split(pairs)[1].senders.tolist()
    ([[0.0, 1.0], [2.0, 3.0]], [0])
    """
    node_spans = zip(*_spans(graph.node_counts), strict=True)
    edge_spans = zip(*_spans(graph.edge_counts), strict=True)
    return [_between(graph, nodes, edges) for nodes, edges in zip(node_spans, edge_spans, strict=True)]


def select_edges(graph, kept):
    """Keep all nodes and some of the edges, in their order.

    Args:
        graph: `Graph`.
        kept: bool array, shape (edges,).

    Returns:
        `Graph`.

    Raises:
        ValueError: if `kept` is no bool array with one value for each edge.

    Example:

    >>> chain = Graph({"x": np.arange(3.0)}, {"score": np.array([0.9, 0.1])}, senders=[0, 1], receivers=[1, 2])
    >>> select_edges(chain, chain.edges["score"] > 0.5).receivers.tolist()
    [1]
    """
    kept = _mask(kept, graph.number_of_edges, "edge")
    edges = {name: values[kept] for name, values in graph.edges.items()}
    edge_counts = _counts_in_spans(kept, graph.edge_counts)
    return Graph(graph.nodes, edges, graph.senders[kept], graph.receivers[kept], graph.node_counts, edge_counts)


def subgraph(graph, kept):
    """Keep some of the nodes, in their order, and the edges between them.

    Args:
        graph: `Graph`.
        kept: bool array, shape (nodes,).

    Returns:
        `Graph`.

    Raises:
        ValueError: if `kept` is no bool array with one value for each node.

    Example:

    >>> chain = Graph({"x": np.arange(4.0)}, {}, senders=[0, 1, 2], receivers=[1, 2, 3])
    >>> rest = subgraph(chain, chain.nodes["x"] > 0)
    >>> rest.senders.tolist(), rest.receivers.tolist()
    ([0, 1], [1, 2])
    """
    kept = _mask(kept, graph.number_of_nodes, "node")
    inside = select_edges(graph, kept[graph.senders] & kept[graph.receivers])
    number = np.cumsum(kept, dtype=np.int32) - 1
    nodes = {name: values[kept] for name, values in graph.nodes.items()}
    node_counts = _counts_in_spans(kept, graph.node_counts)
    return Graph(nodes, inside.edges, number[inside.senders], number[inside.receivers], node_counts, inside.edge_counts)


def _indices(name, values):
    """Return `values` as an int32 array of one dimension; refuse what would change by that."""
    values = np.asarray(values)
    if values.size and values.dtype.kind not in "iu":
        raise ValueError(f"Graph: {name} must be integers, got {values.dtype}.")
    if values.ndim != 1:
        raise ValueError(f"Graph: {name} must have one dimension, got shape {values.shape}.")
    if values.dtype.itemsize >= 4 and values.size and max(-int(values.min()) - 1, int(values.max())) >= 2**31:
        raise ValueError(f"Graph: {name} must fit int32, got values from {values.min()} to {values.max()}.")
    return values.astype(np.int32, copy=False)


def _mask(kept, number, kind):
    kept = np.asarray(kept)
    if kept.dtype != bool or kept.shape != (number,):
        raise ValueError(
            f"What is kept must be one bool for each of {number} {kind}s, got {kept.dtype} of shape {kept.shape}."
        )
    return kept


def _spans(counts):
    """Return first row and row behind the last of each graph."""
    behind = np.cumsum(counts, dtype=np.int64)
    return behind - counts, behind


def _counts_in_spans(kept, counts):
    """Return how many rows of each graph are kept."""
    so_far = np.concatenate([[0], np.cumsum(kept, dtype=np.int64)])
    first, behind = _spans(counts)
    return so_far[behind] - so_far[first]


def _joined(kind, features):
    """Return the features of all graphs, name by name."""
    names = features[0].keys()
    for other in features[1:]:
        if other.keys() != names:
            raise ValueError(f"merge needs the same {kind} features in all graphs, got {[*names]} and {[*other]}.")
    return {name: np.concatenate([values[name] for values in features]) for name in names}


def _between(graph, nodes, edges):
    """Return the graph of the rows between the limits (first, behind the last)."""
    node_span, edge_span = slice(*nodes), slice(*edges)
    return Graph(
        {name: values[node_span] for name, values in graph.nodes.items()},
        {name: values[edge_span] for name, values in graph.edges.items()},
        graph.senders[edge_span] - nodes[0],
        graph.receivers[edge_span] - nodes[0],
        [nodes[1] - nodes[0]],
        [edges[1] - edges[0]],
    )
