"""Edges listed by the node where they start or end, as offsets and order (compressed sparse rows)."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True, eq=False)
class Adjacency:
    """The edges of each node, on one of their two sides. Made by `outgoing` and `incoming`.

    Attributes:
        offsets: int32 array, shape (nodes + 1,). The edges of node i stand at offsets[i] to offsets[i + 1] - 1.
        order: int32 array, shape (edges,). Numbers of the edges, node by node.
    """

    offsets: np.ndarray
    order: np.ndarray

    @property
    def degrees(self):
        """Number of edges of each node, int32 array of shape (nodes,)."""
        return np.diff(self.offsets)

    def edges_of(self, node):
        """Return the numbers of the edges of one node, int32 array."""
        return self.order[self.offsets[node] : self.offsets[node + 1]]

    def first(self):
        """Return the first edge of each node, the best one where they are sorted by score, int32 array; -1: no edge."""
        edges = np.full(len(self.offsets) - 1, -1, np.int32)
        some = self.degrees > 0
        edges[some] = self.order[self.offsets[:-1][some]]
        return edges


def outgoing(graph, scores=None):
    """List the edges by their sender.

    Args:
        graph: `keras_hep.graphs.graph.Graph`.
        scores: float array, shape (edges,). With it the edges of a node stand by descending score, equal ones and all
            where there are no scores in their own order.

    Returns:
        `Adjacency`.

    Raises:
        ValueError: if `scores` is not one number for each edge.

    Example:

    >>> from keras_hep.graphs.graph import Graph
    >>> graph = Graph({"x": np.zeros(3)}, {}, senders=[0, 1, 0], receivers=[1, 2, 2])
    >>> outgoing(graph).edges_of(0).tolist(), outgoing(graph, scores=[0.1, 0.5, 0.9]).edges_of(0).tolist()
    ([0, 2], [2, 0])
    """
    return _listed(graph, graph.senders, scores)


def incoming(graph, scores=None):
    """List the edges by their receiver; arguments, result and error as of `outgoing`.

    Example:

    >>> from keras_hep.graphs.graph import Graph
    >>> incoming(Graph({"x": np.zeros(3)}, {}, senders=[0, 1, 0], receivers=[1, 2, 2])).edges_of(2).tolist()
    [1, 2]
    """
    return _listed(graph, graph.receivers, scores)


def checked_scores(graph, scores):
    """Return the scores of edges as a float array of one number for each edge; floats keep their precision.

    Raises:
        ValueError: if there are more or fewer, or if one is not a number.
    """
    scores = np.asarray(scores)
    scores = scores if scores.dtype.kind == "f" else scores.astype(float)
    if scores.shape != (graph.number_of_edges,):
        raise ValueError(
            f"scores must be one for each of {graph.number_of_edges} edges, got shape {scores.shape}: give them as one "
            "dimension."
        )
    if np.isnan(scores).any():
        raise ValueError(f"Scores must be numbers, got nan at edge {int(np.argmax(np.isnan(scores)))}.")
    return scores


def _listed(graph, ends, scores):
    offsets = np.zeros(graph.number_of_nodes + 1, np.int32)
    np.cumsum(np.bincount(ends, minlength=graph.number_of_nodes), out=offsets[1:])
    by_score = np.argsort(-checked_scores(graph, scores), kind="stable") if scores is not None else np.arange(len(ends))
    # Node and place in one integer: sorting values is several times as fast as sorting their places stably.
    packed = ends[by_score].astype(np.int64) << 32
    packed |= np.arange(len(ends))
    packed.sort()
    return Adjacency(offsets, by_score[packed & 0xFFFFFFFF].astype(np.int32))
