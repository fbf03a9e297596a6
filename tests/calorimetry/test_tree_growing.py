import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_hep.calorimetry.boosted_classifier import Boosting, boosted_classifier
from keras_hep.calorimetry.tree_growing import BinnedGrower, ExactGrower
from keras_hep.metrics.edge_scores import roc_auc


def drawn(rows, values, seed, columns=3):
    """Table with few different values, labels that depend on it, and weights that sum to 1."""
    draw = np.random.default_rng(seed)
    table = draw.integers(0, values, (rows, columns)).astype(np.float32)
    labels = draw.random(rows) < 0.2 + 0.6 * (table[:, 0] + table[:, 1] > values)
    labels[:2] = False, True
    weights = draw.exponential(1.0, rows)
    return table, labels, weights / weights.sum()


def impurity(labels, weights):
    signal, total = weights[labels].sum(), weights.sum()
    return 2 * signal * (total - signal) / total if total else 0.0


def best_decrease(table, labels, weights):
    """The largest decrease of the impurity by one cut, by trying each."""
    best = 0.0
    for column in table.T:
        for threshold in np.unique(column)[1:]:
            below = column < threshold
            parts = impurity(labels[below], weights[below]) + impurity(labels[~below], weights[~below])
            best = max(best, impurity(labels, weights) - parts)
    return best


@settings(max_examples=40)
@given(st.integers(3, 40), st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_a_stump_is_the_best_one(rows, values, seed):
    table, labels, weights = drawn(rows, values, seed)
    tree = BinnedGrower(table, labels, depth=1, bins=16).grow(weights)
    expected = best_decrease(table, labels, weights)
    right = tree.place == 1
    parts = impurity(labels[right], weights[right]) + impurity(labels[~right], weights[~right])
    assert impurity(labels, weights) - parts == pytest.approx(expected, abs=1e-12)
    assert tree.decides == (expected > 1e-12)
    np.testing.assert_array_equal(right, table[:, tree.feature[0]] >= tree.threshold[0])
    for leaf in (0, 1):
        chosen = tree.place == leaf
        if chosen.any():
            assert tree.signal[leaf] == pytest.approx(weights[chosen & labels].sum() / weights[chosen].sum())


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_both_ways_of_growing_agree(depth):
    pytest.importorskip("sklearn")
    table, labels, weights = drawn(300, 12, seed=depth)
    binned = BinnedGrower(table, labels, depth, bins=20).grow(weights)
    exact = ExactGrower(table, labels, depth, seed=0).grow(weights)
    assert binned.feature[0] == exact.feature[0]
    np.testing.assert_allclose(binned.signal[binned.place], exact.signal[exact.place], rtol=1e-6)
    np.testing.assert_allclose(binned.gain, exact.gain, rtol=1e-6, atol=1e-9)


def test_a_column_of_one_value_gives_no_decision():
    labels = np.array([True, False, True])
    tree = BinnedGrower(np.ones((3, 2), np.float32), labels, depth=2, bins=4).grow(np.full(3, 1 / 3))
    assert not tree.decides
    assert tree.place.tolist() == [0, 0, 0]
    assert np.isinf(tree.threshold).all()
    assert tree.signal[0] == pytest.approx(2 / 3)


@pytest.mark.parametrize("kind", ["real", "discrete"])
def test_quantiles_tell_classes_apart_as_well_as_all_thresholds(kind):
    pytest.importorskip("sklearn")
    draw = np.random.default_rng(4)
    labels = draw.random(6000) < 0.5
    table = (draw.normal(size=(6000, 5)) + np.outer(labels, [1.0, 0.5, 0.3, 0.0, 0.0])).astype(np.float32)
    train, test = slice(0, 3000), slice(3000, None)
    areas = []
    for bins in (0, 64):
        trees = boosted_classifier(table[train], labels[train], "abcde", Boosting(40, kind=kind, bins=bins))
        areas.append(roc_auc(labels[test], trees.score(table[test])))
        assert trees.importance.argmax() == 0
    assert abs(areas[0][0] - areas[1][0]) < areas[0][1]


def test_a_guess_is_no_tree():
    table = np.array([[0.0], [0.0], [1.0], [1.0]])
    trees = boosted_classifier(table, [True, False, True, False], ["a"], Boosting(5, kind="discrete", bins=4))
    assert np.abs(trees.score(table)).tolist() == [1.0] * 4
    assert len(trees) == 1
