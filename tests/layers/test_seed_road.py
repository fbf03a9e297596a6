"""The road holds every track of its seed, wherever it runs, and the way back puts each pixel where it was."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_hep.layers import HitSoftmax, RoadToLayers, SeedRoad
from keras_hep.layers.plane_window import window
from keras_hep.layers.seed_road import road_side
from keras_hep.simulation.plane_detector import PlaneDetector


def road_of(images, seed_layers=3):
    outputs = SeedRoad(seed_layers)(np.asarray(images, np.float32))
    return [keras.ops.convert_to_numpy(output) for output in outputs]


def events(layers, pixels, seed_layers, background=0, seed=1, number=200):
    detector = PlaneDetector(layers, pixels, 3, seed_layers, background, "poisson")
    return detector.batch(number, seed)


@settings(deadline=None, max_examples=25)
@given(
    layers=st.integers(4, 12), pixels=st.integers(1, 40), seed_layers=st.integers(2, 4), seed=st.integers(0, 2**31 - 1)
)
def test_no_track_leaves_its_road(layers, pixels, seed_layers, seed):
    images, labels = events(layers, pixels, seed_layers, seed=seed)
    if layers == seed_layers:
        return
    road, _, corner = road_of(images, seed_layers)
    assert np.all(road.sum(axis=(2, 3)) == 1)
    event, layer, x, y = np.nonzero(road)
    found = corner[event, layer].astype(int) + np.stack([x, y], axis=-1)
    expected = labels[:, seed_layers:]
    np.testing.assert_array_equal((found[:, 0] * pixels + found[:, 1]).reshape(expected.shape), expected)


@pytest.mark.parametrize(("layers", "seed_layers", "side"), [(10, 3, 9), (10, 2, 17), (4, 3, 3), (12, 4, 9)])
def test_the_road_is_as_wide_as_needed_and_no_wider(layers, seed_layers, side):
    assert road_side(layers, seed_layers) == side
    images, _ = events(layers, 24, seed_layers, number=4_000)
    road, _, _ = road_of(images, seed_layers)
    used = road[:, -1].any(axis=(0, 2))
    assert used[0] or used[-1]


def test_a_road_by_hand():
    image = np.zeros((1, 6, 12, 12), np.float32)
    image[0, [0, 1, 2], [2, 3, 5], [7, 7, 6]] = 1  # rises by 3 and by -1 over the two gaps
    image[0, 3, 6, 6] = 1
    road, seed, corner = road_of(image)
    # Lines: x = 2 + floor(1.5 l), y = 7 + floor(-0.5 l); the road has 5 pixels, 2 on each side.
    assert corner[0].tolist() == [[6 - 2, 5 - 2], [8 - 2, 5 - 2], [9 - 2, 4 - 2]]
    assert np.argwhere(road[0]).tolist() == [[0, 2, 3]]
    # Rests of 3 and -1 over two gaps, and the middle hits: 3 - (2 + 1) and 7 - (7 - 1).
    assert seed[0].tolist() == [0.5, 0.0, 0.5, 1.0]


def test_moving_the_event_moves_the_road_alone():
    images, _ = events(10, 12, 3, background=4)
    padded = np.pad(images, [(0, 0), (0, 0), (6, 9), (3, 12)])
    road, seed, corner = road_of(images)
    moved_road, moved_seed, moved_corner = road_of(padded)
    np.testing.assert_array_equal(moved_road, road)
    np.testing.assert_array_equal(moved_seed, seed)
    np.testing.assert_array_equal(moved_corner, corner + np.array([6, 3]))


def test_exchanging_the_axes_transposes_the_road():
    images, _ = events(10, 12, 3, background=4)
    road, seed, corner = road_of(images)
    other_road, other_seed, other_corner = road_of(images.swapaxes(2, 3))
    np.testing.assert_array_equal(other_road, road.swapaxes(2, 3))
    np.testing.assert_array_equal(other_seed, np.roll(seed, 2, axis=1))
    np.testing.assert_array_equal(other_corner, corner[..., ::-1])


def test_there_and_back():
    images, _ = events(10, 16, 3, background=30)
    road, _, corner = road_of(images)
    behind = images[:, 3:].astype(np.float32)
    back = keras.ops.convert_to_numpy(RoadToLayers(16)([road, corner]))
    mask = keras.ops.convert_to_numpy(RoadToLayers(16)([np.ones_like(road), corner]))
    np.testing.assert_array_equal(back, behind * mask)
    assert 0 < mask.mean() < 0.5


def test_a_window_partly_outside_reads_zero():
    planes = np.arange(1, 10, dtype=np.float32).reshape(1, 1, 3, 3)
    cut = keras.ops.convert_to_numpy(window(planes, np.array([[[-1.0, 2.0]]], np.float32), side=3))
    assert cut[0, 0].tolist() == [[0, 0, 0], [3, 0, 0], [6, 0, 0]]


def test_one_seed_layer_gives_no_direction():
    with pytest.raises(ValueError, match="seed_layers must be at least 2 to give a direction, got 1"):
        SeedRoad(1)


@pytest.mark.parametrize(("layer", "shapes"), [(SeedRoad(3), [(10, 8, 8)]), (RoadToLayers(8), [(7, 9, 9), (7, 2)])])
def test_shapes_and_configuration(layer, shapes):
    assert type(layer).from_config(layer.get_config()).get_config() == layer.get_config()
    symbolic = [keras.Input(shape) for shape in shapes]
    concrete = [np.zeros((2, *shape), np.float32) for shape in shapes]
    symbolic, concrete = (entry[0] if len(entry) == 1 else entry for entry in (symbolic, concrete))
    for expected, output in zip(_listed(layer(symbolic)), _listed(layer(concrete)), strict=True):
        assert tuple(expected.shape)[1:] == tuple(output.shape)[1:]


def _listed(outputs):
    return list(outputs) if isinstance(outputs, tuple | list) else [outputs]


def test_softmax_over_hits():
    logits = np.array([[[0.0, np.log(3.0), 500.0], [1.0, 2.0, 3.0]]], np.float32)
    fired = np.array([[[1, 1, 0], [0, 0, 0]]], np.float32)
    chosen = keras.ops.convert_to_numpy(HitSoftmax()([logits, fired]))
    np.testing.assert_allclose(chosen, [[[0.25, 0.75, 0.0], [0.0, 0.0, 0.0]]], atol=1e-6)
