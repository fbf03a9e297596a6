"""Receptive fields and seed influence, against networks whose reach is known."""

import numpy as np
import pytest

from keras_hep.metrics import reach


def shifted(images, steps):
    """Move every layer's pixels `steps` layers behind."""
    moved = np.zeros_like(images)
    moved[:, steps:] = images[:, : images.shape[1] - steps]
    return moved


def test_receptive_field_of_a_neighbourhood_sum_is_the_neighbourhood():
    def neighbours(images):
        padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
        return sum(padded[:, row : row + 5, column : column + 7] for row in range(3) for column in range(3))

    field = reach.receptive_field(neighbours, (5, 7), (2, 3))
    expected = np.zeros((5, 7), bool)
    expected[1:4, 2:5] = True
    np.testing.assert_array_equal(field, expected)


def test_receptive_field_of_a_constant_is_empty():
    assert not reach.receptive_field(np.zeros_like, (4, 4), (1, 1)).any()


@pytest.mark.parametrize("steps", [1, 3])
def test_last_visible_layer_is_the_last_seed_layer_moved_on(steps):
    assert reach.last_visible_layer(lambda images: shifted(images, steps), 8, 4, seed_layers=3) == 2 + steps


def test_last_visible_layer_is_none_for_a_network_that_sees_nothing():
    assert reach.last_visible_layer(np.zeros_like, 8, 4, seed_layers=3) == -1


def test_seed_influence_is_zero_where_the_seed_does_not_reach():
    images = np.random.default_rng(5).random((6, 7, 4))
    influence = reach.seed_influence(lambda values: values + shifted(values, 2), images, seed_layers=3)
    assert influence.shape == (6, 7)
    assert (influence[:, :5] > 0).all()
    assert (influence[:, 5:] == 0).all()


def test_seed_influence_takes_the_largest_pixel_and_the_next_event():
    images = np.zeros((3, 2, 2))
    images[:, 0] = [[1, 0], [4, 2], [9, 9]]
    influence = reach.seed_influence(lambda values: values, images, seed_layers=1)
    np.testing.assert_allclose(influence, [[3, 0], [7, 0], [9, 0]])


def test_seed_influence_leaves_the_images_alone():
    images = np.ones((2, 2, 2), np.float32)
    images[0, 0] = 5
    reach.seed_influence(lambda values: values, images, seed_layers=1)
    np.testing.assert_array_equal(images[:, 0, 0], [5, 1])


def test_largest_drop_ignores_what_lies_before_first():
    assert reach.largest_drop([5, 0, 4, 3, 1, 1], first=0) == 0
    assert reach.largest_drop([5, 0, 4, 3, 1, 1], first=1) == 3
