"""Groups by distance: well separated points, the two ways to stop, the choice of the distance, and bad input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_hep.metrics.clustering import adjusted_rand_index
from keras_hep.tracking.grouping.linkage import best_distance, linkage_groups, ward_linkage


def blobs(groups, seed, spread=0.01):
    """Return 30 points around so many places, which are at least 1 apart, and their groups."""
    random = np.random.default_rng(seed)
    truth = np.concatenate([np.arange(groups), random.integers(groups, size=30 - groups)])
    places = 3 * np.stack([np.arange(groups), random.integers(5, size=groups)], axis=1)
    return places[truth] + random.normal(0, spread, (30, 2)), truth


@given(groups=st.integers(1, 9), seed=st.integers(0, 1000))
def test_separated_groups_are_found_both_ways(groups, seed):
    points, truth = blobs(groups, seed)
    assert adjusted_rand_index(truth, linkage_groups(points, groups=groups)) == 1
    assert adjusted_rand_index(truth, linkage_groups(points, distance=1.0)) == 1


@given(groups=st.integers(1, 30), seed=st.integers(0, 1000))
def test_a_known_number_is_kept(groups, seed):
    found = linkage_groups(np.random.default_rng(seed).normal(size=(30, 4)), groups=groups)
    assert found.max() + 1 == len(np.unique(found)) == groups


@given(seed=st.integers(0, 1000))
def test_order_of_points_changes_no_group(seed):
    points, _ = blobs(6, seed, spread=0.5)
    order = np.random.default_rng(seed).permutation(30)
    groups, permuted = linkage_groups(points, groups=6), linkage_groups(points[order], groups=6)
    assert adjusted_rand_index(groups[order], permuted) == 1


def test_groups_are_numbered_by_their_first_member():
    assert linkage_groups(np.array([[5.0], [0.0], [5.1]]), groups=2).tolist() == [0, 1, 0]


def test_more_groups_than_points_are_single_points():
    assert linkage_groups(np.array([[0.0], [0.0], [1.0]]), groups=7).tolist() == [0, 1, 2]


@pytest.mark.parametrize("how", [{"groups": 3}, {"distance": 0.1}])
def test_a_single_point_is_a_group(how):
    assert linkage_groups(np.zeros((1, 2)), **how).tolist() == [0]


def test_union_with_the_least_spread_is_joined_first():
    """Ward's distance of single points is the Euclidean one; of a pair at 0 and a point at x it is x sqrt(4 / 3)."""
    joined = ward_linkage(np.array([[0.0], [0.0], [3.0]]))
    assert joined[:, 2].tolist() == pytest.approx([0, 3 * np.sqrt(4 / 3)])


def test_the_distance_with_the_best_index_is_chosen():
    slices = [blobs(5, seed) for seed in range(4)]
    linkages = [ward_linkage(points) for points, _ in slices]
    assert best_distance(linkages, [truth for _, truth in slices], np.array([1e-4, 1.0, 100.0])) == 1.0
    one_group = [np.zeros(30, int)] * 4
    assert best_distance(linkages, one_group, np.array([1e-4, 1.0, 100.0])) == 100.0


@pytest.mark.parametrize(
    ("points", "how", "message"),
    [
        (np.zeros((3, 1)), {}, "either groups or distance"),
        (np.zeros((3, 1)), {"groups": 2, "distance": 1.0}, "either groups or distance"),
        (np.zeros((3, 1)), {"groups": 0}, "groups must be at least 1, got 0"),
        (np.zeros((0, 1)), {"groups": 1}, r"got an array of shape \(0, 1\)"),
        (np.zeros(3), {"groups": 1}, r"got an array of shape \(3,\)"),
        (np.array([[0.0], [np.nan]]), {"groups": 1}, "must be finite"),
    ],
)
def test_bad_input_is_refused(points, how, message):
    with pytest.raises(ValueError, match=message):
        linkage_groups(points, **how)


def test_nothing_to_choose_from_is_refused():
    with pytest.raises(ValueError, match="slices and distances, got 1 and 0"):
        best_distance([ward_linkage(np.zeros((2, 1)))], [[0, 1]], [])
