import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_hep.simulation.solenoid import CURVATURE, Helices, Solenoid

ANGLE = st.floats(-np.pi, np.pi)
CURVED = st.floats(1e-5, 6e-3).flatmap(lambda size: st.sampled_from((size, -size)))
STRONGLY_CURVED = st.floats(3e-4, 6e-3).flatmap(lambda size: st.sampled_from((size, -size)))


def helix(x=0.0, y=0.0, z=0.0, direction=0.0, slope=0.0, curvature=1e-3):
    values = np.broadcast_arrays(*map(np.atleast_1d, (x, y, z, np.cos(direction), np.sin(direction), slope, curvature)))
    return Helices(*(np.array(value, float) for value in values))


def test_the_field_is_that_of_the_slice():
    solenoid = Solenoid(edges=(100.0, 300.0), fields=(2.0, 1.5, 0.5))
    assert solenoid.field(np.array([0.0, -99.0, 101.0, -250.0, 301.0, -9000.0])).tolist() == [2, 2, 1.5, 1.5, 0.5, 0.5]


@pytest.mark.parametrize(("edges", "fields"), [((100.0,), (2.0,)), ((300.0, 100.0), (2.0, 1.0, 0.0)), ((), ())])
def test_slices_that_do_not_fit_are_refused(edges, fields):
    with pytest.raises(ValueError, match="fields is one longer than edges, which ascend, got"):
        Solenoid(edges, fields)


def test_a_particle_of_300_MeV_in_2_T_turns_on_half_a_metre():
    radius = 0.3 / (CURVATURE * 2.0)
    assert radius == pytest.approx(500.3, abs=0.1)


def test_a_quarter_of_a_turn():
    moved = helix(curvature=0.01, slope=2.0).moved(np.pi / 2 / 0.01)
    np.testing.assert_allclose([moved.x, moved.y, moved.z], [[100], [100], [100 * np.pi]], atol=1e-9)
    np.testing.assert_allclose([moved.tx, moved.ty], [[0], [1]], atol=1e-12)


@given(ANGLE, CURVED, st.floats(-3000, 3000), st.floats(-8, 8))
def test_moving_keeps_the_circle_and_goes_back(direction, curvature, path, slope):
    start = helix(3.0, -4.0, 5.0, direction, slope, curvature)
    moved = start.moved(path)
    for there in (start, moved):
        centre = there.x - there.ty / curvature, there.y + there.tx / curvature
        np.testing.assert_allclose(centre, [start.x - start.ty / curvature, start.y + start.tx / curvature], atol=1e-6)
        np.testing.assert_allclose(np.hypot(there.tx, there.ty), 1, atol=1e-12)
    back = moved.moved(-path)
    np.testing.assert_allclose([back.x, back.y, back.z], [[3.0], [-4.0], [5.0]], atol=1e-6)


@given(ANGLE, CURVED, st.floats(-3000, 3000))
def test_the_other_charge_mirrors_the_way(direction, curvature, path):
    moved, mirrored = (
        helix(1.0, 2.0, 0.0, direction, 1.0, curvature),
        helix(1.0, -2.0, 0.0, -direction, 1.0, -curvature),
    )
    moved, mirrored = moved.moved(path), mirrored.moved(path)
    np.testing.assert_allclose([mirrored.x, mirrored.y, mirrored.z], [moved.x, -moved.y, moved.z], atol=1e-6)


@settings(max_examples=200)
@given(ANGLE, ANGLE, STRONGLY_CURVED, st.floats(1, 900), st.floats(10, 1000), st.booleans())
def test_the_first_crossing_of_a_cylinder_is_that_of_small_steps(at, direction, curvature, start, radius, outwards):
    if abs(start - radius) < 1 or (start < radius) != outwards:
        return  # exits are asked from inside, entries from outside
    particle = helix(start * np.cos(at), start * np.sin(at), 0.0, direction, 0.0, curvature)
    path = particle.path_to_cylinder(np.array([radius]), np.array([outwards]))[0]
    steps = np.linspace(0, 2 * np.pi / abs(curvature), 20_001)  # of 1 mm at most
    way = particle.moved(steps)
    beyond = np.hypot(way.x, way.y) > radius
    crossing = np.flatnonzero(beyond[1:] != beyond[:-1])
    margin = np.abs(np.hypot(way.x, way.y) - radius).min()
    if len(crossing):
        assert steps[crossing[0]] - 1e-6 <= path <= steps[crossing[0] + 1] + 1e-6
    elif margin > 1:  # small steps may miss a way that only touches
        assert np.isinf(path)


@given(ANGLE, CURVED, st.floats(20, 1000), st.booleans())
def test_a_particle_on_a_cylinder_does_not_cross_it_again_at_once(direction, curvature, radius, outwards):
    radial = np.cos(direction)
    if abs(radial) < 0.05:
        return
    particle = helix(radius, 0.0, 0.0, direction, 0.0, curvature)
    path = particle.path_to_cylinder(np.array([radius]), np.array([outwards]))[0]
    # It leaves the cylinder in the direction in which it moves; the crossing asked for is the one after that.
    if (radial > 0) != outwards and np.isfinite(path):
        assert path > 1e-3
        there = particle.moved(path)
        assert np.hypot(there.x, there.y)[0] == pytest.approx(radius, rel=1e-6)
        assert ((there.x * there.tx + there.y * there.ty)[0] > 0) == outwards


def test_rotation_about_the_axis_changes_no_path():
    angle = np.linspace(-3, 3, 7)
    particle = helix(50 * np.cos(angle), 50 * np.sin(angle), 0.0, angle + 0.4, 0.5, 2e-3)
    path = particle.path_to_cylinder(np.full(7, 200.0), np.full(7, True))
    np.testing.assert_allclose(path, path[0], rtol=1e-12)


def test_a_disc_is_reached_forwards_only():
    particle = helix(z=[0.0, 0.0, 10.0, 0.0], slope=[2.0, -2.0, 0.5, 0.0])
    assert particle.path_to_disc(np.array([10.0, 10.0, 10.0, 10.0])).tolist() == [5.0, np.inf, 0.0, np.inf]


@given(ANGLE, st.floats(-1.2, 1.2), CURVED, st.floats(-20, 20))
def test_the_path_to_a_plane_ends_on_it(normal, incidence, curvature, distance):
    particle = helix(0.0, 0.0, 0.0, normal + incidence, 1.0, curvature)
    path = particle.path_to_upright_plane(np.array([distance]), np.cos(normal), np.sin(normal))
    # The sine of the angle to the normal changes by curvature times distance: beyond 1 the helix has turned before.
    if abs(np.sin(incidence) - curvature * distance) > 1:
        assert np.isnan(path[0])
    else:
        there = particle.moved(path)
        assert distance + there.x[0] * np.cos(normal) + there.y[0] * np.sin(normal) == pytest.approx(0, abs=1e-8)
