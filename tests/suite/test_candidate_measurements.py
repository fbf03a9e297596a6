"""Measurements of candidates: means over trainings, matching, single steps, and the loop of the comparison of speed."""

import dataclasses

import numpy as np
import pytest

from keras_hep.metrics.track_candidates import exact_match, true_slots
from keras_hep.simulation.spd import STATIONS, SPDToy
from keras_hep.suite import candidate_measurements as measurements
from keras_hep.suite import candidate_rules, candidate_speed, candidate_steps
from keras_hep.suite.candidate_training import FRAME, SCALING
from keras_hep.tracking.candidate_growth import grow
from keras_hep.tracking.candidates import Candidates
from keras_hep.tracking.track_net_cell import TrackNETCell


def straight_cell(radius=0.01):
    """A network without weights: it goes straight on, with spheres of one radius."""

    def zeros(*shape):
        return np.zeros(shape, np.float32)

    layers = tuple((zeros(inputs, 6), zeros(2, 6), zeros(6), zeros(6)) for inputs in (5, 2))
    bias = np.full(2, np.log(np.expm1(radius / FRAME["scales"][0])), np.float32)
    arguments = {"heads": 2, "shape": "sphere", "frame": FRAME, "unit": FRAME["scales"][0]}
    return TrackNETCell(layers, (zeros(2, 6), zeros(6)), (zeros(2, 2), bias), arguments)


@pytest.fixture(scope="module")
def small_slice():
    return SPDToy(events=4, fakes=False).event(seed=3)


def slice_of(found, candidates):
    """Matching of two true tracks of which the first `found` ones are found by `candidates` candidates."""
    slots = np.arange(8).reshape(2, 4)
    return exact_match(np.concatenate([slots[:found], np.full((candidates - found, 4), 9)]), slots)


def test_means_over_trainings_hold_the_spread_between_them():
    trainings = [[slice_of(2, 2)] * 50, [slice_of(1, 1)] * 50]
    recall, precision = measurements.over_trainings("a_", "_b", trainings)
    assert (recall.name, precision.name, recall.unit) == ("a_recall_b", "a_precision_b", "%")
    assert recall.value == pytest.approx(75)
    assert recall.error == pytest.approx(25)
    assert precision.value == pytest.approx(100)


def test_error_of_one_training_is_that_of_its_slices():
    one, _ = measurements.over_trainings("", "", [[slice_of(1, 1), slice_of(2, 2)] * 50])
    two, _ = measurements.over_trainings("", "", [[slice_of(1, 1), slice_of(2, 2)] * 50] * 2)
    assert one.error > 1
    assert two.error == pytest.approx(one.error / np.sqrt(2))


def test_candidates_that_share_hits_are_resolved(small_slice):
    _, slots = true_slots(small_slice.hits, STATIONS)
    fake = slots[:1].copy()
    fake[0, 20:] = -1
    candidates = Candidates(np.concatenate([slots, fake]), np.zeros(len(slots) + 1, np.float32))
    (plain,), (tracks,) = measurements.exactly_matched([(small_slice, candidates)])
    (resolved,), _ = measurements.exactly_matched([(small_slice, candidates)], deduplicated=True)
    assert plain.recall == resolved.recall == 1
    assert plain.precision == pytest.approx(len(slots) / (len(slots) + 1))
    assert resolved.precision == 1
    assert len(tracks["pt"]) == len(slots)


def test_recall_in_bins_by_hand():
    matching = dataclasses.replace(slice_of(1, 1))
    curve = measurements.recall_curve("r", [matching], [{"pt": np.array([0.15, 0.95])}])
    assert curve.y[0] == 1
    assert curve.y[-1] == 0
    assert np.isnan(curve.y[4])


def test_growth_of_drawn_slices_is_that_of_each():
    cell, simulation = straight_cell(), SPDToy(events=2)
    pairs = list(measurements.grown(cell, simulation, candidate_rules.PLAIN, 5, [1, 2]))
    assert len(pairs) == 5
    hits = pairs[4][0].hits
    assert np.array_equal(hits["x"], simulation.event([1, 2, 4]).hits["x"])
    alone = grow(cell, SCALING.scale(measurements.position(hits)), hits["station"], STATIONS)
    assert sorted(alone.hits.tolist()) == sorted(pairs[4][1].hits.tolist())


def test_a_hit_outside_and_one_that_is_not_nearest_are_counted():
    cell, rules = straight_cell(), candidate_rules.PLAIN
    event = SPDToy(events=4).event(seed=3)
    points = SCALING.scale(measurements.position(event.hits))
    candidates = grow(cell, points, event.hits["station"], STATIONS, rules)
    assert candidate_steps.broken_rules(cell, event.hits, candidates, rules) == (0, 0)
    hits = candidates.hits[:1].copy()
    hits[0, 3:] = -1
    on_station = np.flatnonzero(event.hits["station"] == 2)
    hits[0, 2] = on_station[np.argmax(np.linalg.norm(points[on_station] - points[hits[0, 2]], axis=1))]
    tampered = Candidates(hits, candidates.distance[:1])
    assert candidate_steps.broken_rules(cell, event.hits, tampered, rules) == (1, 1)


def test_first_step_names_the_nearest_hits(small_slice):
    _, slots = true_slots(small_slice.hits, STATIONS)
    centres, radii, found, right = candidate_steps.first_step(straight_cell(), small_slice.hits, slots, nearest=2)
    points = SCALING.scale(measurements.position(small_slice.hits))
    seeds = points[slots[:, 0]]
    np.testing.assert_allclose(centres, seeds * (2 - FRAME["first_ratio"]), rtol=1e-5)
    np.testing.assert_allclose(radii, 0.01, rtol=1e-5)
    assert np.array_equal(right, slots[:, 1])
    distance = np.linalg.norm(points[found] - centres[:, None], axis=2)
    assert (distance[:, 0] <= distance[:, 1]).all()


def test_the_loop_finds_what_arrays_find(small_slice):
    rules = candidate_rules.ONE_NEAREST
    measured = {one.name: one for one in candidate_speed.against_the_loop(straight_cell(), small_slice.hits, rules, 99)}
    assert measured["candidates_that_differ"].value == 0
    assert measured["ratio_to_loop"].value == pytest.approx(
        measured["time_of_the_loop"].value / measured["time_of_a_slice"].value
    )


def test_speed_is_of_all_slices(small_slice):
    arguments = straight_cell(), [small_slice.hits] * 3, candidate_rules.PLAIN
    assert candidate_speed.slices_per_second(*arguments, shared=0.3, processes=1, repeats=1) > 0
