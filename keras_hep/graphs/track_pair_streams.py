"""Pairs of tracks of time slices as `keras_hep.models.VertexGraphNetwork` reads them, new ones for a training."""

import dataclasses

import numpy as np

from keras_hep.graphs.graph import Graph, merge
from keras_hep.graphs.padding import bucket, pad
from keras_hep.graphs.track_pair_graphs import TrackPairGraphs, reverse_edges


def pair_inputs(graph, padded=False):
    """Return what `keras_hep.models.VertexGraphNetwork` reads of a `Graph` of `TrackPairGraphs`, as a dict of arrays.

    Args:
        graph: `Graph`, of one slice or of several side by side.
        padded: bool. Fill up to one of few sizes, so that programs compiled for a size are used again: tracks and edges
            of nothing stand behind the true ones, and no edge joins the two.

    Example:

    >>> from keras_hep.simulation.spd_slices import SPDSlices
    >>> graph = TrackPairGraphs().graph(SPDSlices(mean_events=3.0).slice(seed=2))
    >>> sorted(pair_inputs(graph))
    ['edges', 'nodes', 'path', 'precision', 'receivers', 'reverse', 'senders']
    """
    reverse = reverse_edges(graph.senders, graph.receivers)
    columns = {"edges": graph.edges["features"], "path": graph.edges["path"], "precision": graph.edges["precision"]}
    if padded:
        bare = Graph({"features": graph.nodes["features"]}, columns, graph.senders, graph.receivers)
        graph = pad(bare, bucket(bare.number_of_nodes + 1), bucket(bare.number_of_edges))
        columns = graph.edges
        # A padding edge joins a node to itself: it is its own opposite.
        reverse = np.append(reverse, np.arange(len(reverse), graph.number_of_edges, dtype=np.int32))
    ends = {"senders": graph.senders, "receivers": graph.receivers, "reverse": reverse}
    return {"nodes": graph.nodes["features"], **columns, **ends}


@dataclasses.dataclass(frozen=True)
class TrackPairStream:
    """Graphs of simulated time slices, each seen once.

    Args:
        simulation: dataclass with `slice(seed)`, such as `keras_hep.simulation.spd_slices.SPDSlices`.
        pairs: `TrackPairGraphs`.
        blur: float. Standard deviation of a further shift of every hit along x, y and z, mm.

    Example:

    >>> from keras_hep.simulation.spd_slices import SPDSlices
    >>> inputs, labels, weights = TrackPairStream(SPDSlices(jitter=1.0), TrackPairGraphs()).batch(events=2, seed=1)
    >>> labels.shape == (len(inputs["senders"]), 1), float(weights.sum().round(4))
    (True, 2.0)
    """

    simulation: object
    pairs: TrackPairGraphs
    blur: float = 0.0

    def slice(self, seed):
        """Return one `TimeSlice` with its hits as blurred as asked for."""
        drawn = self.simulation.slice(seed)
        if not self.blur:
            return drawn
        shift = np.random.default_rng([*np.ravel(seed), 1]).normal(0, self.blur, drawn.hits.shape)
        return dataclasses.replace(drawn, hits=drawn.hits + shift.astype(np.float32))

    def batch(self, events, seed):
        """Return (inputs, labels, sample weights) of so many time slices side by side.

        Args:
            events: int. Number of slices.
            seed: int or list of int.

        Returns:
            (dict of arrays as from `pair_inputs`, padded; float32 array of shape (edges, 1): 1 where both tracks are of
            one event; float32 array of shape (edges,)): the weights of the edges of a slice add up to 1.
        """
        graph = merge([self.pairs.graph(self.slice([*np.ravel(seed), number])) for number in range(events)])
        inputs = pair_inputs(graph, padded=True)
        labels = np.zeros((len(inputs["senders"]), 1), np.float32)
        weights = np.zeros(len(labels), np.float32)
        labels[: graph.number_of_edges, 0] = graph.edges["label"]
        weights[: graph.number_of_edges] = np.repeat(1 / np.maximum(graph.edge_counts, 1), graph.edge_counts)
        return inputs, labels, weights
