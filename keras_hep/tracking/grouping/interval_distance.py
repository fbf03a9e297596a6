"""Scores of edges from times alone: the closer two tracks are in time, the likelier they are of one event."""

import numpy as np


def interval_distances(intervals, senders, receivers):
    """Return how far apart the intervals of two tracks are.

    It is the larger of the distances between left ends and between right ends. Where all intervals are equally wide but
    cut at the borders of the slice, it is the distance of the centres before the cut, unless one interval is cut at the
    left and the other at the right.

    Args:
        intervals: float array, shape (tracks, 2). Left and right end of each.
        senders: int array, shape (edges,). First track of each pair.
        receivers: int array, shape (edges,). Second track.

    Returns:
        float array, shape (edges,), in the unit of the intervals.

    Example:

    >>> interval_distances([[0.0, 0.3], [0.2, 0.6]], [0], [1]).round(6).tolist()  # the first is cut at 0
    [0.3]
    """
    intervals = np.asarray(intervals, float)
    return np.abs(intervals[senders] - intervals[receivers]).max(axis=1)


class IntervalDistance:
    """Probability that two tracks are of one event: logistic regression on the distance of their intervals.

    Reference: scikit-learn's logistic regression; its mild pull of the slope towards 0 keeps it finite where a distance
        separates true edges from false ones.

    Example:

    >>> model = IntervalDistance().fit([0.0, 0.1, 0.1, 0.2, 0.3, 0.3], [True, True, False, True, False, False])
    >>> scores = model.scores([0.0, 0.3])
    >>> bool(scores[0] > 0.5 > scores[1])
    True
    """

    def fit(self, distance, label):
        """Fit to edges whose truth is known.

        Args:
            distance: float array, shape (edges,).
            label: bool array, shape (edges,).

        Returns:
            self.

        Raises:
            ValueError: if they are not as many, or there are no true or no false edges.
        """
        from sklearn.linear_model import LogisticRegression

        distance, label = np.asarray(distance, float), np.asarray(label, bool)
        if distance.shape != label.shape or distance.ndim != 1:
            raise ValueError(f"There must be one label for each distance, got {label.shape} and {distance.shape}.")
        if label.all() or not label.any():
            raise ValueError(f"A fit needs true and false edges, got {label.sum()} true ones of {len(label)}.")
        self._unit = distance.mean()
        self._model = LogisticRegression().fit(distance[:, None] / self._unit, label)
        return self

    def scores(self, distance):
        """Return the probability of each edge to be true.

        Args:
            distance: float array, shape (edges,).

        Returns:
            float array, shape (edges,).

        Raises:
            RuntimeError: if there was no fit.
        """
        if not hasattr(self, "_model"):
            raise RuntimeError("IntervalDistance has no scores before a fit, got none: call fit first.")
        distance = np.asarray(distance, float)
        return self._model.predict_proba(distance[:, None] / self._unit)[:, 1] if len(distance) else distance
