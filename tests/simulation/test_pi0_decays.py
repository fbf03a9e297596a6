"""Decays of neutral pions: conserved momenta, and a million angles against their analytic distribution."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_hep.simulation.pi0_decays import (
    PION_MASS,
    decay,
    fraction_below,
    lowest_energy,
    mean_energy,
    mean_fraction_below,
    smallest_opening_angle,
)

MILLION = 1_000_000


@pytest.fixture(scope="module")
def decays():
    """A million pions with energies flat in 10 to 510 GeV: energies and opening angles."""
    random = np.random.default_rng(11)
    energy = random.uniform(10, 510, MILLION)
    return energy, decay(energy, random)[1].sum(axis=1)


@given(st.floats(0.2, 600), st.integers(0, 2**32))
def test_energy_and_momentum_are_conserved(energy, seed):
    energies, angles = decay(np.full(5, energy), np.random.default_rng(seed))
    momentum = np.sqrt(energy**2 - PION_MASS**2)
    np.testing.assert_allclose(energies.sum(axis=1), energy)
    np.testing.assert_allclose((energies * np.cos(angles)).sum(axis=1), momentum, rtol=1e-9)
    across = energies * np.sin(angles)
    np.testing.assert_allclose(across[:, 0], across[:, 1], rtol=1e-6, atol=1e-12)
    mass = 2 * np.sqrt(energies.prod(axis=1)) * np.sin(angles.sum(axis=1) / 2)
    np.testing.assert_allclose(mass, PION_MASS, rtol=1e-6)


@pytest.mark.parametrize("energy", [30.0, 50.0, 100.0, 200.0])
@pytest.mark.parametrize("angle", [0.003, 0.01])
def test_opening_angles_of_one_energy(energy, angle):
    opening = decay(np.full(100_000, energy), np.random.default_rng(3))[1].sum(axis=1)
    assert opening.min() >= smallest_opening_angle(energy) * (1 - 1e-9)
    expected = fraction_below(angle, energy)
    error = np.sqrt(expected * (1 - expected) / len(opening))
    assert (opening < angle).mean() == pytest.approx(expected, abs=4 * error + 1e-12)


def test_opening_angles_of_all_energies(decays):
    energy, opening = decays
    expected = mean_fraction_below(0.01, 10.0, 510.0)
    assert expected == pytest.approx(0.9366, abs=5e-5)
    assert (opening < 0.01).mean() == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / MILLION))
    for low, high in ((30, 40), (100, 110)):
        chosen = (energy > low) & (energy < high)
        expected = mean_fraction_below(0.005, low, high)
        error = np.sqrt(expected * (1 - expected) / chosen.sum())
        assert (opening[chosen] < 0.005).mean() == pytest.approx(expected, abs=4 * error + 1e-12)


@pytest.mark.parametrize("angle", [0.001, 0.005, 0.02, 0.04])
def test_mean_energy_at_an_angle(decays, angle):
    energy, opening = decays
    near = np.abs(opening / angle - 1) < 0.01
    chosen = energy[near]
    # Over 2 % in angle the mean moves by less than 1e-4 of itself to second order.
    error = chosen.std() / np.sqrt(len(chosen))
    assert chosen.mean() == pytest.approx(mean_energy(angle, 10.0, 510.0), abs=4 * error + 1e-3 * chosen.mean())


def test_limits():
    assert smallest_opening_angle(510.0) == pytest.approx(0.000529, abs=1e-6)
    assert lowest_energy(0.01) == pytest.approx(27.0, abs=0.01)
    assert fraction_below(0.01, 26.9) == 0
    assert mean_fraction_below(np.pi, 10.0, 20.0) == pytest.approx(1, abs=2e-4)  # up to the neglected mass
    assert np.isnan(mean_energy(0.0005, 10.0, 510.0))


def test_fraction_grows_with_angle_and_energy():
    angles = np.linspace(1e-4, 0.1, 200)
    assert (np.diff(fraction_below(angles, 100.0)) >= 0).all()
    assert (np.diff(fraction_below(0.01, np.linspace(20, 500, 100))) >= 0).all()


def test_a_pion_is_not_lighter_than_at_rest():
    with pytest.raises(ValueError, match=r"above the mass, 0\.1349768 GeV, got 0\.1"):
        decay(np.array([0.1]), np.random.default_rng(0))
