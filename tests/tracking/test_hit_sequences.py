"""What is read and what is to be predicted, by hand; scaled coordinates."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_hep.tracking.coordinates import Scaling
from keras_hep.tracking.hit_sequences import HitSequences, sequences


def track(*present):
    """One track with hits at 1, 2, 3, ... in each coordinate."""
    points = np.repeat(np.arange(1.0, len(present) + 1)[None, :, None], 3, axis=2).astype(np.float32)
    return points, np.array([present], bool)


def test_whole_track():
    inputs, targets, weights = sequences(*track(1, 1, 1, 1), heads=2)
    assert inputs[0, :, 0].tolist() == [1, 2, 3]
    assert targets[0, :, 0, 0].tolist() == [2, 3, 4]
    assert targets[0, :, 1, 0].tolist() == [3, 4, 0]
    assert weights[0].T.tolist() == [[1, 1, 1], [1, 1, 0]]


def test_missing_hit_is_no_target_and_ends_what_is_read():
    inputs, targets, weights = sequences(*track(1, 1, 0, 1, 1), heads=2)
    assert inputs[0, :, 0].tolist() == [1, 2, 0, 0]
    assert weights[0].T.tolist() == [[1, 0, 0, 0], [0, 1, 0, 0]]
    assert targets[0, 1, 1].tolist() == [4, 4, 4]
    assert not targets[weights == 0].any()


def test_track_without_first_hit_has_no_weight():
    inputs, _, weights = sequences(*track(0, 1, 1, 1))
    assert not weights.any()
    assert not inputs.any()


def test_two_dimensions():
    _, targets, _ = sequences(*track(1, 1, 1), dimensions=2)
    assert targets.shape == (1, 2, 1, 2)


@dataclasses.dataclass(frozen=True)
class TwoHits:
    def tracks(self, number, seed):
        return np.full((number, 2, 3), 100.0, np.float32) * [[[1], [2]]], np.ones((number, 2), bool)


def test_stream_is_scaled():
    inputs, targets, weights = HitSequences(TwoHits(), Scaling((0, 0, 0), (400, 400, 400))).batch(3, 1)
    np.testing.assert_allclose(inputs, -0.5)
    np.testing.assert_allclose(targets, 0.0, atol=1e-7)
    assert weights.shape == (3, 1, 1)


@given(st.lists(st.floats(-1e4, 1e4, width=32), min_size=3, max_size=3))
def test_scaling_round_trip(point):
    scaling = Scaling((-851, -900, 0), (851, 1100, 50))
    np.testing.assert_allclose(scaling.unscale(scaling.scale([point])), [point], rtol=1e-5, atol=1e-2)


def test_box_becomes_unit_cube():
    scaling = Scaling((-10, 0, 5), (10, 4, 7))
    assert scaling.scale([[-10, 0, 5], [10, 4, 7], [0, 2, 6]]).tolist() == [[-1] * 3, [1] * 3, [0] * 3]
    assert scaling.lengths.tolist() == [10, 2, 1]


def test_box_without_volume():
    with pytest.raises(ValueError, match="Each low must be below its high"):
        Scaling((0, 0, 0), (1, 0, 1))
