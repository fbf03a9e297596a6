"""Graphs of segments as networks read them, one graph an event: a fixed one, or always new ones of a simulation."""

import dataclasses

import numpy as np

from keras_hep.graphs.graph import Graph, merge, select_edges
from keras_hep.graphs.padding import bucket, pad
from keras_hep.graphs.segment_features import (
    CURVATURE_LIMIT,
    ORIGIN_LIMIT,
    from_beam_line,
    hit_features,
    segment_features,
)
from keras_hep.graphs.segments import barrel_hits, node_features, segment_graph


def published_inputs(graph):
    """Return what `keras_hep.models.SegmentClassifier` reads of a graph of segments, as a dict of arrays."""
    return {"nodes": node_features(graph), "senders": graph.senders, "receivers": graph.receivers}


def invariant_inputs(graph):
    """Return what `keras_hep.models.InteractionNetwork` reads of a graph of segments, as a dict of arrays.

    Neither the hits' nor the segments' features change when the event is turned around the beam.
    """
    return {
        "nodes": hit_features(graph),
        "edges": segment_features(graph),
        "senders": graph.senders,
        "receivers": graph.receivers,
    }


@dataclasses.dataclass(frozen=True)
class FixedSegments:
    """One graph of segments, again and again: training on a single event.

    True segments weigh in the loss as much as false ones together (`positive_weight`). Made by `of`.

    Args:
        event: dict. What names the event in the key of a training: what was simulated with which seed, or the name of
            the file and a checksum. It must be JSON-compatible.

    Raises:
        ValueError: when something is asked of an instance that was not made by `of`.
    """

    event: dict

    @classmethod
    def of(cls, graph, event):
        """Return the stream of a `keras_hep.graphs.graph.Graph` with the edge feature `label`, named by `event`."""
        stream = cls(event)
        object.__setattr__(stream, "_graph", graph)
        return stream

    @property
    def graph(self):
        """The graph."""
        if not hasattr(self, "_graph"):
            raise ValueError("FixedSegments must be made by FixedSegments.of(graph, event), got one without its graph.")
        return self._graph

    @property
    def positive_weight(self):
        """Number of false segments over that of true ones."""
        true = np.count_nonzero(self.graph.edges["label"])
        return (self.graph.number_of_edges - true) / true

    def batch(self, events, seed):
        """Return (inputs, labels, sample weights) of the graph; `events` must be 1, the seed has no meaning."""
        if events != 1:
            raise ValueError(f"A fixed graph is one event, got events={events}: train with batch_size=1.")
        return published_inputs(self.graph), *_targets(self.graph, self.positive_weight)


@dataclasses.dataclass(frozen=True)
class SimulatedSegments:
    """Graphs of segments of simulated events, each seen once.

    Args:
        simulation: dataclass with `event(seed)` and `scaled(density)`, such as
            `keras_hep.simulation.trackml_like.TrackMLLike`.
        densities: tuple of two floats. The share of the simulation's particles and noise that an event has is drawn
            uniformly in its logarithm between them.
        curvature_limit: float. rad / mm; segments beyond are left out, as those beyond the next one, see
            `keras_hep.graphs.segment_features.from_beam_line`.
        origin_limit: float. mm.
    """

    simulation: object
    densities: tuple = (1.0, 1.0)
    curvature_limit: float = CURVATURE_LIMIT
    origin_limit: float = ORIGIN_LIMIT

    def graph(self, seed):
        """Return the `Graph` of one event."""
        random = np.random.default_rng([*np.ravel(seed), 0])
        density = float(np.exp(random.uniform(*np.log(self.densities))))
        event = self.simulation.scaled(density).event(seed)
        graph = segment_graph(barrel_hits(event.hits, event.truth))
        return select_edges(graph, from_beam_line(graph, self.curvature_limit, self.origin_limit))

    def batch(self, events, seed):
        """Return (inputs, labels, sample weights) of so many events side by side.

        The graph is filled up to one of few sizes, so that programs compiled for a size are used again; what fills it
        has no weight.
        """
        graph = merge([self.graph([*np.ravel(seed), number]) for number in range(events)])
        inputs = invariant_inputs(graph)
        labels, weights = _targets(graph, 1.0)
        edges = {"edges": inputs["edges"], "labels": labels, "weights": weights}
        graph = Graph({"nodes": inputs["nodes"]}, edges, graph.senders, graph.receivers)
        padded = pad(graph, bucket(graph.number_of_nodes + 1), bucket(graph.number_of_edges))
        inputs = {**padded.nodes, "edges": padded.edges["edges"]}
        inputs |= {"senders": padded.senders, "receivers": padded.receivers}
        return inputs, padded.edges["labels"], padded.edges["weights"]


def _targets(graph, positive_weight):
    """Return labels, float32 of shape (segments, 1), and sample weights, float32 of shape (segments,)."""
    label = graph.edges["label"]
    return label[:, None].astype(np.float32), np.where(label, positive_weight, 1.0).astype(np.float32)
