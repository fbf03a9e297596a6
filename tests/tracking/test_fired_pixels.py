"""Seeds, pixel coordinates and nearest hits: by hand and against looking at every pixel."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_hep.tracking.fired_pixels import centres, nearest_fired, pixels_at, seed_pixels


def test_seed_pixels_are_the_hits_of_the_first_layers():
    images = np.zeros((2, 3, 4, 5), np.uint8)
    images[0, 0, 1, 2] = images[0, 1, 3, 4] = images[1, 0, 0, 0] = images[1, 1, 2, 0] = 1
    images[:, 2] = 1
    assert seed_pixels(images, 2).tolist() == [[7, 19], [0, 10]]


@pytest.mark.parametrize(
    ("hits", "seed_layers", "message"),
    [
        ([1, 1, 2, 9], 3, "got 2 in layer 2 of event 1; remove"),
        ([1, 0, 1, 9], 3, "got 0 in layer 1 of event 1; remove"),
        ([1, 1, 1, 9], 1, "seed_layers must be 2 to 4, the number of layers, got 1"),
        ([1, 1, 1, 1], 5, "seed_layers must be 2 to 4, the number of layers, got 5"),
        ([1, 1, 1, 9], 3, None),
        ([1, 1, 1, 1], 4, None),
    ],
)
def test_seed_layers_hold_one_hit_each(hits, seed_layers, message):
    images = (np.arange(9) < np.array(hits)[:, None]).reshape(1, 4, 3, 3)
    images = np.concatenate([np.eye(1, 9, dtype=bool).repeat(4, axis=0).reshape(1, 4, 3, 3), images])
    if message is None:
        assert not seed_pixels(images, seed_layers).any()
        return
    with pytest.raises(ValueError, match=message):
        seed_pixels(images, seed_layers)


def test_images_have_four_axes():
    with pytest.raises(ValueError, match=r"got \(2, 3, 4\); give images of two dimensions a last axis of length 1"):
        seed_pixels(np.ones((2, 3, 4)), 2)


@given(pixel=st.integers(0, 34))
def test_a_centre_lies_in_its_pixel(pixel):
    assert pixels_at(centres(np.array([pixel]), height=5), (7, 5)) == [pixel]


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**31), occupancy=st.sampled_from([0.02, 0.3, 1.0]))
def test_nearest_fired_is_the_nearest_of_all(seed, occupancy):
    random = np.random.default_rng(seed)
    planes = random.random((6, 4, 5)) < occupancy
    positions = random.uniform(-2, 7, (6, 2))
    distance = np.sum((centres(np.arange(20), 5) - positions[:, None]) ** 2, axis=-1)
    expected = np.argmin(np.where(planes.reshape(6, 20), distance, np.inf), axis=1)
    expected[~planes.any(axis=(1, 2))] = -1
    np.testing.assert_array_equal(nearest_fired(planes, positions), expected)


def test_a_tie_goes_to_the_lower_pixel_and_no_planes_give_none():
    assert nearest_fired(np.ones((1, 2, 2)), np.array([[1.0, 1.0]])).tolist() == [0]
    assert nearest_fired(np.ones((0, 2, 2)), np.empty((0, 2))).tolist() == []
