"""Graphs of track candidates in events that are always new, to train the network that decides on the candidates."""

import dataclasses

import numpy as np

from keras_hep.graphs.candidate_graphs import candidate_graph
from keras_hep.graphs.graph import Graph, merge
from keras_hep.graphs.padding import bucket, pad
from keras_hep.tracking.coordinates import Scaling


def candidate_inputs(graph):
    """Return what `keras_hep.models.GraphNet` reads of a graph of candidates, as a dict of arrays.

    Example:

    >>> graph = Graph({"position": np.zeros((2, 3), np.float32)}, {}, senders=[0], receivers=[1])
    >>> {name: values.shape for name, values in candidate_inputs(graph).items()}
    {'nodes': (2, 3), 'senders': (1,), 'receivers': (1,)}
    """
    return {"nodes": graph.nodes["position"], "senders": graph.senders, "receivers": graph.receivers}


@dataclasses.dataclass(frozen=True)
class SimulatedCandidates:
    """Graphs of the candidates that a first stage finds in simulated events, each seen once. Made by `of`.

    Args:
        simulation: dataclass with `event(seed)` that returns a `keras_hep.simulation.hit_event.HitEvent`.
        scaling: `keras_hep.tracking.coordinates.Scaling` of the nodes' positions.
        first_stage: dict. What names the first stage in the key of a training: the key of its own training and how
            candidates are grown. It must be JSON-compatible.
        true_weight: float. Weight in the loss of a true edge; a false one has 1.

    Raises:
        ValueError: when something is asked of an instance that was not made by `of`.

    Reference: P. Goncharov et al., TrackNET (slides, 2024), and its code: weights 20 and 1, two graphs in a batch.

    Example:

    >>> from keras_hep.simulation.spd import SPDToy
    >>> from keras_hep.tracking.candidates import Candidates
    >>> def first_hits(event):  # finds one candidate: the first hit of each station
    ...     hits = np.unique(event.hits["station"], return_index=True)[1]
    ...     return Candidates(hits[None].astype(np.int32), np.zeros(1, np.float32))
    >>> box = Scaling((-851, -851, -2386), (851, 851, 2386))
    >>> stream = SimulatedCandidates.of(SPDToy(events=2), box, first_hits, {"finder": "first hits"})
    >>> inputs, labels, weights = stream.batch(events=2, seed=1)
    >>> inputs["nodes"].shape, labels.shape, int((weights > 0).sum())
    ((72, 3), (72, 1), 68)
    """

    simulation: object
    scaling: Scaling
    first_stage: dict
    true_weight: float = 20.0

    @classmethod
    def of(cls, simulation, scaling, grow, first_stage, true_weight=20.0):
        """Return the stream of the candidates that `grow`, a function of a `HitEvent`, returns as `Candidates`."""
        stream = cls(simulation, scaling, first_stage, true_weight)
        object.__setattr__(stream, "_grow", grow)
        return stream

    def graph(self, seed):
        """Return the `Graph` of one event."""
        if not hasattr(self, "_grow"):
            raise ValueError(
                "SimulatedCandidates must be made by SimulatedCandidates.of(simulation, scaling, grow, first_stage), "
                "got one without its grow."
            )
        event = self.simulation.event(seed)
        return candidate_graph(self._grow(event), event, self.scaling)

    def batch(self, events, seed):
        """Return (inputs, labels, sample weights) of so many events side by side.

        The graph is filled up to one of few sizes, so that programs compiled for a size are used again; what fills it
        has no weight.

        Args:
            events: int.
            seed: int or list of int.

        Returns:
            (dict of arrays as from `candidate_inputs`, float32 array of shape (edges, 1): 1 where both hits are of one
            true track, float32 array of shape (edges,)).
        """
        graph = merge([self.graph([*np.ravel(seed), number]) for number in range(events)])
        label = graph.edges["label"]
        edges = {"label": label[:, None].astype(np.float32)}
        edges["weight"] = np.where(label, self.true_weight, 1.0).astype(np.float32)
        graph = Graph({"position": graph.nodes["position"]}, edges, graph.senders, graph.receivers)
        padded = pad(graph, bucket(graph.number_of_nodes + 1), bucket(max(graph.number_of_edges, 1)))
        return candidate_inputs(padded), padded.edges["label"], padded.edges["weight"]
