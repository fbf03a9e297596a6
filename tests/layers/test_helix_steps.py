"""Tracks on helices: exact helices leave nothing over, turned ones give the same, and extreme hits stay finite."""

import json

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_hep.layers import HelixCentres, HelixFeatures

DEPTH = 0.15
SCALES = (0.05, 0.005)
random = np.random.default_rng(1)


def run(layer, inputs):
    return keras.ops.convert_to_numpy(layer(inputs))


def coordinates(radius, azimuth, z):
    """Return coordinates of direction and depth, lengths in their unit."""
    distance = 1 + DEPTH * np.log1p(np.hypot(radius, z))
    return np.stack([distance * np.cos(azimuth), distance * np.sin(azimuth), np.arcsinh(z / radius)], axis=-1)


def helix(curvature, slope, radii, azimuth=0.7, vertex=0.0):
    """Return the points at some radii of a helix that leaves the beam at z = vertex, shape (1, points, 3)."""
    half = np.arcsin(curvature * np.asarray(radii) / 2)
    arc = 2 * half / curvature if curvature else np.asarray(radii, float)
    return coordinates(np.asarray(radii, float), azimuth + half, vertex + slope * arc)[None].astype("float32")


def turned(points, angle):
    c, s = np.cos(angle), np.sin(angle)
    x, y = points[..., 0], points[..., 1]
    return np.stack([c * x - s * y, s * x + c * y, points[..., 2]], axis=-1).astype("float32")


@pytest.mark.parametrize("curvature", [0.0, 0.02, -0.1])
@pytest.mark.parametrize("slope", [0.0, 1.3, -6.0])
def test_features_of_a_helix(curvature, slope):
    radii = [1.07, 2.4, 3.87, 5.73]
    points = helix(curvature, slope, radii, vertex=0.2)
    features = run(HelixFeatures(DEPTH, residual=0.002), points)[0]
    distance = np.hypot(radii, np.sinh(points[0, :, 2]) * radii)
    np.testing.assert_allclose(features[:, 0], np.log1p(distance) - 3, atol=1e-4)
    np.testing.assert_allclose(features[:, 1], points[0, :, 2] / 2, atol=1e-6)
    np.testing.assert_allclose(features[1:, 2], np.arcsinh(133 * curvature) / 2, atol=2e-3)
    np.testing.assert_allclose(features[1:, 3], np.arcsinh(3 * 0.2) / 2, atol=2e-3)
    np.testing.assert_allclose(features[2:, 4:6], 0, atol=2e-2), "third and fourth hit lie on the helix of those before"
    np.testing.assert_allclose(features[1:, 6], np.arcsinh(slope) - points[0, 1:, 2], atol=1e-3)
    np.testing.assert_allclose(features[1:, 7], np.log(np.diff(distance)) - 1.5, atol=1e-4)
    assert features[0, 2] == features[0, 4] == features[0, 5] == 0
    np.testing.assert_allclose(features[0, 3], 0, atol=1e-5)


def test_distance_from_the_helix_before_by_hand():
    points = helix(0.0, 0.5, [1.0, 2.0, 3.0])
    beside = points.copy()
    beside[0, 2] = turned(points[0, 2], 0.004)
    beside[0, 2, 2] += 0.002
    features = run(HelixFeatures(DEPTH, residual=0.002), beside)[0]
    np.testing.assert_allclose(features[2, 4:6], np.arcsinh([2.0, 1.0]) / 3, atol=2e-3)


@pytest.mark.parametrize("curvature", [0.0, 0.02, -0.1])
def test_centres_lie_on_the_helix(curvature):
    radii = [1.07, 2.4, 3.87]
    points = helix(curvature, 1.5, radii, vertex=-0.1)
    factor = 1.4
    step = np.log(np.expm1(factor - 1)) + 1
    learned = np.zeros((1, 3, 3), "float32")
    learned[..., 0] = step
    found = run(HelixCentres(DEPTH, SCALES), [points, learned])[0]
    for number in (1, 2):
        half = factor * np.arcsin(curvature * radii[number] / 2)
        radius = 2 * np.sin(half) / curvature if curvature else factor * radii[number]
        np.testing.assert_allclose(found[number], helix(curvature, 1.5, [radius], vertex=-0.1)[0, 0], atol=2e-4)
    straight = coordinates(factor * 1.07, np.arctan2(points[0, 0, 1], points[0, 0, 0]), factor * 1.07)
    assert np.hypot(*found[0, :2]) > np.hypot(*straight[:2]), "the first hit's slope comes from the centre"
    np.testing.assert_allclose(found[0, 2], points[0, 0, 2], atol=1e-5)


def test_corrections_are_angles():
    points = helix(0.0, 0.0, [1.0, 2.0])
    learned = np.zeros((1, 2, 3), "float32")
    plain = run(HelixCentres(DEPTH, SCALES), [points, learned])
    learned[0, :, 1:] = 3.0, -2.0
    found = run(HelixCentres(DEPTH, SCALES), [points, learned])
    for number, scale in enumerate(SCALES):
        np.testing.assert_allclose(found[0, number, :2], turned(plain[0, number], 3 * scale)[:2], atol=1e-5)
        np.testing.assert_allclose(found[0, number, 2], plain[0, number, 2] - 2 * scale, atol=1e-6)


@settings(max_examples=20, deadline=None)
@given(angle=st.floats(-3.2, 3.2))
def test_turns_with_the_detector(angle):
    points = helix(0.05, 1.0, [1.07, 2.4, 3.87, 5.73]) + random.normal(0, 0.002, (1, 4, 3)).astype("float32")
    learned = random.normal(size=(1, 4, 3)).astype("float32")
    features, centres = HelixFeatures(DEPTH, residual=0.002), HelixCentres(DEPTH, SCALES)
    np.testing.assert_allclose(run(features, turned(points, angle)), run(features, points), atol=5e-3)
    expected = turned(run(centres, [points, learned]), angle)
    np.testing.assert_allclose(run(centres, [turned(points, angle), learned]), expected, atol=1e-4)


@pytest.mark.parametrize(
    "points",
    [
        np.zeros((1, 3, 3)),
        [[[1.2, 0.0, 0.5], [1.2, 0.0, 0.5], [1.2, 0.0, 0.50001]]],
        [[[1.2, 0.0, 4.5], [-1.2, 0.0, -4.5], [1.3, 0.0, 0.0]]],
        [[[1.05, 0.0, 0.0], [1.9, 0.3, 0.0], [1.9, -0.3, 0.0]]],
        [[[9.0, 9.0, 0.0], [-9.0, 0.0, 9.0], [0.0, 0.0, -9.0]]],
    ],
    ids=["padding", "same hit", "opposite", "curls", "outside"],
)
def test_any_hits_give_finite_numbers(points):
    points = np.asarray(points, "float32")
    learned = np.full_like(points, 5.0)
    assert np.isfinite(run(HelixFeatures(DEPTH, residual=0.002), points)).all()
    assert np.isfinite(run(HelixCentres(DEPTH, SCALES), [points, learned])).all()


@pytest.mark.parametrize("layer", [HelixFeatures(DEPTH, residual=0.002), HelixCentres(DEPTH, SCALES)])
def test_round_trip_of_the_configuration(layer):
    config = json.loads(json.dumps(layer.get_config()))
    assert json.dumps(type(layer).from_config(config).get_config()) == json.dumps(config)
