"""Rules, joined hits, live candidates and history: what candidate growth is made of."""

import dataclasses
import json

import numpy as np
import pytest

from keras_hep.tracking.growth_history import GrowthHistory
from keras_hep.tracking.growth_rules import GrowthRules
from keras_hep.tracking.joined_hits import JoinedHits
from keras_hep.tracking.live_candidates import LiveCandidates


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"nearest": 0}, "nearest is 1 or more, got 0"),
        ({"nearest": None}, "nearest is 1 or more, got None"),
        ({"nearest_first": 0}, "nearest_first is 1 or more, got 0"),
        ({"minimum_hits": 0}, "minimum_hits is 1 or more, got 0"),
        ({"most_candidates": 0}, "most_candidates is 1 or more, got 0"),
        ({"most_virtual": -1}, "most_virtual is 0 or more, got -1"),
        ({"consecutive_virtual": -1}, "consecutive_virtual is 0 or more, got -1"),
        ({"virtual_share": 1.5}, "virtual_share is a fraction, got 1.5"),
        ({"delayed": "later"}, "delayed is one of alone, never, always, got 'later'"),
        ({"first_radius": 0}, "first_radius is above 0, got 0"),
        ({"search": "all"}, 'search is "strict" or "union", got \'all\''),
        ({"acceptance": (None, 0)}, "acceptance holds numbers above 0"),
    ],
)
def test_rules_out_of_range_are_reported(arguments, message):
    with pytest.raises(ValueError, match=f"GrowthRules: {message}"):
        GrowthRules(**arguments)


def test_rules_are_fields_of_a_json_file():
    rules = GrowthRules(nearest_first=3, step_ahead=True, acceptance=(None, None, 1.0))
    assert GrowthRules(**json.loads(json.dumps(dataclasses.asdict(rules)))).nearest_at(0) == 3
    assert [rules.nearest_at(1), GrowthRules(nearest=2).nearest_at(0)] == [1, 2]


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (([[0, 0]], [0]), r"Hits have 3 coordinates and a station each, got \(1, 2\) and \(1,\)"),
        (([[0, 0, 0]], [0, 1]), r"Hits have 3 coordinates and a station each, got \(1, 3\) and \(2,\)"),
        (([[0, 0, 0]], [3]), "Stations are from 0 to 2, got 3 to 3"),
        (([[0, 0, 0]], [-1]), "Stations are from 0 to 2, got -1 to -1"),
    ],
)
def test_hits_that_do_not_fit_are_reported(event, message):
    with pytest.raises(ValueError, match=message):
        JoinedHits([([[0, 0, 0]], [2]), event], stations=3)


def test_joined_hits_with_an_empty_event_between_others():
    nothing = np.empty((0, 3)), np.empty(0, int)
    hits = JoinedHits([nothing, ([[1, 2, 3]], [1]), nothing, ([[4, 5, 6], [7, 8, 9]], [0, 1])], stations=2)
    assert hits.number_of_events == 4
    assert hits.event.tolist() == [1, 3, 3]
    assert hits.of_event(3, np.array([[1, -1], [2, 1]])).tolist() == [[0, -1], [1, 0]]
    assert hits.positions.dtype == np.float32


def live(squared, number_of_hits, event):
    candidates = LiveCandidates.seeds(np.array(event), np.zeros((len(event), 3), np.float32), ())
    return dataclasses.replace(candidates, squared=np.float32(squared), number_of_hits=np.int32(number_of_hits))


def test_the_best_of_each_event_have_the_lowest_mean():
    candidates = live([4, 1, 3, 9, 0, 8], [5, 2, 2, 2, 2, 5], [0, 0, 0, 1, 1, 1])
    assert candidates.mean_distance().tolist() == [1, 1, 3, 9, 0, 2]
    assert candidates.best(1).tolist() == [0, 4]
    assert candidates.best(2).tolist() == [0, 1, 4, 5]
    assert candidates.best(3).tolist() == candidates.best(None).tolist() == list(range(6))


def test_the_mean_of_a_seed_is_zero():
    assert live([0], [1], [0]).mean_distance().tolist() == [0]


def test_a_branch_inherits_and_a_virtual_point_is_no_hit():
    first = LiveCandidates.seeds(np.array([0, 1]), np.zeros((2, 3), np.float32), (np.array([5, 6]),))
    points = np.ones((3, 3), np.float32)
    second = first.continued(np.array([1, 1, 0]), points, np.float32([1, 2, 0]), np.array([False, False, True]))
    third = second.continued(np.array([0, 2]), points[:2], np.float32([4, 0]), np.array([False, True]))
    assert second.state[0].tolist() == [6, 6, 5]
    assert [third.event.tolist(), third.squared.tolist()] == [[1, 0], [5, 0]]
    assert [third.number_of_hits.tolist(), third.virtual.tolist(), third.trailing.tolist()] == [[3, 1], [0, 2], [0, 2]]
    assert second.continued(np.array([2]), points[:1], np.float32([1]), np.array([False])).trailing.tolist() == [0]
    assert third.taken(np.array([1])).state[0].tolist() == [5]


def test_history_of_branches_that_end_at_different_steps():
    history = GrowthHistory(np.int32([10, 11]), minimum_hits=2)
    start = LiveCandidates.seeds(np.array([0, 1]), np.zeros((2, 3), np.float32), ())
    history.end(start, np.array([0]))  # one hit: forgotten
    parent = np.array([1, 1])
    second = start.continued(parent, np.zeros((2, 3), np.float32), np.float32([1, 2]), np.zeros(2, bool))
    history.step(parent, np.int32([20, 21]))
    history.end(second, np.array([1]))
    third = second.continued(np.array([0]), np.zeros((1, 3), np.float32), np.float32([3]), np.zeros(1, bool))
    history.step(np.array([0]), np.int32([30]))
    history.end(third, np.array([0]))
    event, found = history.finished(slots=4)
    assert event.tolist() == [1, 1]
    assert found.hits.tolist() == [[11, 21, -1, -1], [11, 20, 30, -1]]
    assert found.distance.tolist() == [2, 2]
