"""Measures of edge scores: by hand, against scikit-learn, and errors against repeated experiments."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_hep.metrics import edge_scores

seeds = st.integers(0, 2**32 - 1)


def random_edges(seed, levels=6, edges=40):
    """Labels of both kinds and scores of which many are equal."""
    random = np.random.default_rng(seed)
    labels = np.append(random.random(edges) < 0.3, [True, False])
    return labels, (random.integers(0, levels, edges + 2) + labels * random.integers(0, 2)) / levels / 2


@given(seeds, st.sampled_from(["float32", "float64"]))
def test_the_area_counts_pairs(seed, precision):
    labels, scores = random_edges(seed)
    scores = scores.astype(precision)
    difference = scores[labels][:, None] - scores[~labels]
    assert edge_scores.roc_auc(labels, scores)[0] == pytest.approx(np.mean((np.sign(difference) + 1) / 2), abs=1e-12)


@settings(deadline=None)  # the first example imports scikit-learn
@given(seeds)
def test_as_scikit_learn(seed):
    metrics = pytest.importorskip("sklearn.metrics")
    labels, scores = random_edges(seed)
    assert edge_scores.roc_auc(labels, scores)[0] == pytest.approx(metrics.roc_auc_score(labels, scores))
    expected = metrics.average_precision_score(labels, scores)
    assert edge_scores.average_precision(labels, scores) == pytest.approx(expected)
    false_rate, true_rate, _ = metrics.roc_curve(labels, scores, drop_intermediate=False)
    at = np.linspace(0, 2, 50)
    found = edge_scores.roc_curve(labels, scores, points=50)
    expected = [np.interp(at, false_rate + true_rate, rate) for rate in (false_rate, true_rate)]
    np.testing.assert_allclose(found, expected, atol=1e-12)
    purity, efficiency, _ = metrics.precision_recall_curve(labels, scores)
    known = {(round(e, 9), round(p, 9)) for e, p in zip(efficiency, purity, strict=True)}
    found = zip(*edge_scores.precision_recall_curve(labels, scores, points=20), strict=True)
    assert {(round(e, 9), round(p, 9)) for e, p in found} <= known


@given(seeds)
def test_only_the_order_of_scores_matters(seed):
    labels, scores = random_edges(seed)
    for measure in (edge_scores.roc_auc, edge_scores.average_precision, edge_scores.roc_curve):
        np.testing.assert_array_equal(measure(labels, scores), measure(labels, np.exp(3 * scores) - 7))
    order = np.random.default_rng(seed).permutation(len(labels))
    assert edge_scores.roc_auc(labels[order], scores[order]) == edge_scores.roc_auc(labels, scores)
    area, error = edge_scores.roc_auc(labels, scores)
    assert edge_scores.roc_auc(~labels, -scores) == pytest.approx((area, error))
    assert edge_scores.roc_auc(labels, -scores) == pytest.approx((1 - area, error))


def test_the_error_by_the_definition():
    labels, scores = random_edges(3)
    above = (np.sign(scores[labels][:, None] - scores[~labels]) + 1) / 2
    squared = sum(above.mean(axis=axis).var(ddof=1) / above.shape[1 - axis] for axis in (0, 1))
    assert edge_scores.roc_auc(labels, scores)[1] == pytest.approx(np.sqrt(squared))


def test_the_error_is_the_spread_of_repeated_experiments():
    random = np.random.default_rng(5)
    found = []
    for _ in range(400):
        labels = random.random(300) < 0.2
        found.append(edge_scores.roc_auc(labels, random.normal(size=300) + labels))
    areas, errors = np.transpose(found)
    # The spread of 400 experiments is known to 3.5 %.
    assert errors.mean() == pytest.approx(areas.std(ddof=1), rel=0.12)


def test_a_single_edge_of_a_kind_has_no_error():
    area, error = edge_scores.roc_auc([1, 0, 0], [0.5, 0.1, 0.9])
    assert area == 0.5
    assert np.isnan(error)


def test_perfect_and_useless_scores():
    labels = np.arange(10) < 2
    assert edge_scores.roc_auc(labels, labels) == (1.0, 0.0)
    assert edge_scores.average_precision(labels, labels) == 1.0
    assert edge_scores.roc_auc(labels, np.zeros(10))[0] == 0.5
    assert edge_scores.average_precision(labels, np.zeros(10)) == 0.2


def test_purity_at_efficiencies_by_hand():
    labels, scores = [1, 0, 1, 1, 0, 1], [6, 5, 4, 4, 3, 2]
    efficiency, purity = edge_scores.precision_recall_curve(labels, scores, points=4)
    assert efficiency.tolist() == [0.25, 0.75, 0.75, 1.0]
    assert purity.tolist() == [1.0, 0.75, 0.75, 4 / 6]


def test_a_curve_starts_and_ends_in_the_corners():
    labels, scores = random_edges(1)
    false_rate, true_rate = edge_scores.roc_curve(labels, scores, points=17)
    assert false_rate.shape == true_rate.shape == (17,)
    assert (false_rate[0], true_rate[0], false_rate[-1], true_rate[-1]) == (0, 0, 1, 1)
    np.testing.assert_allclose(np.diff(false_rate + true_rate), 1 / 8)
    # Points between those of the thresholds cut its 14 corners, each by less than an eighth of 1e-3 squared.
    false_rate, true_rate = edge_scores.roc_curve(labels, scores, points=2001)
    assert np.trapezoid(true_rate, false_rate) == pytest.approx(edge_scores.roc_auc(labels, scores)[0], abs=2e-6)


def test_a_threshold_is_strict():
    labels, scores = np.array([1, 1, 0, 0, 1]), np.array([0.7, 0.9, 0.7, 0.8, 0.1], np.float32)
    efficiency, purity = edge_scores.efficiency_and_purity(labels, scores, 0.7)
    assert (efficiency.value, purity.value) == (1 / 3, 1 / 2)
    efficiency, purity = edge_scores.efficiency_and_purity(labels, scores, 0.6999)
    assert (efficiency.value, purity.value) == (2 / 3, 1 / 2)
    efficiency, purity = edge_scores.efficiency_and_purity(labels, scores, 0.95)
    assert efficiency.value == 0
    assert np.isnan(purity.value)
    assert (purity.low, purity.high) == (0, 1)


def test_scores_of_weighted_training_as_probabilities():
    found = edge_scores.calibrated([0, 0.5, 0.7, 0.8, 1], weight=105.2)
    np.testing.assert_allclose(found, [0, 1 / 106.2, 0.7 / (0.7 + 0.3 * 105.2), 0.8 / (0.8 + 0.2 * 105.2), 1])
    np.testing.assert_array_equal(edge_scores.calibrated(found, 1.0), found)


def test_calibration_undoes_the_weight():
    """Scores that minimise the weighted cross-entropy of edges whose probability is known."""
    random = np.random.default_rng(2)
    probability = random.beta(0.5, 20, 200_000)
    labels = random.random(200_000) < probability
    scores = 50 * probability / (50 * probability + 1 - probability)
    bins = np.quantile(probability, np.linspace(0, 1, 21))
    found = edge_scores.reliability(labels, edge_scores.calibrated(scores, 50.0), bins)
    # Without bias each bin is off by 0.8 of its standard error on average; the mean over 20 bins varies by 0.14 of it.
    error = np.sqrt(found.predicted * (1 - found.predicted) / found.observed.total).mean()
    assert found.expected_error < 1.5 * error < 2e-3
    assert edge_scores.reliability(labels, scores).expected_error > 0.3


def test_bins_of_the_reliability_by_hand():
    labels, probabilities = [1, 0, 0, 1, 1], [0.0, 0.1, 0.5, 0.75, 1.0]
    found = edge_scores.reliability(labels, probabilities, bins=4)
    assert found.predicted.tolist() == [0.05, 0.5, 0.875]
    assert found.observed.count.tolist() == [1, 0, 2]
    assert found.observed.total.tolist() == [2, 1, 2]
    assert found.expected_error == pytest.approx((2 * 0.45 + 0.5 + 2 * 0.125) / 5)
    found = edge_scores.reliability(labels, probabilities, bins=[0.1, 0.5, 0.8])
    assert found.predicted.tolist() == [0.1, 0.625]
    assert found.observed.total.tolist() == [1, 2]


@given(seeds)
def test_every_edge_is_in_a_bin(seed):
    labels, scores = random_edges(seed)
    found = edge_scores.reliability(labels, scores / scores.max(), bins=7)
    assert found.observed.total.sum() == len(labels)
    assert found.observed.count.sum() == labels.sum()


@pytest.mark.parametrize(
    ("measure", "message"),
    [
        (lambda: edge_scores.roc_auc([True], [0.5, 0.1]), r"got shapes \(1,\) and \(2,\)"),
        (lambda: edge_scores.roc_auc([[True]], [[0.5]]), r"got shapes \(1, 1\) and \(1, 1\)"),
        (lambda: edge_scores.roc_auc([0, 2], [0.5, 0.1]), "labels must be 0 or 1, got 2"),
        (lambda: edge_scores.average_precision([0, 1], [0.5, np.nan]), "numbers, got nan at edge 1"),
        (lambda: edge_scores.roc_auc([1, 1], [0.5, 0.1]), "got 2 true and 0 false"),
        (lambda: edge_scores.roc_curve([0, 0], [0.5, 0.1]), "got 0 true and 2 false"),
        (lambda: edge_scores.roc_auc([], []), "got 0 true and 0 false"),
        (lambda: edge_scores.average_precision([0, 0], [0.5, 0.1]), "needs true edges, got none"),
        (lambda: edge_scores.precision_recall_curve([0, 0], [0.5, 0.1]), "needs true edges, got none"),
        (lambda: edge_scores.calibrated([0.5], 0), "must be positive, got 0"),
        (lambda: edge_scores.calibrated([0.5, 2.0], 5), "got 0.5 to 2.0: apply the sigmoid"),
        (lambda: edge_scores.reliability([1], [-0.5]), "got -0.5 to -0.5: apply the sigmoid"),
        (lambda: edge_scores.reliability([1], [0.5], bins=[0.6, 0.7]), "from 0.6 to 0.7, got none"),
    ],
)
def test_what_has_no_measure_is_refused(measure, message):
    with pytest.raises(ValueError, match=message):
        measure()
