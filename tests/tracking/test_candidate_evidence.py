import numpy as np
import pytest
from scipy import integrate

from keras_hep.tracking.candidate_evidence import EvidenceRules, hit_evidence, resolved, typical_density
from keras_hep.tracking.candidates import Candidates

LINE = np.float32([[number, 0, 0] for number in range(1, 6)])


def candidates(hits):
    return Candidates(np.int32(hits), np.zeros(len(hits), np.float32))


def evidence_of(distance, radius, width=10.0, density=2.0):
    return 3 * np.log(width / radius) - np.log(8 * np.pi) - width * distance / radius - np.log(density)


def test_evidence_is_the_ratio_of_two_densities(straight_line):
    positions = np.concatenate([LINE[:2], np.float32([[3, 0.3, 0], [4.5, 0, 0]])])
    hits = np.int32([[0, 1, 2, -1], [0, 1, 3, -1], [1, -1, -1, -1], [-1, -1, -1, -1]])
    found, squared = hit_evidence(straight_line([0.5]), positions, hits, width=10.0, density=2.0)
    exact, near, far = (evidence_of(distance, 0.5) for distance in (0.0, 0.3, 1.5))
    expected = [[0, exact, near, 0], [0, exact, far, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(squared, [[0, 0, 0.09, 0], [0, 0, 2.25, 0], [0] * 4, [0] * 4], rtol=1e-5, atol=1e-6)


def test_the_density_of_a_tracks_next_hit_is_normalised():
    radius, width = 0.3, 10.0
    density = integrate.quad(
        lambda d: 4 * np.pi * d**2 * np.exp(evidence_of(d, radius, width, density=1.0)), 0, 3, epsabs=1e-9
    )
    assert density[0] == pytest.approx(1, abs=1e-6)


def test_a_candidate_is_cut_where_its_evidence_is_largest(straight_line):
    positions = np.concatenate([LINE[:4], np.float32([[5, 0.45, 0]])])  # the last one at the edge of its sphere
    rules = EvidenceRules(minimum_hits=2)
    found = resolved(straight_line([0.5]), positions, candidates([[0, 1, 2, 3, 4]]), rules)
    assert found.hits.tolist() == [[0, 1, 2, 3, -1]]
    assert found.distance.tolist() == [0.0]


def test_of_two_candidates_that_with_most_evidence_keeps_the_hits(straight_line):
    positions = np.concatenate([LINE, np.float32([[1, 0.1, 0], [6, 0.1, 0]])])
    straight, other = [0, 1, 2, 3, 4, -1], [5, 1, 2, 3, 4, 6]
    for order in ([straight, other], [other, straight]):
        found = resolved(straight_line([0.5]), positions, candidates(order), EvidenceRules(minimum_hits=3))
        assert found.hits.tolist() == [straight]


@pytest.mark.parametrize(
    ("rules", "kept"),
    [({}, 1), ({"minimum_hits": 6}, 0), ({"minimum_evidence": 1e3}, 0), ({"minimum_evidence": 1.0}, 1)],
)
def test_weak_candidates_are_dropped(straight_line, rules, kept):
    assert len(resolved(straight_line([0.5]), LINE, candidates([[0, 1, 2, 3, 4]]), EvidenceRules(**rules))) == kept


def test_no_candidates(straight_line):
    assert len(resolved(straight_line([0.5]), LINE, candidates(np.empty((0, 5))))) == 0


def test_typical_density_is_that_of_hits_spread_evenly():
    random = np.random.default_rng(3)
    positions = random.uniform(0, 2, (60_000, 3))
    assert typical_density(positions) == pytest.approx(7500, rel=0.1)
    assert typical_density(2 * positions) == pytest.approx(typical_density(positions) / 8)
    assert typical_density(positions[:5]) == 1.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"width": 0}, "width must be positive, got 0"),
        ({"minimum_hits": 0}, "minimum_hits must be positive, got 0"),
        ({"shared": 1.5}, "shared is a fraction, got 1.5"),
    ],
)
def test_bad_rules(arguments, message):
    with pytest.raises(ValueError, match=message):
        EvidenceRules(**arguments)
