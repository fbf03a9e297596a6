"""Particles told apart by boosted decision trees on expert features.

Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, appendix C, and the code named there.
"""

import dataclasses

import numpy as np

from keras_hep.calorimetry.boosted_trees import BoostedTrees

KINDS = ("real", "discrete")


@dataclasses.dataclass(frozen=True)
class Boosting:
    """How trees are boosted. The defaults are those of the authors' code.

    Args:
        trees: int.
        learning_rate: float, above 0.
        depth: int. Decisions of each tree; 1 for stumps.
        kind: str. "real", trees add half the logarithm of the odds in their leaves (SAMME.R, what scikit-learn did by
            default when the article was written); or "discrete", trees vote (SAMME, all that it does now).

    Raises:
        ValueError: if one is out of range.

    Reference: J. Zhu, H. Zou, S. Rosset, T. Hastie, Statistics and Its Interface 2 (2009) 349.
    """

    trees: int = 800
    learning_rate: float = 0.5
    depth: int = 1
    kind: str = "real"

    def __post_init__(self):
        _require(self.trees > 0, "trees must be positive", self.trees)
        _require(self.learning_rate > 0, "learning_rate must be positive", self.learning_rate)
        _require(self.depth > 0, "depth must be positive", self.depth)
        _require(self.kind in KINDS, f"kind must be one of {KINDS}", self.kind)


def boosted_classifier(table, labels, names, boosting=None, seed=0):
    """Fit boosted trees (AdaBoost) that tell two classes apart.

    Args:
        table: array, shape (showers, columns). Features; compared as float32.
        labels: bool array, shape (showers,). True for the signal.
        names: sequence of str. The columns.
        boosting: `Boosting`, by default that of the authors' code.
        seed: int. Decides between splits that are equally good.

    Returns:
        `BoostedTrees`, whose scores rise with the odds of the signal: means over the trees, of votes from -1 to 1 or of
        half the logarithms of odds. It may have fewer trees than asked for where one has no errors, or only guesses.
        Its importances are Gini importances.

    Raises:
        ValueError: if shapes do not fit together or there is only one class.
        ImportError: without scikit-learn.

    Reference: Y. Freund and R. E. Schapire, J. Comput. Syst. Sci. 55 (1997) 119; J. Friedman, T. Hastie and
        R. Tibshirani, Ann. Statist. 28 (2000) 337, for the real kind.
    """
    boosting = boosting or Boosting()
    table, labels, names = np.asarray(table, np.float32), np.asarray(labels, bool), tuple(names)
    _require(
        table.shape == (len(labels), len(names)), f"rows and columns must be {len(labels), len(names)}", table.shape
    )
    _require(
        0 < labels.sum() < len(labels), "there must be showers of both classes", f"{labels.sum()} of {len(labels)}"
    )
    fit = _real if boosting.kind == "real" else _discrete
    return BoostedTrees.of_sklearn(*fit(table, labels, boosting, seed), names)


def _discrete(table, labels, boosting, seed):
    from sklearn.ensemble import AdaBoostClassifier
    from sklearn.tree import DecisionTreeClassifier

    ensemble = AdaBoostClassifier(
        DecisionTreeClassifier(max_depth=boosting.depth),
        n_estimators=boosting.trees,
        learning_rate=boosting.learning_rate,
        random_state=seed,
    ).fit(table, labels)
    trees = ensemble.estimators_
    weights = ensemble.estimator_weights_[: len(trees)]
    votes = [np.where(_signal_fraction(tree) > 0.5, 1.0, -1.0) for tree in trees]
    return trees, [weight * vote / weights.sum() for weight, vote in zip(weights, votes, strict=True)], weights


def _real(table, labels, boosting, seed):
    from sklearn.tree import DecisionTreeClassifier

    draw = np.random.RandomState(seed)  # the kind that scikit-learn takes
    sign = np.where(labels, 1.0, -1.0)
    weights = np.full(len(labels), 1 / len(labels))
    trees, leaves = [], []
    for _ in range(boosting.trees):
        tree = DecisionTreeClassifier(max_depth=boosting.depth, random_state=draw.randint(2**31))
        tree.fit(table, labels, sample_weight=weights)
        signal = np.clip(_signal_fraction(tree), *_LEAF_FRACTIONS)
        trees.append(tree)
        leaves.append(np.log(signal / (1 - signal)) / 2)
        half_odds = leaves[-1][tree.tree_.apply(table)]
        if (sign * half_odds > 0).all() or tree.tree_.node_count == 1:
            break  # nothing is wrong, or nothing can be split: no weight would change any more
        weights = weights * np.exp(-boosting.learning_rate * sign * half_odds)
        weights /= weights.sum()
    return trees, [leaf / len(trees) for leaf in leaves], np.ones(len(trees))


_EPSILON = np.finfo(np.float64).eps
_LEAF_FRACTIONS = (_EPSILON, 1 - _EPSILON)  # a leaf of one class has finite odds, as in scikit-learn


def _signal_fraction(tree):
    value = tree.tree_.value[:, 0]
    return value[:, 1] / value.sum(axis=1)


def _require(holds, rule, value):
    if not holds:
        raise ValueError(f"Boosting: {rule}, got {value}.")
