"""How well the scores of a classifier of edges tell true ones from false ones, and what they mean as probabilities.

All errors and intervals take edges as independent. Those of one event are not: they share hits and particles. For an
honest error compare events.
"""

import dataclasses

import numpy as np

from keras_hep.metrics.proportions import Proportion, proportion


def roc_auc(labels, scores):
    """Return the area under the ROC curve and its standard error.

    The area is the probability that a true edge scores higher than a false one, equal scores counting half.

    Args:
        labels: bool array, shape (edges,): true edges.
        scores: float array, shape (edges,).

    Returns:
        (area, error): floats. The error is NaN with a single true or a single false edge.

    Raises:
        ValueError: if shapes differ, a score is no number, or there are no true or no false edges.

    Reference: E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson, Biometrics 44 (1988) 837: with the fraction of false
        edges below each true one, V, and that of true edges above each false one, W, each equal one counting half, the
        squared error is var(V) / true + var(W) / false.

    Example:

    >>> area, error = roc_auc([True, True, False, False], [0.9, 0.4, 0.4, 0.1])
    >>> area, round(error, 4)
    (0.875, 0.1768)
    """
    true, false = _counts_by_score(labels, scores)[1:]
    number_true, number_false = true.sum(), false.sum()
    if not number_true or not number_false:
        raise ValueError(f"An ROC curve needs true and false edges, got {number_true} true and {number_false} false.")
    false_below = (np.cumsum(false) - false / 2) / number_false
    true_above = 1 - (np.cumsum(true) - true / 2) / number_true
    area = np.average(false_below, weights=true)
    squared_error = _variance_of_mean(false_below, true) + _variance_of_mean(true_above, false)
    return float(area), float(np.sqrt(squared_error))


def average_precision(labels, scores):
    """Return the mean purity over the true edges, each taken at the threshold that just lets it pass.

    Arguments and errors as of `roc_auc`; true edges suffice. It is the area under the steps of the purity against the
    efficiency, without interpolation. Random scores have the fraction of true edges.

    Example:

    >>> average_precision([True, False, True, False], [0.9, 0.8, 0.7, 0.1])  # (1 / 1 + 2 / 3) / 2
    0.8333333333333333
    """
    _, true, false = _counts_by_score(labels, scores)
    passed = _from_above(true)
    return float(np.average(passed / (passed + _from_above(false)), weights=_needing_true(true)))


def roc_curve(labels, scores, points=200):
    """Return points on the ROC curve that are equally far apart, the horizontal and vertical way added.

    Args:
        labels: bool array, shape (edges,): true edges.
        scores: float array, shape (edges,).
        points: int, at least 2.

    Returns:
        (false_positive_rate, true_positive_rate): float arrays, shape (points,), from (0, 0) to (1, 1). Points between
        two thresholds are on the straight line between them, which is what randomly chosen thresholds would give.

    Raises:
        ValueError: as `roc_auc`.

    Example:

    >>> [rate.tolist() for rate in roc_curve([True, True, False], [0.9, 0.4, 0.1], points=3)]
    [[0.0, 0.0, 1.0], [0.0, 1.0, 1.0]]
    """
    true, false = (np.concatenate([[0], counts[::-1].cumsum()]) for counts in _counts_by_score(labels, scores)[1:])
    if not true[-1] or not false[-1]:
        raise ValueError(f"An ROC curve needs true and false edges, got {true[-1]} true and {false[-1]} false.")
    true, false = true / true[-1], false / false[-1]
    at = np.linspace(0, 2, points)
    return np.interp(at, true + false, false), np.interp(at, true + false, true)


def precision_recall_curve(labels, scores, points=200):
    """Return efficiency and purity at the highest thresholds that reach given efficiencies.

    Args:
        labels: bool array, shape (edges,): true edges.
        scores: float array, shape (edges,).
        points: int. The efficiencies asked for are 1 / points, 2 / points, ... 1.

    Returns:
        (efficiency, purity): float arrays, shape (points,). All are of real thresholds: with few true edges or many
        equal scores an efficiency is above what was asked for.

    Raises:
        ValueError: if shapes differ, a score is no number, or there are no true edges.

    Example:

    >>> [rate.tolist() for rate in precision_recall_curve([True, False, True], [0.9, 0.8, 0.7], points=2)]
    [[0.5, 1.0], [1.0, 0.6666666666666666]]
    """
    true, false = (counts[::-1] for counts in _counts_by_score(labels, scores)[1:])
    number, passed = _needing_true(true).sum(), np.cumsum(true)
    needed = -(-np.arange(1, points + 1) * number // points)
    at = np.searchsorted(passed, needed)
    return passed[at] / number, passed[at] / (passed[at] + np.cumsum(false)[at])


def efficiency_and_purity(labels, scores, threshold):
    """Count the edges with a score above a threshold.

    Args:
        labels: bool array, shape (edges,): true edges.
        scores: float array, shape (edges,).
        threshold: float.

    Returns:
        (efficiency, purity): two `keras_hep.metrics.proportions.Proportion`: of the true edges those above the
        threshold, and of the edges above the threshold those that are true.

    Raises:
        ValueError: if shapes differ or a score is no number.

    Example:

    >>> efficiency, purity = efficiency_and_purity([True, True, True, False], [0.9, 0.8, 0.2, 0.7], threshold=0.5)
    >>> efficiency.count.item(), efficiency.total.item(), purity.count.item(), purity.total.item()
    (2, 3, 2, 3)
    """
    labels, scores = _checked(labels, scores)
    passed = scores > float(threshold)
    right = np.count_nonzero(passed & labels)
    return proportion(right, np.count_nonzero(labels)), proportion(right, np.count_nonzero(passed))


def calibrated(scores, weight):
    """Turn scores of a classifier that was trained with true edges weighted up into probabilities.

    With a weight w on true edges, a score p that minimises the cross-entropy has odds w times those of an edge to be
    true, so the probability is p / (p + (1 - p) w).

    Args:
        scores: float array, values from 0 to 1.
        weight: float, positive. Weight of a true edge over that of a false one.

    Returns:
        float array of the shape of `scores`.

    Raises:
        ValueError: if the weight is not positive or a score is not between 0 and 1.

    Example:

    >>> calibrated(np.array([0.5, 0.7, 0.8]), weight=105.2).round(4).tolist()
    [0.0094, 0.0217, 0.0366]
    """
    scores = np.asarray(scores)
    if not weight > 0:
        raise ValueError(f"The weight of true edges must be positive, got {weight}.")
    _check_probabilities(scores)
    return scores / (scores + (1 - scores) * weight)


@dataclasses.dataclass(frozen=True, eq=False)
class Reliability:
    """Probabilities as predicted and as observed, in bins of the predicted one that have edges.

    Attributes:
        predicted: float array, shape (bins,). Mean predicted probability.
        observed: `keras_hep.metrics.proportions.Proportion`, arrays of shape (bins,): of all edges the true ones.
    """

    predicted: np.ndarray
    observed: Proportion

    @property
    def expected_error(self):
        """Expected calibration error: mean distance of predicted and observed probability, every edge counting once."""
        return float(np.average(np.abs(self.observed.value - self.predicted), weights=self.observed.total))


def reliability(labels, probabilities, bins=10):
    """Compare predicted probabilities with how often edges are true.

    Args:
        labels: bool array, shape (edges,): true edges.
        probabilities: float array, shape (edges,), from 0 to 1.
        bins: int, number of bins of equal width, or increasing float array with their edges. Where most probabilities
            are small, quantiles of them make better edges. Edges of the graph outside all bins are not counted.

    Returns:
        `Reliability`.

    Raises:
        ValueError: if shapes differ, a probability is not between 0 and 1, or there is no edge in any bin.

    Reference: C. Guo et al., ICML (2017), arXiv:1706.04599, equations 3 and 5.

    Example:

    >>> found = reliability([True, False, True, True], [0.2, 0.2, 0.8, 0.8], bins=2)
    >>> found.predicted.tolist(), found.observed.value.tolist(), round(found.expected_error, 6)
    ([0.2, 0.8], [0.5, 1.0], 0.25)
    """
    labels, probabilities = _checked(labels, probabilities)
    _check_probabilities(probabilities)
    edges = np.linspace(0, 1, bins + 1) if np.ndim(bins) == 0 else np.asarray(bins, float)
    bin_ = np.searchsorted(edges, probabilities, side="right") - 1
    bin_[probabilities == edges[-1]] = len(edges) - 2  # the last bin has both its edges
    inside = (bin_ >= 0) & (bin_ < len(edges) - 1)
    if not inside.any():
        raise ValueError(f"There must be an edge with a probability from {edges[0]} to {edges[-1]}, got none.")
    bin_ = bin_[inside]
    total = np.bincount(bin_)
    true = np.bincount(bin_, weights=labels[inside]).astype(int)
    summed = np.bincount(bin_, weights=probabilities[inside].astype(float))
    some = total > 0
    return Reliability(summed[some] / total[some], proportion(true[some], total[some]))


def _checked(labels, scores):
    """Return labels as bool and scores as float array; refuse what does not fit together."""
    labels, scores = np.asarray(labels), np.asarray(scores)
    if labels.ndim != 1 or labels.shape != scores.shape:
        raise ValueError(
            f"labels and scores must be one for each edge, got shapes {labels.shape} and {scores.shape}: give both as "
            "one dimension."
        )
    if labels.dtype != bool:
        if not np.isin(labels, (0, 1)).all():
            raise ValueError(f"labels must be 0 or 1, got {labels[~np.isin(labels, (0, 1))][0]}.")
        labels = labels.astype(bool)
    scores = scores if scores.dtype.kind == "f" else scores.astype(float)
    if np.isnan(scores).any():
        raise ValueError(f"Scores must be numbers, got nan at edge {int(np.argmax(np.isnan(scores)))}.")
    return labels, scores


def _check_probabilities(values):
    if values.size and not (values.min() >= 0 and values.max() <= 1):
        raise ValueError(
            f"Probabilities must be between 0 and 1, got {values.min()} to {values.max()}: apply the sigmoid to logits."
        )


def _counts_by_score(labels, scores):
    """Return the scores that occur, ascending, and the numbers of true and of false edges with each."""
    labels, scores = _checked(labels, scores)
    order = np.argsort(scores)
    scores = scores[order]
    last = np.flatnonzero(np.append(scores[1:] != scores[:-1], np.ones(len(scores[:1]), bool)))
    true = np.diff(np.cumsum(labels[order])[last], prepend=0)
    return scores[last], true, np.diff(last, prepend=-1) - true


def _from_above(counts):
    """Return how many edges score at least as high."""
    return counts[::-1].cumsum()[::-1]


def _needing_true(true):
    if not true.any():
        raise ValueError("A purity at an efficiency needs true edges, got none.")
    return true


def _variance_of_mean(values, counts):
    """Return the variance of the mean of values that occur several times; NaN if there is but one."""
    number = counts.sum()
    deviation = values - np.average(values, weights=counts)
    return np.sum(counts * deviation**2) / (number * (number - 1)) if number > 1 else np.nan
