import numpy as np
import pytest

from keras_hep.calorimetry import classifier_tuning
from keras_hep.calorimetry.boosted_classifier import Boosting, boosted_classifier
from keras_hep.calorimetry.classifier_tuning import best_trial, read_trials, tuned_boosting
from keras_hep.metrics.edge_scores import roc_auc

pytest.importorskip("sklearn")
NAMES = ("a", "b", "c", "noise")


def drawn(number, seed):
    """Table of four columns, of which the first tells most and the last nothing, and labels."""
    draw = np.random.default_rng([seed, number])
    labels = draw.random(number) < 0.5
    shift = np.outer(labels, [1.0, 0.5, 0.3, 0.0])
    return (draw.normal(size=(number, 4)) + shift).astype(np.float32).round(2), labels


@pytest.mark.parametrize("depth", [1, 3])
def test_discrete_boosting_is_that_of_scikit_learn(depth):
    from sklearn.ensemble import AdaBoostClassifier
    from sklearn.tree import DecisionTreeClassifier

    table, labels = drawn(500, seed=1)
    trees = boosted_classifier(table, labels, NAMES, Boosting(20, 0.5, depth, "discrete"), seed=4)
    theirs = AdaBoostClassifier(
        DecisionTreeClassifier(max_depth=depth), n_estimators=20, learning_rate=0.5, random_state=4
    ).fit(table, labels)
    np.testing.assert_allclose(2 * trees.score(table), theirs.decision_function(table), atol=1e-12)
    np.testing.assert_allclose(trees.importance, theirs.feature_importances_)


def test_the_first_real_stump_holds_half_the_log_odds():
    table = np.array([[0.0], [0.0], [0.0], [1.0], [1.0], [1.0], [1.0]])
    labels = [False, False, True, True, True, True, False]
    trees = boosted_classifier(table, labels, ["a"], Boosting(trees=1))
    np.testing.assert_allclose(trees.score([[0.0], [1.0]]), [np.log(1 / 2) / 2, np.log(3) / 2])


@pytest.mark.parametrize("kind", ["real", "discrete"])
def test_classes_are_told_apart_and_columns_weighed(kind):
    (table, labels), (test, truth) = drawn(2000, seed=2), drawn(3000, seed=2)
    trees = boosted_classifier(table, labels, NAMES, Boosting(60, kind=kind))
    area, error = roc_auc(truth, trees.score(test))
    optimum = 0.794  # of a shift of sqrt(1 + 0.25 + 0.09) = 1.158 standard deviations: Phi(1.158 / sqrt 2)
    assert optimum - 0.02 < area < optimum + 3 * error
    assert trees.importance[0] == trees.importance.max()
    assert trees.importance.sum() == pytest.approx(1)
    again = boosted_classifier(table, labels, NAMES, Boosting(60, kind=kind))
    np.testing.assert_array_equal(again.score(test), trees.score(test))


@pytest.mark.parametrize("kind", ["real", "discrete"])
def test_boosting_ends_where_nothing_is_wrong(kind):
    table = np.arange(10.0)[:, None]
    trees = boosted_classifier(table, table[:, 0] > 4, ["a"], Boosting(50, kind=kind))
    assert len(trees) == 1
    assert ((trees.score(table) > 0) == (table[:, 0] > 4)).all()


def test_real_boosting_of_columns_that_tell_nothing():
    trees = boosted_classifier(np.zeros((4, 1)), [True, True, False, True], ["a"], Boosting(50))
    np.testing.assert_allclose(trees.score([[0.0]]), [np.log(3) / 2])
    assert trees.importance.tolist() == [0.0]


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("trees must be positive, got 0", {"trees": 0}),
        ("learning_rate must be positive", {"learning_rate": 0.0}),
        ("depth must be positive", {"depth": 0}),
        ("kind must be one of", {"kind": "gradient"}),
        ("bins must be 0 or 2 to 65,536, got 1", {"bins": 1}),
    ],
)
def test_settings_that_cannot_be_are_refused(rule, changes):
    with pytest.raises(ValueError, match=rule):
        Boosting(**changes)


def test_tables_that_do_not_fit_are_refused():
    table, labels = drawn(10, seed=0)
    with pytest.raises(ValueError, match=r"rows and columns must be \(10, 3\), got \(10, 4\)"):
        boosted_classifier(table, labels, NAMES[:3])
    with pytest.raises(ValueError, match="there must be showers of both classes, got 10 of 10"):
        boosted_classifier(table, np.ones(10, bool), NAMES)


@pytest.fixture
def quick_search(monkeypatch):
    """A search among few and small ensembles."""
    pytest.importorskip("skopt")
    monkeypatch.setattr(classifier_tuning, "TREES", (2, 12))
    monkeypatch.setattr(classifier_tuning, "RANDOM_TRIALS", 4)
    train, validation = drawn(300, seed=8), drawn(400, seed=8)
    return lambda folder, **changes: tuned_boosting(train, validation, NAMES, folder, **{"calls": 6, **changes})


def test_an_interrupted_search_goes_on_as_if_it_were_not(quick_search, tmp_path, monkeypatch):
    whole = quick_search(tmp_path / "whole")
    assert read_trials(tmp_path / "whole") == whole
    assert best_trial(whole).auc == max(trial.auc for trial in whole)
    assert all(2 <= trial.boosting.trees <= 12 and 0.05 <= trial.boosting.learning_rate <= 1 for trial in whole)

    fitted = []

    def interrupted(*arguments):
        if len(fitted) == 5:
            raise KeyboardInterrupt
        fitted.append(arguments)
        return boosted_classifier(*arguments)

    monkeypatch.setattr(classifier_tuning, "boosted_classifier", interrupted)
    with pytest.raises(KeyboardInterrupt):
        quick_search(tmp_path / "parts")
    assert read_trials(tmp_path / "parts") == whole[:5]
    fitted.clear()
    assert quick_search(tmp_path / "parts") == whole
    assert len(fitted) == 1
    fitted.clear()
    assert quick_search(tmp_path / "parts") == whole
    assert not fitted


def test_trials_of_another_search_are_not_taken_up(quick_search, tmp_path):
    quick_search(tmp_path, calls=4)
    for changes in ({"seed": 1}, {"kind": "discrete"}, {"bins": 32}):
        with pytest.raises(ValueError, match=r"trial-000\.json must be of the same showers.*choose an empty folder"):
            quick_search(tmp_path, **changes)
