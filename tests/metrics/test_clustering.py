"""Agreement of groups with events: by hand, at its ends, and over slices."""

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies

from keras_hep.metrics.clustering import adjusted_rand_index, clustering_summary, normalised_mutual_information

INDICES = (adjusted_rand_index, normalised_mutual_information)
groupings = strategies.lists(strategies.tuples(strategies.integers(0, 3), strategies.integers(0, 3)), min_size=2)


@pytest.mark.parametrize("index", INDICES)
def test_the_ends(index):
    truth = np.array([0, 0, 1, 1, 2, 2, 2])
    assert index(truth, truth) == pytest.approx(1.0)
    assert index(truth, 5 - truth) == pytest.approx(1.0)
    assert index(truth, np.zeros(7, int)) == pytest.approx(0.0, abs=1e-12)
    assert index(np.zeros(7, int), np.zeros(7, int)) == 1.0


def test_adjusted_rand_index_by_hand():
    # Pairs together in both 1, in the truth 2, in the groups 3, of 6: (1 - 2 * 3 / 6) / ((2 + 3) / 2 - 2 * 3 / 6) = 0.
    assert adjusted_rand_index([0, 0, 1, 1], [0, 0, 0, 1]) == pytest.approx(0.0, abs=1e-12)
    # Together in both 2, truth 4, groups 2, of 10: (2 - 0.8) / (3 - 0.8).
    assert adjusted_rand_index([0, 0, 0, 1, 1], [0, 0, 1, 2, 2]) == pytest.approx(1.2 / 2.2)
    assert adjusted_rand_index([0, 0, 1, 1], [0, 1, 2, 3]) == pytest.approx(0.0)  # all tracks alone


def test_mutual_information_by_hand():
    # All tracks alone: it is the entropy ln 2 of the truth, over the mean of ln 2 and ln 4.
    assert normalised_mutual_information([0, 0, 1, 1], [0, 1, 2, 3]) == pytest.approx(2 / 3)
    assert normalised_mutual_information([0, 1, 0, 1], [0, 0, 1, 1]) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("index", INDICES)
@hypothesis.given(pairs=groupings, seed=strategies.integers(0, 99))
def test_neither_the_order_of_tracks_nor_who_is_the_truth_matters(index, pairs, seed):
    truth, groups = np.array(pairs).T
    order = np.random.default_rng(seed).permutation(len(truth))
    value = index(truth, groups)
    assert index(truth[order], groups[order]) == pytest.approx(value, abs=1e-9)
    assert index(groups, truth) == pytest.approx(value, abs=1e-9)
    assert value <= 1 + 1e-9


@pytest.mark.parametrize("index", INDICES)
@pytest.mark.parametrize(("truth", "groups"), [([0, 1], [0]), ([], []), ([[0]], [[0]])])
def test_other_shapes_are_refused(index, truth, groups):
    with pytest.raises(ValueError, match="shapes"):
        index(truth, groups)


def test_summary():
    summary = clustering_summary([0.2, 0.4, 0.9])
    assert summary.mean == pytest.approx(0.5)
    assert summary.deviation == pytest.approx(np.sqrt((0.09 + 0.01 + 0.16) / 3))
    assert summary.error == pytest.approx(np.sqrt((0.09 + 0.01 + 0.16) / 2 / 3))
    assert summary.slices == 3
    assert clustering_summary([0.3]).error == np.inf
    with pytest.raises(ValueError, match=r"\(0,\)"):
        clustering_summary([])
