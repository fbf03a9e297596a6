"""The compiled growth: the candidates of the growth in NumPy, and every rule on tracks made by hand."""

import functools
import json

import keras
import numpy as np
import pytest

from keras_hep.models import TrackNET, TrackNETGrowth
from keras_hep.models.padded_hits import padded_hits
from keras_hep.simulation.spd import HALF_LENGTH, RADII, STATIONS, SPDToy
from keras_hep.tracking.candidate_growth import grow
from keras_hep.tracking.coordinates import Scaling
from keras_hep.tracking.growth_rules import GrowthRules
from keras_hep.tracking.track_net_cell import TrackNETCell

BOX = Scaling((-851, -851, -HALF_LENGTH), (851, 851, HALF_LENGTH))
PITCH = 1 - (RADII[1] - RADII[0]) / RADII[0]
BARREL = {"geometry": "barrel", "first_ratio": float(PITCH), "step": 0.02, "scales": [0.01, 0.002]}
STRAIGHT = {"geometry": "barrel", "first_ratio": 0.0, "step": 0.1, "scales": [0.0, 0.0]}


def network(heads, frame=BARREL, unit=0.02, seed=3):
    """A network that goes on straight, with corrections and sizes that depend on all hits so far."""
    model, random = TrackNET(heads=heads, frame=frame, unit=unit), np.random.default_rng(seed)
    model.set_weights([random.normal(0, 0.3, weight.shape) for weight in model.get_weights()])
    return model


def time_slices(efficiency, number=3):
    """Slices of different sizes: scaled positions and stations."""
    slices = [SPDToy(events=1 + seed, efficiency=efficiency).event([5, seed]).hits for seed in range(number)]
    return [(BOX.scale(np.stack([hits[axis] for axis in "xyz"], axis=1)), hits["station"]) for hits in slices]


def in_order(hits, distance):
    order = np.lexsort(hits.T)
    return hits[order], distance[order]


def equal_to_numpy(model, events, capacity=None, jit_compile=True, **rules):
    """Return the hits of all candidates, after comparing them with those of the growth in NumPy."""
    growth = TrackNETGrowth(model, STATIONS, capacity=capacity, **rules)
    growth.compile(jit_compile=jit_compile)
    found, expected = growth.grow(events), grown_in_numpy(model, events, **rules)
    for ours, theirs in zip(found, expected, strict=True):
        (hits, distance), wanted = in_order(*ours), in_order(theirs.hits, theirs.distance)
        np.testing.assert_array_equal(hits, wanted[0])
        np.testing.assert_allclose(distance, wanted[1], rtol=1e-3, atol=1e-9)
    return np.concatenate([hits for hits, _ in found])


def grown_in_numpy(model, events, **rules):
    cell = TrackNETCell.of(model)
    return [grow(cell, *event, STATIONS, GrowthRules(**rules)) for event in events]


@pytest.mark.parametrize("arguments", [{}, {"jit_compile": False}, {"capacity": 40}])
def test_equal_to_the_growth_in_numpy(arguments):
    assert len(equal_to_numpy(network(heads=1), time_slices(1.0), **arguments)) > 20


def test_first_radius_and_acceptance_are_those_of_the_growth_in_numpy():
    model, events = network(heads=1), time_slices(1.0)
    found = equal_to_numpy(model, events, first_radius=1.5, acceptance=(None, None, 0.6), minimum_hits=5)
    plain = np.concatenate([candidates.hits for candidates in grown_in_numpy(model, events)])
    assert {*map(tuple, found.tolist())} - {*map(tuple, plain.tolist())}
    assert {*map(tuple, plain.tolist())} - {*map(tuple, found.tolist())}


@pytest.mark.parametrize("arguments", [{"capacity": 40}, {"most_virtual": 2, "consecutive_virtual": 2}])
def test_step_ahead_is_that_of_the_growth_in_numpy(arguments):
    hits = equal_to_numpy(network(heads=2), time_slices(0.8), step_ahead=True, **arguments)
    crossed = np.logical_or.accumulate((hits >= 0)[:, ::-1], axis=1)[:, ::-1] & (hits < 0)
    assert crossed.sum() > 10
    assert crossed[:, 1].any()


def straight_track(distances, azimuth=0.0):
    """Hits on a straight line from the origin at given distances; station n is at distance (n + 1) / 10."""
    distances = np.array(distances)
    direction = np.array([np.cos(azimuth), np.sin(azimuth), 0])
    return (distances[:, None] * direction).astype(np.float32), np.rint(10 * distances).astype(int) - 1


@functools.cache
def straight_on(heads=1, **arguments):
    """Return a growth by straight continuation with spheres of 0.05 ln 2, compiled once for all tests."""
    model = TrackNET(heads=heads, frame=STRAIGHT, unit=0.05)
    model.set_weights([np.zeros(weight.shape) for weight in model.get_weights()])
    return TrackNETGrowth(model, stations=8, minimum_hits=2, **arguments)


def grown(tracks, **arguments):
    """Return the hits of candidates in `tracks`, pairs of positions and stations."""
    positions, station = (np.concatenate(parts) for parts in zip(*tracks, strict=True))
    growth = straight_on(heads=2 if arguments.get("step_ahead") else 1, **arguments)
    ((hits, _),) = growth.grow([(positions, station)], most=4)
    return hits.tolist()


def test_a_track_is_followed_to_its_end():
    assert grown([straight_track([0.1, 0.2, 0.3, 0.4])]) == [[0, 1, 2, 3, -1, -1, -1, -1]]


def test_the_nearest_hit_is_taken_and_of_equal_ones_the_first():
    track, (near, station) = straight_track([0.1, 0.2, 0.3]), straight_track([0.2])
    shifts = np.float32([[0, 0.02, 0], [0, -0.01, 0], [0, 0.01, 0]])
    others = [(near + shift, station) for shift in shifts]
    assert grown([track, *others])[0][1] == 1
    without = tuple(part[[0, 2]] for part in track)
    assert grown([without, *others])[0][1] == 3


@pytest.mark.parametrize(("off", "found"), [(0.0346, True), (0.0347, False)])  # 0.05 ln 2 = 0.034657
def test_a_hit_outside_the_sphere_is_not_taken(off, found):
    positions, station = straight_track([0.1, 0.2])
    positions[1, 2] += off
    assert grown([(positions, station)]) == ([[0, 1, *[-1] * 6]] if found else [])


def test_a_missing_hit_is_crossed_by_step_ahead_alone():
    track = straight_track([0.1, 0.2, 0.4, 0.5])
    assert grown([track]) == [[0, 1, *[-1] * 6]]
    assert grown([track], step_ahead=True) == [[0, 1, -1, 2, 3, -1, -1, -1]]


def test_a_candidate_does_not_end_on_a_missing_hit():
    positions, station = straight_track([0.1, 0.2, 0.4])
    positions[2, 2] = 0.03  # seen by the second sphere around (0.4, 0, 0)
    assert grown([(positions, station)], step_ahead=True) == [[0, 1, -1, 2, *[-1] * 4]]
    positions[2, 2] = 0.04
    assert grown([(positions, station)], step_ahead=True) == [[0, 1, *[-1] * 6]]


def test_after_a_missing_first_hit_the_hit_of_the_first_prediction_is_taken():
    positions, station = straight_track([0.1, 0.3, 0.4])
    positions[1, 2] = 0.03
    nearer = straight_track([0.3])
    found = grown([(positions, station)], step_ahead=True)
    assert found == [[0, -1, 1, *[-1] * 5]]  # the step to the next hit is too steep then
    assert grown([(positions, station), nearer], step_ahead=True) == [[0, -1, 3, 2, *[-1] * 4]]


@pytest.mark.parametrize(("arguments", "hits"), [({}, 5), ({"most_virtual": 1}, 3)])
def test_only_so_many_stations_are_crossed(arguments, hits):
    track = straight_track([0.1, 0.2, 0.4, 0.6, 0.7])
    found = grown([track], step_ahead=True, **arguments)
    assert np.count_nonzero(np.array(found) >= 0) == hits


def test_acceptance_ends_a_candidate_at_its_predicted_centre():
    along_x, along_y = (straight_track([0.1, 0.2, 0.3, 0.4, 0.5], azimuth) for azimuth in (0, np.pi / 2))
    assert grown([along_x], acceptance=(0.35, None, None)) == [[0, 1, 2, *[-1] * 5]]
    assert grown([along_y], acceptance=(0.35, None, None)) == [[0, 1, 2, 3, 4, *[-1] * 3]]


def test_capacity_suffices_or_is_refused():
    tracks = [straight_track([0.1, 0.2, 0.3], azimuth) for azimuth in (0, 1, 2)]
    assert len(grown(tracks[:2], capacity=2)) == 2
    with pytest.raises(ValueError, match="capacity must be at least 3 for these slices, got 2"):
        grown(tracks, capacity=2)
    with pytest.raises(ValueError, match="most must be at least the capacity of 2, got 1"):
        straight_on(capacity=2).grow([tracks[0]], most=1)


def test_distance_is_the_mean_squared_one():
    positions, station = straight_track([0.1, 0.2, 0.3])
    positions[2, 2] = 0.03
    ((_, distance),) = straight_on().grow([(positions, station)], most=4)
    np.testing.assert_allclose(distance, [0.03**2 / 2], rtol=1e-5)


def test_events_without_hits_have_no_candidates():
    nothing = np.zeros((0, 3), np.float32), np.zeros(0, int)
    empty, one = straight_on().grow([nothing, straight_track([0.1, 0.2])])
    assert empty[0].shape == (0, 8)
    assert one[0].tolist() == [[0, 1, *[-1] * 6]]


def test_a_published_network_grows_as_well():
    model, events = network(heads=1, frame=None, unit=1.0), time_slices(1.0)
    assert len(equal_to_numpy(model, events, minimum_hits=2))


def test_configuration_and_saving(tmp_path):
    growth = TrackNETGrowth(network(heads=2), STATIONS, acceptance=[None, None, 1.0], step_ahead=True, capacity=7)
    again = TrackNETGrowth.from_config(json.loads(json.dumps(growth.get_config())))
    assert again.get_config() == growth.get_config()
    serialized = json.loads(json.dumps(keras.saving.serialize_keras_object(growth)))
    assert serialized["registered_name"] == "keras_hep>TrackNETGrowth"
    growth.save(tmp_path / "growth.keras")
    loaded = keras.saving.load_model(tmp_path / "growth.keras")
    for weights, expected in zip(loaded.network.get_weights(), growth.network.get_weights(), strict=True):
        np.testing.assert_array_equal(weights, expected)


def test_what_cannot_grow_is_refused():
    with pytest.raises(ValueError, match="network must predict spheres, got shape 'ellipse'"):
        TrackNETGrowth(TrackNET(shape="ellipse"), STATIONS)
    planes = {"geometry": "planes", "target": [0, 0, -1], "planes": [0, 1], "slope": 1.0, "scales": [1.0, 1.0]}
    with pytest.raises(ValueError, match="network must have no frame or geometry barrel, got 'planes'"):
        TrackNETGrowth(TrackNET(frame=planes), STATIONS)
    with pytest.raises(ValueError, match="step_ahead needs a network with 2 heads"):
        TrackNETGrowth(TrackNET(heads=1), STATIONS, step_ahead=True)


def test_hits_are_padded_station_by_station():
    events = [(np.arange(9, dtype=float).reshape(3, 3), np.array([1, 0, 1])), (np.ones((1, 3)), np.array([0]))]
    positions, present, index = padded_hits(events, stations=2)
    assert positions.shape == (2, 2, 256, 3)
    assert index[present].tolist() == [1, 0, 2, 0]
    np.testing.assert_array_equal(positions[0, 1, :2], [[0, 1, 2], [6, 7, 8]])
    assert not positions[~present].any()
    assert (index[~present] == -1).all()
    assert padded_hits([], stations=2)[1].shape == (0, 2, 256)
    assert padded_hits(events, stations=2, least=257)[1].shape == (2, 2, 512)


def test_hits_that_do_not_fit_are_refused():
    event = np.zeros((3, 3)), np.array([0, 1, 1])
    with pytest.raises(ValueError, match="most must be at least the 2 hits of a station, got 1"):
        padded_hits([event], stations=2, most=1)
    with pytest.raises(ValueError, match="Stations are from 0 to 0, got 0 to 1 in event 0"):
        padded_hits([event], stations=1)
