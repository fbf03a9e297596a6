import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from keras_hep.tracking.candidates import Candidates


def candidates(hits, distance=None):
    return Candidates(np.int32(hits), np.float32(np.zeros(len(hits)) if distance is None else distance))


def test_a_gap_before_the_last_hit_is_a_virtual_point_what_follows_it_is_not():
    found = candidates([[0, -1, 3, -1, -1], [1, 2, -1, -1, 4]])
    assert found.virtual.tolist() == [[False, True, False, False, False], [False, False, True, True, False]]
    assert found.number_of_hits.tolist() == [2, 3]
    assert found.minimum_hits(3).hits.tolist() == [[1, 2, -1, -1, 4]]


def test_selected_by_mask_and_by_index():
    found = candidates([[0, 1], [2, 3], [4, 5]], [1, 2, 3])
    for chosen in (np.array([False, True, True]), np.array([1, 2])):
        assert found.select(chosen).hits.tolist() == [[2, 3], [4, 5]]
        assert found.select(chosen).distance.tolist() == [2, 3]


def test_of_equal_sets_of_hits_the_best_one_stays():
    found = candidates([[0, 1, 2, -1], [5, 6, 7, -1], [0, -1, 2, 1], [0, 1, 2, 3], [5, 6, 7, -1]], [3, 2, 1, 4, 2])
    unique = found.unique()
    assert unique.hits.tolist() == [[5, 6, 7, -1], [0, -1, 2, 1], [0, 1, 2, 3]]
    assert unique.distance.tolist() == [2, 1, 4]


def test_no_candidates():
    nothing = candidates(np.empty((0, 5)))
    assert (
        len(nothing)
        == len(nothing.unique())
        == len(nothing.greedy_deduplication())
        == len(nothing.minimum_hits(1))
        == 0
    )
    assert nothing.virtual.shape == (0, 5)


def test_the_longest_candidate_claims_its_hits_first_then_the_best():
    found = candidates([[0, 1, 2, -1], [0, 1, 2, 3], [4, 1, 2, 3]], [0.1, 0.3, 0.2])
    assert found.greedy_deduplication().hits.tolist() == [[4, 1, 2, 3]], "1 and 2 are claimed, then 0 is no whole track"
    assert found.greedy_deduplication(shared=0.7).hits.tolist() == [[0, 1, 2, -1], [4, 1, 2, 3]]


def test_a_candidate_whose_first_hit_is_claimed_is_dropped():
    found = candidates([[0, 1, 2, 3], [0, 5, 6, 7]])
    assert found.greedy_deduplication(shared=1.0).hits.tolist() == [[0, 1, 2, 3]]


def test_the_candidate_with_most_evidence_claims_first():
    found = candidates([[0, 1, 2, 3], [4, 1, 2, -1], [5, 3, 6, 7]])
    assert found.greedy_deduplication(evidence=[1.0, 2.0, 3.0]).hits.tolist() == [[4, 1, 2, -1], [5, 3, 6, 7]]
    assert found.greedy_deduplication(evidence=[3.0, 2.0, 1.0]).hits.tolist() == [[0, 1, 2, 3], [5, 3, 6, 7]]


def test_a_dropped_candidate_claims_nothing():
    found = candidates([[0, 1, 2, 3, 4], [0, 6, 7, 8, -1], [9, 6, 7, 8, -1]], [0.1, 0.1, 0.2])
    assert found.greedy_deduplication().hits.tolist() == [[0, 1, 2, 3, 4], [9, 6, 7, 8, -1]]


def test_exactly_the_fraction_may_be_claimed():
    ten, other = list(range(10)), list(range(20, 30))
    three, four = [*other[:7], *ten[7:]], [*other[:6], *ten[6:]]
    assert len(candidates([ten, three], [0, 1]).greedy_deduplication(0.3)) == 2
    assert len(candidates([ten, four], [0, 1]).greedy_deduplication(0.3)) == 1
    hundred = list(range(100))
    other = list(range(1000, 1071)) + hundred[71:]
    assert len(candidates([hundred, other], [0, 1]).greedy_deduplication(0.29)) == 2, "0.29 * 100 is below 29"


def one_by_one(found, shared):
    """Return the rows kept, as the rule says it."""
    number, claimed, kept = found.number_of_hits, set(), []
    for row in sorted(range(len(found)), key=lambda row: (-number[row], found.distance[row])):
        hits = [hit for hit in found.hits[row].tolist() if hit >= 0]
        if hits[0] not in claimed and sum(hit in claimed for hit in hits) <= shared * len(hits) + 1e-9:
            kept.append(row)
            claimed |= set(hits)
    return sorted(kept)


@given(
    seed=st.integers(0, 2**32), number=st.integers(1, 40), hits=st.integers(1, 40), shared=st.sampled_from([0, 0.3, 1])
)
def test_greedy_deduplication_is_the_rule_candidate_by_candidate(seed, number, hits, shared):
    random = np.random.default_rng(seed)
    table = random.integers(0, hits, (number, 6)) * 6 + np.arange(6)  # a hit belongs to one slot
    table[random.random(table.shape) < 0.3] = -1
    table[:, 0] = np.where(table[:, 0] < 0, 0, table[:, 0])
    found = candidates(table, random.random(number))
    np.testing.assert_array_equal(found.greedy_deduplication(shared).hits, table[one_by_one(found, shared)])
