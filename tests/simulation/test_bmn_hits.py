"""True hits of the BM@N look-alike: ways, scattering, efficiency, resolution, and which tracks count."""

import numpy as np
import pytest

from keras_hep.metrics.track_candidates import true_slots
from keras_hep.simulation.bmn_detector import HIGHEST_Z, LOWEST_Z, PLANE_Z, RESOLUTION, SILICON, STATIONS, inside
from keras_hep.simulation.bmn_hits import crossings, measured, reconstructable, scattered
from keras_hep.simulation.bmn_particles import PION_MASS, Particles
from keras_hep.simulation.dipole import Dipole

NO_FIELD = Dipole(0.0, 1250.0, 800.0)
STIFF = 1e6  # GeV: scatters by nothing that a float would show


def beam(count, momentum, first=0, last=STATIONS - 1, mass=PION_MASS):
    """Return equal positive particles from a point before the first station."""
    every = np.ones(count, int)
    return Particles(
        np.arange(count),
        np.tile([1.0, -2.0, -10.0], (count, 1)),
        np.tile(np.asarray(momentum, float), (count, 1)),
        every,
        mass * every,
        first * every,
        last * every,
    )


def test_without_field_and_scattering_ways_are_straight():
    momentum = np.array([0.05, 0.1, 1.0]) * STIFF
    positions, momenta = crossings(beam(1, momentum), NO_FIELD, np.random.default_rng(1))
    way = PLANE_Z + 10
    np.testing.assert_allclose(positions[0], np.column_stack([1 + 0.05 * way, -2 + 0.1 * way, PLANE_Z]), atol=1e-3)
    np.testing.assert_allclose(momenta[0], np.tile(momentum, (STATIONS, 1)), rtol=1e-6)


def test_particles_reach_the_stations_that_they_can():
    positions, momenta = crossings(beam(2, (0, 0, 1.0), first=2, last=4), NO_FIELD, np.random.default_rng(1))
    expected = [False, False, True, True, True, False, False, False, False]
    for values in (positions, momenta):
        assert np.isfinite(values).all(axis=2).tolist() == [expected, expected]
        assert np.isfinite(values).any(axis=2).tolist() == [expected, expected]


def test_a_particle_that_turns_back_or_flies_backwards_has_no_more_crossings():
    magnet = Dipole(0.6, 1250.0, 800.0)
    positions, _ = crossings(beam(1, (0, 0, 0.1)), magnet, np.random.default_rng(1))
    reached = np.isfinite(positions[0]).all(axis=1)
    assert reached[0]
    assert not reached[-1]
    assert np.all(np.diff(reached.astype(int)) <= 0)
    positions, _ = crossings(beam(1, (0, 0, -1.0)), magnet, np.random.default_rng(1))
    assert np.isnan(positions).all()


@pytest.mark.parametrize(("momentum", "mass"), [((0.0, 0.0, 0.5), 0.13957), ((0.3, -0.4, 1.0), 0.93827)])
def test_scattering_turns_by_the_gaussian_angle_and_keeps_the_momentum(momentum, mass):
    count = 40_000
    before = np.tile(momentum, (count, 1))
    after = scattered(before, np.full(count, mass), np.random.default_rng(2))
    size = np.sqrt(np.sum(np.square(momentum)))
    np.testing.assert_allclose(np.sqrt((after**2).sum(axis=1)), size, rtol=1e-12)
    turn = after - before
    across = np.cross(momentum, [0, 1.0, 0])
    across /= np.sqrt((across**2).sum())
    for axis in (across, np.cross(momentum, across) / size):
        plane_angle = turn @ axis / size
        expected = 0.0136 * np.sqrt(0.005) * np.sqrt(size**2 + mass**2) / size**2
        assert abs(plane_angle.mean()) < 5 * expected / np.sqrt(count)
        assert plane_angle.std() == pytest.approx(expected, rel=0.02)


def through(count, momentum=(0.1, 0.1, 1.0)):
    """Return crossings of one straight way through the middle of all windows, repeated."""
    momenta = np.broadcast_to(np.asarray(momentum), (count, STATIONS, 3)).copy()
    positions = np.zeros((count, STATIONS, 3))
    positions[..., 2] = PLANE_Z
    return positions, momenta


def test_each_station_sees_a_particle_with_the_efficiency():
    positions, momenta = through(20_000)
    _, present = measured(positions, momenta, 0.9, np.random.default_rng(3))
    np.testing.assert_allclose(present.mean(axis=0), 0.9, atol=5 * 0.0021)
    pairs = np.corrcoef(present.T)[np.triu_indices(STATIONS, 1)]
    assert np.abs(pairs).max() < 5 / np.sqrt(20_000)
    assert measured(positions, momenta, 1.0, np.random.default_rng(3))[1].all()


def test_hits_are_smeared_around_the_way_at_the_z_of_their_module():
    positions, momenta = through(20_000)
    found, present = measured(positions, momenta, 1.0, np.random.default_rng(4))
    z = found[..., 2]
    assert np.all((z >= LOWEST_Z - 1e-9) & (z <= HIGHEST_Z + 1e-9))
    assert np.all(z[:, :SILICON].std(axis=0) < 1e-9)  # one point, one module
    assert np.all(np.abs(z[0, :SILICON] - PLANE_Z[:SILICON]) > 0.5)
    residuals = found[..., :2] - 0.1 * (z - PLANE_Z)[..., None]
    np.testing.assert_allclose(residuals.std(axis=0), RESOLUTION, rtol=0.03)
    assert np.all(np.abs(residuals.mean(axis=0)) < 5 * RESOLUTION / np.sqrt(20_000))
    assert present.all()


def test_there_is_no_hit_outside_of_the_windows():
    random = np.random.default_rng(5)
    positions, momenta = through(5000)
    positions[..., :2] += random.uniform(-1200, 1200, (5000, STATIONS, 2))
    positions[0] = np.nan
    found, present = measured(positions, momenta, 1.0, random)
    assert 0 < present.sum() < present.size / 2
    assert not present[0].any()
    assert inside(found, np.arange(STATIONS))[present].all()
    assert np.all(found[~present] == 0)
    lost = inside(positions, np.arange(STATIONS)) & ~present
    assert lost.mean() < 1e-3  # smeared over the edge


HITS = {
    "111100000": (True, True),
    "111111111": (True, True),
    "111000000": (False, False),
    "110110000": (True, False),
    "100000111": (True, False),
    "011111111": (False, False),
    "000000000": (False, False),
}


@pytest.mark.parametrize(("stations", "expected"), HITS.items())
def test_tracks_that_count(stations, expected):
    present = np.array([[hit == "1" for hit in stations]])
    assert tuple(bool(reconstructable(present, holes)[0]) for holes in (True, False)) == expected


def test_with_holes_they_are_those_of_the_metric():
    present = np.random.default_rng(6).random((500, STATIONS)) < 0.5
    track, station = np.nonzero(present)
    numbers, slots = true_slots({"station": station, "track": track}, STATIONS)
    wanted = reconstructable(present, holes=True)
    np.testing.assert_array_equal(numbers, np.flatnonzero(wanted))
    np.testing.assert_array_equal(slots >= 0, present[wanted])
    assert reconstructable(present, holes=True, minimum_hits=6).sum() < wanted.sum()
