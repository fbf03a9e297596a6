"""Breadth of predictions: hand-computed cases and limits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_hep.metrics import prediction_spread


@given(pixels=st.integers(1, 50))
def test_entropy_lies_between_certainty_and_guessing(pixels):
    random = np.random.default_rng(pixels).random((4, 3, pixels))
    found = prediction_spread.entropy(random / random.sum(axis=-1, keepdims=True))
    assert np.all((found >= -1e-12) & (found <= np.log(pixels) + 1e-12))
    even = prediction_spread.entropy(np.full((1, 1, pixels), 1 / pixels))
    assert even[0, 0] == pytest.approx(np.log(pixels))


def test_certainty_has_no_entropy():
    found = prediction_spread.entropy(np.eye(3)[None])
    assert found.tolist() == [[0.0, 0.0, 0.0]]
    assert not np.signbit(found).any()


def test_a_score_at_the_threshold_is_not_above_it():
    scores = np.array([[[0.5, 0.25, 0.25], [0.0, 0.0, 1.0]]])
    assert prediction_spread.pixels_above(scores, 0.25).tolist() == [[1, 1]]
    assert prediction_spread.pixels_above(scores, 0.2).tolist() == [[3, 1]]


def test_planes_and_rows_are_the_same_hits():
    scores = np.array([[[0.1, 0.2, 0.3, 0.4], [0.4, 0.3, 0.2, 0.1]]])
    images = np.array([[[[0, 1], [1, 1]], [[0, 1], [1, 1]]]])
    assert prediction_spread.highest_on_hit(scores, images).tolist() == [[True, False]]
    assert prediction_spread.highest_on_hit(scores, images.reshape(1, 2, 4)).tolist() == [[True, False]]
