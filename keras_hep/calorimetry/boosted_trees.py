"""Boosted decision trees as plain arrays: fitted by a library, kept and evaluated without it."""

import dataclasses
import json

import numpy as np

from keras_hep.files import replacing

_BLOCK = 16384  # rows at a time: the columns of a tree's nodes fit into the cache


@dataclasses.dataclass(frozen=True, eq=False)
class BoostedTrees:
    """Binary trees of one depth whose leaves are added up.

    Node 0 is the root of a tree, 2 n + 1 and 2 n + 2 are below node n. A row goes to the first of the two where its
    value is below the threshold. A branch that ends early goes on with infinite thresholds.

    Args:
        names: tuple of str. Columns of the tables.
        feature: int array, shape (trees, nodes). Column that each node looks at; 2^depth - 1 nodes.
        threshold: float32 array, shape (trees, nodes).
        leaf: float array, shape (trees, 2^depth). What each leaf adds.
        base: float. What is added to all.
        importance: float array, shape (columns,). Gini importances of a classifier, else the gains; they sum to 1, or
            to 0 where no tree has a node.

    Raises:
        ValueError: if shapes do not fit together or a column is missing.

    Example:

    >>> trees = BoostedTrees(("a", "b"), [[1]], [[2.5]], [[10.0, 20.0]], base=1.0, importance=[0.0, 1.0])
    >>> trees.score([[7.0, 2.0], [7.0, 3.0]]).tolist()
    [11.0, 21.0]
    """

    names: tuple
    feature: np.ndarray
    threshold: np.ndarray
    leaf: np.ndarray
    base: float
    importance: np.ndarray

    def __post_init__(self):
        object.__setattr__(self, "names", tuple(str(name) for name in self.names))
        object.__setattr__(self, "base", float(self.base))
        for name, dtype in (("feature", np.int32), ("threshold", np.float32), ("leaf", float), ("importance", float)):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype))
        trees, nodes = self.feature.shape
        _require(nodes & (nodes + 1) == 0, "a tree must have 1, 3, 7, ... nodes", nodes)
        _require(self.threshold.shape == (trees, nodes), "there must be one threshold per node", self.threshold.shape)
        _require(self.leaf.shape == (trees, nodes + 1), "there must be one leaf more than nodes", self.leaf.shape)
        _require(len(self.importance) == len(self.names), "there must be one importance per column", self.importance)
        columns = len(self.names)
        known = self.feature.min(initial=0) >= 0 and self.feature.max(initial=-1) < columns
        _require(known, f"nodes must look at one of {columns} columns", self.feature.max(initial=-1))

    def __len__(self):
        return len(self.feature)

    @property
    def depth(self):
        """Decisions from root to leaf, int."""
        return self.leaf.shape[1].bit_length() - 1

    def score(self, table):
        """Return the sum of the leaves of each row.

        Args:
            table: array, shape (rows, columns), in the order of `names`. Compared as float32.

        Returns:
            float64 array, shape (rows,).

        Raises:
            ValueError: if there are other columns than names, or a value is not finite.
        """
        table = np.asarray(table, np.float32)
        _require(table.shape[1:] == (len(self.names),), f"rows must have {len(self.names)} columns", table.shape)
        _require(np.isfinite(table).all(), "values must be finite", "NaN or infinity")
        scores = np.full(len(table), self.base)
        for start in range(0, len(table), _BLOCK):
            columns = np.ascontiguousarray(table[start : start + _BLOCK].T)
            scores[start : start + _BLOCK] += self._leaves(columns)
        return scores

    def _leaves(self, columns):
        total = np.zeros(columns.shape[1])
        for feature, threshold, leaf in zip(self.feature, self.threshold, self.leaf, strict=True):
            total += leaf[leaf_places(columns, feature, threshold)]
        return total

    def save(self, path):
        """Write the trees to `path` (.npz), whole or not at all."""
        with replacing(path) as temporary:
            np.savez_compressed(temporary, **dataclasses.asdict(self) | {"names": np.array(self.names, str)})

    @classmethod
    def load(cls, path):
        """Read the trees that `save` wrote."""
        with np.load(path, allow_pickle=False) as stored:
            return cls(**{field.name: stored[field.name] for field in dataclasses.fields(cls)})

    @classmethod
    def of_xgboost(cls, booster, names):
        """Return the trees of an `xgboost.Booster` of one output, all of its rounds.

        Scores are its margins, up to the rounding of its sums, which are of float32.
        """
        learner = json.loads(booster.save_raw("json"))["learner"]
        names = tuple(names)
        trees = [_xgboost_tree(tree) for tree in learner["gradient_booster"]["model"]["trees"]]
        base = float(learner["learner_model_param"]["base_score"].strip("[]"))
        gains = booster.get_score(importance_type="total_gain")
        columns = booster.feature_names or [f"f{number}" for number in range(len(names))]
        gain = np.array([gains.get(column, 0.0) for column in columns])
        return cls(names, *completed(trees), base, gain / max(gain.sum(), 1e-300))


def leaf_places(columns, feature, threshold):
    """Return the leaf of one tree in which each row ends, counted from the left.

    Args:
        columns: float32 array, shape (columns, rows).
        feature: int array, shape (nodes,), as of `BoostedTrees`.
        threshold: float32 array, shape (nodes,).

    Returns:
        int array, shape (rows,).

    Example:

    >>> leaf_places(np.float32([[1.0, 2.0, 3.0]]), np.array([0, 0, 0]), np.float32([2.0, 1.0, 3.0])).tolist()
    [1, 2, 3]
    """
    rows = columns.shape[1]
    beyond = (columns[feature] >= threshold[:, None]).ravel()
    place = beyond[:rows].astype(np.intp)
    for level in range(1, len(feature).bit_length()):
        place = 2 * place + beyond[(2**level - 1 + place) * rows + np.arange(rows)]
    return place


def _xgboost_tree(tree):
    left, right, feature = (np.array(tree[name]) for name in ("left_children", "right_children", "split_indices"))
    condition = np.array(tree["split_conditions"], np.float32)  # a leaf keeps its value here
    return left, right, feature, condition, condition


def completed(trees, depth=0):
    """Return feature, threshold and leaf of trees that are filled up to the depth of the deepest.

    Args:
        trees: list of (left, right, feature, threshold, value): arrays of shape (nodes,), as the libraries keep them: a
            node without children has -1.
        depth: int. Depth that they have at least.

    Returns:
        (feature, threshold, leaf): arrays of shapes (trees, nodes), (trees, nodes) and (trees, nodes + 1), as of
        `BoostedTrees`.

    Example:

    >>> root_and_two_leaves = [1, -1, -1], [2, -1, -1], [4, 0, 0], [0.5, 0.0, 0.0], [0.0, 10.0, 20.0]
    >>> [part.tolist() for part in completed([root_and_two_leaves], depth=2)]
    [[[4, 0, 0]], [[0.5, inf, inf]], [[10.0, 10.0, 20.0, 20.0]]]
    """
    nodes = max(len(tree[0]) for tree in trees)
    padded = [np.array([np.pad(tree[part], (0, nodes - len(tree[part]))) for tree in trees]) for part in range(5)]
    left, right, feature, threshold, value = padded
    at = np.zeros((len(trees), 1), int)
    features, thresholds = [], []
    while len(features) < max(depth, 1) or (np.take_along_axis(left, at, axis=1) >= 0).any():
        below = np.take_along_axis(left, at, axis=1), np.take_along_axis(right, at, axis=1)
        ends = below[0] < 0
        features.append(np.where(ends, 0, np.take_along_axis(feature, at, axis=1)))
        thresholds.append(np.where(ends, np.inf, np.take_along_axis(threshold, at, axis=1)))
        at = np.stack([np.where(ends, at, child) for child in below], axis=-1).reshape(len(trees), -1)
    return np.hstack(features), np.hstack(thresholds), np.take_along_axis(value, at, axis=1)


def _require(holds, rule, value):
    if not holds:
        raise ValueError(f"BoostedTrees: {rule}, got {value}.")
