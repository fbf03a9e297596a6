import numpy as np
import pytest

from keras_hep.tracking.free_growth import grow_freely
from keras_hep.tracking.growth_rules import GrowthRules

A, B, C = np.eye(3)


def points(*rows):
    return np.float32(rows)


def test_candidates_take_the_nearest_hit_in_their_sphere(straight_line):
    positions = points(A, 2 * A, 2 * A + 0.2 * B, 3 * A, 4 * A, B, 2 * B, 3 * B, 4 * B + 0.5 * C)
    found = grow_freely(straight_line([0.3]), positions, [0, 5], GrowthRules(minimum_hits=3), most_hits=6)
    assert found.hits.tolist() == [[5, 6, 7, -1, -1, -1], [0, 1, 3, 4, -1, -1]]
    np.testing.assert_allclose(found.distance, 0)


def test_a_hit_that_is_not_farther_out_is_never_taken(straight_line):
    positions = points(A, A + 0.01 * B, 1.2 * B + 0.6 * A)
    # All three lie in the sphere around 2A; nearest are the seed itself and the hit beside it.
    rules = {nearest: GrowthRules(nearest=nearest, minimum_hits=1) for nearest in (1, 2, 3)}
    found = {nearest: grow_freely(straight_line([1.9]), positions, [0], rules[nearest], 5).hits for nearest in rules}
    assert found[1].tolist() == [[0, -1, -1, -1, -1]], "the seed alone is looked at"
    assert found[2].tolist()[-1] == [0, 1, -1, -1, -1], "the hit beside the seed is a little farther out"
    assert [0, 1, 2, -1, -1] in found[3].tolist()
    height = np.float32([1, 1, 2])
    found = grow_freely(straight_line([1.9]), positions, [0], rules[3], 5, from_origin=height)
    assert found.hits.tolist() == [[0, 2, -1, -1, -1]], "what grows is what is said to grow"


def test_a_candidate_has_at_most_so_many_hits(straight_line):
    positions = np.arange(1, 40)[:, None] * A
    found = grow_freely(straight_line([0.3]), positions, [0])
    assert found.hits.tolist() == [list(range(20))]
    assert grow_freely(straight_line([0.3]), positions, [0], most_hits=30).number_of_hits.tolist() == [30]


def test_two_nearest_hits_make_two_branches(straight_line):
    positions = points(A, 2 * A + 0.02 * B, 2 * A - 0.04 * B, 3 * A + 0.04 * B, 3 * A - 0.08 * B)
    found = grow_freely(straight_line([0.3]), positions, [0], GrowthRules(nearest=2, minimum_hits=3), most_hits=4)
    assert sorted(found.hits.tolist()) == [[0, 1, 3, -1], [0, 1, 4, -1], [0, 2, 3, -1], [0, 2, 4, -1]]
    capped = GrowthRules(nearest=2, minimum_hits=3, most_candidates=1)
    assert grow_freely(straight_line([0.3]), positions, [0], capped, most_hits=4).hits.tolist() == [[0, 1, 3, -1]]


def test_a_candidate_ends_where_it_leaves_the_acceptance(straight_line):
    rules = GrowthRules(minimum_hits=1, acceptance=(3.5,))
    found = grow_freely(straight_line([0.3]), np.arange(1, 8)[:, None] * A, [0], rules)
    assert found.number_of_hits.tolist() == [3]


def test_an_event_without_seeds_or_hits(straight_line):
    for positions in (np.empty((0, 3)), points(A, 2 * A)):
        assert grow_freely(straight_line([0.3]), positions, []).hits.shape == (0, 20)


@pytest.mark.parametrize("rules", [GrowthRules(step_ahead=True), GrowthRules(search="union")])
def test_rules_that_need_stations_are_reported(straight_line, rules):
    with pytest.raises(ValueError, match="Growth without stations has no step ahead and no union"):
        grow_freely(straight_line([0.3, 0.3]), points(A), [0], rules)


def test_the_order_of_hits_changes_indices_alone(straight_line):
    random = np.random.default_rng(1)
    positions = random.normal(size=(300, 3)).astype(np.float32)
    order = random.permutation(300)
    seeds, rules = np.arange(20), GrowthRules(nearest=4, minimum_hits=2)
    found = grow_freely(straight_line([0.8]), positions, seeds, rules, most_hits=5)
    again = grow_freely(straight_line([0.8]), positions[order], np.argsort(order)[seeds], rules, most_hits=5)
    np.testing.assert_array_equal(np.where(again.hits >= 0, order[again.hits], -1), found.hits)
    assert len(found) > 50
