import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_hep.tracking.direction_coordinates import DirectionCoordinates


@given(
    radius=st.floats(20, 1100), azimuth=st.floats(-3.1, 3.1), z=st.floats(-3000, 3000), length=st.sampled_from([10, 30])
)
def test_round_trip(radius, azimuth, z, length):
    coordinates = DirectionCoordinates(length=float(length))
    position = np.float32([[radius * np.cos(azimuth), radius * np.sin(azimuth), z]])
    np.testing.assert_allclose(coordinates.unscale(coordinates.scale(position)), position, rtol=1e-4, atol=0.02)


def test_directions_and_depth_by_hand():
    found = DirectionCoordinates(depth=0.2, length=50.0).scale([[0.0, 30.0, 40.0], [0.0, -90.0, 120.0]])
    assert found.dtype == np.float32
    np.testing.assert_allclose(np.hypot(*found.T[:2]), [1 + 0.2 * np.log(2), 1 + 0.2 * np.log(4)], rtol=1e-6)
    np.testing.assert_allclose(np.arctan2(found[:, 1], found[:, 0]), [np.pi / 2, -np.pi / 2], rtol=1e-6)
    np.testing.assert_allclose(found[:, 2], np.arcsinh(4 / 3), rtol=1e-6)


def test_a_straight_track_from_the_centre_is_a_short_line():
    direction = np.float32([0.3, -0.4, 1.2])
    points = DirectionCoordinates().scale(direction * np.float32([[30], [100], [900]]))
    assert np.ptp(points[:, 2]) < 1e-5
    assert np.ptp(np.arctan2(points[:, 1], points[:, 0])) < 1e-6
    assert np.all(np.diff(np.hypot(points[:, 0], points[:, 1])) > 0)
    assert np.linalg.norm(points[2] - points[0]) < 1


def test_hits_on_the_beam_have_coordinates():
    np.testing.assert_allclose(
        DirectionCoordinates(depth=0.5).scale([[0.0, 0.0, 0.0], [0.0, 0.0, 30.0]]),
        [[1, 0, 0], [1 + 0.5 * np.log(2), 0, 0]],
        rtol=1e-6,
    )


def test_arguments():
    assert json.loads(json.dumps(dataclasses.asdict(DirectionCoordinates()))) == {"depth": 0.15, "length": 30.0}
    with pytest.raises(ValueError, match="depth must be positive and finite, got 0"):
        DirectionCoordinates(depth=0)
    with pytest.raises(ValueError, match="length must be positive and finite, got inf"):
        DirectionCoordinates(length=np.inf)
