"""Nearest hits, by brute force and for hits at random."""

import numpy as np
import pytest

from keras_hep.metrics.hit_distances import nearest_distance, uniform_nearest_median


@pytest.mark.parametrize("dimensions", [2, 3])
def test_nearest_distances_by_brute_force(dimensions):
    random = np.random.default_rng(3)
    points, others = random.normal(size=(20, dimensions)), random.normal(size=(30, dimensions))
    expected = np.linalg.norm(points[:, None] - others, axis=2).min(axis=1)
    np.testing.assert_allclose(nearest_distance(points, others), expected)


def test_a_point_among_the_others_is_at_no_distance():
    assert nearest_distance([[1.0, 2.0]], [[5.0, 5.0], [1.0, 2.0]]).tolist() == [0.0]


def test_without_others_nothing_is_near():
    assert nearest_distance([[1.0, 2.0]], np.empty((0, 2))).tolist() == [np.inf]


def test_median_distance_of_points_at_random():
    random = np.random.default_rng(4)
    points, others = random.uniform(0.1, 0.9, (4000, 2)), random.random((5000, 2))
    found = np.median(nearest_distance(points, others))
    assert found == pytest.approx(uniform_nearest_median(5000), rel=0.06)  # four standard errors
    assert uniform_nearest_median(np.array([1.0, 4.0])).tolist() == pytest.approx([0.46972, 0.23486], abs=1e-5)
