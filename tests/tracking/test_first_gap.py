"""What a candidate does whose second station has no hit, or a wrong one; and the share of virtual points."""

import numpy as np
import pytest

from keras_hep.tracking.candidate_growth import grow
from keras_hep.tracking.growth_rules import GrowthRules

A, B = np.eye(3)[:2]
# A track along A without a hit on station 1, where a fake hit (index 1) lies in the first region.
WITH_FAKE = {0: [A], 1: [2 * A + 0.2 * B], 2: [3 * A + 0.1 * B], 3: [4 * A], 4: [5 * A]}


def found(cell, event, **rules):
    return sorted(grow(cell, *event, 5, GrowthRules(step_ahead=True, minimum_hits=2, **rules)).hits.tolist())


@pytest.mark.parametrize(
    ("delayed", "expected"),
    [
        ("alone", [[0, 1, -1, -1, -1]]),
        ("never", [[0, 1, -1, -1, -1]]),
        ("always", [[0, -1, 2, 3, 4], [0, 1, -1, -1, -1]]),
    ],
)
def test_beside_a_fake_hit(straight_line, event_of, delayed, expected):
    assert found(straight_line([0.3, 0.3]), event_of(WITH_FAKE), delayed=delayed) == expected


def test_without_a_delay_the_second_prediction_decides(straight_line, event_of):
    """The hit of the second station but one is within the first prediction's second region, not the second's first."""
    points = {0: [A], 2: [3 * A + 0.1 * B], 3: [4 * A], 4: [5 * A]}
    cell = straight_line([0.05, 0.2])
    assert found(cell, event_of(points), delayed="never") == []
    assert found(cell, event_of(points), delayed="alone") == [[0, -1, 1, -1, -1]]
    assert found(straight_line([0.3, 0.3]), event_of(points), delayed="never") == [[0, -1, 1, 2, 3]]


def test_without_a_delay_several_hits_ahead_make_no_branches(straight_line, event_of):
    points = {0: [A], 2: [3 * A, 3 * A + 0.1 * B], 3: [4 * A], 4: [5 * A]}
    hits = found(straight_line([0.3, 0.3]), event_of(points), delayed="never", nearest_first=2)
    assert hits == [[0, -1, 1, 3, 4]]


@pytest.mark.parametrize(("share", "number"), [(0.2, 1), (0.19, 0), (0.0, 0), (1.0, 1)])
def test_share_of_virtual_points(straight_line, event_of, share, number):
    """Four hits and one virtual point: a share of one in five."""
    points = {0: [A], 1: [2 * A], 3: [4 * A], 4: [5 * A]}
    assert len(found(straight_line([0.3, 0.3]), event_of(points), virtual_share=share)) == number


def test_trailing_slots_are_no_virtual_points(straight_line, event_of):
    points = {0: [A], 1: [2 * A]}
    assert found(straight_line([0.3, 0.3]), event_of(points), virtual_share=0.0) == [[0, 1, -1, -1, -1]]
