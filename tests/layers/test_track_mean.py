"""Means over the hits of each track against a loop."""

import json

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_hep.layers import TrackMean


def mean(hits, counts, kind="float32"):
    track = np.repeat(np.arange(len(counts), dtype="int32"), counts)
    return keras.ops.convert_to_numpy(TrackMean()([hits, track, np.array(counts, kind)]))


@given(counts=st.lists(st.integers(0, 5), min_size=1, max_size=8), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=15, deadline=None)
def test_it_equals_a_loop(counts, seed):
    hits = np.random.default_rng(seed).normal(size=(sum(counts), 3)).astype("float32")
    found, ends = mean(hits, counts), np.cumsum([0, *counts])
    assert found.shape == (len(counts), 3)
    for track, count in enumerate(counts):
        own = hits[ends[track] : ends[track + 1]].astype(float)
        np.testing.assert_allclose(found[track], own.mean(axis=0) if count else np.zeros(3), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", ["float32", "int32"])
def test_by_hand(kind):
    hits = np.array([[1, 10], [2, 20], [6, 60], [5, 50]], "float32")
    assert mean(hits, [3, 0, 1], kind).tolist() == [[3, 30], [0, 0], [5, 50]]


def test_the_order_of_the_hits_of_a_track_does_not_matter():
    random = np.random.default_rng(2)
    hits, track = random.normal(size=(12, 3)).astype("float32"), random.integers(0, 4, 12).astype("int32")
    counts, order = np.bincount(track, minlength=4).astype("float32"), random.permutation(12)
    found, again = (
        keras.ops.convert_to_numpy(TrackMean()([hits[rows], track[rows], counts])) for rows in (np.arange(12), order)
    )
    np.testing.assert_allclose(again, found, rtol=1e-5, atol=1e-6)


def test_every_hit_moves_the_mean_by_its_share():
    counts, step = [4, 1, 3], 0.5
    hits = np.random.default_rng(3).normal(size=(8, 2)).astype("float32")
    for row, track in enumerate(np.repeat([0, 1, 2], counts)):
        moved = hits.copy()
        moved[row, 0] += step
        expected = np.zeros((3, 2))
        expected[track, 0] = step / counts[track]
        np.testing.assert_allclose(mean(moved, counts) - mean(hits, counts), expected, atol=1e-6)


def test_a_layer_is_rebuilt_from_its_configuration():
    layer = TrackMean(name="mean")
    serialized = json.loads(json.dumps(keras.saving.serialize_keras_object(layer)))
    assert serialized["registered_name"] == "keras_hep>TrackMean"
    assert keras.saving.deserialize_keras_object(serialized).get_config() == layer.get_config()


def test_shapes_are_known_before_there_are_values():
    inputs = [keras.Input((7,)), keras.Input((), dtype="int32"), keras.Input(())]
    assert tuple(TrackMean()(inputs).shape) == (None, 7)
