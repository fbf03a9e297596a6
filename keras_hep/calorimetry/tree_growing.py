"""One decision tree for weighted rows of two classes: with every threshold, or faster with those between quantiles."""

import dataclasses

import numpy as np

from keras_hep.calorimetry.boosted_trees import completed, leaf_places


@dataclasses.dataclass(frozen=True, eq=False)
class GrownTree:
    """A tree, and what it does to the rows that it was grown on.

    Attributes:
        feature: int array, shape (nodes,), as of `BoostedTrees`.
        threshold: float32 array, shape (nodes,).
        signal: float array, shape (leaves,). Weight of the signal over that of all rows, in each leaf.
        place: int array, shape (rows,). Leaf of each row.
        gain: float array, shape (columns,). Decrease of the Gini impurity, normalised to 1, or 0 without a decision.
    """

    feature: np.ndarray
    threshold: np.ndarray
    signal: np.ndarray
    place: np.ndarray
    gain: np.ndarray

    @property
    def decides(self):
        """Whether there is a decision in it, bool."""
        return bool(self.gain.any())


class ExactGrower:
    """Grows trees that try every threshold, by scikit-learn.

    Args:
        table: float32 array, shape (rows, columns).
        labels: bool array, shape (rows,).
        depth: int.
        seed: int. Decides between splits that are equally good.
    """

    def __init__(self, table, labels, depth, seed):
        self._table, self._labels, self._depth = table, labels, depth
        self._columns = np.ascontiguousarray(table.T)
        self._draw = np.random.RandomState(seed)  # the kind that scikit-learn takes

    def grow(self, weights):
        """Return the `GrownTree` for rows with weights, float array of shape (rows,)."""
        from sklearn.tree import DecisionTreeClassifier

        random = self._draw.randint(np.iinfo(np.int32).max)
        grown = DecisionTreeClassifier(max_depth=self._depth, random_state=random)
        tree = grown.fit(self._table, self._labels, sample_weight=weights).tree_
        signal = tree.value[:, 0, 1] / tree.value[:, 0].sum(axis=1)
        nodes = tree.children_left, tree.children_right, tree.feature, _first_beyond(tree.threshold), signal
        feature, threshold, signal = (part[0] for part in completed([nodes], self._depth))
        threshold = threshold.astype(np.float32)
        place = leaf_places(self._columns, feature, threshold)
        return GrownTree(feature, threshold, signal, place, grown.feature_importances_)


class BinnedGrower:
    """Grows trees whose thresholds are quantiles of the columns: the rows of a bin are counted together.

    With no more different values than bins it tries every threshold, too.

    Args:
        table: float32 array, shape (rows, columns).
        labels: bool array, shape (rows,).
        depth: int.
        bins: int, 2 to 65,536. Of each column.
    """

    def __init__(self, table, labels, depth, bins):
        self._labels, self._depth, self._bins = labels.astype(np.intp), depth, bins
        self._threshold = np.full((table.shape[1], bins - 1), np.inf, np.float32)
        self._code = np.empty(table.T.shape, np.uint16)  # number of thresholds that a value reaches
        for number, column in enumerate(table.T):
            values = np.unique(np.quantile(column, np.linspace(0, 1, bins), method="nearest"))[1:]
            distinct = np.unique(column)
            if len(distinct) <= bins:
                values = distinct[1:]
            self._threshold[number, : len(values)] = values
            self._code[number] = np.searchsorted(values, column, side="right")

    def grow(self, weights):
        """Return the `GrownTree` for rows with weights, float array of shape (rows,)."""
        place = np.zeros(len(weights), np.intp)
        features, thresholds, gain = [], [], np.zeros(len(self._code))
        for level in range(self._depth):
            decrease = self._decrease(place, 2**level, weights)
            best = decrease.reshape(2**level, -1).argmax(axis=1)
            feature, cut = np.divmod(best, self._bins - 1)
            largest = decrease.reshape(2**level, -1)[np.arange(2**level), best]
            splits = largest > 1e-12  # of the weight of all rows: rounding is no decrease
            np.add.at(gain, feature[splits], largest[splits])
            features.append(np.where(splits, feature, 0))
            thresholds.append(np.where(splits, self._threshold[feature, cut], np.inf))
            beyond = self._code[feature[place], np.arange(len(place))] > cut[place]
            place = 2 * place + (beyond & splits[place])
        signal = self._signal(place, weights)
        gain = gain / max(gain.sum(), 1e-300)
        return GrownTree(np.concatenate(features), np.float32(np.concatenate(thresholds)), signal, place, gain)

    def _decrease(self, place, nodes, weights):
        """Return how much each cut decreases the impurity, shape (nodes, columns, bins - 1); weights sum to 1."""
        first = (2 * place + self._labels) * self._bins
        size = 2 * nodes * self._bins
        sums = np.stack([np.bincount(first + code, weights, size) for code in self._code])
        below = sums.reshape(len(self._code), nodes, 2, self._bins).transpose(2, 1, 0, 3).cumsum(axis=-1)
        whole, below = below[..., -1:], below[..., :-1]
        return _impurity(*whole) - _impurity(*below) - _impurity(*(whole - below))

    def _signal(self, place, weights):
        background, signal = (
            np.bincount(place[self._labels == label], weights[self._labels == label], 2**self._depth)
            for label in (0, 1)
        )
        total = background + signal
        return np.divide(signal, total, out=np.full(len(total), 0.5), where=total > 0)


def _impurity(background, signal):
    """Return the Gini impurity times the weight, 2 b s / (b + s)."""
    total = background + signal
    return np.divide(2 * background * signal, total, out=np.zeros_like(total), where=total > 0)


def _first_beyond(threshold):
    """Return the smallest float32 above a threshold of float64: x <= threshold means x < that, for x of float32."""
    nearest = threshold.astype(np.float32)
    below = np.where(nearest > threshold, np.nextafter(nearest, np.float32(-np.inf)), nearest)
    return np.nextafter(below, np.float32(np.inf))
