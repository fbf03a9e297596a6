"""Shares, histograms and means of opening angles that are known."""

import numpy as np
import pytest
from scipy import integrate

from keras_hep.simulation import pi0_decays
from keras_hep.suite import opening_angles


def test_more_decays_begin_with_the_same_ones(monkeypatch):
    monkeypatch.setattr(opening_angles, "BLOCK", 100)
    few, many = (np.stack(opening_angles.drawn(number, [3])) for number in (200, 250))
    np.testing.assert_array_equal(many[:, :200], few)
    assert not np.array_equal(few[:, :100], few[:, 100:])
    assert not np.array_equal(np.stack(opening_angles.drawn(200, [4])), few)


def test_energies_are_flat_and_angles_those_of_the_decays():
    energy, angle = opening_angles.drawn(20_000, [1])
    assert 10 <= energy.min() < 10.5
    assert 509.5 < energy.max() <= 510
    assert energy.mean() == pytest.approx(260, abs=4 * 500 / np.sqrt(12 * 20_000))
    assert (angle > pi0_decays.smallest_opening_angle(energy) * (1 - 1e-6)).all()


def test_one_energy():
    energy, angle = opening_angles.drawn(50, [1], (30.0, 30.0))
    assert set(energy) == {30.0}
    assert angle.min() >= np.float32(pi0_decays.smallest_opening_angle(30.0))


def test_the_selection_is_asked_of_pions_only():
    assert opening_angles.passing(np.array([0.005, 0.02, -1.0])).tolist() == [True, False, False]
    assert opening_angles.passing(np.array([-1.0]), pdg_id=22).tolist() == [True]


def test_share():
    quantity = opening_angles.share("low", np.array([True, False, False, False]), "a definition")
    assert (quantity.value, quantity.count, quantity.definition) == (0.25, 4, "a definition")
    assert quantity.error == pytest.approx(np.sqrt(0.25 * 0.75 / 4))


def test_histogram_is_of_all_decays():
    curve = opening_angles.histogram("angles", np.array([0.1, 0.1, 0.3, 9.0]), [0.0, 0.2, 0.4])
    assert (curve.x, curve.y, curve.x_unit) == ((0.1, 0.3), (0.5, 0.25), "rad")
    assert curve.error == pytest.approx((0.25, np.sqrt(0.25 * 0.75 / 4)))


def test_passing_by_energy():
    curve = opening_angles.passing_by_energy("passing", [10, 11, 25], np.array([True, False, False]), [10, 20, 30])
    assert (curve.x, curve.y, curve.x_unit) == ((15, 25), (0.5, 0), "GeV")
    assert curve.error == pytest.approx((np.sqrt(0.125), 0))


def test_mean_energies():
    energy, angle = np.array([10.0, 20.0, 90.0, 50.0]), np.array([1.0, 1.02, 1.2, 3.0])
    near = opening_angles.mean_energy_near("near", energy, angle, 1.0)
    assert (near.value, near.count, near.unit) == (15.0, 2, "GeV")
    assert near.error == pytest.approx(5 / np.sqrt(2))
    curve = opening_angles.mean_energy_by_angle("means", energy, angle, [0.0, 1.0, 1.5, 2.0])
    assert (curve.x, curve.y) == ((1.25,), (40.0,))  # neither an empty bin nor what lies outside
    assert curve.error == pytest.approx((np.std([10, 20, 90]) / np.sqrt(3),))


def test_mean_energies_are_those_of_the_law():
    energy, angle = opening_angles.drawn(400_000, [2])
    expected = pi0_decays.mean_energy(0.002, *opening_angles.ENERGIES)
    found = opening_angles.mean_energy_near("near", energy, angle, 0.002)
    assert found.value == pytest.approx(expected, abs=4 * found.error + 0.002 * expected)


def test_shares_are_those_of_the_law():
    _, angle = opening_angles.drawn(200_000, [5])
    low = pi0_decays.lowest_energy(0.004)
    expected = integrate.quad(lambda energy: pi0_decays.fraction_below(0.004, energy), low, 510)[0] / 500
    found = opening_angles.share("below", angle < 0.004, "")
    assert abs(found.value - expected) < 4 * found.error
