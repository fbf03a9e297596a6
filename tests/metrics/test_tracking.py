"""The TrackML score by hand, rule by rule, and what must not change it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_hep.metrics import tracking


def event(particles, weights=None):
    """Return truth with hits 1, 2, ... of the given particles; equal weights, none for noise, where none are given."""
    particles = np.array(particles)
    weights = np.where(particles == 0, 0.0, 1.0) if weights is None else np.array(weights)
    return {"hit_id": np.arange(1, len(particles) + 1), "particle_id": particles, "weight": weights / weights.sum()}


def submission(tracks):
    """Return the submission of tracks of the hits 1, 2, ...; None is a hit left out."""
    named = [(hit, track) for hit, track in enumerate(tracks, start=1) if track is not None]
    return {"hit_id": [hit for hit, _ in named], "track_id": [track for _, track in named]}


def score(particles, tracks, weights=None):
    return tracking.score_event(event(particles, weights), submission(tracks))


@pytest.mark.parametrize(
    ("particles", "tracks", "expected"),
    [
        ([5, 5, 5, 5], [1, 1, 1, 1], 1.0),
        ([5, 5, 5, 5], [1, 1, 1, 2], 0.75),  # the larger piece counts, with its own hits
        ([5, 5, 5, 5], [1, 1, 2, 2], 0.0),  # half of the particle is not more than half
        ([5, 5, 0, 0], [1, 1, 1, 1], 0.0),  # half of the track is not more than half
        ([5, 5, 5, 0, 0], [1, 1, 1, 1, 1], 1.0),
        ([5, 5, 5, 6, 6], [1, 1, 1, 1, 1], 0.6),  # the hits of the other particle do not count
        ([5, 5, 6, 6], [1, 1, 2, 2], 1.0),
        ([5, 5, 6, 6], [1, 1, 1, 1], 0.0),  # everything merged
        ([5, 5, 5, 5, 6], [1, 1, 2, 2, 2], 0.0),  # pure enough, but half of the particle
        ([0, 0, 0, 5], [1, 1, 1, 2], 1.0),  # noise as a track weighs nothing
        ([5, 6, 6], [None, 1, 1], 1.0),  # a missing hit is a track of its own: right for a particle of one hit
        ([5, 5, 6, 6], [None, None, 1, 1], 0.5),  # two missing hits are two tracks, not one
        ([5, 5, 5], [None, 1, 1], 2 / 3),
        ([5, 5, 5], [None, None, 1], 0.0),
        ([5, 5], [None, None], 0.0),
    ],
)
def test_by_hand(particles, tracks, expected):
    assert score(particles, tracks) == pytest.approx(expected, abs=1e-15)


def test_the_weight_of_the_common_hits_counts():
    assert score([5, 5, 5, 6, 6, 6], [1, 1, 2, 2, 2, 2], [8, 4, 2, 1, 16, 32]) == pytest.approx(
        (8 + 4 + 1 + 16 + 32) / 63
    )
    assert score([5, 5, 5, 5], [1, 1, 1, 2], [0.1, 0.2, 0.3, 9.4]) == pytest.approx(0.06)


def test_weights_need_not_add_up_to_one():
    truth = event([5, 5, 5, 6])
    truth["weight"] = 7 * truth["weight"]
    assert tracking.score_event(truth, submission([1, 1, 1, 2])) == pytest.approx(1)


def test_of_equally_many_hits_the_smallest_particle_is_the_majority():
    # Track 1 holds two hits of 9, two of 7 and one of 8.
    tracks = tracking.analyze_tracks(event([9, 9, 7, 7, 8, 7]), submission([1, 1, 1, 1, 1, 2]))
    assert tracks["track_id"].tolist() == [1, 2]
    assert tracks["nhits"].tolist() == [5, 1]
    assert tracks["major_particle_id"].tolist() == [7, 7]
    assert tracks["major_particle_nhits"].tolist() == [3, 3]
    assert tracks["major_nhits"].tolist() == [2, 1]
    assert tracks["major_weight"].tolist() == pytest.approx([2 / 6, 1 / 6])


def test_noise_can_be_the_majority_of_a_track():
    tracks = tracking.analyze_tracks(event([0, 0, 7]), submission([4, 4, 4]))
    assert tracks["major_particle_id"].tolist() == [0]
    assert tracks["major_weight"].tolist() == [0]


def test_missing_hits_come_last_by_particle():
    tracks = tracking.analyze_tracks(event([9, 7, 5, 5]), submission([None, None, 3, 3]))
    assert tracks["track_id"].tolist() == [3, -1, -1]
    assert tracks["major_particle_id"].tolist() == [5, 7, 9]
    assert tracks["nhits"].tolist() == [2, 1, 1]


def test_nan_is_a_missing_track():
    named = {"hit_id": [1, 2, 3, 4], "track_id": [np.nan, np.nan, 3.0, 3.0]}
    tracks = tracking.analyze_tracks(event([9, 9, 5, 5]), named)
    assert tracks["track_id"].tolist() == [3, -1, -1]
    assert tracking.score_event(event([9, 9, 5, 5]), named) == 0.5


def test_identifiers_keep_their_64_bits():
    truth = event([2**62, 2**62, 2**62 + 1, 2**62 + 1])
    tracks = submission([2**62 + 5, 2**62 + 5, 2**62 + 6, None])
    assert tracking.score_event(truth, tracks) == 0.5
    assert tracking.analyze_tracks(truth, tracks)["track_id"].tolist() == [2**62 + 5, 2**62 + 6, -1]


def test_hits_that_truth_does_not_have_are_ignored():
    truth, tracks = event([5, 5, 5, 6]), {"hit_id": [9, 1, 2, 3, 7, 8], "track_id": [1, 1, 1, 1, 1, 1]}
    assert tracking.score_event(truth, tracks) == 1
    assert tracking.analyze_tracks(truth, tracks)["nhits"].tolist() == [3, 1]


def test_an_event_without_weight_or_hits():
    truth = {"hit_id": [1, 2], "particle_id": [0, 0], "weight": [0.0, 0.0]}
    assert tracking.score_event(truth, submission([1, 1])) == 0
    empty = {"hit_id": np.zeros(0, int), "particle_id": np.zeros(0, int), "weight": np.zeros(0)}
    assert tracking.score_event(empty, submission([1, 1])) == 0
    assert tracking.score_event(empty, {"hit_id": [], "track_id": []}) == 0


@pytest.mark.parametrize(
    ("truth", "tracks", "message"),
    [
        (event([5, 5]), {"hit_id": [1, 1], "track_id": [3, 3]}, "submission: every hit is there once, got 1 twice"),
        (event([5, 5]), {"hit_id": [8, 8], "track_id": [3, 3]}, "submission: every hit is there once, got 8 twice"),
        ({**event([5, 5]), "hit_id": [1, 1]}, submission([3]), "truth: every hit is there once, got 2 rows of 1 hits"),
        (event([5, 5]), submission([3, -1]), "submission: no track_id is negative, got -1"),
        (event([5, 5]), {"hit_id": [1, 2]}, "submission needs the columns hit_id, track_id"),
        (event([5, 5]), {"hit_id": [1, 2], "track_id": [1]}, "submission: columns have one axis and one length"),
        (event([5, 5]), {"hit_id": [1, 2], "track_id": ["a", "b"]}, "submission: track_id holds numbers, got"),
        (
            {"hit_id": [1], "weight": [1.0]},
            submission([3]),
            "truth needs the columns .*, got none of the name particle_id",
        ),
    ],
)
def test_bad_tables_are_refused(truth, tracks, message):
    with pytest.raises(ValueError, match=message):
        tracking.score_event(truth, tracks)


events = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.booleans()), min_size=1, max_size=40)


def of(hits):
    """Return truth of small whole weights, so that sums are exact, and a submission that leaves some hits out."""
    particles = np.array([particle for particle, _, _ in hits])
    truth = event(particles, 1 + np.arange(len(hits)) % 4)
    return truth, submission([track if kept else None for _, track, kept in hits])


@given(events)
def test_a_perfect_submission_scores_one(hits):
    truth, _ = of(hits)
    tracks = {"hit_id": truth["hit_id"], "track_id": truth["particle_id"]}
    assert tracking.score_event(truth, tracks) == pytest.approx(1)


@given(events)
def test_the_score_is_a_share(hits):
    truth, tracks = of(hits)
    assert 0 <= tracking.score_event(truth, tracks) <= 1 + 1e-12


@given(events, st.randoms(use_true_random=False))
def test_names_of_tracks_and_order_of_rows_do_not_matter(hits, random):
    truth, tracks = of(hits)
    names = random.sample(range(1000), 6)
    renamed = {
        "hit_id": np.array(tracks["hit_id"]),
        "track_id": np.array([names[track] for track in tracks["track_id"]]),
    }
    orders = [random.sample(range(len(table["hit_id"])), len(table["hit_id"])) for table in (truth, renamed)]
    permuted = [
        {name: column[order] for name, column in table.items()}
        for table, order in zip((truth, renamed), orders, strict=True)
    ]
    assert tracking.score_event(*permuted) == pytest.approx(tracking.score_event(truth, tracks), abs=1e-12)


@given(events)
def test_everything_merged_scores_the_particle_of_more_than_half_the_hits(hits):
    truth, _ = of(hits)
    particles, counts = np.unique(truth["particle_id"], return_counts=True)
    expected = truth["weight"][truth["particle_id"] == particles[np.argmax(counts)]].sum()
    merged = {"hit_id": truth["hit_id"], "track_id": np.zeros(len(hits), int)}
    assert tracking.score_event(truth, merged) == pytest.approx(expected if 2 * counts.max() > len(hits) else 0)


@given(st.lists(st.integers(2, 9), min_size=2, max_size=6))
def test_all_particles_merged_score_zero_where_none_has_half_the_hits(sizes):
    particles = np.repeat(np.arange(1, len(sizes) + 1), sizes)
    if 2 * max(sizes) <= sum(sizes):
        assert score(particles, np.ones(len(particles), int)) == 0


@given(events)
def test_the_table_against_counting_hit_by_hit(hits):
    truth, tracks = of(hits)
    table = tracking.analyze_tracks(truth, tracks)
    track_of = dict(zip(tracks["hit_id"], tracks["track_id"], strict=True))
    for row, track in enumerate(table["track_id"]):
        if track < 0:
            continue
        own = [place for place, hit in enumerate(truth["hit_id"]) if track_of.get(hit) == track]
        inside = truth["particle_id"][own].tolist()
        major = min(set(inside), key=lambda particle: (-inside.count(particle), particle))
        shared = [place for place in own if truth["particle_id"][place] == major]
        assert table["major_particle_id"][row] == major
        assert table["nhits"][row] == len(own)
        assert table["major_nhits"][row] == inside.count(major)
        assert table["major_particle_nhits"][row] == truth["particle_id"].tolist().count(major)
        assert table["major_weight"][row] == pytest.approx(truth["weight"][shared].sum())
    assert table["nhits"].sum() == len(hits)
