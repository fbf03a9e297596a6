"""Scores of the edges of time slices, and quantities of edges and of groups of tracks, alike in all TrackGANN items."""

import dataclasses

import numpy as np

from keras_hep import training
from keras_hep.graphs.time_slice_graphs import overlapping_pairs
from keras_hep.graphs.time_slice_streams import METRE, slice_inputs
from keras_hep.metrics.clustering import adjusted_rand_index, clustering_summary, normalised_mutual_information
from keras_hep.metrics.edge_classification import average_precision, edge_classification
from keras_hep.suite import time_slice_training
from keras_hep.suite.record import Curve, Quantity
from keras_hep.tracking.grouping.closed_neighbourhoods import equal_neighbourhoods
from keras_hep.tracking.grouping.louvain import louvain_groups

TOGETHER = 8  # slices that the network reads at once


@dataclasses.dataclass(frozen=True, eq=False)
class JoinedSlice:
    """A time slice with its edges.

    Attributes:
        slice: `TimeSlice`.
        senders: int32 array, shape (edges,).
        receivers: int32 array, shape (edges,).
    """

    slice: object
    senders: np.ndarray
    receivers: np.ndarray

    @property
    def labels(self):
        """Whether both tracks of each edge are of one event, bool array of shape (edges,)."""
        return self.slice.event[self.senders] == self.slice.event[self.receivers]


def drawn(simulation, number, seed):
    """Draw new time slices and join their tracks.

    Args:
        simulation: `SPDSlices` or `TrackMLSlices`.
        number: int. Slices.
        seed: list of int. The slice's number is appended to it.

    Returns:
        list of `JoinedSlice`.
    """
    slices = [simulation.slice([*seed, one]) for one in range(number)]
    return [JoinedSlice(one, *overlapping_pairs(one.intervals)) for one in slices]


def network_scores(model, joined, unit=METRE):
    """Score edges by a `keras_hep.models.TrackGANN`.

    Args:
        model: Keras model.
        joined: list of `JoinedSlice`.
        unit: float. Length in mm that the network reads as 1.

    Returns:
        list of float arrays, one of shape (edges,) per slice, between 0 and 1.
    """
    predict, scores = training.compiled(model), []
    for start in range(0, len(joined), TOGETHER):
        inputs, counts = slice_inputs([one.slice for one in joined[start : start + TOGETHER]], unit, padded=True)
        logits = predict(inputs)[: counts.sum(), 0].astype(float)
        scores += np.split(1 / (1 + np.exp(-logits)), np.cumsum(counts)[:-1])
    return scores


def neighbourhood_scores(joined):
    """Score edges by the rule that learns nothing: 1 where the closed neighbourhoods of both tracks are equal."""
    return [equal_neighbourhoods(one.senders, one.receivers, one.slice.tracks).astype(float) for one in joined]


def all_accepted(joined):
    """Score every edge with 1: the graph as it is."""
    return [np.ones(len(one.senders)) for one in joined]


def edge_quantities(name, joined, scores):
    """Return accuracy, precision, recall, F1 and average precision, pooled over all edges.

    Args:
        name: str. Put behind the names.
        joined: list of `JoinedSlice`.
        scores: list of float arrays, one per slice.

    Returns:
        list of `keras_hep.suite.record.Quantity`.
    """
    labels, pooled = np.concatenate([one.labels for one in joined]), np.concatenate(scores)
    counts = [len(one.senders) for one in joined]
    found = edge_classification(labels, pooled > 0.5, counts)
    kinds = {kind: getattr(found, kind) for kind in ("accuracy", "precision", "recall", "f1")}
    kinds["average_precision"] = average_precision(labels, pooled, counts)
    # The precision of nothing accepted counts as 0, as in scikit-learn.
    defined = {kind: value if np.isfinite(value[0]) else (0.0, None) for kind, value in kinds.items()}
    return [Quantity(f"{kind}_{name}", *value) for kind, value in defined.items()]


def all_rejected(name, joined):
    """Return the accuracy of rejecting every edge, `Quantity`."""
    labels = np.concatenate([one.labels for one in joined])
    counts = [len(one.senders) for one in joined]
    return Quantity(f"all_rejected_{name}", *edge_classification(labels, np.zeros(len(labels), bool), counts).accuracy)


def grouped(joined, scores, grouping=louvain_groups):
    """Group the tracks of each slice by the scores of its edges.

    Args:
        joined: list of `JoinedSlice`.
        scores: list of float arrays, one per slice.
        grouping: callable (senders, receivers, scores, tracks) -> int array of shape (tracks,).

    Returns:
        list of int arrays, one of shape (tracks,) per slice.
    """
    pairs = zip(joined, scores, strict=True)
    return [grouping(one.senders, one.receivers, score, one.slice.tracks) for one, score in pairs]


def clustering_quantities(name, joined, groups):
    """Return the adjusted Rand index and the normalised mutual information of groups with events.

    Args:
        name: str. Put behind the names.
        joined: list of `JoinedSlice`.
        groups: list of int arrays, as from `grouped`. Where a grouping leaves the last tracks out, so do the indices;
            where it leaves all out, they are 0.

    Returns:
        list of `Quantity`: `ari_` and `nmi_`, means over slices with their errors, and the same with `deviation_`
        before, the standard deviation between slices.
    """
    quantities = []
    for kind, index in (("ari", adjusted_rand_index), ("nmi", normalised_mutual_information)):
        pairs = [(one.slice.event[: len(found)], found) for one, found in zip(joined, groups, strict=True)]
        values = [index(*pair) if len(pair[0]) else 0.0 for pair in pairs]
        summary = clustering_summary(values)
        quantities.append(Quantity(f"{kind}_{name}", summary.mean, summary.error))
        quantities.append(Quantity(f"deviation_{kind}_{name}", summary.deviation))
    return quantities


def judged(tracks, resolution, mean_events, model, number, seed, **arguments):
    """Judge a trained network on new test slices, beside what learns nothing.

    Args:
        tracks: str. "spd" or "trackml".
        resolution: int. r.
        mean_events: float.
        model: Keras model.
        number: int. Slices.
        seed: int. Of the run.
        **arguments: of the simulation, such as `jitter`.

    Returns:
        dict of `Quantity` by kind: those of `edge_quantities` of the network, with `rule_` before them those of closed
        neighbourhoods, and `all_rejected`.
    """
    simulation = time_slice_training.simulation(tracks, resolution, mean_events, test=True, **arguments)
    joined = drawn(simulation, number, [seed, 11, resolution, int(mean_events)])
    found = edge_quantities("", joined, network_scores(model, joined))
    rule = edge_quantities("", joined, neighbourhood_scores(joined))
    kinds = {one.name.rstrip("_"): one for one in found} | {f"rule_{one.name.rstrip('_')}": one for one in rule}
    return kinds | {"all_rejected": all_rejected("", joined)}


def gain(name, found):
    """Return the accuracy less that of rejecting every edge, `Quantity` called "gain_" and `name`; of `judged`."""
    value = found["accuracy"].value - found["all_rejected"].value
    return Quantity(f"gain_{name}", value, found["accuracy"].error, "1", "accuracy less that of rejecting every edge")


def renamed(name, quantity):
    """Return the same quantity under another name."""
    return dataclasses.replace(quantity, name=name)


def curve(name, x, quantities, x_label, x_unit="1"):
    """Return quantities at several x as one `Curve`."""
    errors = [one.error for one in quantities]
    errors = None if any(error is None or not np.isfinite(error) for error in errors) else errors
    return Curve(name, list(x), [one.value for one in quantities], errors, x_unit, definition=x_label)
