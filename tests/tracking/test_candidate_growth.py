import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_hep.tracking.candidate_growth import grow, grow_together
from keras_hep.tracking.grid_index import BarrelIndex
from keras_hep.tracking.growth_rules import GrowthRules
from keras_hep.tracking.station_index import KDTreeIndex

STATIONS = 6
A, B, C = np.eye(3) * [1, 1, -1]


def three_tracks():
    """Hits of A on all six stations are 0 to 5; B lacks station 3: 6 to 10; C lacks station 1: 11 to 15."""
    stations = [range(STATIONS), (0, 1, 2, 4, 5), (0, 2, 3, 4, 5)]
    positions = [(number + 1) * track for track, seen in zip((A, B, C), stations, strict=True) for number in seen]
    return np.float32(positions), np.concatenate(stations)


@pytest.mark.parametrize("index", [KDTreeIndex, BarrelIndex, None])
def test_without_a_step_ahead_a_candidate_ends_at_a_gap(straight_line, index):
    found = grow(straight_line([0.3]), *three_tracks(), STATIONS, GrowthRules(minimum_hits=1), index=index)
    expected = [[11, -1, -1, -1, -1, -1], [6, 7, 8, -1, -1, -1], [0, 1, 2, 3, 4, 5]]
    assert found.hits.tolist() == expected
    assert found.hits.dtype == np.int32
    assert found.distance.dtype == np.float32


def test_a_step_ahead_crosses_gaps_also_the_first_one(straight_line):
    found = grow(straight_line([0.3, 0.3]), *three_tracks(), STATIONS, GrowthRules(step_ahead=True))
    assert sorted(found.hits.tolist()) == [[0, 1, 2, 3, 4, 5], [6, 7, 8, -1, 9, 10], [11, -1, 12, 13, 14, 15]]
    assert found.virtual.sum(axis=1).tolist() == [0, 1, 1]
    np.testing.assert_allclose(found.distance, 0, atol=1e-10)


def test_at_the_first_gap_the_hit_of_the_second_region_counts_not_the_second_prediction(straight_line):
    class Confused(straight_line):
        def step(self, state, positions):
            state, centres, sizes = super().step((*state[:1],), positions)
            at_virtual_point = np.abs(np.abs(positions).sum(axis=1) - 2) < 0.1
            return state, centres + 100 * at_virtual_point[:, None, None], sizes

    found = grow(Confused([0.3, 0.3]), *three_tracks(), STATIONS, GrowthRules(step_ahead=True))
    assert found.hits.tolist() == [[11, -1, 12, 13, 14, 15]]


def test_the_first_gap_is_continued_by_as_many_hits_as_the_first_prediction_may_take(straight_line, event_of):
    points = {0: [A], 2: [3 * A, 3 * A + 0.1 * B], 3: [4 * A, 4 * A + 0.15 * B], 4: [5 * A, 5 * A + 0.2 * B]}
    rules = GrowthRules(step_ahead=True, nearest_first=2)
    found = grow(straight_line([0.12, 0.2]), *event_of(points), 5, rules)
    assert sorted(found.hits.tolist()) == [[0, -1, 1, 3, 5], [0, -1, 2, 4, 6]]
    # The hit aside lies 0.1 from the second centre; from the virtual point 2A on the line leads to 4A + 0.2B, and from
    # that hit and 4A + 0.15B to 5A + 0.2B.
    aside = found.distance[found.hits[:, 2] == 2]
    np.testing.assert_allclose(aside, (0.1**2 + 0.05**2 + 0) / 3, rtol=1e-5)


@pytest.mark.parametrize(("most", "hits"), [(0, 2), (1, 3), (2, 5)])
def test_a_candidate_has_at_most_so_many_virtual_points(straight_line, event_of, most, hits):
    points = {number: [(number + 1) * A] for number in (0, 1, 3, 5, 6)}
    rules = GrowthRules(step_ahead=True, most_virtual=most, minimum_hits=2)
    found = grow(straight_line([0.3, 0.3]), *event_of(points), 7, rules)
    assert found.number_of_hits.tolist() == [hits]


@pytest.mark.parametrize(("consecutive", "expected"), [(1, [0, 1, -1, -1, -1, -1]), (2, [0, 1, -1, -1, 3, 4])])
def test_after_a_virtual_point_its_own_region_must_hold_a_hit(straight_line, event_of, consecutive, expected):
    points = {0: [A], 1: [2 * A], 3: [4 * A + 0.2 * B], 4: [5 * A], 5: [6 * A]}
    rules = GrowthRules(step_ahead=True, consecutive_virtual=consecutive, minimum_hits=2)
    found = grow(straight_line([0.1, 0.3]), *event_of(points), STATIONS, rules)
    assert found.hits.tolist() == [expected]
    assert not found.virtual[:, 5].any(), "no candidate ends with a virtual point"


def test_two_nearest_hits_make_two_branches(straight_line, event_of):
    near, far = 0.02 * B, -0.04 * B
    points = {0: [A], 1: [2 * A + near, 2 * A + far, 2 * A + B], 2: [3 * A + 2 * near, 3 * A + 2 * far]}
    event = event_of(points)
    two = grow(straight_line([0.3]), *event, 3, GrowthRules(nearest=2, minimum_hits=3))
    assert sorted(two.hits.tolist()) == [[0, 1, 4], [0, 1, 5], [0, 2, 4], [0, 2, 5]]
    straight = two.select((two.hits == [0, 1, 4]).all(axis=1))
    np.testing.assert_allclose(straight.distance, 0.02**2 / 2, rtol=1e-4)  # from A straight ahead, then on the line
    first = grow(straight_line([0.3]), *event, 3, GrowthRules(nearest_first=2, minimum_hits=3))
    assert sorted(first.hits.tolist()) == [[0, 1, 4], [0, 2, 5]]
    assert grow(straight_line([0.3]), *event, 3, GrowthRules(minimum_hits=3)).hits.tolist() == [[0, 1, 4]]


def test_of_too_many_branches_the_best_are_kept_in_each_event(straight_line, event_of):
    points = {0: [A], 1: [2 * A + 0.1 * B, 2 * A, 2 * A - 0.2 * B]}
    rules = GrowthRules(nearest=3, minimum_hits=2, most_candidates=2)
    for found in grow_together(straight_line([0.3]), [event_of(points)] * 2, 2, rules):
        assert found.hits.tolist() == [[0, 2], [0, 1]]


def test_the_cap_keeps_the_hit_that_a_delayed_candidate_has_to_take(straight_line, event_of):
    points = {0: [A, B], 1: [2 * B + 0.1 * A], 2: [3 * A, 3 * B + 0.2 * A], 3: [4 * A]}
    rules = GrowthRules(step_ahead=True, minimum_hits=2, most_candidates=1)
    found = grow(straight_line([0.3, 0.3]), *event_of(points), 4, rules)
    assert found.hits.tolist() == [[0, -1, 3, 5]]


def test_of_equally_near_hits_the_one_with_the_lower_index_is_taken(straight_line, event_of):
    points = {0: [A], 1: [2 * A + 0.25 * B, 2 * A - 0.25 * B]}
    for index in (KDTreeIndex, BarrelIndex):
        found = grow(straight_line([0.3]), *event_of(points), 2, GrowthRules(minimum_hits=2), index=index)
        assert found.hits.tolist() == [[0, 1]]


def test_a_hit_on_the_surface_of_the_sphere_is_outside(straight_line, event_of):
    event = event_of({0: [A], 1: [2 * A + 0.25 * B]})
    assert len(grow(straight_line([0.25]), *event, 2, GrowthRules(minimum_hits=2))) == 0
    assert len(grow(straight_line([0.2501]), *event, 2, GrowthRules(minimum_hits=2))) == 1


def test_the_first_region_can_be_widened(straight_line, event_of):
    event = event_of({0: [A], 1: [2 * A + 0.3 * B], 2: [3 * A + 0.9 * B]})
    assert len(grow(straight_line([0.25]), *event, 3, GrowthRules(minimum_hits=2))) == 0
    found = grow(straight_line([0.25]), *event, 3, GrowthRules(minimum_hits=2, first_radius=1.5))
    assert found.hits.tolist() == [[0, 1, -1]], "the second prediction, 0.3 away, has its own radius"


@pytest.mark.parametrize(("limit", "hits"), [(None, 4), (4.5, 4), (3.5, 3), (2.5, 2)])
def test_a_candidate_ends_where_it_leaves_the_acceptance(straight_line, event_of, limit, hits):
    event = event_of({number: [(number + 1) * C] for number in range(4)})
    rules = GrowthRules(minimum_hits=1, step_ahead=True, acceptance=None if limit is None else (None, None, limit))
    assert grow(straight_line([0.3, 0.3]), *event, 4, rules).number_of_hits.tolist() == [hits]


def test_in_the_union_of_two_stations_a_hit_is_taken_early_and_again(radial, event_of):
    event = event_of({0: [A], 2: [3 * A], 3: [4 * A], 4: [5 * A]})
    assert len(grow(radial([1.2]), *event, 5)) == 0
    found = grow(radial([1.2]), *event, 5, GrowthRules(search="union"))
    assert found.hits.tolist() == [[0, 1, 1, 2, 3]]
    assert len(grow(radial([1.2]), *event, 5, GrowthRules(search="union", drop_repeated=True))) == 0


def test_what_is_not_repeated_is_not_dropped(radial, event_of):
    event = event_of({number: [(number + 1) * A] for number in range(5)})
    found = grow(radial([0.5, 0.5]), *event, 5, GrowthRules(search="union", drop_repeated=True, step_ahead=True))
    assert found.hits.tolist() == [[0, 1, 2, 3, 4]]


def test_an_ellipse_is_searched_on_its_plane(straight_line, event_of):
    # The decoy 2 is nearer than the hit 1, inside the circle around the ellipse, and outside the ellipse.
    points = {0: [[0.5, 0, 1]], 1: [[1.2, 0, 2], [1, 0.15, 2]], 2: [[1.9, 0, 3]], 3: [[2.6, 0, 4]]}
    flat = straight_line([(0.3, 0.1)])
    assert len(grow(flat, *event_of(points), 4)) == 0
    for index in (KDTreeIndex, None):
        assert grow(flat, *event_of(points), 4, GrowthRules(nearest=2), index=index).hits.tolist() == [[0, 1, 3, 4]]


def test_a_virtual_point_of_an_ellipse_lies_on_its_plane(straight_line, event_of):
    planes = [1, 2, 4, 8, 9]
    event = event_of({number: [[0.5 + 0.5 * number, 0, planes[number]]] for number in (0, 1, 2, 4)})
    seen = []

    class Watched(straight_line):
        def step(self, state, positions):
            seen.extend(positions.tolist())
            return super().step(state, positions)

    flat, rules = Watched([(0.2, 0.1), (0.2, 0.1)]), GrowthRules(step_ahead=True)
    found = grow(flat, *event, 5, rules, planes=planes)
    assert found.hits.tolist() == [[0, 1, 2, -1, 3]]
    assert seen[3] == [2, 0, 8]
    with pytest.raises(ValueError, match="got planes=None: pass it"):
        grow(flat, *event, 5, rules)


def test_events_without_hits_on_a_station_without_seeds_and_without_hits(straight_line, event_of):
    whole, empty = three_tracks(), event_of({})
    lacking = event_of({0: [A], 1: [2 * A], 3: [4 * A]})
    seedless = event_of({1: [2 * A], 2: [3 * A]})
    cell, rules = straight_line([0.3, 0.3]), GrowthRules(minimum_hits=2)
    found = grow_together(cell, [lacking, seedless, empty, whole], STATIONS, rules)
    assert [one.hits.tolist() for one in found[:3]] == [[[0, 1, -1, -1, -1, -1]], [], []]
    assert len(found[3]) == 2
    assert found[1].hits.shape == (0, STATIONS)
    assert [len(one) for one in grow_together(cell, [seedless, empty], STATIONS, rules)] == [0, 0]
    assert grow_together(cell, [], STATIONS, rules) == []


def crowd(seed, hits=120, stations=5):
    """Hits of straight tracks and random ones, dense enough that regions hold several hits."""
    random = np.random.default_rng(seed)
    station = random.integers(0, stations, hits)
    track = random.integers(0, 8, hits)
    direction = random.normal(size=(8, 3))
    direction /= np.linalg.norm(direction[:, :2], axis=1, keepdims=True)
    positions = direction[track] * (station[:, None] + 1) + random.normal(0, 0.15, (hits, 3))
    return positions.astype(np.float32), station


RULES = [
    GrowthRules(minimum_hits=1),
    GrowthRules(minimum_hits=2, nearest=2, step_ahead=True),
    GrowthRules(nearest_first=3, step_ahead=True, search="union", minimum_hits=2, consecutive_virtual=2),
    GrowthRules(nearest=3, most_candidates=10, minimum_hits=2, acceptance=(4, None, 3)),
]


@pytest.mark.parametrize("rules", RULES)
def test_events_together_give_what_each_gives_alone(straight_line, rules):
    events, cell = [crowd(seed, hits) for seed, hits in enumerate((120, 0, 40, 200))], straight_line([0.4, 0.5])
    for event, together in zip(events, grow_together(cell, events, 5, rules), strict=True):
        alone = grow(cell, *event, 5, rules)
        np.testing.assert_array_equal(alone.hits, together.hits)
        np.testing.assert_array_equal(alone.distance, together.distance)


@pytest.mark.parametrize("rules", RULES)
def test_every_index_grows_the_same_candidates(straight_line, rules):
    event, cell = crowd(seed=7, hits=300), straight_line([0.4, 0.5])
    grid, tree = (grow(cell, *event, 5, rules, index=index) for index in (BarrelIndex, KDTreeIndex))
    np.testing.assert_array_equal(grid.hits, tree.hits)
    np.testing.assert_array_equal(grid.distance, tree.distance)


@given(seed=st.integers(0, 2**32), rules=st.sampled_from(RULES[:3]))
def test_the_order_of_hits_changes_indices_alone(straight_line, seed, rules):
    positions, station = crowd(seed)
    order = np.random.default_rng(seed + 1).permutation(len(station))
    cell = straight_line([0.4, 0.5])
    found, again = grow(cell, positions, station, 5, rules), grow(cell, positions[order], station[order], 5, rules)
    back = np.where(again.hits >= 0, order[again.hits], -1)
    assert len(found) == len(again)
    assert sorted(zip(found.hits.tolist(), found.distance, strict=True)) == sorted(
        zip(back.tolist(), again.distance, strict=True)
    )


def test_a_prediction_that_is_not_finite_is_reported(straight_line):
    cell = straight_line([np.nan])
    with pytest.raises(ValueError, match="must be finite, got others at step 0: train the network anew"):
        grow(cell, *three_tracks(), STATIONS)


def test_a_step_ahead_needs_two_regions(straight_line):
    with pytest.raises(ValueError, match="needs a cell with 2 heads, got 1"):
        grow(straight_line([0.3]), *three_tracks(), STATIONS, GrowthRules(step_ahead=True))
