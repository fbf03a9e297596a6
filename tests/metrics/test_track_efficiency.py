"""Efficiency, purity, fake rate: every kind of track by hand, every condition of numerator and denominator."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_hep.metrics import tracking
from keras_hep.metrics.track_efficiency import KINDS

# Hits per particle: 11 has six, 12 five, 13 four, 14 three, 15 two; and four noise hits.
SIZES = {11: 6, 12: 5, 13: 4, 14: 3, 15: 2, 0: 4}
TRUTH = {"hit_id": np.arange(1, 25), "particle_id": np.repeat(list(SIZES), list(SIZES.values()))}
PARTICLES = {  # pt 1, 2, 3, 4, 5 GeV and eta 0, 0, 1, -1, 2; particle 16 has no hits
    "particle_id": np.array([15, 14, 13, 12, 11, 16]),
    "px": np.array([5.0, 4.0, 0.0, 0.0, 0.6, 9.0]),
    "py": np.array([0.0, 0.0, 3.0, -2.0, 0.8, 0.0]),
    "pz": np.array([5 * np.sinh(2.0), 4 * np.sinh(-1.0), 3 * np.sinh(1.0), 0.0, 0.0, 0.0]),
}


def tracks(*particles_of_each):
    """Return a submission: each track takes the next free hits of the particles listed for it."""
    free = {particle: list(TRUTH["hit_id"][TRUTH["particle_id"] == particle]) for particle in SIZES}
    hits = [(free[particle].pop(0), number) for number, track in enumerate(particles_of_each) for particle in track]
    return {"hit_id": [hit for hit, _ in hits], "track_id": [track for _, track in hits]}


SUBMISSION = tracks(
    [11, 11, 11, 11],  # matched: 4 of 4 hits, 4 of 6
    [11, 11, 0],  # duplicate: two of three hits come from 11, which the first track matches
    [12, 12, 12, 13],  # matched: 3 of 4 hits, 3 of 5
    [13, 13, 14],  # fragment: two of three hits, but two of four of 13, which no track matches
    [14, 14, 12, 12],  # fake: the majority has two of four hits
    [0, 0, 0],  # fake: noise
    [15, 15],  # too short
)


def kinds(matching):
    return [KINDS[kind] for kind in matching.tracks["kind"]]


def test_kinds_of_tracks():
    matching = tracking.match_tracks(TRUTH, SUBMISSION)
    assert matching.tracks["track_id"].tolist() == [0, 1, 2, 3, 4, 5]
    assert kinds(matching) == ["matched", "duplicate", "matched", "fragment", "fake", "fake"]


def test_shares_add_up():
    matching = tracking.match_tracks(TRUTH, SUBMISSION)
    shares = [matching.purity(), matching.duplicate_rate(), matching.share("fragment"), matching.fake_rate()]
    assert [int(share.count) for share in shares] == [2, 1, 1, 2]
    assert {int(share.total) for share in shares} == {6}
    assert sum(share.value for share in shares) == pytest.approx(1)


def test_efficiency_of_all_particles():
    matching = tracking.match_tracks(TRUTH, SUBMISSION)
    assert matching.particles["particle_id"].tolist() == [11, 12, 13, 14]
    assert matching.particles["nhits"].tolist() == [6, 5, 4, 3]
    assert matching.particles["found"].tolist() == [True, True, False, False]
    efficiency = matching.efficiency(level=0.95)
    assert (efficiency.count, efficiency.total, efficiency.value) == (2, 4, 0.5)
    assert (efficiency.low, efficiency.high) == (pytest.approx(0.0676, abs=1e-4), pytest.approx(0.9324, abs=1e-4))


@pytest.mark.parametrize(
    ("minimum", "particles", "tracks_left"), [(1, 5, 7), (2, 5, 7), (4, 3, 3), (5, 2, 0), (7, 0, 0)]
)
def test_minimum_number_of_hits(minimum, particles, tracks_left):
    matching = tracking.match_tracks(TRUTH, SUBMISSION, minimum_hits=minimum)
    assert (matching.efficiency().total, matching.purity().total) == (particles, tracks_left)
    if minimum == 2:
        assert matching.particles["found"].tolist() == [True, True, False, False, True]


def test_missing_hits_are_no_tracks():
    named = {"hit_id": [*SUBMISSION["hit_id"], 15], "track_id": [*map(float, SUBMISSION["track_id"]), np.nan]}
    assert tracking.match_tracks(TRUTH, named, minimum_hits=1).purity().total == 7


def test_acceptance_bounds_the_particles_but_not_what_a_track_matches():
    accepted = np.array([False, True, True, True, False, True])
    matching = tracking.match_tracks(TRUTH, SUBMISSION, PARTICLES, accepted)
    assert matching.particles["particle_id"].tolist() == [14, 13, 12]
    assert (matching.efficiency().count, matching.efficiency().total) == (1, 3)
    assert kinds(matching)[:3] == ["matched", "duplicate", "matched"]


def test_particles_that_are_not_in_the_table_are_not_considered():
    few = {name: column[:4] for name, column in PARTICLES.items()}
    matching = tracking.match_tracks(TRUTH, SUBMISSION, few)
    assert matching.particles["particle_id"].tolist() == [14, 13, 12]
    assert np.isnan(matching.tracks["particle_pt"][0])
    assert matching.purity().count == 2


def test_bins_of_pt_and_eta():
    matching = tracking.match_tracks(TRUTH, SUBMISSION, PARTICLES)
    np.testing.assert_allclose(matching.particles["pt"], [4, 3, 2, 1])
    np.testing.assert_allclose(matching.particles["eta"], [-1, 1, 0, 0], atol=1e-12)
    efficiency = matching.efficiency("pt", [0.5, 1.5, 2.5, 3.5, 3.9])
    assert efficiency.count.tolist() == [1, 1, 0, 0]
    assert efficiency.total.tolist() == [1, 1, 1, 0]
    assert np.isnan(efficiency.value[3])
    assert (efficiency.low[3], efficiency.high[3]) == (0, 1)
    assert efficiency.low[0] == pytest.approx(0.15865, abs=1e-5)
    assert matching.efficiency("eta", [-2, -0.5, 0.5, 2]).total.tolist() == [1, 2, 1]
    # By the majority particle: two tracks of 11 (1 GeV), one of 12, one of 13; of two equal ones 12; none of noise.
    purity, fakes = matching.purity("pt", [0.5, 1.5, 2.5, 3.5]), matching.fake_rate("pt", [0.5, 1.5, 2.5, 3.5])
    assert purity.total.tolist() == fakes.total.tolist() == [2, 2, 1]
    assert purity.count.tolist() == [1, 1, 0]
    assert fakes.count.tolist() == [0, 1, 0]
    assert matching.duplicate_rate("pt", [0.5, 1.5]).count.tolist() == [1]
    assert matching.efficiency("nhits", [3, 5, 6]).total.tolist() == [2, 2]


def test_an_edge_belongs_to_the_bin_above_and_the_last_is_inside():
    truth = {"hit_id": np.arange(9), "particle_id": np.repeat([1, 2, 3], 3)}
    particles = {
        "particle_id": np.array([1, 2, 3]),
        "px": np.array([1.0, 2.0, 3.0]),
        "py": np.zeros(3),
        "pz": np.zeros(3),
    }
    matching = tracking.match_tracks(truth, {"hit_id": [], "track_id": []}, particles)
    assert matching.efficiency("pt", [1, 2, 3]).total.tolist() == [1, 2]


def test_a_perfect_and_an_empty_submission():
    perfect = tracking.match_tracks(TRUTH, {"hit_id": TRUTH["hit_id"], "track_id": TRUTH["particle_id"]}, PARTICLES)
    assert perfect.efficiency().value == 1
    assert kinds(perfect) == ["fake", "matched", "matched", "matched", "matched"]  # the noise is submitted as a track
    empty = tracking.match_tracks(TRUTH, {"hit_id": [], "track_id": []}, PARTICLES)
    assert (empty.efficiency().value, empty.purity().total) == (0, 0)
    nothing = {"hit_id": np.zeros(0, int), "particle_id": np.zeros(0, int)}
    assert tracking.match_tracks(nothing, SUBMISSION).efficiency().total == 0
    no_particles = {name: column[:0] for name, column in PARTICLES.items()}
    assert tracking.match_tracks(TRUTH, SUBMISSION, no_particles).purity("pt", [0, 9]).total.tolist() == [0]


@pytest.mark.parametrize(
    ("particles", "accepted", "message"),
    [
        (None, np.ones(6, bool), "accepted is a mask of particles, which are missing"),
        (PARTICLES, np.ones(5, bool), r"accepted is one bool per particle, got bool of shape \(5,\)"),
        (PARTICLES, np.arange(6), r"accepted is one bool per particle, got int64"),
        (
            {**PARTICLES, "particle_id": np.array([11, 11, 12, 13, 14, 15])},
            None,
            "every particle is there once, got 11",
        ),
        ({"particle_id": PARTICLES["particle_id"]}, None, "particles needs the columns particle_id, px, py, pz"),
    ],
)
def test_bad_tables_are_refused(particles, accepted, message):
    with pytest.raises(ValueError, match=message):
        tracking.match_tracks(TRUTH, SUBMISSION, particles, accepted)


def test_bad_bins_are_refused():
    matching = tracking.match_tracks(TRUTH, SUBMISSION)
    for quantity, edges in (("pt", [0, 1]), ("nhits", None)):
        with pytest.raises(ValueError, match="bins need edges and a quantity of the particles"):
            matching.efficiency(quantity, edges)
    with pytest.raises(ValueError, match="kind is one of matched, duplicate, fragment, fake, got 'ghost'"):
        matching.share("ghost")


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6)), min_size=1, max_size=60),
    st.randoms(use_true_random=False),
)
def test_invariants(hits, random):
    particle, track = np.array(hits).T
    order = random.sample(range(len(hits)), len(hits))
    truth, submission = (
        {"hit_id": np.arange(len(hits)), "particle_id": particle},
        {"hit_id": order, "track_id": track[order]},
    )
    matching = tracking.match_tracks(truth, submission)
    matched = matching.tracks["major_particle_id"][matching.tracks["kind"] == KINDS.index("matched")]
    assert len(set(matched)) == len(matched)
    assert matching.efficiency().count == len(set(matched) & set(matching.particles["particle_id"]))
    assert matching.purity().total == sum(np.bincount(track) >= 3)
    assert matching.efficiency().total == sum(np.bincount(particle)[1:] >= 3)
    renamed = tracking.match_tracks(truth, {"hit_id": order, "track_id": 9 - track[order]})
    assert sorted(kinds(renamed)) == sorted(kinds(matching))
    assert renamed.particles["found"].tolist() == matching.particles["found"].tolist()


def test_genuine_event(real_data):
    trackml = pytest.importorskip("keras_hep.formats.trackml")
    pytest.importorskip("pandas")
    truth, particles = trackml.load_event(real_data("trackml/event000000001"), ("truth", "particles"))
    matching = tracking.match_tracks(truth, trackml.drop_hits(truth, 0.0, seed=1), particles)
    assert matching.efficiency().value == 1
    assert matching.efficiency().total == (particles["nhits"] >= 3).sum()
    assert matching.fake_rate().count == 1
    worse = tracking.match_tracks(truth, trackml.drop_hits(truth, 0.5, seed=1), particles)
    by_eta = worse.efficiency("eta", np.linspace(-5, 5, 11))
    assert 0.2 < worse.efficiency().value < 0.8
    assert by_eta.total.sum() == worse.efficiency().total
