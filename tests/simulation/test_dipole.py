"""Ways through the dipole: conserved momentum, circles, the Lorentz force step by step, particles that turn back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from keras_hep.simulation.dipole import Dipole
from keras_hep.simulation.solenoid import CURVATURE

MAGNET = Dipole(field=0.6, centre=1250.0, width=800.0)
START = np.array([[6.0, -34.0, -10.0]])


@settings(max_examples=50, deadline=None)
@given(
    field=st.floats(-1.5, 1.5),  # too weak to turn any of them back
    slopes=st.tuples(st.floats(-0.5, 0.5), st.floats(-0.5, 0.5)),
    pz=st.floats(1.2, 10),
    charge=st.sampled_from([-1, 1]),
)
def test_the_field_changes_neither_the_momentum_across_it_nor_that_along_it(field, slopes, pz, charge):
    momentum = pz * np.array([[*slopes, 1.0]])
    magnet = Dipole(field, 1250.0, 800.0)
    position, after = magnet.moved(START, momentum, np.array([charge]), 1800.0)
    np.testing.assert_allclose(np.hypot(after[:, 0], after[:, 2]), np.hypot(momentum[:, 0], momentum[:, 2]), rtol=1e-12)
    np.testing.assert_array_equal(after[:, 1], momentum[:, 1])
    push = -charge * CURVATURE * magnet.integral(-10.0, 1800.0)
    np.testing.assert_allclose(after[:, 0] - momentum[:, 0], push, rtol=1e-9, atol=1e-12)
    assert position[0, 2] == 1800.0


def test_without_field_the_way_is_straight():
    momentum = np.array([[0.3, -0.2, 2.0]])
    position, after = Dipole(0.0, 1250.0, 800.0).moved(START, momentum, np.array([1]), 1990.0)
    np.testing.assert_allclose(position, [[306.0, -234.0, 1990.0]], rtol=1e-12)
    np.testing.assert_array_equal(after, momentum)


def test_in_a_uniform_field_the_way_is_a_circle():
    field, size, z = 0.5, 1.0, 1500.0
    position, after = Dipole(field, 0.0, 1e9).moved(np.zeros((1, 3)), np.array([[0, 0.1, size]]), np.array([-1]), z)
    radius = size / (CURVATURE * field)
    assert position[0, 0] == pytest.approx(radius - np.sqrt(radius**2 - z**2), rel=1e-5)
    assert position[0, 1] == pytest.approx(0.1 * radius * np.arcsin(z / radius), rel=1e-5)
    assert after[0, 0] == pytest.approx(z / radius, rel=1e-9)


@pytest.mark.parametrize(("charge", "field", "side"), [(1, 0.6, -1), (-1, 0.6, 1), (1, -0.6, 1), (-1, -0.6, -1)])
def test_a_positive_particle_in_an_upward_field_bends_to_negative_x(charge, field, side):
    """The force is charge * v x B, and z x y = -x."""
    magnet = Dipole(field, 1250.0, 800.0)
    position, after = magnet.moved(np.zeros((1, 3)), np.array([[0, 0, 2.0]]), np.array([charge]), 1800.0)
    assert np.sign(position[0, 0]) == np.sign(after[0, 0]) == side


@pytest.mark.parametrize("momentum", [(0.1, 0.2, 0.7), (-0.4, 0.05, 1.0), (0.0, -0.3, 4.0)])
@pytest.mark.parametrize("charge", [-1, 1])
def test_the_way_is_that_of_the_lorentz_force(momentum, charge):
    position, after = MAGNET.moved(START, np.array([momentum]), np.array([charge]), 1836.68)
    expected = _runge_kutta(START[0], np.array(momentum), charge, 1836.68)
    np.testing.assert_allclose(position[0], expected[:3], atol=0.02)  # mm, below every resolution
    np.testing.assert_allclose(after[0], expected[3:], rtol=1e-6)


def _runge_kutta(position, momentum, charge, z, step=0.5):
    """Follow one particle with all three components of the force; the last step ends on the plane."""
    size = np.sqrt((momentum**2).sum())

    def change(state):
        direction = state[3:] / size
        field = np.array([0, MAGNET.at(state[2]), 0])
        return np.concatenate([direction, charge * CURVATURE * np.cross(direction, field)])

    state = np.concatenate([position, momentum])
    while z - state[2] > 1e-9:
        length = min(step, (z - state[2]) * size / state[5])
        first = change(state)
        second = change(state + length / 2 * first)
        third = change(state + length / 2 * second)
        fourth = change(state + length * third)
        state = state + length / 6 * (first + 2 * second + 2 * third + fourth)
    return state


def test_each_particle_has_its_own_start_and_its_own_way():
    random = np.random.default_rng(4)
    count = 5000  # more than a block
    position = random.normal(0, 50, (count, 3))
    momentum = np.column_stack([random.normal(0, 0.2, (count, 2)), random.uniform(1, 3, count)])
    charge = random.choice([-1, 1], count)
    before = position.copy(), momentum.copy()
    together = MAGNET.moved(position, momentum, charge, 900.0)
    np.testing.assert_array_equal(position, before[0])
    np.testing.assert_array_equal(momentum, before[1])
    for number in (0, 17, 4095, 4096, 4999):
        alone = MAGNET.moved(*(values[number : number + 1] for values in (position, momentum, charge)), 900.0)
        for ours, expected in zip(together, alone, strict=True):
            np.testing.assert_allclose(ours[number], expected[0], atol=1e-3)  # steps differ, below 15 mm both


def test_a_way_may_be_cut_in_two():
    momentum, charge = np.array([[0.1, 0.2, 0.8]]), np.array([1])
    whole = MAGNET.moved(START, momentum, charge, 1800.0)
    parts = MAGNET.moved(*MAGNET.moved(START, momentum, charge, 700.0), charge, 1800.0)
    np.testing.assert_allclose(whole[0], parts[0], atol=0.01)
    np.testing.assert_allclose(whole[1], parts[1], rtol=1e-12)


def test_what_turns_back_or_flies_backwards_is_lost():
    momentum = np.array([[0, 0, 0.1], [0, 0, -2.0], [0, 0, 2.0], [np.nan, 0, 1.0]])
    position, after = MAGNET.moved(np.zeros((4, 3)), momentum, np.ones(4), 1800.0)
    for values in (position, after):
        np.testing.assert_array_equal(np.isnan(values).all(axis=1), [True, True, False, True])
        assert np.isfinite(values[2]).all()


def test_a_particle_on_the_plane_stays_and_no_particle_is_no_error():
    momentum = np.array([[0.1, 0.2, 1.0]])
    position, after = MAGNET.moved(START, momentum, np.array([1]), -10.0)
    np.testing.assert_array_equal(position, START)
    np.testing.assert_allclose(after, momentum, rtol=1e-15)
    empty = MAGNET.moved(np.empty((0, 3)), np.empty((0, 3)), np.empty(0), 100.0)
    assert [values.shape for values in empty] == [(0, 3), (0, 3)]


@pytest.mark.parametrize(("low", "high"), [(-10.0, 123.4), (500.0, 2000.0), (1250.0, 1250.0)])
def test_the_integral_is_that_of_the_field(low, high):
    assert MAGNET.integral(low, high) == pytest.approx(quad(MAGNET.at, low, high)[0], rel=1e-9)
    assert MAGNET.at(1250.0) == 0.6
    assert MAGNET.at(2050.0) == pytest.approx(0.6 / np.e)


@pytest.mark.parametrize("width", [0.0, -3.0, np.nan])
def test_a_field_without_width_is_refused(width):
    with pytest.raises(ValueError, match=rf"width must be positive, got {width}; for a straight line set field=0"):
        Dipole(1.0, 0.0, width)
