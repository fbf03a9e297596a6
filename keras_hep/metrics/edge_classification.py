"""How well edges are told true from false over many slices: pooled, with errors from the spread between slices.

The edges of one slice share its tracks, so that slices, not edges, are what is independent.
"""

import dataclasses

import numpy as np

from keras_hep.metrics import edge_scores, estimates

BLOCKS = 20  # of slices, each left out once for the error of the average precision


@dataclasses.dataclass(frozen=True, eq=False)
class EdgeClassification:
    """Edges of each slice by truth and decision. Made by `edge_classification`.

    Its properties are pooled over the edges of all slices, and pairs (value, error) of floats; the error is that of a
    ratio of sums over slices, infinite for a single slice. Both are NaN where nothing is in the denominator.

    Attributes:
        true_accepted: int array, shape (slices,).
        false_accepted: int array, shape (slices,).
        true_rejected: int array, shape (slices,).
        false_rejected: int array, shape (slices,).
    """

    true_accepted: np.ndarray
    false_accepted: np.ndarray
    true_rejected: np.ndarray
    false_rejected: np.ndarray

    @property
    def edges(self):
        """Edges of each slice, int array of shape (slices,)."""
        return self.true_accepted + self.false_accepted + self.true_rejected + self.false_rejected

    @property
    def accuracy(self):
        """Edges decided rightly, over all."""
        return _ratio(self.true_accepted + self.false_rejected, self.edges)

    @property
    def precision(self):
        """True edges among those accepted, "purity" in other places."""
        return _ratio(self.true_accepted, self.true_accepted + self.false_accepted)

    @property
    def recall(self):
        """Accepted edges among those that are true, "efficiency" in other places."""
        return _ratio(self.true_accepted, self.true_accepted + self.true_rejected)

    @property
    def f1(self):
        """Harmonic mean of precision and recall."""
        wrong = self.false_accepted + self.true_rejected
        return _ratio(2 * self.true_accepted, 2 * self.true_accepted + wrong)

    @property
    def true_fraction(self):
        """True edges, over all."""
        return _ratio(self.true_accepted + self.true_rejected, self.edges)

    @property
    def all_rejected(self):
        """Accuracy of rejecting every edge."""
        return _ratio(self.false_accepted + self.false_rejected, self.edges)


def edge_classification(labels, accepted, edge_counts):
    """Count the decisions on edges, slice by slice.

    Args:
        labels: bool array, shape (edges,): true edges. Those of a slice are neighbours.
        accepted: bool array, shape (edges,): edges called true.
        edge_counts: int array, shape (slices,). Edges of each slice.

    Returns:
        `EdgeClassification`.

    Raises:
        ValueError: if there is no slice, labels or decisions are not as many as the counts add up to, or they are not
            bool.

    Example:

    >>> found = edge_classification(np.array([True, False, True, False]), np.array([True, True, False, False]), [2, 2])
    >>> found.accuracy, found.precision[0], found.recall[0]
    ((0.5, 0.0), 0.5, 0.5)
    """
    slice_ = _slice_of_edge(edge_counts, labels, accepted)
    for name, values in (("labels", labels), ("accepted", accepted)):
        if np.asarray(values).dtype != bool:
            raise ValueError(f"{name} must be bool, got {np.asarray(values).dtype}: compare scores with a threshold.")
    labels, accepted = np.asarray(labels), np.asarray(accepted)
    kinds = (labels & accepted, ~labels & accepted, labels & ~accepted, ~labels & ~accepted)
    return EdgeClassification(*(np.bincount(slice_[kind], minlength=len(edge_counts)) for kind in kinds))


def average_precision(labels, scores, edge_counts):
    """Return the average precision of the edges of all slices and its standard error.

    The error is that of the jackknife: blocks of neighbouring slices are left out in turn.

    Args:
        labels: bool array, shape (edges,): true edges. Those of a slice are neighbours.
        scores: float array, shape (edges,).
        edge_counts: int array, shape (slices,). Edges of each slice.

    Returns:
        (average precision, error): floats. The error is infinite for a single slice.

    Raises:
        ValueError: if there is no slice, labels or scores are not as many as the counts add up to, or there are no true
            edges with some block left out.

    Example:

    >>> average_precision([True, False, True, False], [0.9, 0.8, 0.9, 0.8], edge_counts=[2, 2])
    (1.0, 0.0)
    """
    slice_ = _slice_of_edge(edge_counts, labels, scores)
    labels, scores = np.asarray(labels), np.asarray(scores)
    value = edge_scores.average_precision(labels, scores)
    blocks = min(BLOCKS, len(edge_counts))
    if blocks == 1:
        return value, float("inf")
    block = slice_ * blocks // len(edge_counts)
    without = [edge_scores.average_precision(labels[block != out], scores[block != out]) for out in range(blocks)]
    return value, float(np.sqrt((blocks - 1) * np.var(without)))


def best_f1_threshold(labels, scores):
    """Return the score above which accepting edges gives the largest F1.

    Args:
        labels: bool array, shape (edges,): true edges, at least one.
        scores: float array, shape (edges,).

    Returns:
        float, midway between the lowest score accepted and the highest one rejected; below all where every edge is
        accepted.

    Raises:
        ValueError: if there is no true edge.

    Example:

    >>> best_f1_threshold([True, False, True, False, False], [0.9, 0.8, 0.7, 0.3, 0.1])
    0.5
    """
    labels, scores = np.asarray(labels, bool), np.asarray(scores, float)
    if not labels.any():
        raise ValueError(f"A largest F1 needs true edges, got none of {len(labels)}: take more slices.")
    order = np.argsort(-scores)
    scores, accepted = np.append(scores[order], -np.inf), np.arange(1, len(order) + 1)
    f1 = 2 * np.cumsum(labels[order]) / (accepted + labels.sum())
    f1[scores[1:] == scores[:-1]] = 0  # equal scores are accepted together
    last = int(np.argmax(f1))
    return float((scores[last] + scores[last + 1]) / 2)


def implied_true_fraction(accuracy, precision, recall):
    """Return the fraction of true edges that accuracy, precision and recall of one sample of edges imply.

    With a fraction f the wrong decisions are f (1 - recall) true edges and f recall (1 / precision - 1) false ones.

    Args:
        accuracy: float.
        precision: float, above 0.
        recall: float.

    Returns:
        float.

    Raises:
        ValueError: if precision and recall are 1, which holds for every fraction, or precision is not above 0.

    Example:

    >>> round(implied_true_fraction(accuracy=0.7, precision=0.5, recall=0.5), 6)
    0.3
    """
    if not 0 < precision <= 1 or precision == recall == 1:
        raise ValueError(
            f"Precision and recall imply a fraction if precision is above 0 and one of them below 1, got {precision} "
            f"and {recall}."
        )
    return (1 - accuracy) / (1 - recall + recall * (1 / precision - 1))


def _slice_of_edge(edge_counts, *columns):
    edge_counts = np.asarray(edge_counts)
    if edge_counts.ndim != 1 or not len(edge_counts):
        raise ValueError(f"edge_counts must be one for each slice, got the shape {edge_counts.shape}.")
    for values in columns:
        if np.shape(values) != (edge_counts.sum(),):
            raise ValueError(
                f"There must be one value for each of the {edge_counts.sum()} edges that edge_counts add up to, got "
                f"the shape {np.shape(values)}."
            )
    return np.repeat(np.arange(len(edge_counts)), edge_counts)


def _ratio(parts, wholes):
    if not wholes.sum():
        return float("nan"), float("nan")
    if len(parts) == 1:
        return float(parts[0] / wholes[0]), float("inf")
    return estimates.ratio(parts, wholes)
