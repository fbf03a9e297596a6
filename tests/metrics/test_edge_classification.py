"""Pooled scores of edges: by hand, and errors that know of slices."""

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies

from keras_hep.metrics import edge_scores
from keras_hep.metrics.edge_classification import (
    average_precision,
    best_f1_threshold,
    edge_classification,
    implied_true_fraction,
)

LABELS = np.array([1, 1, 0, 0, 0, 1, 0, 1], bool)
ACCEPTED = np.array([1, 0, 1, 0, 0, 1, 0, 1], bool)


def correlated(slices, seed):
    """Edges of slices that differ: the share of right decisions is a slice's own."""
    random = np.random.default_rng(seed)
    counts = random.integers(20, 60, slices)
    right = random.random(counts.sum()) < np.repeat(random.choice([0.5, 1.0], slices), counts)
    labels = random.random(counts.sum()) < 0.3
    return labels, labels == right, counts


def test_counts_and_scores_by_hand():
    found = edge_classification(LABELS, ACCEPTED, [5, 0, 3])
    assert found.true_accepted.tolist() == [1, 0, 2]
    assert found.false_accepted.tolist() == [1, 0, 0]
    assert found.true_rejected.tolist() == [1, 0, 0]
    assert found.false_rejected.tolist() == [2, 0, 1]
    assert found.edges.tolist() == [5, 0, 3]
    values = {name: getattr(found, name)[0] for name in ("accuracy", "precision", "recall", "f1")}
    assert values == {"accuracy": 0.75, "precision": 0.75, "recall": 0.75, "f1": 0.75}
    assert found.true_fraction[0] == found.all_rejected[0] == 0.5


def test_the_error_is_that_of_a_ratio_over_slices():
    # Two slices of 2 edges, with 2 and 1 right: influences +-0.25, error sqrt(2 * 0.25^2 / 1 / 2).
    found = edge_classification(np.array([1, 1, 1, 1], bool), np.array([1, 1, 1, 0], bool), [2, 2])
    assert found.accuracy == (0.75, pytest.approx(0.25))


@pytest.mark.parametrize("name", ["accuracy", "precision", "recall", "f1"])
def test_the_error_is_the_spread_of_repeated_samples(name):
    found = [getattr(edge_classification(*correlated(100, seed)), name) for seed in range(200)]
    values, errors = np.array(found).T
    assert errors.mean() == pytest.approx(values.std(), rel=0.2)
    naive = np.sqrt(values.mean() * (1 - values.mean()) / 4000)
    assert errors.mean() > 1.5 * naive  # edges are not independent


def test_the_error_of_the_average_precision_is_too():
    found = []
    for seed in range(60):
        labels, accepted, counts = correlated(60, seed)
        found.append(average_precision(labels, accepted.astype(float), counts))
    values, errors = np.array(found).T
    assert errors.mean() == pytest.approx(values.std(), rel=0.3)


def test_average_precision_is_that_of_all_edges():
    labels, accepted, counts = correlated(5, seed=1)
    scores = accepted + np.linspace(0, 0.5, len(labels))
    assert average_precision(labels, scores, counts)[0] == edge_scores.average_precision(labels, scores)
    assert average_precision(labels, scores, [len(labels)])[1] == np.inf


def test_one_slice_has_no_error_and_no_accepted_edge_no_precision():
    found = edge_classification(LABELS, np.zeros(8, bool), [8])
    assert found.accuracy == (0.5, np.inf)
    assert np.isnan(found.precision).all()
    assert found.recall[0] == 0.0
    assert found.accuracy[0] == found.all_rejected[0]


@hypothesis.given(
    strategies.lists(strategies.tuples(strategies.booleans(), strategies.integers(0, 5)), min_size=1, max_size=40)
)
def test_no_threshold_has_a_larger_f1(edges):
    labels, scores = np.array([label for label, _ in edges]), np.array([score for _, score in edges], float)
    hypothesis.assume(labels.any())
    counts = [len(labels)]
    largest = edge_classification(labels, scores > best_f1_threshold(labels, scores), counts).f1[0]
    others = [edge_classification(labels, scores > threshold - 0.5, counts).f1[0] for threshold in range(7)]
    assert largest == pytest.approx(max(others))


def test_a_largest_f1_needs_true_edges():
    assert best_f1_threshold([True, True], [0.3, 0.3]) == -np.inf
    with pytest.raises(ValueError, match="none of 2"):
        best_f1_threshold([False, False], [0.1, 0.2])


@hypothesis.given(strategies.lists(strategies.tuples(strategies.booleans(), strategies.booleans()), min_size=1))
def test_the_implied_fraction_is_the_true_one(edges):
    labels, accepted = np.array(edges, bool).T
    found = edge_classification(labels, accepted, [len(labels)])
    accuracy, precision, recall = found.accuracy[0], found.precision[0], found.recall[0]
    hypothesis.assume(precision > 0 and recall == recall and not precision == recall == 1)
    assert implied_true_fraction(accuracy, precision, recall) == pytest.approx(found.true_fraction[0])


@pytest.mark.parametrize(("precision", "recall"), [(0.0, 0.5), (np.nan, 0.5), (1.0, 1.0)])
def test_what_implies_nothing_is_refused(precision, recall):
    with pytest.raises(ValueError, match="imply a fraction"):
        implied_true_fraction(0.9, precision, recall)


@pytest.mark.parametrize(
    ("labels", "accepted", "counts", "message"),
    [
        (LABELS, ACCEPTED, [8, 1], "each of the 9 edges"),
        (LABELS, ACCEPTED[:7], [8], "each of the 8 edges"),
        (LABELS, ACCEPTED, [], "one for each slice"),
        (LABELS, np.full(8, 0.7), [8], "accepted must be bool"),
        (LABELS.astype(int), ACCEPTED, [8], "labels must be bool"),
    ],
)
def test_what_does_not_fit_is_refused(labels, accepted, counts, message):
    with pytest.raises(ValueError, match=message):
        edge_classification(labels, accepted, counts)
