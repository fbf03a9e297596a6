"""Greedy merging: by hand, the evidence of many against one, and what does not depend on order."""

import itertools

import numpy as np
import pytest

from keras_hep.tracking.grouping.greedy_merging import merged_groups


def complete(tracks):
    first, second = np.triu_indices(tracks, 1)
    return np.concatenate([first, second]), np.concatenate([second, first])


def evidence_within(groups, odds):
    same = groups[:, None] == groups
    return np.log(odds)[np.triu(same, 1)].sum()


def test_a_sure_pair_outvotes_doubtful_ones():
    """Tracks 0 and 1 are sure; of 2 each says no with odds 1:1.5: merging costs ln 2.25, so it stays away."""
    senders, receivers = complete(3)
    scores = np.where(senders + receivers == 1, 0.99, 0.4)
    assert merged_groups(senders, receivers, scores, 3).tolist() == [0, 0, 1]
    # With odds 9:1 from track 0 and 1:1.5 from track 1 the sum is above 0.
    scores = np.where(senders + receivers == 1, 0.99, np.where(senders * receivers == 0, 0.9, 0.4))
    assert merged_groups(senders, receivers, scores, 3).tolist() == [0, 0, 0]


def test_a_pair_without_an_edge_is_kept_apart():
    senders, receivers = np.array([0, 1, 1, 2]), np.array([1, 0, 2, 1])
    assert merged_groups(senders, receivers, [0.9, 0.9, 0.8, 0.8], 3).tolist() == [0, 0, 1]


def test_the_scores_of_both_directions_are_averaged():
    assert merged_groups([0, 1], [1, 0], [0.9, 0.2], 2).tolist() == [0, 0]
    assert merged_groups([0, 1], [1, 0], [0.7, 0.2], 2).tolist() == [0, 1]
    assert merged_groups([0], [1], [0.7], 2).tolist() == [0, 0]


def test_the_threshold_is_the_score_that_says_nothing():
    assert merged_groups([0, 1], [1, 0], [0.6, 0.6], 2, threshold=0.5).tolist() == [0, 0]
    assert merged_groups([0, 1], [1, 0], [0.6, 0.6], 2, threshold=0.7).tolist() == [0, 1]


@pytest.mark.parametrize("seed", range(5))
def test_clear_groups_are_found_in_any_order_of_tracks(seed):
    random = np.random.default_rng(seed)
    truth = random.integers(0, 6, 25)
    senders, receivers = complete(25)
    true = truth[senders] == truth[receivers]
    scores = np.where(true, random.uniform(0.6, 1, len(true)), random.uniform(0, 0.2, len(true)))
    groups = merged_groups(senders, receivers, scores, 25)
    assert ((groups[:, None] == groups) == (truth[:, None] == truth)).all()
    assert groups.dtype == np.int32
    assert groups[0] == 0


@pytest.mark.parametrize("seed", range(5))
def test_it_comes_near_the_best_of_all_partitions(seed):
    """Of five tracks all 52 partitions are compared: greedy merging reaches nine tenths of the best, never more."""
    random = np.random.default_rng(seed)
    probability = random.uniform(0.05, 0.95, (5, 5))
    probability = (probability + probability.T) / 2
    odds = probability / (1 - probability)
    senders, receivers = complete(5)
    groups = merged_groups(senders, receivers, probability[senders, receivers], 5)
    all_partitions = {tuple(np.unique(one, return_inverse=True)[1]) for one in itertools.product(range(5), repeat=5)}
    best = max(evidence_within(np.array(one), odds) for one in all_partitions)
    reached = evidence_within(groups, odds)
    assert 0.9 * best <= reached <= best + 1e-9


def test_no_tracks_and_no_edges():
    assert merged_groups([], [], [], 0).tolist() == []
    assert merged_groups([], [], [], 3).tolist() == [0, 1, 2]


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="threshold must be a probability between 0 and 1, got 1"):
        merged_groups([0], [1], [0.5], 2, threshold=1)
    with pytest.raises(ValueError, match="scores must be probabilities, one for each of 1 edges"):
        merged_groups([0], [1], [3.5], 2)
    with pytest.raises(ValueError, match="scores must be probabilities"):
        merged_groups([0], [1], [np.nan], 2)
    with pytest.raises(ValueError, match="receivers must be tracks from 0 to 1"):
        merged_groups([0], [2], [0.5], 2)
