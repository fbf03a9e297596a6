"""True tracks and the matching of candidates: every rule by hand with both outcomes, and permutations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from keras_hep.metrics.track_candidates import exact_match, fraction_match, majority_match, true_hits, true_slots

# Four stations. Track 3 has all hits, 8 misses station 2, 5 misses station 0, 6 is short, 9 is twice on station 1.
HITS = {
    "station": np.array([0, 1, 2, 3, 0, 1, 3, 1, 2, 3, 0, 1, 0, 1, 1, 2, 2]),
    "track": np.array([3, 3, 3, 3, 8, 8, 8, 5, 5, 5, 6, 6, 9, 9, 9, 9, -1]),
}
SLOTS = {3: [0, 1, 2, 3], 8: [4, 5, -1, 6], 5: [-1, 7, 8, 9], 6: [10, 11, -1, -1]}


@pytest.mark.parametrize(
    ("options", "left"),
    [
        ({"minimum_hits": 3}, [3, 8]),
        ({"minimum_hits": 4}, [3]),
        ({"minimum_hits": 5}, []),
        ({"minimum_hits": 3, "first_station": False}, [3, 5, 8]),
        ({"minimum_hits": 2}, [3, 6, 8]),
        ({"minimum_hits": 3, "reconstructable": [8, 5, 100]}, [8]),
        ({"minimum_hits": 3, "reconstructable": []}, []),
    ],
)
def test_which_tracks_ought_to_be_found(options, left):
    numbers, slots = true_slots(HITS, 4, **options)
    assert numbers.tolist() == left
    assert slots.tolist() == [SLOTS[number] for number in left]
    assert slots.dtype == np.int32
    assert slots.shape == (len(left), 4)


def test_four_hits_are_the_default():
    assert true_slots(HITS, 4)[0].tolist() == [3]


def test_an_event_of_fake_hits_has_no_tracks():
    numbers, slots = true_slots({"station": [0, 1], "track": [-1, -1]}, 4)
    assert (numbers.shape, slots.shape) == ((0,), (0, 4))
    assert true_hits(np.array([-1, -1]))[1].shape == (0, 0)


@pytest.mark.parametrize("station", [[0, 4], [-1, 0]])
def test_a_station_that_is_not_there_is_refused(station):
    with pytest.raises(ValueError, match="stations are 0 to 3, got"):
        true_slots({"station": station, "track": [1, 1]}, 4)


def test_hits_of_tracks_in_order():
    numbers, slots = true_hits(HITS["track"], minimum_hits=3)
    assert numbers.tolist() == [3, 5, 8, 9]
    assert slots.tolist() == [[0, 1, 2, 3], [7, 8, 9, -1], [4, 5, 6, -1], [12, 13, 14, 15]]
    assert true_hits(HITS["track"], 3, reconstructable=[5])[0].tolist() == [5]


def test_exact_by_hand():
    candidates = [
        [0, 1, 2, 3],  # track 0
        [0, 1, 2, -1],  # a hit too few
        [4, 5, -1, 6],  # track 1
        [4, 5, 16, 6],  # a hit too many
        [0, 1, 2, 3],  # the first again
        [-1, -1, -1, -1],
    ]
    matching = exact_match(candidates, [SLOTS[3], SLOTS[8], SLOTS[5]])
    assert matching.of.tolist() == [0, -1, 1, -1, 0, -1]
    assert matching.found.tolist() == [True, True, False]
    assert matching.duplicate.tolist() == [False, False, False, False, True, False]
    assert matching.correct.tolist() == [True, False, True, False, False, False]
    assert matching.counted.tolist() == [True, True, True, True, False, True]
    assert (matching.recall, matching.precision) == (2 / 3, 2 / 5)


def test_a_candidate_in_the_wrong_slots_is_none():
    assert exact_match([[1, 0, 2, 3]], [SLOTS[3]]).of.tolist() == [-1]


def test_fraction_by_hand():
    """Seven of nine stations, stations without a hit included."""
    slots = [[0, 1, 2, 3, 4, 5, 6, 7, 8], [10, 11, 12, 13, -1, -1, -1, -1, -1]]
    candidates = [
        [0, 1, 2, 3, 4, 5, 6, 90, 91],  # seven
        [0, 1, 2, 3, 4, 5, 89, 90, 91],  # six
        [0, 1, 2, 3, 4, 5, 6, -1, -1],  # seven; the track has hits where the candidate has none
        [10, 11, 98, 99, -1, -1, -1, -1, -1],  # two, and five without a hit
        [10, 11, 98, 99, 97, -1, -1, -1, -1],  # two and four
    ]
    matching = fraction_match(candidates, slots)
    assert matching.of.tolist() == [0, -1, 0, 1, -1]
    assert matching.duplicate.tolist() == [False, False, True, False, False]
    # The second candidate of track 0 is a ghost: it is counted.
    assert (matching.recall, matching.precision) == (1, 2 / 5)
    assert fraction_match(candidates, slots, deduplicated=True).precision == 2 / 4
    assert fraction_match(candidates, slots, fraction=6 / 9).of.tolist() == [0, 0, 0, 1, 1]


@pytest.mark.parametrize(("fraction", "same"), [(0.07, 7), (0.29, 29), (0.071, 8), (1.0, 100)])
def test_a_fraction_is_rounded_up(fraction, same):
    slots = np.arange(100)[None]
    for equal, match in ((same, 0), (same - 1, -1)):
        candidate = np.where(slots < equal, slots, slots + 1000)
        assert fraction_match(candidate, slots, fraction).of.tolist() == [match]


def test_no_common_hit_is_no_match():
    """Four of five stations are the same, but only because both lack a hit there."""
    assert fraction_match([[9, -1, -1, -1, -1]], [[0, -1, -1, -1, -1]], fraction=0.7).of.tolist() == [-1]


def test_of_two_tracks_the_nearer_one_then_the_one_of_the_first_hit():
    slots = [[4, 5, 6, 7, -1, -1], [0, 1, 2, 3, -1, -1]]
    assert fraction_match([[0, 1, 6, 7, -1, -1]], slots, fraction=0.5).of.tolist() == [1]
    assert fraction_match([[0, 5, 6, 7, -1, -1]], slots, fraction=0.5).of.tolist() == [0]


def test_majorities_by_hand():
    slots = [[0, 1, 2, 3, -1], [4, 5, 6, -1, -1], [10, 11, 12, 13, 14]]
    candidates = [
        [3, 2, 1, 99],  # three of four, three of four; the order is no matter
        [0, 4, -1, -1],  # half of the hits
        [0, 98, 99, 1],  # half
        [0, 1, 4, -1],  # two of three, but half of the track
        [4, 5, -1, -1],  # all, two of three
        [10, 11, -1, -1],  # all, two of five
        [-1, 5, -1, 4],  # the same set as the fifth
        [97, 98, 99, -1],  # fake hits
        [6, 5, 4, -1],  # another candidate of track 1
    ]
    both, single = majority_match(candidates, slots), majority_match(candidates, slots, double=False)
    assert both.of.tolist() == [0, -1, -1, -1, 1, -1, 1, -1, 1]
    assert single.of.tolist() == [0, -1, -1, 0, 1, 2, 1, -1, 1]
    assert both.duplicate.tolist() == [False] * 6 + [True, False, True]
    assert (both.recall, both.precision) == (2 / 3, 2 / 7)
    assert (single.recall, single.precision) == (1, 3 / 6)
    assert majority_match(candidates, slots, deduplicated=False).precision == 2 / 8


def test_a_hit_held_twice_counts_once():
    slots = [[0, 1, 2, 3]]
    assert majority_match([[0, 0, 1, -1]], slots).of.tolist() == [-1]  # two of four hits of the track
    assert majority_match([[0, 0, 8, 9]], slots, double=False).of.tolist() == [-1]  # one of three
    assert majority_match([[0, 1, 9, 9]], slots, double=False).of.tolist() == [0]  # two of three


@pytest.mark.parametrize("match", [exact_match, fraction_match, majority_match])
def test_nothing_to_match(match):
    none, some = np.zeros((0, 4), np.int32), np.array([SLOTS[3]])
    without = match(none, some)
    assert without.recall == 0
    assert np.isnan(without.precision)
    assert np.isnan(match(some, none).recall)
    assert match(some, none).precision == 0
    assert match(some, some).recall == match(some, some).precision == 1


@pytest.mark.parametrize(
    ("match", "candidates", "message"),
    [
        (exact_match, [[0, 1]], "one column per station, got 2 and 4"),
        (fraction_match, [[0, 1]], "one column per station, got 2 and 4"),
        (majority_match, [0, 1], r"candidates is a table of hit indices, got int64 of shape \(2,\)"),
        (exact_match, np.zeros((1, 4)), "candidates is a table of hit indices, got float64"),
        (exact_match, [[0, 1, 2, -2]], "indices of hits, or -1 for none, got -2"),
    ],
)
def test_bad_tables_are_refused(match, candidates, message):
    with pytest.raises(ValueError, match=message):
        match(candidates, [SLOTS[3]])


@pytest.mark.parametrize("fraction", [0.0, 1.1])
def test_a_bad_fraction_is_refused(fraction):
    with pytest.raises(ValueError, match=f"above 0 and up to 1, got {fraction}"):
        fraction_match([SLOTS[3]], [SLOTS[3]], fraction)


STATIONS, ON_EACH = 5, 4  # hits 0 to 3 are on station 0, and so on
picks = arrays.arrays(np.int64, st.tuples(st.integers(1, 12), st.just(STATIONS)), elements=st.integers(-1, ON_EACH - 1))


@st.composite
def slices(draw):
    """Return candidates and true tracks on five stations with four hits each."""
    picked = draw(picks)
    candidates = np.where(picked >= 0, picked + ON_EACH * np.arange(STATIONS), -1)
    hits = np.arange(STATIONS * ON_EACH).reshape(STATIONS, ON_EACH).T[: draw(st.integers(1, ON_EACH))]
    present = draw(arrays.arrays(bool, hits.shape))
    return candidates, np.where(present | (np.arange(STATIONS) == 0), hits, -1)


RULES = [exact_match, fraction_match, lambda *tables: fraction_match(*tables, 0.4), majority_match]
RULES += [lambda *tables: majority_match(*tables, double=False), lambda *tables: majority_match(*tables, True, False)]


@given(slices(), st.sampled_from(RULES), st.randoms(use_true_random=False))
def test_no_order_matters(tables, match, random):
    candidates, slots = tables
    matching = match(candidates, slots)
    order, tracks = random.sample(range(len(candidates)), len(candidates)), random.sample(range(len(slots)), len(slots))
    again = match(candidates[order], slots[tracks])
    assert again.found.tolist() == matching.found[tracks].tolist()
    np.testing.assert_array_equal(np.append(tracks, -1)[again.of], matching.of[order])
    assert (again.recall, again.precision) == (matching.recall, matching.precision)


@given(slices(), st.sampled_from(RULES))
def test_a_true_track_is_found_once(tables, match):
    matching = match(*tables)
    assert sorted(matching.of[matching.correct]) == np.flatnonzero(matching.found).tolist()
    assert not np.any(matching.correct & ~matching.counted)
    assert 0 <= matching.precision <= 1
    twice = match(np.repeat(tables[0], 2, axis=0), tables[1])
    assert (twice.recall, twice.precision) == (matching.recall, matching.precision)


@given(slices())
def test_as_a_loop_over_pairs_says(tables):
    candidates, slots = tables
    exact, double = exact_match(candidates, slots), majority_match(candidates, slots)
    partial = fraction_match(candidates, slots, 0.7)
    for row, candidate in enumerate(candidates):
        same = [np.count_nonzero(candidate == track) for track in slots]
        hits = [set(candidate[candidate >= 0]) & set(track[track >= 0]) for track in slots]
        enough = [count >= 4 and len(common) > 0 for count, common in zip(same, hits, strict=True)]
        both = [
            2 * len(common) > max(np.count_nonzero(candidate >= 0), np.count_nonzero(track >= 0))
            for common, track in zip(hits, slots, strict=True)
        ]
        assert exact.of[row] == (same.index(STATIONS) if STATIONS in same and any(hits) else -1)
        assert double.of[row] == (both.index(True) if any(both) else -1)
        assert (partial.of[row] >= 0) == any(enough)
        assert partial.of[row] < 0 or enough[partial.of[row]]


@given(slices())
def test_all_stations_are_the_same_as_exact(tables):
    exact, whole = exact_match(*tables), fraction_match(*tables, fraction=1.0)
    assert exact.of.tolist() == whole.of.tolist()
    assert exact.counted.tolist() == whole.counted.tolist()
