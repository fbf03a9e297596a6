"""Tracks seen from the hit last reached: straight lines, turned detectors, and corrections by hand."""

import json

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_hep.layers import BarrelCentres, BarrelFeatures, PlaneCentres, PlaneFeatures

TARGET = (0.1, 0.2, -1.2)
SCALES = (0.3, 0.05)
Z = (-1.0, -0.8, -0.1, 0.5, 1.0)
random = np.random.default_rng(1)


def run(layer, inputs):
    return keras.ops.convert_to_numpy(layer(inputs))


def turned(points, angle):
    c, s = np.cos(angle), np.sin(angle)
    x, y = points[..., 0], points[..., 1]
    return np.stack([c * x - s * y, s * x + c * y, points[..., 2]], axis=-1).astype("float32")


@settings(max_examples=20, deadline=None)
@given(angle=st.floats(-3.2, 3.2))
def test_barrel_turns_with_the_detector(angle):
    points = random.normal((2, 0, 0), size=(3, 4, 3)).astype("float32")
    corrections = random.normal(size=(3, 4, 3)).astype("float32")
    features, centres = BarrelFeatures(0.9, step=0.05), BarrelCentres(0.9, SCALES, ahead=2)
    np.testing.assert_allclose(run(features, turned(points, angle)), run(features, points), atol=2e-4)
    expected = turned(run(centres, [points, corrections]), angle)
    np.testing.assert_allclose(run(centres, [turned(points, angle), corrections]), expected, atol=1e-5)


@pytest.mark.parametrize("ahead", [1, 2])
def test_barrel_goes_on_straight_without_correction(ahead):
    """A line from the origin whose hits have equal distances: each centre is a later hit."""
    direction = np.array([0.6, -0.8, 0.5])
    points = (direction * np.array([0.9, 1.0, 1.1, 1.2, 1.3])[:, None])[None].astype("float32")
    found = run(BarrelCentres(0.9, SCALES, ahead=ahead), [points[:, 1:-1], np.zeros((1, 3, 3), "float32")])
    ratio = 0.9  # of the first hit: it starts at 1.0
    assert ratio * points[0, 1] == pytest.approx(points[0, 0])
    np.testing.assert_allclose(found[0, : 4 - ahead], points[0, 1 + ahead :], atol=1e-6)


def test_barrel_correction_by_hand():
    """At the hit (0, 2, 0) radial is y and azimuthal is -x."""
    points = np.array([[[0.0, 2.0, 0.0]]], "float32")
    centre = run(BarrelCentres(1.0, scales=(0.1, 0.5)), [points, np.array([[[1.0, 2.0, 3.0]]], "float32")])
    np.testing.assert_allclose(centre[0, 0], [-0.2, 2.1, 0.3], atol=1e-6)


@pytest.mark.parametrize("ahead", [1, 2])
def test_planes_go_on_straight_without_correction(ahead):
    slopes, target = np.array([0.3, -0.2]), np.array(TARGET)
    z = np.array(Z)
    points = np.column_stack([target[:2] + slopes * (z - target[2])[:, None], z])[None].astype("float32")
    features = run(PlaneFeatures(TARGET, slope=0.3), points)
    np.testing.assert_allclose(features[0, :, 3:], np.tile(slopes / 0.3, (5, 1)), rtol=1e-4)
    found = run(PlaneCentres(TARGET, Z, SCALES, ahead=ahead), [points, np.zeros((1, 5, 2), "float32")])
    np.testing.assert_allclose(found[0, :-ahead], points[0, ahead:, :2], atol=1e-6)


def test_plane_correction_is_a_slope():
    points = np.array([[[0.1, 0.2, -1.0]]], "float32")  # straight behind the target
    centre = run(PlaneCentres(TARGET, Z, SCALES), [points, np.array([[[1.0, -2.0]]], "float32")])
    np.testing.assert_allclose(centre[0, 0], [0.1 + 0.2 * 0.3, 0.2 - 0.2 * 0.6], atol=1e-6)


def test_padding_gives_finite_numbers():
    padding = np.zeros((1, 3, 3), "float32")
    assert np.isfinite(run(BarrelFeatures(0.9, step=0.05), padding)).all()
    assert np.isfinite(run(PlaneFeatures(TARGET, slope=0.3), padding)).all()


@pytest.mark.parametrize(
    "layer",
    [
        BarrelFeatures(0.9, step=0.05),
        BarrelCentres(0.9, SCALES, ahead=2),
        PlaneFeatures(TARGET, slope=0.3),
        PlaneCentres(TARGET, Z, SCALES, ahead=2),
    ],
)
def test_round_trip_of_the_configuration(layer):
    config = json.loads(json.dumps(layer.get_config()))
    restored = type(layer).from_config(config)
    assert json.dumps(restored.get_config()) == json.dumps(config)


def test_units_of_later_hits():
    points = np.array([[[0.0, 1.0, 0.0], [0.0, 2.0, 0.0]]], "float32")
    corrections = np.ones((1, 2, 3), "float32")
    centre = run(BarrelCentres(1.0, scales=(0.1, 0.01)), [points, corrections])
    np.testing.assert_allclose(centre[0], [[-0.1, 1.1, 0.1], [-0.01, 3.01, 0.01]], atol=1e-6)
