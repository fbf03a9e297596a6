"""Particles told apart by boosted decision trees on expert features.

Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, appendix C, and the code named there.
"""

import dataclasses

import numpy as np

from keras_hep.calorimetry.boosted_trees import BoostedTrees
from keras_hep.calorimetry.tree_growing import BinnedGrower, ExactGrower

KINDS = ("real", "discrete")
_EPSILON = np.finfo(np.float64).eps


@dataclasses.dataclass(frozen=True)
class Boosting:
    """How trees are boosted. The defaults are those of the authors' code.

    Args:
        trees: int.
        learning_rate: float, above 0.
        depth: int. Decisions of each tree; 1 for stumps.
        kind: str. "real", trees add half the logarithm of the odds in their leaves (SAMME.R, what scikit-learn did by
            default when the article was written); or "discrete", trees vote (SAMME, all that it does now).
        bins: int. 0 tries every threshold, as the authors did. Else thresholds lie between that many quantiles of a
            column, up to 65,536: 256 make little difference in large samples and take a tenth of the time.

    Raises:
        ValueError: if one is out of range.

    Reference: J. Zhu, H. Zou, S. Rosset, T. Hastie, Statistics and Its Interface 2 (2009) 349.
    """

    trees: int = 800
    learning_rate: float = 0.5
    depth: int = 1
    kind: str = "real"
    bins: int = 0

    def __post_init__(self):
        _require(self.trees > 0, "trees must be positive", self.trees)
        _require(self.learning_rate > 0, "learning_rate must be positive", self.learning_rate)
        _require(self.depth > 0, "depth must be positive", self.depth)
        _require(self.kind in KINDS, f"kind must be one of {KINDS}", self.kind)
        _require(self.bins == 0 or 2 <= self.bins <= 2**16, "bins must be 0 or 2 to 65,536", self.bins)


def boosted_classifier(table, labels, names, boosting=None, seed=0):
    """Fit boosted trees (AdaBoost) that tell two classes apart.

    Args:
        table: array, shape (showers, columns). Features; compared as float32.
        labels: bool array, shape (showers,). True for the signal.
        names: sequence of str. The columns.
        boosting: `Boosting`, by default that of the authors' code.
        seed: int. Decides between splits that are equally good, where every threshold is tried.

    Returns:
        `BoostedTrees`, whose scores rise with the odds of the signal: means over the trees, of votes from -1 to 1 or of
        half the logarithms of odds. It may have fewer trees than asked for where one has no errors, or only guesses.
        Its importances are Gini importances.

    Raises:
        ValueError: if shapes do not fit together or there is only one class.
        ImportError: without scikit-learn, where every threshold is tried.

    Reference: Y. Freund and R. E. Schapire, J. Comput. Syst. Sci. 55 (1997) 119; J. Friedman, T. Hastie and
        R. Tibshirani, Ann. Statist. 28 (2000) 337, for the real kind.

    Example:

    >>> table, labels = [[0.0], [1.0], [2.0], [3.0]], [False, False, True, True]
    >>> boosted_classifier(table, labels, ["a"], Boosting(kind="discrete", bins=4)).score([[0.5], [2.5]]).tolist()
    [-1.0, 1.0]
    """
    boosting = boosting or Boosting()
    table, labels, names = np.asarray(table, np.float32), np.asarray(labels, bool), tuple(names)
    _require(
        table.shape == (len(labels), len(names)), f"rows and columns must be {len(labels), len(names)}", table.shape
    )
    _require(
        0 < labels.sum() < len(labels), "there must be showers of both classes", f"{labels.sum()} of {len(labels)}"
    )
    if boosting.bins:
        grower = BinnedGrower(table, labels, boosting.depth, boosting.bins)
    else:
        grower = ExactGrower(table, labels, boosting.depth, seed)
    boosted = _boosted(grower, np.where(labels, 1.0, -1.0), boosting)
    trees, leaves, weights = zip(*boosted, strict=True)
    gain = np.average([tree.gain for tree in trees], axis=0, weights=weights)
    return BoostedTrees(
        names,
        [tree.feature for tree in trees],
        [tree.threshold for tree in trees],
        np.array(leaves) / sum(weights),
        base=0.0,
        importance=gain / max(gain.sum(), 1e-300),
    )


def _boosted(grower, sign, boosting):
    """Yield (tree, what its leaves add, its weight); `sign`, shape (rows,), is 1 for the signal and else -1."""
    step = _real_step if boosting.kind == "real" else _discrete_step
    weights = np.full(len(sign), 1 / len(sign))
    for number in range(boosting.trees):
        tree = grower.grow(weights)
        leaf, weight, factor = step(tree, sign, weights, boosting.learning_rate)
        if weight > 0 or number == 0:
            yield tree, leaf, weight or 1.0
        if factor is None:
            return
        weights = weights * factor
        weights /= weights.sum()


def _real_step(tree, sign, weights, rate):
    """Return what the leaves add, the weight of the tree, and by how much weights of rows change; None ends it."""
    signal = np.clip(tree.signal, _EPSILON, 1 - _EPSILON)  # a leaf of one class has finite odds, as in scikit-learn
    half_odds = np.log(signal / (1 - signal)) / 2
    margin = sign * half_odds[tree.place]
    settled = (margin > 0).all() or not tree.decides  # nothing is wrong, or nothing can be decided
    return half_odds, 1.0, None if settled else np.exp(-rate * margin)


def _discrete_step(tree, sign, weights, rate):
    vote = np.where(tree.signal > 0.5, 1.0, -1.0)
    wrong = vote[tree.place] != sign
    error = weights[wrong].sum()
    if error <= 0:
        return vote, 1.0, None
    if error >= 0.5:  # no better than a guess
        return vote, 0.0, None
    weight = rate * np.log((1 - error) / error)
    return weight * vote, weight, np.exp(weight * wrong)


def _require(holds, rule, value):
    if not holds:
        raise ValueError(f"Boosting: {rule}, got {value}.")
