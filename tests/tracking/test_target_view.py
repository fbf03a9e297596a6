"""Hits as seen from a target: slopes and waves by hand, and what they are good for."""

import numpy as np
import pytest

from keras_hep.tracking.coordinates import Scaling
from keras_hep.tracking.target_view import TargetView

BOX = Scaling((-100, -100, 0), (100, 100, 200))


def view(**changed):
    arguments = {"scaling": BOX, "target": (10.0, 0.0, -50.0), "slopes": (0.5, 0.25), "waves": (1.0, 0.1)}
    return TargetView(**{**arguments, **changed})


def test_by_hand():
    assert view().features == 11
    z, x_slope, y_slope, *waves = view().scale([[35.0, -5.0, 50.0]])[0]
    assert (z, x_slope) == (-0.5, 0.5)
    assert y_slope == pytest.approx(-0.2)
    angles = 2 * np.pi * np.array([[0.5, -0.2], [5.0, -2.0]])
    assert waves == pytest.approx(np.concatenate([np.sin(angles), np.cos(angles)], axis=1).ravel(), abs=1e-5)


def test_a_straight_track_from_the_target_has_the_same_features_but_z():
    depth = np.array([60.0, 130.0, 240.0])[:, None]
    features = view().scale(np.array([10.0, 0.0, -50.0]) + depth * [0.1, -0.03, 1.0])
    np.testing.assert_allclose(features[:, 1:], np.repeat(features[:1, 1:], 3, axis=0), atol=1e-4)
    assert len(np.unique(features[:, 0])) == 3


def test_neighbours_differ_by_more_than_in_scaled_coordinates():
    hits = np.array([[20.0, 0.0, 150.0], [20.5, 0.0, 150.0]])
    change = np.abs(np.diff(view().scale(hits), axis=0)).max()
    assert change > 20 * np.abs(np.diff(BOX.scale(hits), axis=0)).max()


def test_shapes_and_hits_that_are_not_behind_the_target():
    features = view(waves=()).scale(np.zeros((4, 2, 3)) - 50)
    assert features.shape == (4, 2, 3)
    assert features.dtype == np.float32
    assert np.isfinite(features).all()


@pytest.mark.parametrize(("field", "values"), [("slopes", (0.5, 0.0)), ("waves", (1.0, -0.1))])
def test_units_must_be_positive(field, values):
    with pytest.raises(ValueError, match=f"{field} must be positive"):
        view(**{field: values})
