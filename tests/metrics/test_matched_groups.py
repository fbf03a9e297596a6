"""Groups called by events: against scikit-learn on written-out labels, by hand, and invariances."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import accuracy_score, precision_score, recall_score

from keras_hep.metrics.matched_groups import (
    GroupScores,
    contingency,
    majority_scores,
    one_to_one_scores,
    pair_counts,
)

GROUPINGS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 6)), min_size=1, max_size=40)


def by_labels(truth, called):
    options = {"average": "macro", "zero_division": 0}
    return GroupScores(
        precision_score(truth, called, **options), recall_score(truth, called, **options), accuracy_score(truth, called)
    )


def same(found, expected):
    for kind in ("precision", "recall", "accuracy"):
        assert getattr(found, kind) == pytest.approx(getattr(expected, kind))


@given(GROUPINGS)
def test_majority_scores_are_those_of_the_labels(pairs):
    truth, groups = np.array(pairs).T
    called = np.array([np.bincount(truth[groups == group]).argmax() for group in groups])
    same(majority_scores(truth, groups), by_labels(truth, called))


@given(GROUPINGS)
def test_one_to_one_scores_are_those_of_the_labels(pairs):
    """Every matched event lists its common tracks, those missing, called -2, and those too many, of event -1."""
    truth, groups = np.array(pairs).T
    events, names = np.unique(truth), np.unique(groups)
    labels, called = [], []
    for row, column in zip(*linear_sum_assignment(contingency(truth, groups), maximize=True), strict=True):
        event, group = set(np.flatnonzero(truth == events[row])), set(np.flatnonzero(groups == names[column]))
        for members, label, name in ((event & group, row, row), (event - group, row, -2), (group - event, -1, row)):
            labels += [label] * len(members)
            called += [name] * len(members)
    same(one_to_one_scores(truth, groups), by_labels(labels, called))


@given(GROUPINGS)
def test_pairs_are_counted_as_by_a_loop(pairs):
    truth, groups = np.array(pairs).T
    equal = [(truth[a] == truth[b], groups[a] == groups[b]) for a, b in itertools.combinations(range(len(truth)), 2)]
    expected = [sum(t and g for t, g in equal), sum(g for _, g in equal), sum(t for t, _ in equal), len(equal)]
    assert pair_counts(truth, groups).tolist() == expected


@pytest.mark.parametrize("scores", [majority_scores, one_to_one_scores])
@given(pairs=GROUPINGS)
def test_order_of_tracks_means_nothing(scores, pairs):
    truth, groups = np.array(pairs).T
    same(scores(truth, groups), scores(truth[::-1], groups[::-1]))


@given(pairs=GROUPINGS)
def test_numbers_of_groups_mean_nothing(pairs):
    truth, groups = np.array(pairs).T
    same(majority_scores(truth, groups), majority_scores(truth, 99 - groups))


@pytest.mark.parametrize("scores", [majority_scores, one_to_one_scores])
def test_equal_groupings_are_perfect(scores):
    assert scores([4, 4, 2, 7], [0, 0, 9, 1]) == GroupScores(1.0, 1.0, 1.0)


def test_a_split_event_is_right_by_majority_only():
    truth, groups = [0, 0, 0, 0, 1, 1], [3, 3, 4, 4, 5, 5]
    assert majority_scores(truth, groups) == GroupScores(1.0, 1.0, 1.0)
    # Half of event 0 is missing: a class of its own in both means.
    assert one_to_one_scores(truth, groups) == GroupScores(2 / 3, 0.5, 4 / 6)


def test_one_group_of_all():
    truth, groups = [0, 0, 0, 1], [0, 0, 0, 0]
    assert majority_scores(truth, groups) == GroupScores(0.75 / 2, 0.5, 0.75)
    assert one_to_one_scores(truth, groups) == GroupScores(0.75 / 2, 0.5, 0.75)


@pytest.mark.parametrize("function", [majority_scores, one_to_one_scores, pair_counts, contingency])
@pytest.mark.parametrize(("truth", "groups"), [([0, 1], [0]), ([], []), ([[0]], [[0]])])
def test_what_does_not_fit_is_refused(function, truth, groups):
    with pytest.raises(ValueError, match="one number for each of the same tracks"):
        function(truth, groups)
