"""Score of the TrackML challenge: which tracks belong to one particle, and what weight their common hits have."""

import numpy as np


def score_event(truth, submission):
    """Return the TrackML score of one event: 1 for a perfect assignment of hits to tracks, 0 for a useless one.

    A track counts if more than half of its hits come from one particle and these are more than half of the particle's
    hits (both strictly). The score is the truth weight of the common hits of the tracks that count, divided by the
    weight of the event.

    Args:
        truth: mapping of arrays (or DataFrame) with hit_id, particle_id (0: noise), weight, of shape (hits,).
        submission: mapping of arrays (or DataFrame) with hit_id, track_id. Hits that it does not name, or whose
            track_id is NaN, are tracks of their own; hits that truth does not have are ignored.

    Returns:
        float. 0 where the event has no weight.

    Raises:
        ValueError: if a hit is there twice, a track id is negative, or columns differ in length.

    Particles are as large as `truth` makes them: for a part of the detector, restrict truth to its hits. The score is
    then that of the part, and does not compare with one of the whole.

    Reference: S. Amrouche et al., The Tracking Machine Learning challenge: Accuracy phase (2019), Section 4, and the
        challenge's library, trackml.score.

    Example:

    >>> truth = {"hit_id": [1, 2, 3, 4, 5], "particle_id": [7, 7, 7, 7, 0], "weight": [0.4, 0.3, 0.2, 0.1, 0.0]}
    >>> round(score_event(truth, {"hit_id": [1, 2, 3, 4, 5], "track_id": [1, 1, 1, 2, 2]}), 3)
    0.9
    """
    tracks = analyze_tracks(truth, submission)
    return float(tracks["major_weight"][double_majority(tracks)].sum())


def double_majority(tracks):
    """Return which tracks share more than half of their hits and of their majority particle's, bool array (tracks,).

    Args:
        tracks: mapping of arrays, as `analyze_tracks` returns.
    """
    common = 2 * tracks["major_nhits"]
    return (common > tracks["nhits"]) & (common > tracks["major_particle_nhits"])


def analyze_tracks(truth, submission):
    """Return for every track its majority particle, the one most of its hits come from.

    Of particles with equally many hits the one with the smallest id is the majority particle. Particle 0 (noise) can be
    it too.

    Args:
        truth: as for `score_event`.
        submission: as for `score_event`.

    Returns:
        dict of arrays of shape (tracks,), ascending in track_id: track_id; nhits: hits of the track, int64;
        major_particle_id; major_particle_nhits: hits of that particle in the event, int64; major_nhits: hits that both
        have, int64; major_weight: share of their weight in that of the event, float64. The tracks of hits without a
        track come last, by particle, with track_id -1.

    Raises:
        ValueError: as `score_event`.

    Differs: from the library, where the table has NaN for a missing track_id and all ids are then rounded to float64.
    """
    particle_id, weight, track, track_id = _joined(truth, submission)
    particles, particle, particle_nhits = np.unique(particle_id, return_inverse=True, return_counts=True)
    missing = np.flatnonzero(track < 0)
    missing = missing[np.argsort(particle[missing], kind="stable")]
    track[missing] = len(track_id) + np.arange(len(missing))
    # Pairs of a track and a particle with common hits, ordered by track and particle.
    pair, inverse, common = np.unique(track * len(particles) + particle, return_inverse=True, return_counts=True)
    major = _largest_of_each(pair // len(particles), common)
    shared = np.bincount(inverse, weight, len(pair))[major]
    total = weight.sum()
    return {
        "track_id": np.concatenate([track_id, np.full(len(missing), -1, track_id.dtype)]),
        "nhits": np.bincount(track, minlength=len(major)),
        "major_particle_id": particles[pair[major] % len(particles)],
        "major_particle_nhits": particle_nhits[pair[major] % len(particles)],
        "major_nhits": common[major],
        "major_weight": shared / total if total else np.zeros(len(major)),
    }


def _joined(truth, submission):
    """Return per hit of truth its particle id, weight and index of its track (-1: none), and the ids of the tracks."""
    hit_id, particle_id, weight = _columns(truth, "truth", ("hit_id", "particle_id", "weight"))
    submitted, track_id = _columns(submission, "submission", ("hit_id", "track_id"))
    hits = np.unique(hit_id)
    if len(hits) < len(hit_id):
        raise ValueError(
            f"truth: every hit is there once, got {len(hit_id)} rows of {len(hits)} hits; drop the others."
        )
    order = np.argsort(submitted)
    submitted, track_id = submitted[order], track_id[order]
    twice = submitted[1:] == submitted[:-1]
    if twice.any():
        raise ValueError(
            f"submission: a hit is in one track, got hit {submitted[np.argmax(twice)]} twice; drop one row."
        )
    if np.any(track_id < 0):
        raise ValueError(
            f"submission: track ids are not negative, got {track_id.min()}; leave out hits without a track."
        )
    place = np.minimum(np.searchsorted(submitted, hit_id), max(len(submitted) - 1, 0))
    found = submitted[place] == hit_id if len(submitted) else np.zeros(len(hit_id), bool)
    found[found] = track_id[place[found]] == track_id[place[found]]  # NaN is no track
    track = np.full(len(hit_id), -1)
    track_ids, track[found] = np.unique(track_id[place[found]], return_inverse=True)
    return particle_id, weight.astype(float), track, track_ids


def _largest_of_each(group, value):
    """Return the index of the first largest value of each group; groups are ascending."""
    start = np.flatnonzero(np.diff(group, prepend=-1))
    if not len(start):
        return start
    largest = np.repeat(np.maximum.reduceat(value, start), np.diff(start, append=len(group)))
    candidates = np.flatnonzero(value == largest)
    return candidates[np.flatnonzero(np.diff(group[candidates], prepend=-1))]


def _columns(table, name, columns):
    """Return columns of a table as arrays of one length."""
    missing = [column for column in columns if column not in table]
    if missing:
        raise ValueError(f"{name} needs the columns {', '.join(columns)}, got none of {', '.join(missing)}.")
    arrays = [np.asarray(table[column]) for column in columns]
    lengths = {array.shape for array in arrays}
    if len(lengths) > 1 or arrays[0].ndim != 1:
        raise ValueError(f"{name}: columns have one axis and one length, got the shapes {sorted(lengths)}.")
    return arrays
