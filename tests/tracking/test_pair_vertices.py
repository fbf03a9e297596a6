"""The common point of two tracks: by hand, at true vertices, for parallel tracks, under exchange and rotation."""

import numpy as np
import pytest

from keras_hep.tracking.helix_fit import FittedHelices, fit_helices
from keras_hep.tracking.pair_vertices import pair_vertices


def straight(azimuth, offset, z, slope, transverse=1.0, longitudinal=1.0):
    """Return straight tracks whose offset has the variance `transverse` and whose z has `longitudinal`."""
    azimuth, offset, z, slope = np.broadcast_arrays(*map(np.atleast_1d, (azimuth, offset, z, slope)))
    spread = np.zeros((len(z), 3, 3)), np.zeros((len(z), 2, 2))
    spread[0][:, 2, 2], spread[1][:, 0, 0] = transverse, longitudinal
    return FittedHelices(np.zeros(len(z)), azimuth.astype(float), offset.astype(float), z, slope, *spread)


def test_tracks_that_cross_at_a_right_angle_by_hand():
    """One along x at y = 2, the other along y at x = 3: all of the z difference of 1 mm is left, of variance 2.

    The beam, 100 mm wide with tracks 1 mm wide, moves the point by a factor 1 / (1 + 1e-4).
    """
    tracks = straight(azimuth=[0, np.pi / 2], offset=[2.0, -3.0], z=[5.0, 4.0], slope=[0.0, 0.0])
    pair = pair_vertices(tracks, [0], [1], beam_width=100.0)
    shrunk = 1 / (1 + 1e-4)
    np.testing.assert_allclose(pair.position, [[3 * shrunk, 2 * shrunk, 4.5]], rtol=1e-9)
    np.testing.assert_allclose([pair.z_difference[0], pair.z_error[0]], [1, np.sqrt(2)])
    np.testing.assert_allclose(pair.chi2, 1 / 2 + 13 * (1 - shrunk) ** 2, rtol=1e-9)
    np.testing.assert_allclose(pair.beam_chi2, 13 * shrunk**2 / 100**2, rtol=1e-9)
    np.testing.assert_allclose(pair.path, [[3 * shrunk, 2 * shrunk]], rtol=1e-9)
    np.testing.assert_allclose(pair.path_error, [[np.sqrt(shrunk)] * 2], rtol=1e-9)


def test_parallel_tracks_meet_where_the_beam_is():
    """Both along x, 1 mm to either side of y = 0, of equal slope: the point is at the beam, each 1 mm away."""
    tracks = straight(azimuth=[0, 0], offset=[1.0, -1.0], z=[7.0, 7.0], slope=[0.5, 0.5])
    pair = pair_vertices(tracks, [0], [1], beam_width=10.0)
    np.testing.assert_allclose(pair.position, [[0, 0, 7]], atol=1e-9)
    np.testing.assert_allclose(pair.chi2, 2)
    np.testing.assert_allclose(pair.path_error, [[10, 10]])


def test_z_tells_where_along_parallel_tracks_the_point_lies():
    """Opposite slopes meet in z at x = 6 mm; the beam, 1000 mm wide, hardly pulls."""
    tracks = straight(azimuth=[0, 0], offset=[0.0, 0.0], z=[-6.0, 6.0], slope=[1.0, -1.0])
    pair = pair_vertices(tracks, [0], [1], beam_width=1000.0)
    np.testing.assert_allclose(pair.position, [[6, 0, 0]], atol=1e-4)


def tracks_of(vertex, number, random):
    """Return hits of `number` tracks on circles of 500 mm to 3 m radius from one vertex, smeared by 0.1 mm."""
    path = np.linspace(150, 850, 30)[:, None]
    azimuth, slope = random.uniform(-3, 3, number), random.normal(0, 1, number)
    curvature = random.choice([-1, 1], number) / random.uniform(500, 3_000, number)
    turn, chord = curvature * path / 2, path * np.sinc(curvature * path / 2 / np.pi)
    hits = np.stack([chord * np.cos(azimuth + turn), chord * np.sin(azimuth + turn), slope * path], axis=2)
    return (hits + vertex + random.normal(0, 0.1, hits.shape)).swapaxes(0, 1).reshape(-1, 3)


def test_true_pairs_have_the_chi2_of_one_degree_of_freedom_and_find_the_vertex():
    random = np.random.default_rng(4)
    vertices = random.normal(0, 1, (150, 3)) * [10, 10, 200]
    fitted = fit_helices(np.concatenate([tracks_of(vertex, 2, random) for vertex in vertices]), np.full(300, 30))
    first = np.arange(0, 300, 2)
    pair = pair_vertices(fitted, first, first + 1, beam_width=10.0)
    # 1 from the tracks, 2 from x and y of the vertex; errors of shares of 150 pairs.
    assert np.mean(pair.chi2 + pair.beam_chi2) == pytest.approx(3, abs=0.6)
    true_path, _ = fitted[first].nearest(*vertices[:, :2].T)
    assert np.std((pair.path[:, 0] - true_path) / pair.path_error[:, 0]) == pytest.approx(1, abs=0.2)
    distance = np.linalg.norm(pair.position - vertices, axis=1)
    assert np.median(distance) < 0.3
    other = pair_vertices(fitted, first[:-1], first[1:], beam_width=10.0)
    assert np.median(other.chi2) > 1000


def test_exchanging_the_tracks_changes_the_sign_of_the_difference_alone():
    random = np.random.default_rng(5)
    fitted = fit_helices(tracks_of(np.zeros(3), 6, random), np.full(6, 30))
    first, second = np.triu_indices(6, 1)
    one, other = pair_vertices(fitted, first, second, 10.0), pair_vertices(fitted, second, first, 10.0)
    np.testing.assert_allclose(one.position, other.position, atol=1e-9)
    np.testing.assert_allclose(one.z_difference, -other.z_difference, atol=1e-9)
    np.testing.assert_allclose(one.chi2, other.chi2, rtol=1e-9)


def test_turning_the_tracks_turns_the_points():
    random = np.random.default_rng(6)
    hits = tracks_of(np.array([5.0, -8.0, 30.0]), 5, random)
    rotation = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
    first, second = np.triu_indices(5, 1)
    one, other = (pair_vertices(fit_helices(h, np.full(5, 30)), first, second, 10.0) for h in (hits, hits @ rotation.T))
    np.testing.assert_allclose(other.position, one.position @ rotation.T, atol=1e-7)
    np.testing.assert_allclose(other.chi2, one.chi2, rtol=1e-6, atol=1e-9)


def test_a_failed_fit_has_no_point():
    tracks = straight(azimuth=[0, 1], offset=[0.0, np.nan], z=[0.0, 0.0], slope=[0.0, 0.0])
    assert np.isnan(pair_vertices(tracks, [0], [1], 10.0).chi2).all()


def test_a_beam_without_width_is_refused():
    with pytest.raises(ValueError, match="width of the beam must be positive, got 0"):
        pair_vertices(straight(0, 0, 0.0, 0.0), [], [], beam_width=0)
