"""Primaries follow their laws; secondaries start on the ways of primaries. Statistics with five standard errors."""

import numpy as np
import pytest

from keras_hep.simulation.bmn_detector import PLANE_Z, STATIONS, VERTEX, WINDOWS
from keras_hep.simulation.bmn_particles import PION_MASS, PROTON_MASS, joined, primaries, secondaries

EVENTS = 10_000


@pytest.fixture(scope="module")
def drawn():
    return primaries(EVENTS, np.random.default_rng(3))


def test_the_multiplicity_is_the_published_one(drawn):
    counts = np.bincount(drawn.event, minlength=EVENTS)
    assert abs(counts.mean() - 37) < 5 * counts.std() / np.sqrt(EVENTS)
    assert counts.min() == 1
    assert counts.max() == 100
    assert np.mean(counts == 100) < 0.01  # the law is cut there, not piled up
    assert np.all(np.diff(drawn.event) >= 0)


def test_protons_are_positive_and_pions_of_both_charges(drawn):
    proton = drawn.mass == PROTON_MASS
    assert set(np.unique(drawn.mass)) == {PION_MASS, PROTON_MASS}
    assert np.all(drawn.charge[proton] == 1)
    error = 5 / np.sqrt((~proton).sum())
    assert abs(proton.mean() - 0.55) < error
    assert abs(drawn.charge[~proton].mean()) < error


def test_spectra_are_those_of_the_collision(drawn):
    px, py, pz = drawn.momentum.T
    transverse_mass = np.sqrt(drawn.mass**2 + px**2 + py**2)
    rapidity = np.arcsinh(pz / transverse_mass)
    tracks = np.sqrt(len(px))
    assert abs(rapidity.mean() - 1.08) < 5 * 0.8 / tracks
    assert abs(rapidity.std() - 0.8) < 5 * 0.8 / np.sqrt(2) / tracks
    kinetic = transverse_mass - drawn.mass
    assert abs(kinetic.mean() - 0.21) < 5 * kinetic.std() / tracks
    assert abs(kinetic.var() / (2 * 0.105**2) - 1) < 0.02
    for component in (px, py):
        assert abs(component.mean()) < 5 * component.std() / tracks


def test_all_particles_of_an_event_come_from_its_vertex(drawn):
    first = np.flatnonzero(np.diff(drawn.event, prepend=-1))
    vertices = drawn.position[first]
    np.testing.assert_array_equal(drawn.position, vertices[drawn.event])
    assert np.all(np.abs(vertices.mean(axis=0) - VERTEX) < 5 * np.array([3, 3, 1]) / np.sqrt(EVENTS))
    np.testing.assert_allclose(vertices.std(axis=0), [3, 3, 1], rtol=0.05)


def test_primaries_reach_every_station(drawn):
    assert np.all(drawn.first == 0)
    assert np.all(drawn.last == STATIONS - 1)
    assert len(joined([drawn, drawn[:5]]).event) == len(drawn.event) + 5


def straight(count, outside=False):
    """Return primaries along z through the middle of all windows, or beside them."""
    positions = np.zeros((count, STATIONS, 3))
    positions[..., 1] = 300.0 * outside - 5.0
    positions[..., 0] = 3000.0 * outside
    positions[..., 2] = PLANE_Z
    return np.arange(count), positions, np.broadcast_to([0.2, 0.1, 2.0], positions.shape)


def test_secondaries_start_on_the_way_of_a_primary_before_their_first_station():
    event, positions, momenta = straight(20_000)
    drawn = secondaries(event, positions, momenta, np.random.default_rng(5))
    planes = np.concatenate([[PLANE_Z[0] - 100], PLANE_Z])
    x, y, z = drawn.position.T
    assert np.all((planes[drawn.first] <= z) & (z <= PLANE_Z[drawn.first]))
    np.testing.assert_allclose(x, 0.1 * (z - PLANE_Z[drawn.first]), atol=1e-9)
    np.testing.assert_allclose(y, -5 + 0.05 * (z - PLANE_Z[drawn.first]), atol=1e-9)
    slopes = drawn.momentum[:, :2] / drawn.momentum[:, 2:]
    np.testing.assert_allclose(slopes.mean(axis=0), [0.1, 0.05], atol=0.005)
    np.testing.assert_allclose(slopes.std(axis=0), 0.2, rtol=0.02)
    assert np.all(drawn.momentum[:, 2] > 0)
    size = np.sqrt((drawn.momentum**2).sum(axis=1))
    assert abs(size.mean() - 0.3) < 5 * size.std() / np.sqrt(len(size))
    np.testing.assert_array_equal(drawn.event, np.sort(drawn.event))


def test_secondaries_reach_one_to_three_stations():
    event, positions, momenta = straight(20_000)
    drawn = secondaries(event, positions, momenta, np.random.default_rng(6))
    per_station = np.bincount(drawn.first, minlength=STATIONS) / 20_000
    np.testing.assert_allclose(per_station, [0.26] * 3 + [0.22] * 6, atol=5 * 0.0031)
    length = drawn.last - drawn.first + 1
    assert drawn.last.max() == STATIONS - 1
    early = drawn.first <= STATIONS - 3
    np.testing.assert_allclose(np.bincount(length[early])[1:] / early.sum(), 1 / 3, atol=0.02)
    assert length.max() == 3


def test_primaries_outside_of_the_windows_make_none():
    event, positions, momenta = straight(1000, outside=True)
    assert positions[0, :, 0].min() > WINDOWS[:, 0, 1].max()
    assert len(secondaries(event, positions, momenta, np.random.default_rng(7)).event) == 0
    positions[:] = np.nan
    assert len(secondaries(event, positions, momenta, np.random.default_rng(7)).event) == 0
