"""Distance of the axis from circles, by hand and from helices with a known one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_hep.metrics.impact_parameter import impact_parameter


def on_circle(x, y, radius, angles):
    angles = np.asarray(angles)
    return np.stack([x + radius * np.cos(angles), y + radius * np.sin(angles)], axis=1)


def test_axis_inside_outside_and_on_the_circle():
    points = [on_circle(x, 0, 2.0, [angle])[0] for angle in (0.3, 1.1, 2.0) for x in (0.5, 5.0, 2.0)]
    found = impact_parameter(points[:3], points[3:6], points[6:])
    np.testing.assert_allclose(found, [1.5, -3.0, 0.0], atol=1e-12)


def test_further_columns_are_not_read():
    first, middle, last = np.eye(3)[[0]] + 5, np.eye(3)[[1]] + 5, np.ones((1, 3))
    assert impact_parameter(first, middle, last) == impact_parameter(first[:, :2], middle[:, :2], last[:, :2])


def test_points_on_a_line_have_no_circle():
    assert np.isnan(impact_parameter([[0.0, 1.0]], [[1.0, 1.0]], [[2.0, 1.0]])).all()


@given(
    x=st.floats(-50, 50),
    y=st.floats(-50, 50),
    radius=st.floats(1, 100),
    angle=st.floats(0, 6),
    turn=st.floats(0, 6),
)
def test_a_rotation_about_the_axis_changes_nothing(x, y, radius, angle, turn):
    three = [on_circle(x, y, radius, [angle + step]) for step in (0.0, 0.9, 2.1)]
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    (found,) = impact_parameter(*three)
    assert found == pytest.approx(radius - np.hypot(x, y), abs=1e-6)
    assert impact_parameter(*(points @ rotation for points in three))[0] == pytest.approx(found, abs=1e-6)
