"""How far time slices are told apart by rules that learn nothing from hits: equal neighbourhoods, and times alone."""

import functools

import numpy as np

from keras_hep.metrics.edge_classification import average_precision, best_f1_threshold, edge_classification
from keras_hep.suite.record import Curve, Quantity
from keras_hep.suite.time_slice_measurements import clustering_quantities, grouped
from keras_hep.tracking.grouping.interval_distance import IntervalDistance, interval_distances
from keras_hep.tracking.grouping.louvain import louvain_groups

KINDS = {
    "accuracy": "edges decided rightly by equal closed neighbourhoods, over all",
    "precision": "true edges among those with equal closed neighbourhoods",
    "recall": "edges with equal closed neighbourhoods among the true ones",
    "all_rejected": "accuracy of calling every edge false",
}


def decisions(joined, scores):
    """Count right and wrong decisions at the threshold of 0.5.

    Args:
        joined: list of `keras_hep.suite.time_slice_measurements.JoinedSlice`.
        scores: list of float arrays, one per slice.

    Returns:
        `keras_hep.metrics.edge_classification.EdgeClassification`.
    """
    labels, counts = np.concatenate([one.labels for one in joined]), [len(one.senders) for one in joined]
    return edge_classification(labels, np.concatenate(scores) > 0.5, counts)


def wrong_in_long_slices(joined, found, resolution):
    """Return how many edges are decided wrongly in slices where no two events overlap with all others.

    Args:
        joined: list of `JoinedSlice`.
        found: `EdgeClassification` of them.
        resolution: int. Slices of more than twice as many events are counted.
    """
    long = np.array([one.slice.events > 2 * resolution for one in joined])
    return int((found.false_accepted + found.true_rejected)[long].sum())


def resolution_curves(events, resolutions, found):
    """Describe decisions against the time resolution.

    Args:
        events: int. Mean number of events, put behind the names.
        resolutions: sequence of int.
        found: list of `EdgeClassification`, one for each.

    Returns:
        list of `Curve`, one for each of `KINDS`.
    """
    curves = []
    for kind, definition in KINDS.items():
        values, errors = zip(*(getattr(each, kind) for each in found), strict=True)
        curves.append(
            Curve(f"{kind}_{events}", resolutions, values, errors, "events to each side", "1", f"{definition}; pooled")
        )
    return curves


def scores_by_distance(fitted_to, joined):
    """Score edges by the distance of their intervals, with a logistic law from other slices.

    Args:
        fitted_to: list of `JoinedSlice`.
        joined: list of `JoinedSlice`.

    Returns:
        (scores, threshold): list of float arrays, one per slice; the score above which F1 is largest in `fitted_to`.
    """
    distances, labels = _distances(fitted_to), np.concatenate([one.labels for one in fitted_to])
    model = IntervalDistance().fit(np.concatenate(distances), labels)
    threshold = best_f1_threshold(labels, model.scores(np.concatenate(distances)))
    return [model.scores(each) for each in _distances(joined)], threshold


def scored(name, joined, scores, threshold=0.5):
    """Return what scores are worth whose calibration does not matter.

    Args:
        name: str. Put behind the names.
        joined: list of `JoinedSlice`.
        scores: list of float arrays, one per slice.
        threshold: float. Edges with a higher score are accepted.

    Returns:
        list of `Quantity`: accuracy, precision, recall, F1, average precision, and agreement of groups with events.
    """
    labels, pooled = np.concatenate([one.labels for one in joined]), np.concatenate(scores)
    counts = [len(one.senders) for one in joined]
    found = edge_classification(labels, pooled > threshold, counts)
    values = {kind: getattr(found, kind) for kind in ("accuracy", "precision", "recall", "f1")}
    values["average_precision"] = average_precision(labels, pooled, counts)
    groups = grouped(joined, scores, functools.partial(louvain_groups, threshold=threshold))
    quantities = [Quantity(f"{kind}_{name}", *value) for kind, value in values.items()]
    agreement = clustering_quantities(name, joined, groups)
    return quantities + [each for each in agreement if not each.name.startswith("deviation")]


def _distances(joined):
    return [interval_distances(one.slice.intervals, one.senders, one.receivers) for one in joined]
