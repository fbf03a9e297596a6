import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_hep.calorimetry.boosted_trees import BoostedTrees


def drawn_trees(trees, depth, columns, seed):
    draw = np.random.default_rng(seed)
    nodes = 2**depth - 1
    return BoostedTrees(
        [f"f{number}" for number in range(columns)],
        draw.integers(0, columns, (trees, nodes)),
        draw.choice([-0.5, 0.0, 0.5, np.inf], (trees, nodes)),
        draw.normal(size=(trees, nodes + 1)),
        base=0.25,
        importance=np.full(columns, 1 / columns),
    )


def walked(trees, row):
    """The score of one row, node by node."""
    total = trees.base
    for feature, threshold, leaf in zip(trees.feature, trees.threshold, trees.leaf, strict=True):
        node = 0
        while node < len(feature):
            node = 2 * node + (1 if row[feature[node]] < threshold[node] else 2)
        total += leaf[node - len(feature)]
    return total


@settings(max_examples=40)
@given(st.integers(0, 5), st.integers(1, 4), st.integers(1, 3), st.integers(0, 2**32 - 1))
def test_scores_are_those_of_a_walk(trees, depth, columns, seed):
    forest = drawn_trees(trees, depth, columns, seed)
    table = np.random.default_rng(seed).choice([-1.0, -0.5, 0.0, 0.25, 0.5, 2.0], (7, columns)).astype(np.float32)
    np.testing.assert_allclose(forest.score(table), [walked(forest, row) for row in table], rtol=1e-12)
    assert (len(forest), forest.depth) == (trees, depth)


def test_rows_are_scored_alike_in_blocks():
    forest = drawn_trees(3, 3, 4, seed=1)
    table = np.random.default_rng(2).normal(size=(40_000, 4)).astype(np.float32)
    np.testing.assert_array_equal(forest.score(table)[[0, 20_000, 39_999]], forest.score(table[[0, 20_000, 39_999]]))
    assert forest.score(table[:0]).shape == (0,)


def test_trees_come_back_from_a_file(tmp_path):
    forest = drawn_trees(5, 2, 3, seed=4)
    forest.save(tmp_path / "trees.npz")
    again = BoostedTrees.load(tmp_path / "trees.npz")
    table = np.random.default_rng(0).normal(size=(50, 3))
    np.testing.assert_array_equal(again.score(table), forest.score(table))
    assert again.names == forest.names
    np.testing.assert_array_equal(again.importance, forest.importance)
    assert [path.name for path in tmp_path.iterdir()] == ["trees.npz"]


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("a tree must have 1, 3, 7, ... nodes, got 2", {"feature": [[0, 0]]}),
        ("there must be one threshold per node", {"threshold": [[0.5, 0.5]]}),
        ("there must be one leaf more than nodes", {"leaf": [[1.0]]}),
        ("there must be one importance per column", {"importance": [1.0, 0.0]}),
        ("nodes must look at one of 1 columns, got 1", {"feature": [[1]]}),
    ],
)
def test_trees_that_do_not_fit_are_refused(rule, changes):
    arguments = {"names": ["a"], "feature": [[0]], "threshold": [[0.5]], "leaf": [[1.0, 2.0]]}
    arguments |= {"base": 0.0, "importance": [1.0]}
    BoostedTrees(**arguments)
    with pytest.raises(ValueError, match=rule):
        BoostedTrees(**arguments | changes)


def test_tables_that_do_not_fit_are_refused():
    forest = drawn_trees(1, 1, 2, seed=0)
    with pytest.raises(ValueError, match=r"rows must have 2 columns, got \(1, 3\)"):
        forest.score([[1.0, 2.0, 3.0]])
    with pytest.raises(ValueError, match="values must be finite"):
        forest.score([[1.0, np.nan]])


@pytest.mark.parametrize("depth", [1, 3])
def test_trees_of_xgboost_predict_as_xgboost_does(depth):
    xgboost = pytest.importorskip("xgboost")
    draw = np.random.default_rng(1)
    table = draw.choice(np.linspace(0, 3, 40), (400, 3)).astype(np.float32)  # values that thresholds fall upon
    target = table[:, 0] * table[:, 1] + draw.normal(0, 0.1, 400)
    matrix = xgboost.DMatrix(table, target)
    booster = xgboost.train({"max_depth": depth, "min_child_weight": 30, "nthread": 1}, matrix, 25)
    trees = BoostedTrees.of_xgboost(booster, ("x", "y", "z"))
    assert (len(trees), trees.depth) == (25, depth)
    np.testing.assert_allclose(trees.score(table), booster.predict(matrix), rtol=1e-5, atol=1e-5)
    assert trees.importance[2] < trees.importance[0]
    assert trees.importance.sum() == pytest.approx(1)
