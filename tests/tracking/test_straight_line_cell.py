"""The baseline that learns nothing, against the network whose corrections are zero."""

import numpy as np
import pytest

from keras_hep.tracking.candidate_growth import grow
from keras_hep.tracking.straight_line_cell import StraightLineCell
from keras_hep.tracking.track_net_cell import TrackNETCell

FRAME = {"geometry": "barrel", "first_ratio": 0.9, "step": 0.1, "scales": (0.1, 0.1)}


def network_without_weights(radius):
    def zeros(*shape):
        return np.zeros(shape, np.float32)

    layers = tuple((zeros(inputs, 6), zeros(2, 6), zeros(6), zeros(6)) for inputs in (5, 2))
    bias = np.full(2, np.log(np.expm1(radius)), np.float32)
    arguments = {"heads": 2, "frame": FRAME, "unit": 1.0}
    return TrackNETCell(layers, (zeros(2, 6), zeros(6)), (zeros(2, 2), bias), arguments)


def test_is_the_network_that_corrects_nothing():
    random = np.random.default_rng(1)
    cells = network_without_weights(0.3), StraightLineCell(0.9, 0.3, heads=2)
    points = random.uniform(0.5, 1, (20, 4, 3)).astype(np.float32)
    states = [cell.start(points[:, 0]) for cell in cells]
    for number in range(4):
        steps = [cell.step(state, points[:, number]) for cell, state in zip(cells, states, strict=True)]
        states = [state for state, _, _ in steps]
        np.testing.assert_allclose(steps[0][1], steps[1][1], atol=2e-6)
        np.testing.assert_allclose(steps[0][2], steps[1][2], rtol=1e-5)


def test_follows_straight_tracks_from_the_origin():
    directions = np.float32([[1, 0, 0.2], [0, 1, -0.3]])
    positions = np.concatenate([radius * directions for radius in (0.5, 0.6, 0.7, 0.8)]).astype(np.float32)
    station = np.repeat(np.arange(4), 2)
    found = grow(StraightLineCell(0.8, 0.01), positions, station, stations=4)
    assert sorted(found.hits.tolist()) == [[0, 2, 4, 6], [1, 3, 5, 7]]


@pytest.mark.parametrize(
    ("arguments", "message"), [((0.9, 0.1, 3), "heads must be 1 or 2"), ((0.9, 0.0), "radius must be positive, got 0")]
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        StraightLineCell(*arguments)
