"""Where helices cross the stations of the SPD toy: by hand, by both equations, and under rotations and reflections."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_hep.simulation.spd import HALF_LENGTH, RADII, RADIUS_PER_PT, STATIONS, SPDToy, crossings

LAST = STATIONS - 1

helices = st.fixed_dictionaries(
    {
        "pt": st.floats(0.1, 1.0),
        "theta": st.floats(0.05, np.pi - 0.05),
        "phi": st.floats(0, 2 * np.pi),
        "charge": st.sampled_from([-1, 1]),
        "vx": st.floats(-60, 60),
        "vy": st.floats(-60, 60),
        "vz": st.floats(-300, 300),
    }
)


def cross(**parameters):
    """Return x, y, z of one helix at all stations, float64 arrays."""
    return crossings(**{name: np.array([value], float) for name, value in parameters.items()})[..., 0]


def centre_of(pt, phi, charge, vx, vy, **others):
    """Return the centre of the circle and its radius, mm: right of the momentum where the charge is positive."""
    radius = RADIUS_PER_PT * pt
    return vx + charge * radius * np.sin(phi), vy - charge * radius * np.cos(phi), radius


def test_radius_of_curvature():
    radius = 0.232 * RADIUS_PER_PT
    assert radius == pytest.approx(1000)  # 0.29 x 0.8 T x 1 m
    assert RADII[-1] < 2 * radius * 0.1 / 0.232  # the slowest track reaches the last station


def test_stations():
    assert len(RADII) == STATIONS == 35
    assert (RADII[0], RADII[-1]) == (270, 850)
    np.testing.assert_allclose(np.diff(RADII), 580 / 34)


@pytest.mark.parametrize(
    ("phi", "charge", "expected"),
    [
        # Half the turn has the sine 850 / (2 x 1000) = 0.425 and the cosine 0.90519335; it is 0.43896189.
        (0.0, 1, (769.41435, -361.25, 977.92377)),
        (0.0, -1, (769.41435, 361.25, 977.92377)),
        (np.pi / 2, 1, (361.25, 769.41435, 977.92377)),
        (np.pi, -1, (-769.41435, -361.25, 977.92377)),
    ],
)
def test_by_hand_from_the_axis(phi, charge, expected):
    x, y, z = cross(pt=0.232, theta=np.pi / 4, phi=phi, charge=charge, vx=0, vy=0, vz=100)
    np.testing.assert_allclose((x[LAST], y[LAST], z[LAST]), expected, atol=1e-4)


def test_by_hand_from_a_displaced_vertex():
    """The centre is at x = 1010 mm: x = (1010^2 - 1000^2 + 850^2) / 2020, and y by Pythagoras."""
    x, y, z = cross(pt=0.232, theta=np.pi / 2, phi=np.pi / 2, charge=1, vx=10, vy=0, vz=-7)
    np.testing.assert_allclose((x[LAST], y[LAST], z[LAST]), (367.62376, 766.38944, -7), atol=1e-4)


def test_a_track_that_turns_back_before_a_station_misses_it():
    # The circle has the diameter 862.07 mm and starts at 10 mm, towards the vertex's own side or away from it.
    away = cross(pt=0.1, theta=np.pi / 2, phi=np.pi / 2, charge=1, vx=10, vy=0, vz=0)
    across = cross(pt=0.1, theta=np.pi / 2, phi=np.pi / 2, charge=-1, vx=20, vy=0, vz=0)
    assert np.isfinite(away).all()
    np.testing.assert_array_equal(np.isnan(across), np.tile(RADII > 2 * RADIUS_PER_PT * 0.1 - 20, (3, 1)))
    assert 0 < np.isnan(across[0]).sum() < STATIONS


@settings(max_examples=300, deadline=None)
@given(helix=helices)
def test_crossings_are_the_first_points_of_the_helix_on_the_cylinders(helix):
    x, y, z = cross(**helix)
    centre_x, centre_y, radius = centre_of(**helix)
    farthest = np.hypot(centre_x, centre_y) + radius
    reached = farthest > RADII
    near = np.abs(farthest - RADII) < 1e-6
    np.testing.assert_array_equal(np.isfinite(x)[~near], reached[~near])
    seen = reached & ~near
    np.testing.assert_allclose(np.hypot(x, y)[seen], RADII[seen], atol=1e-5)
    np.testing.assert_allclose(np.hypot(x - centre_x, y - centre_y)[seen], radius, atol=1e-5)
    start = np.arctan2(helix["vy"] - centre_y, helix["vx"] - centre_x)
    turn = helix["charge"] * (start - np.arctan2(y - centre_y, x - centre_x)) % (2 * np.pi)
    np.testing.assert_allclose(z[seen], (helix["vz"] + radius / np.tan(helix["theta"]) * turn)[seen], atol=1e-2)
    for end, station in zip(turn[seen], RADII[seen], strict=True):
        angle = start - helix["charge"] * np.linspace(0, end, 400)[:-1]
        before = np.hypot(centre_x + radius * np.cos(angle), centre_y + radius * np.sin(angle))
        assert before.max() < station


@settings(max_examples=50, deadline=None)
@given(helix=helices, angle=st.floats(0, 2 * np.pi))
def test_a_rotated_helix_has_rotated_hits(helix, angle):
    x, y, z = cross(**helix)
    sine, cosine = np.sin(angle), np.cos(angle)
    vx, vy = cosine * helix["vx"] - sine * helix["vy"], sine * helix["vx"] + cosine * helix["vy"]
    rotated = cross(**helix | {"vx": vx, "vy": vy, "phi": helix["phi"] + angle})
    off_limit = np.isfinite(x) & np.isfinite(rotated[0])
    assert off_limit.sum() >= STATIONS - np.isnan(x).sum() - 1  # one may be on the very limit of what is reached
    expected = np.stack([cosine * x - sine * y, sine * x + cosine * y, z])
    np.testing.assert_allclose(rotated[:, off_limit], expected[:, off_limit], atol=0.05)


@settings(max_examples=50, deadline=None)
@given(helix=helices)
def test_the_other_charge_is_the_mirror_image(helix):
    mirrored = {name: -helix[name] for name in ("phi", "vy", "charge")}
    x, y, z = cross(**helix)
    np.testing.assert_allclose(cross(**helix | mirrored), np.stack([x, -y, z]), rtol=1e-12, atol=1e-9)


def test_z_is_linear_in_the_turn():
    """Recomputed from hits alone: in every track z grows by the same for each radian about the centre."""
    toy = SPDToy(events=300, fakes=False, smearing="none")
    event = toy.event(21)
    hits, tracks = event.hits, event.tracks
    radius = RADIUS_PER_PT * tracks["pt"].astype(float)[hits["track"]]
    turn = 2 * np.arcsin(np.hypot(hits["x"], hits["y"]) / (2 * radius))
    slope = (radius / np.tan(tracks["theta"].astype(float)[hits["track"]])) * turn
    np.testing.assert_allclose(hits["z"] - tracks["vz"][hits["track"]], slope, atol=0.01)
    azimuth = np.arctan2(hits["y"], hits["x"]) - tracks["phi"][hits["track"]]
    turned = -tracks["charge"][hits["track"]] * turn / 2
    np.testing.assert_allclose(np.cos(azimuth - turned), 1, atol=1e-6)


def test_both_vertices_agree_on_the_axis_and_single_precision_is_enough():
    toy = SPDToy(events=500, fakes=False, smearing="none", vertex="exact")
    event = toy.event(22)
    doubled = {name: column.astype(float) for name, column in event.tracks.items() if name not in ("track", "event")}
    positions = crossings(**doubled)[:, event.hits["station"], event.hits["track"]]
    found = np.stack([event.hits[name] for name in "xyz"])
    assert np.abs(found - positions).max() < 0.01  # a tenth of the resolution
    at_axis = crossings(**doubled | {"vx": np.zeros(len(doubled["vx"])), "vy": np.zeros(len(doubled["vx"]))})
    sine = RADII[:, None] / (2 * RADIUS_PER_PT * doubled["pt"])
    angle = doubled["phi"] - doubled["charge"] * np.arcsin(sine)
    np.testing.assert_allclose(at_axis[0], RADII[:, None] * np.cos(angle), atol=1e-6)


def test_hits_end_where_the_detector_does():
    event = SPDToy(events=500, fakes=False, smearing="none").event(23)
    doubled = {name: column.astype(float) for name, column in event.tracks.items() if name not in ("track", "event")}
    inside = np.abs(crossings(**doubled)[2]) < HALF_LENGTH
    found = np.zeros_like(inside)
    found[event.hits["station"], event.hits["track"]] = True
    np.testing.assert_array_equal(found, inside)
    assert not inside.all()
