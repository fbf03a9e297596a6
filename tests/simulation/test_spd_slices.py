"""Time slices of SPD tracks: geometry of the helices, losses of hits, and what the seed promises."""

import dataclasses
import json

import numpy as np
import pytest
from scipy import stats

from keras_hep.simulation.drift_times import drift_intervals
from keras_hep.simulation.spd import HALF_LENGTH, RADIUS_PER_PT, RESOLUTION
from keras_hep.simulation.spd_slices import RADII, STATIONS, SPDSlices, chord_points

SLICES = SPDSlices()
EXACT = SPDSlices(smearing="none", efficiency=1.0)
STEP = 700 / 34  # mm between stations


@pytest.fixture(scope="module")
def drawn():
    """200 time slices as published."""
    return [SLICES.slice([2025, number]) for number in range(200)]


@pytest.fixture(scope="module")
def exact():
    """40 time slices without smearing or losses of hits."""
    return [EXACT.slice([2026, number]) for number in range(40)]


def tracks_of(slice_):
    """Return the hits of each track, list of float64 arrays."""
    return np.split(slice_.hits.astype(float), np.cumsum(slice_.hit_counts)[:-1])


def circle(points):
    """Return centre and radius of the circle through the first, the middle and the last of `points`."""
    a, b, c = points[0, :2], points[len(points) // 2, :2], points[-1, :2]
    matrix, squares = 2 * np.stack([b - a, c - a]), np.array([b @ b - a @ a, c @ c - a @ a])
    centre = np.linalg.solve(matrix, squares)
    return centre, np.hypot(*(a - centre))


def test_lengths_of_tracks_are_the_published_ones(drawn):
    counts = np.concatenate([slice_.hit_counts for slice_ in drawn])
    assert counts.mean() == pytest.approx(32.5, abs=0.15)
    assert 0.035 < (counts < 28).mean() < 0.055
    assert counts.min() >= 3
    assert counts.max() == STATIONS


def test_intervals_are_those_of_events(drawn):
    for slice_ in drawn:
        np.testing.assert_array_equal(slice_.intervals, drift_intervals(slice_.event, slice_.events, 2))
        assert set(slice_.event.tolist()) == set(range(slice_.events))


def test_hits_are_outward_and_inside_the_detector(drawn):
    hits = np.concatenate([slice_.hits for slice_ in drawn])
    assert np.abs(hits[:, 2]).max() < HALF_LENGTH + 6 * RESOLUTION
    radius = np.hypot(hits[:, 0], hits[:, 1])
    assert 150 - 2 * 60 < radius.min() < 110  # inside of the station by up to twice the vertex's distance from the axis
    assert 849 < radius.max() < 850 + 6 * RESOLUTION
    for slice_ in drawn[:20]:
        for track in tracks_of(slice_):
            assert np.all(np.diff(np.hypot(*(track - track[0]).T[:2])) > 0)


def test_tracks_are_smooth(drawn):
    """Neighbours are one step of the stations apart, or several where hits are missing, and turn little."""
    turns = []
    for slice_ in drawn[:20]:
        for track in tracks_of(slice_):
            steps = np.diff(track[:, :2], axis=0)
            missing = np.hypot(*steps.T) / STEP
            assert np.all(missing > 0.9)
            directions = np.unwrap(np.arctan2(steps[:, 1], steps[:, 0]))
            turns.append(np.abs(np.diff(directions)))
    turns = np.concatenate(turns)
    assert np.median(turns) < 0.02
    assert turns.max() < 0.5


def test_hits_of_a_track_lie_on_a_circle_of_its_momentum(exact):
    radii = []
    for track in (track for slice_ in exact for track in tracks_of(slice_) if len(track) > 20):
        centre, radius = circle(track)
        np.testing.assert_allclose(np.hypot(*(track[:, :2] - centre).T), radius, rtol=1e-5)
        radii.append(radius / RADIUS_PER_PT)
    assert stats.kstest(radii, "uniform", (0.1, 0.9)).pvalue > 1e-3


def test_chords_from_the_vertex_are_the_radii_of_the_stations_less_its_distance():
    random = np.random.default_rng(3)
    pt, phi = random.uniform(0.1, 1, 300), random.uniform(0, 2 * np.pi, 300)
    cotangent, charge = random.normal(0, 1, 300), random.choice([-1, 1], 300)
    vertex = np.stack([*random.normal(0, 10, (2, 300)), random.uniform(-300, 300, 300)])
    points = chord_points(pt, cotangent, phi, charge, vertex)
    way = points - vertex[:, :, None]
    chord, radius = np.hypot(way[0], way[1]), RADIUS_PER_PT * pt
    np.testing.assert_allclose(chord, RADII - np.hypot(*vertex[:2])[:, None], rtol=1e-12)
    side = np.stack([np.sin(phi), -np.cos(phi)]) * charge  # positive ones turn to the right of their momentum
    centre = vertex[:2] + radius * side
    np.testing.assert_allclose(np.hypot(*(points[:2] - centre[:, :, None])), radius[:, None] + 0 * chord, rtol=1e-12)
    arc = 2 * radius[:, None] * np.arcsin(chord / (2 * radius[:, None]))
    np.testing.assert_allclose(way[2], cotangent[:, None] * arc, rtol=1e-10)
    forwards = way[0] * np.cos(phi)[:, None] + way[1] * np.sin(phi)[:, None]
    assert np.all(forwards > 0)


def test_a_helix_that_turns_back_has_no_hit_behind():
    slow = np.array([0.05])
    points = chord_points(slow, slow, slow, np.ones(1), np.zeros((3, 1)))[:, 0]
    reached = 2 * RADIUS_PER_PT * slow > RADII
    np.testing.assert_array_equal(np.isnan(points).any(axis=0), ~reached)
    assert reached.any()


def test_tracks_of_an_event_come_from_one_vertex_with_the_stated_law(exact):
    """The circles of two tracks cross at the vertex, from which all of the event have the chord of the first station.

    Circles that nearly touch do not tell where they cross: the chord is asked of most events alone.
    """
    vertices, chords_off, depths_off = [], [], []
    for slice_ in exact:
        tracks = tracks_of(slice_)
        for event in range(slice_.events):
            own = [tracks[number] for number in np.flatnonzero(slice_.event == event)]
            vertex = nearest_crossing(*circle(own[0]), *circle(own[1]))
            depths = [depth_at(vertex, track) for track in own]
            vertices.append([*vertex, depths[0]])
            first = [np.hypot(*(track[0, :2] - vertex)) for track in own]
            chords_off.append(np.abs(first - (150 - np.hypot(*vertex))).max())
            depths_off.append(np.ptp(depths))
    assert np.percentile(chords_off, 90) < 0.1
    assert np.percentile(depths_off, 80) < 0.1
    x, y, z = np.array(vertices).T
    for coordinate in (x, y):
        assert stats.kstest(coordinate, "norm", (0, 10)).pvalue > 1e-3
    assert stats.kstest(z, "uniform", (-300, 600)).pvalue > 1e-3


def depth_at(vertex, track):
    """Return z at the vertex: z grows with the arc, which the first two hits tell."""
    _, radius = circle(track)
    arcs = 2 * radius * np.arcsin(np.hypot(*(track[:2, :2] - vertex).T) / (2 * radius))
    return track[0, 2] - arcs[0] * (track[1, 2] - track[0, 2]) / (arcs[1] - arcs[0])


def nearest_crossing(first, one, second, other):
    """Return that of the two crossings of two circles that is nearer to the axis."""
    way = second - first
    distance = np.hypot(*way)
    along = (distance**2 + one**2 - other**2) / (2 * distance)
    across = np.sqrt(max(one**2 - along**2, 0))
    base, normal = first + along * way / distance, np.array([-way[1], way[0]]) / distance
    return min((base + sign * across * normal for sign in (-1, 1)), key=lambda point: np.hypot(*point))


@pytest.mark.parametrize("smearing", ["published", "azimuthal"])
def test_smearing_is_gaussian_in_its_direction(smearing):
    exact, measured = (
        np.concatenate([dataclasses.replace(SLICES, smearing=name).slice(seed).hits for seed in range(20)]).astype(
            float
        )
        for name in ("none", smearing)
    )
    x, y, _ = exact.T
    shift = measured - exact
    along = np.stack([x, -y] if smearing == "published" else [-y, x]) / np.hypot(x, y)
    size = (shift[:, :2].T * along).sum(axis=0)
    np.testing.assert_allclose(shift[:, :2].T, size * along, atol=2e-4)
    for values in (size, shift[:, 2]):
        assert stats.kstest(values, "norm", (0, RESOLUTION)).pvalue > 1e-3


@pytest.mark.parametrize("efficiency", [0.95, 0.6])
def test_efficiency_drops_hits_at_random(efficiency):
    slices = dataclasses.replace(SLICES, efficiency=efficiency, minimum_hits=1)
    counts = np.concatenate([slices.slice(seed).hit_counts for seed in range(100)])
    whole = np.concatenate([dataclasses.replace(slices, efficiency=1.0).slice(seed).hit_counts for seed in range(100)])
    error = 4 * np.hypot(counts.std() / np.sqrt(len(counts)), efficiency * whole.std() / np.sqrt(len(whole)))
    assert abs(counts.mean() - efficiency * whole.mean()) < error
    # A complete track has a binomial number of hits; short ones are the few that leave through the ends.
    central = counts[counts > 35 * efficiency - 4 * np.sqrt(35 * efficiency * (1 - efficiency))]
    assert central.std() == pytest.approx(np.sqrt(35 * efficiency * (1 - efficiency)), rel=0.12)


@pytest.mark.parametrize("minimum_hits", [3, 28, 33])
def test_short_tracks_are_drawn_again(minimum_hits):
    slices = dataclasses.replace(SLICES, minimum_hits=minimum_hits)
    counts = np.concatenate([slices.slice(seed).hit_counts for seed in range(60)])
    assert counts.min() >= minimum_hits
    shortest = dataclasses.replace(SLICES, minimum_hits=1)
    assert min(shortest.slice(seed).hit_counts.min() for seed in range(400)) < 3


@pytest.mark.parametrize("change", [{"resolution": 7}, {"jitter": 1.0}, {"resolution": 4, "jitter": 0.5}])
def test_resolution_and_jitter_change_the_intervals_alone(change):
    for seed in range(5):
        slice_, other = SLICES.slice(seed), dataclasses.replace(SLICES, **change).slice(seed)
        for name in ("hits", "hit_counts", "event"):
            np.testing.assert_array_equal(getattr(slice_, name), getattr(other, name))
        assert slice_.events == other.events
        assert np.any(slice_.intervals != other.intervals)


def test_same_seed_same_bits_other_seed_other_bits():
    slices = SPDSlices(jitter=1.0)
    first, again, other = (slices.slice(seed) for seed in ([1, 2], [1, 2], [1, 3]))
    for name in ("hits", "hit_counts", "event", "intervals"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
    assert first.hits.shape != other.hits.shape or np.any(first.hits != other.hits)


def test_fields_are_plain():
    fields = dataclasses.asdict(SPDSlices(mean_events=10, jitter=0.5))
    assert SPDSlices(**json.loads(json.dumps(fields))) == SPDSlices(mean_events=10, jitter=0.5)


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        ({"mean_events": 0}, "SPDSlices: mean_events must be a positive finite number, got 0"),
        ({"resolution": -1}, "resolution must be an int of at least 0"),
        ({"jitter": -1.0}, "jitter must be a finite number of at least 0"),
        ({"most_tracks": 1}, "most_tracks must be an int of at least 2"),
        ({"efficiency": 0.0}, "efficiency is a probability above 0, got 0.0"),
        ({"efficiency": 1.1}, "efficiency is a probability"),
        ({"minimum_hits": 0}, "minimum_hits must be an int from 1 to 35 times efficiency, got 0"),
        ({"minimum_hits": 34}, "minimum_hits must be an int from 1 to 35 times efficiency, got 34"),
        ({"minimum_hits": 3.0}, "minimum_hits must be an int"),
        ({"smearing": "radial"}, "smearing must be one of published, azimuthal, none, got 'radial'"),
    ],
)
def test_what_cannot_be_drawn_is_refused(arguments, rule):
    with pytest.raises(ValueError, match=rule):
        SPDSlices(**arguments)
