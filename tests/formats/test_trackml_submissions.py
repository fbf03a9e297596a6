"""Random submissions: reproducible, at both ends of the probability by hand, and with the expected shares between."""

import numpy as np
import pytest

from keras_hep.formats import trackml

pytest.importorskip("pandas")

TRUTH = {"hit_id": np.arange(10, 4010), "particle_id": np.arange(4000) // 8 * 2**40}


def partition(submission):
    """Return the hits of each track, a set of frozen sets."""
    return {frozenset(hits) for hits in submission.groupby("track_id")["hit_id"].apply(list)}


def true_partition():
    return {frozenset(range(start, start + 8)) for start in range(10, 4010, 8)}


@pytest.mark.parametrize("draw", [trackml.drop_hits, trackml.shuffle_hits])
def test_without_changes_the_tracks_are_the_particles(draw):
    submission = draw(TRUTH, 0.0, seed=1)
    assert partition(submission) == true_partition()
    assert sorted(set(submission["track_id"])) == list(range(1, 501))
    assert submission["track_id"].iloc[::8].tolist() != list(range(1, 501))


def test_dropped_hits_are_alone():
    assert partition(trackml.drop_hits(TRUTH, 1.0, seed=1)) == {frozenset([hit]) for hit in range(10, 4010)}
    alone = [hits for hits in partition(trackml.drop_hits(TRUTH, 0.25, seed=2)) if len(hits) == 1]
    assert len(alone) == pytest.approx(1000, abs=5 * np.sqrt(4000 * 0.25 * 0.75))


def test_shuffled_hits_are_in_any_track():
    tracks = trackml.shuffle_hits(TRUTH, 0.5, seed=2)["track_id"].to_numpy().reshape(-1, 8)
    own = np.array([np.bincount(track).max() for track in tracks])
    assert own.mean() == pytest.approx(4, abs=0.3)
    assert len(np.unique(trackml.shuffle_hits(TRUTH, 1.0, seed=3)["track_id"])) == pytest.approx(500, abs=5)


def test_random_tracks_are_all_used():
    submission = trackml.random_solution(TRUTH, 7, seed=1)
    counts = np.bincount(submission["track_id"], minlength=8)
    assert counts[0] == 0
    assert counts[1:] == pytest.approx(4000 / 7, abs=5 * np.sqrt(4000 / 7))
    assert submission["track_id"].dtype == np.int32
    assert submission["hit_id"].tolist() == TRUTH["hit_id"].tolist()


@pytest.mark.parametrize(
    "draw",
    [
        lambda seed: trackml.random_solution(TRUTH, 7, seed),
        lambda seed: trackml.drop_hits(TRUTH, 0.3, seed),
        lambda seed: trackml.shuffle_hits(TRUTH, 0.3, seed),
    ],
)
def test_the_seed_decides(draw):
    assert draw(5).equals(draw(5))
    assert draw(5).equals(draw(np.random.default_rng(5)))
    assert not draw(5).equals(draw(6))


def test_an_argument_out_of_range():
    with pytest.raises(ValueError, match="ntracks is at least 1, got 0"):
        trackml.random_solution(TRUTH, 0, seed=1)
    for draw in (trackml.drop_hits, trackml.shuffle_hits):
        with pytest.raises(ValueError, match=f"{draw.__name__}: probability is between 0 and 1, got 1.5"):
            draw(TRUTH, 1.5, seed=1)


def test_no_hits():
    empty = {"hit_id": np.zeros(0, int), "particle_id": np.zeros(0, int)}
    assert len(trackml.random_solution(empty, 3, seed=1)) == 0
    assert len(trackml.drop_hits(empty, 0.5, seed=1)) == len(trackml.shuffle_hits(empty, 0.5, seed=1)) == 0
