"""Helices fitted to hits: by hand, on exact circles, with known errors, turned and shifted, and where a fit fails."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_hep.simulation.solenoid import Helices
from keras_hep.tracking.helix_fit import fit_helices


def points(x, y, z, azimuth, slope, curvature, path):
    """Return points of one helix that starts at x, y, z, float array of shape (points, 3)."""
    start = Helices(x, y, z, np.cos(azimuth), np.sin(azimuth), slope, curvature).moved(np.asarray(path, float))
    return np.stack([start.x, start.y, start.z], axis=1)


def test_a_circle_by_hand():
    """Centre (0, 5), radius 3, anticlockwise from (0, 2): the beam is 2 mm to the right, so the offset is to the left.

    A quarter turn of 3 pi / 2 mm rises by 6 mm from z = 1.
    """
    turn = np.array([0, 0.5, 1.0, 1.5]) * np.pi / 2
    hits = np.stack([3 * np.sin(turn), 5 - 3 * np.cos(turn), 1 + 12 * turn / np.pi], axis=1)
    fitted = fit_helices(hits, [4])
    found = [values[0] for values in (fitted.curvature, fitted.azimuth, fitted.offset, fitted.z, fitted.slope)]
    np.testing.assert_allclose(found, [1 / 3, 0, 2, 1, 4 / np.pi], atol=1e-12)
    closest = fitted.closest
    np.testing.assert_allclose([closest.x[0], closest.y[0], closest.z[0]], [0, 2, 1], atol=1e-12)


def test_a_straight_track_by_hand():
    hits = np.array([[-30.0, 4, -1], [10, 4, 7], [20, 4, 9], [70, 4, 19]])
    fitted = fit_helices(hits, [4])
    found = [values[0] for values in (fitted.curvature, fitted.azimuth, fitted.offset, fitted.z, fitted.slope)]
    np.testing.assert_allclose(found, [0, 0, 4, 5, 0.2], atol=1e-12)
    path, left = fitted.nearest(np.array([7.0]), np.array([6.0]))
    np.testing.assert_allclose([path[0], left[0]], [7, 2], atol=1e-12)


def test_errors_of_a_straight_line_by_hand():
    """Four hits at -3, -1, 1, 3 mm: z at 0 has a variance of s^2 / 4, the slope of s^2 / 20.

    Residuals of z are 0.1 (1, -3, 3, -1) / 4 of a cubic; with the assumed resolution of 1 mm as four of them,
    s^2 = (4 + 0.0125) / (2 + 4).
    """
    path = np.array([-3.0, -1, 1, 3])
    hits = np.stack([50 + path, 0 * path, 0.025 * np.array([1, -3, 3, -1])], axis=1)
    fitted = fit_helices(hits, [4], resolution=1.0)
    variance = (4 + 0.0125) / 6
    np.testing.assert_allclose(fitted.variances(np.array([50.0]))[1], variance / 4, rtol=1e-9)
    np.testing.assert_allclose(fitted.longitudinal_covariance[0, 1, 1], variance / 20, rtol=1e-9)


@given(
    distance=st.floats(-30, 30),
    azimuth=st.floats(-3, 3),
    radius=st.floats(100, 1e5),
    right=st.booleans(),
    slope=st.floats(-5, 5),
    z=st.floats(-300, 300),
)
def test_exact_helices_are_found_again(distance, azimuth, radius, right, slope, z):
    curvature = (-1 if right else 1) / radius
    x, y = -distance * np.sin(azimuth), distance * np.cos(azimuth)
    path = np.linspace(0.1, min(2.5 * radius, 800), 12)
    fitted = fit_helices(points(x, y, z, azimuth, slope, curvature, path), [12])
    found = [values[0] for values in (fitted.curvature * radius, fitted.offset, fitted.z, fitted.slope)]
    np.testing.assert_allclose(found, [curvature * radius, distance, z, slope], rtol=1e-5, atol=1e-4)
    assert np.cos(fitted.azimuth[0] - azimuth) == pytest.approx(1)


@given(turn=st.floats(0, 6), lift=st.floats(-500, 500))
def test_turning_and_lifting_all_hits_turns_and_lifts_the_helix(turn, lift):
    hits = points(3.0, -2.0, 10.0, 0.4, 0.7, 1 / 600, np.linspace(150, 800, 9))
    hits += np.random.default_rng(1).normal(0, 0.3, hits.shape)
    rotation = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    one, other = fit_helices(hits, [9]), fit_helices(hits @ rotation.T + [0, 0, lift], [9])
    np.testing.assert_allclose(other.z, one.z + lift, atol=1e-6)
    np.testing.assert_allclose(np.cos(other.azimuth - one.azimuth - turn), 1, atol=1e-9)
    for name in ("curvature", "offset", "slope", "transverse_covariance", "longitudinal_covariance"):
        np.testing.assert_allclose(getattr(other, name), getattr(one, name), rtol=1e-6, atol=1e-12)


def test_many_tracks_are_fitted_each_as_alone():
    random = np.random.default_rng(2)
    counts = random.integers(3, 12, 40)
    hits = [
        points(*random.normal(0, 10, 3), random.uniform(-3, 3), random.normal(), random.normal() / 500, path)
        for path in (np.sort(random.uniform(100, 700, count)) for count in counts)
    ]
    together = fit_helices(np.concatenate(hits), counts)
    alone = [fit_helices(one, [len(one)]) for one in hits]
    assert together.valid.all()
    np.testing.assert_allclose(together.z, [one.z[0] for one in alone], rtol=1e-9, atol=1e-7)
    np.testing.assert_allclose(together[3:5].offset, [one.offset[0] for one in alone[3:5]], rtol=1e-9, atol=1e-7)


def test_pulls_are_of_unit_width():
    random = np.random.default_rng(3)
    tracks, path = 2_000, np.linspace(150, 850, 20)
    curvature = random.uniform(0.2, 2, tracks) / 1000 * random.choice([-1, 1], tracks)
    azimuth, slope, offset = random.uniform(-3, 3, tracks), random.normal(0, 1, tracks), random.normal(0, 10, tracks)
    x, y = -offset * np.sin(azimuth), offset * np.cos(azimuth)
    exact = [points(*one, path) for one in zip(x, y, 0 * x, azimuth, slope, curvature, strict=True)]
    hits = np.concatenate(exact)
    outwards = np.hypot(*hits[:, :2].T)
    shift = random.normal(0, 0.1, len(hits)) / outwards
    hits += np.stack([-shift * hits[:, 1], shift * hits[:, 0], random.normal(0, 0.1, len(hits))], axis=1)
    fitted = fit_helices(hits, np.full(tracks, 20))
    variance = np.einsum("tii->it", fitted.transverse_covariance)
    pairs = [(fitted.curvature - curvature, variance[0]), (np.sin(fitted.azimuth - azimuth), variance[1])]
    pairs += [(fitted.offset - offset, variance[2]), (fitted.slope - slope, fitted.longitudinal_covariance[:, 1, 1])]
    pairs += [(fitted.z, fitted.longitudinal_covariance[:, 0, 0])]
    for difference, squared in pairs:
        pull = difference / np.sqrt(squared)
        # Along inclined tracks the transverse shift adds a little to z: 0.1 is more than that and than chance (0.02).
        assert pull.std() == pytest.approx(1, abs=0.1)
        assert abs(pull.mean()) < 0.1


def test_three_hits_have_the_assumed_resolution():
    hits = points(0.0, 0.0, 0.0, 0.0, 0.0, 1 / 800, [100, 300, 500])
    near, far = (fit_helices(hits, [3], resolution=value) for value in (0.1, 0.2))
    np.testing.assert_allclose(far.transverse_covariance, 4 * near.transverse_covariance)


def test_a_track_that_turns_around_several_times_is_followed():
    path = np.arange(50, 3_000, 90.0)  # nearly five turns
    fitted = fit_helices(points(5.0, 0.0, 20.0, np.pi / 2, 0.5, 1 / 100, path), [len(path)])
    np.testing.assert_allclose([fitted.slope[0], fitted.z[0]], [0.5, 20], atol=1e-6)


def test_a_failed_fit_is_flagged_and_leaves_the_others_alone():
    good = points(-np.sin(0.3), np.cos(0.3), 2.0, 0.3, 0.5, 1 / 700, np.linspace(100, 600, 6))
    turn = np.linspace(0, 1, 5)
    around = np.stack([100 * np.cos(turn), 100 * np.sin(turn), turn], axis=1)  # equally far from the beam
    hits = np.concatenate([good[:2], good, around, np.repeat(good[:1], 4, axis=0), good])
    fitted = fit_helices(hits, [2, 6, 5, 4, 6])
    assert fitted.valid.tolist() == [False, True, False, False, True]
    assert np.isnan(fitted.z[~fitted.valid]).all()
    assert np.isnan(fitted.transverse_covariance[~fitted.valid]).all()
    np.testing.assert_allclose(fitted.z[[1, 4]], 2, atol=1e-9)


def test_tracks_without_hits_and_no_tracks():
    assert fit_helices(np.empty((0, 3)), []).valid.shape == (0,)
    assert fit_helices(np.empty((0, 3)), [0, 0]).valid.tolist() == [False, False]


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="add up to the 2 hits, got 3"):
        fit_helices(np.zeros((2, 3)), [3])
    with pytest.raises(ValueError, match="resolution must be positive, got 0"):
        fit_helices(np.zeros((2, 3)), [2], resolution=0)
