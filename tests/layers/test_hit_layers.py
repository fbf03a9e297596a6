"""The layers that read lists of hits against those that read the vectors of 0 and 1."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from keras_hep import layers

SPARSE = (np.random.default_rng(1).random((4, 5, 12)) < 0.15).astype(np.float32)
HITS = layers.fired_positions(SPARSE)


def test_fired_positions_by_hand():
    image = np.zeros((2, 2, 2, 3), np.uint8)
    image[0, 0, 1, 2] = image[0, 0, 0, 1] = image[1, 1, 1, 0] = 1
    hits = layers.fired_positions(image)
    assert hits.dtype == np.int32
    assert hits.tolist() == [[[1, 5], [-1, -1]], [[-1, -1], [3, -1]]]


def test_width_of_the_lists():
    image = np.array([[[1, 0, 1], [0, 0, 0]]])
    assert layers.fired_positions(image, width=3).tolist() == [[[0, 2, -1], [-1, -1, -1]]]
    assert layers.fired_positions(image, width=2).tolist() == [[[0, 2], [-1, -1]]]
    assert layers.fired_positions(0 * image).shape == (1, 2, 0)
    with pytest.raises(ValueError, match="must hold the 2 hits of the fullest layer, got 1: make the lists wider"):
        layers.fired_positions(image, width=1)


@given(arrays.arrays(np.uint8, st.tuples(*[st.integers(1, 4)] * 3), elements=st.integers(0, 1)))
@settings(max_examples=50, deadline=None)
def test_fired_positions_are_the_planes_again(planes):
    hits = layers.fired_positions(planes)
    again = np.zeros((*planes.shape[:2], planes.shape[2] + 1), np.uint8)
    np.put_along_axis(again, hits, 1, axis=-1)  # -1 writes into the column behind the last
    np.testing.assert_array_equal(again[..., :-1], planes)
    assert hits.shape[-1] == planes.sum(axis=-1).max()


@pytest.mark.parametrize(
    ("cls", "arguments", "output_shape", "parameters"),
    [
        (layers.HitDense, {"units": 3, "positions": 12, "activation": "tanh"}, (4, 5, 3), 13 * 3),
        (layers.HitLSTM, {"units": 3, "positions": 12}, (4, 3), 4 * 3 * (12 + 3 + 1)),
    ],
)
def test_hit_layer(check_layer, cls, arguments, output_shape, parameters):
    check_layer(cls, arguments, HITS, output_shape, parameters)


def test_sum_of_rows_by_hand():
    layer = layers.HitDense(units=2, positions=3)
    layer.build((None, 2))
    layer.set_weights([np.array([[1, 10], [2, 20], [4, 40]], np.float32), np.array([0.5, 0], np.float32)])
    outputs = keras.ops.convert_to_numpy(layer(np.array([[0, 2], [1, -1], [-1, -1]], np.int32)))
    assert outputs.tolist() == [[5.5, 50], [2.5, 20], [0.5, 0]]


def pairs():
    dense, hit_dense = keras.layers.Dense(6, activation="relu"), layers.HitDense(6, 12, activation="relu")
    yield dense, hit_dense
    for arguments in ({}, {"return_sequences": True}, {"return_sequences": True, "go_backwards": True}):
        yield layers.original_lstm(6, **arguments), layers.HitLSTM(6, 12, **arguments)
    both = {"return_sequences": True}
    yield (
        keras.layers.Bidirectional(layers.original_lstm(6, **both)),
        keras.layers.Bidirectional(layers.HitLSTM(6, 12, **both)),
    )


@pytest.mark.parametrize("pair", range(5))
def test_same_weights_same_function(pair):
    dense, sparse = list(pairs())[pair]
    expected = keras.ops.convert_to_numpy(dense(SPARSE))
    sparse(HITS)
    assert [weights.shape for weights in sparse.get_weights()] == [weights.shape for weights in dense.get_weights()]
    sparse.set_weights(dense.get_weights())
    np.testing.assert_allclose(keras.ops.convert_to_numpy(sparse(HITS)), expected, atol=1e-5)


def test_order_and_padding_of_the_hits_do_not_matter():
    keras.utils.set_random_seed(1)
    layer = layers.HitLSTM(3, 12)
    expected = keras.ops.convert_to_numpy(layer(HITS))
    padded = np.pad(HITS, [(0, 0), (0, 0), (0, 2)], constant_values=-1)[..., ::-1].copy()
    np.testing.assert_allclose(keras.ops.convert_to_numpy(layer(padded)), expected, atol=1e-6)


def test_same_initial_weights_from_the_same_seed():
    weights = []
    for layer in (layers.original_lstm(4), layers.HitLSTM(4, 12)):
        keras.utils.set_random_seed(3)
        layer(HITS if isinstance(layer, layers.HitLSTM) else SPARSE)
        weights.append(layer.get_weights())
    for dense, sparse in zip(*weights, strict=True):
        np.testing.assert_array_equal(dense, sparse)
