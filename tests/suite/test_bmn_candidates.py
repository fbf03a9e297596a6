"""Candidates in events of the BM@N look-alike: found by a straight line, decided on, matched, timed."""

import numpy as np
import pytest

from keras_hep import models
from keras_hep.metrics.track_candidates import exact_match
from keras_hep.simulation.bmn import NOMINAL_Z, BMNLike
from keras_hep.simulation.bmn_detector import STATIONS
from keras_hep.suite import bmn_candidates, bmn_training
from keras_hep.suite.bmn_training import FRAME, PLANES, SCALING, VIEW
from keras_hep.tracking.candidates import Candidates
from keras_hep.tracking.growth_rules import GrowthRules
from keras_hep.tracking.track_net_cell import TrackNETCell

UNIT = FRAME["scales"][0]


@pytest.fixture(scope="module")
def straight():
    """A network without weights: it goes straight on, with circles of 0.05."""

    def zeros(*shape):
        return np.zeros(shape, np.float32)

    layers = tuple((zeros(inputs, 6), zeros(2, 6), zeros(6), zeros(6)) for inputs in (5, 2))
    bias = np.full(4, np.log(np.expm1(0.05 / UNIT)), np.float32)
    arguments = {"heads": 2, "shape": "ellipse", "frame": FRAME, "unit": UNIT}
    return TrackNETCell(layers, (zeros(2, 4), zeros(4)), (zeros(2, 4), bias), arguments)


@pytest.fixture(scope="module")
def events():
    return bmn_candidates.drawn(BMNLike("easy", nominal_z=True), 20, [7, 1])


def test_planes_are_those_of_the_stations():
    np.testing.assert_allclose(SCALING.unscale(np.outer(PLANES, [0, 0, 1]))[:, 2], NOMINAL_Z, rtol=1e-6)
    assert len(PLANES) == STATIONS


def test_events_are_determined_by_their_seed_in_blocks(events, monkeypatch):
    again = bmn_candidates.drawn(BMNLike("easy", nominal_z=True), 20, [7, 1])
    np.testing.assert_array_equal(again[19].hits["x"], events[19].hits["x"])
    monkeypatch.setattr(bmn_candidates, "_SAMPLE_EVENTS", 8)
    in_blocks = bmn_candidates.drawn(BMNLike(), 20, [7, 1])
    assert [len(sample) for sample in bmn_candidates.samples(BMNLike(), 20, [7, 1])] == [8, 8, 4]
    assert len(in_blocks) == 20
    assert len({len(event.hits["x"]) for event in in_blocks}) > 10


def test_straight_lines_find_tracks(straight, events):
    found = bmn_candidates.grown(straight, events, GrowthRules(nearest=2, most_candidates=100), 0)
    matchings = bmn_candidates.matched(events, found)
    recall = np.mean(np.concatenate([one.found for one in matchings]))
    looser = np.mean(np.concatenate([one.found for one in bmn_candidates.matched(events, found, 0.7)]))
    assert 0.2 < recall < looser < 1
    mean, largest = bmn_candidates.candidate_numbers("a_", matchings)
    assert (mean.name, largest.name) == ("a_candidates", "a_most_candidates")
    assert largest.value == max(map(len, found))
    assert mean.value == pytest.approx(np.mean([len(one) for one in found]))


def test_candidates_stay_bounded(straight, events):
    most = GrowthRules(nearest=5, most_candidates=30)
    found = bmn_candidates.grown(straight, events, most, workers=0)
    assert max(map(len, found)) <= 6 * 30


def test_a_threshold_decides(straight, events):
    found = bmn_candidates.grown(straight, events, GrowthRules(most_candidates=100), workers=0)
    network = models.GraphNet(VIEW.features, hidden_units=4, iterations=1)
    for threshold, kept in ((0.0, True), (1.0, False)):
        decided = list(bmn_candidates.decided(network, events, iter(found), threshold, VIEW))
        assert [len(one) for one in decided] == [kept * len(one) for one in found]


def test_events_without_candidates_are_decided_on(events):
    nothing = Candidates(np.empty((0, STATIONS), np.int32), np.empty(0, np.float32))
    network = models.GraphNet(3, hidden_units=4, iterations=1)
    assert [len(one) for one in bmn_candidates.decided(network, events, [nothing] * 20)] == [0] * 20


def test_what_the_second_stage_gains():
    slots = np.arange(8).reshape(2, 4)
    before = [exact_match(np.concatenate([slots, np.full((6, 4), 9) + np.arange(6)[:, None]]), slots)] * 5
    after = [exact_match(slots[:1], slots)] * 5
    gain, loss = bmn_candidates.gained("a_", before, after)
    assert (gain.name, gain.value) == ("a_precision_gain", pytest.approx(4))
    assert (loss.name, loss.value, loss.unit) == ("a_recall_loss", pytest.approx(50), "%")


def test_nothing_is_gained_on_nothing():
    nothing = [exact_match(np.full((2, 4), 9), np.arange(8).reshape(2, 4))] * 5
    gain, loss = bmn_candidates.gained("", nothing, nothing)
    assert np.isnan(gain.value)
    assert loss.value == 0


def test_wrong_candidates_that_fit():
    slots = np.arange(8).reshape(2, 4)
    hits = np.concatenate([slots, np.full((4, 4), 9) + np.arange(4)[:, None]])
    matchings, distances = [exact_match(hits, slots)] * 2, [np.array([0.1, 0.3, 0.05, 0.2, 0.35, 0.4])] * 2
    half = bmn_candidates.wrong_as_good("half", distances, matchings, percent=100)
    assert (half.value, half.unit, half.count) == (50, "%", 8)
    assert np.isnan(bmn_candidates.wrong_as_good("none", [np.zeros(2)], [exact_match(slots, slots)]).value)


def test_speed_counts_events(straight, events):
    taken = []

    def second(events, found):
        for one in found:
            taken.append(one)
            yield one

    rules = GrowthRules(most_candidates=50)
    assert bmn_candidates.events_per_second(straight, events, rules, second, processes=0, repeats=2) > 0
    assert len(taken) == 3 * len(events)


def test_decision_to_be_drawn(straight):
    def half(events, found):
        return (one.select(np.arange(len(one)) % 2 == 0) for one in found)

    arrays = bmn_candidates.typical_decision(
        straight, BMNLike("easy", nominal_z=True), GrowthRules(most_candidates=50), half, [7, 3]
    )
    assert 0 < len(arrays["candidates"]) <= 100
    assert arrays["accepted"].sum() == (len(arrays["candidates"]) + 1) // 2
    hits = {tuple(row) for row in arrays["slots"].tolist()}
    expected = [tuple(row) in hits for row in arrays["candidates"].tolist()]
    assert arrays["correct"].tolist() == expected


def test_hits_of_other_tracks_are_fake():
    event = BMNLike().event(3)
    changed = bmn_training.wanted_only(event)
    of_wanted = np.isin(event.hits["track"], np.flatnonzero(event.tracks["reconstructable"]))
    np.testing.assert_array_equal(changed.hits["track"], np.where(of_wanted, event.hits["track"], -1))
    assert np.any(event.hits["track"] != changed.hits["track"])
    np.testing.assert_array_equal(changed.hits["x"], event.hits["x"])
