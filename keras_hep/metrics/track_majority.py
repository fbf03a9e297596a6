"""Which particle a reconstructed track stands for: the one that most of its hits come from."""

import numpy as np

from keras_hep.metrics.event_tables import columns_of, rows_of


def analyze_tracks(truth, submission):
    """Return for every track its majority particle, the one most of its hits come from.

    Of particles with equally many hits the one with the smallest id is the majority particle. Particle 0 (noise) can be
    it too.

    Args:
        truth: mapping of arrays (or DataFrame) with hit_id, particle_id (0: noise), weight, of shape (hits,).
        submission: mapping of arrays (or DataFrame) with hit_id, track_id. Hits that it does not name, or whose
            track_id is NaN, are tracks of their own; hits that truth does not have are ignored.

    Returns:
        dict of arrays of shape (tracks,), ascending in track_id: track_id; nhits: hits of the track, int64;
        major_particle_id; major_particle_nhits: hits of that particle in the event, int64; major_nhits: hits that both
        have, int64; major_weight: share of their weight in that of the event, float64. The tracks of hits without a
        track come last, by particle, with track_id -1.

    Raises:
        ValueError: if a hit is there twice, a track id is negative, or columns are missing or differ in length.

    Reference: the challenge's library, trackml.score.
    Differs: from the library, where the table has NaN for a missing track_id and all ids are then rounded to float64.

    Example:

    >>> truth = {"hit_id": [1, 2, 3, 4], "particle_id": [7, 7, 7, 0], "weight": [0.5, 0.3, 0.2, 0.0]}
    >>> tracks = analyze_tracks(truth, {"hit_id": [1, 2, 3, 4], "track_id": [1, 1, 2, 2]})
    >>> tracks["major_particle_id"].tolist(), tracks["major_nhits"].tolist(), tracks["major_weight"].tolist()
    ([7, 0], [2, 1], [0.8, 0.0])
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


def double_majority(tracks):
    """Return which tracks share more than half of their hits and of their majority particle's, bool array (tracks,).

    Args:
        tracks: dict of arrays, as `analyze_tracks` returns.

    Of all tracks only one can have more than half of the hits of a particle: none is matched twice.
    """
    common = 2 * tracks["major_nhits"]
    return (common > tracks["nhits"]) & (common > tracks["major_particle_nhits"])


def _joined(truth, submission):
    """Return per hit of truth its particle id, weight and index of its track (-1: none), and the ids of the tracks."""
    hit_id, particle_id, weight = columns_of(truth, "truth", ("hit_id", "particle_id", "weight"))
    submitted, track_id = columns_of(submission, "submission", ("hit_id", "track_id"))
    hits = len(np.unique(hit_id))
    if hits < len(hit_id):
        raise ValueError(f"truth: every hit is there once, got {len(hit_id)} rows of {hits} hits; drop the others.")
    if np.any(track_id < 0):
        raise ValueError(f"submission: no track_id is negative, got {track_id.min()}; leave out hits without a track.")
    row = rows_of(submitted, hit_id, "submission: every hit")
    found = np.flatnonzero(row >= 0)
    found = found[~np.isnan(track_id[row[found]])]
    track = np.full(len(hit_id), -1)
    track_ids, track[found] = np.unique(track_id[row[found]], return_inverse=True)
    return particle_id, weight.astype(float), track, track_ids


def _largest_of_each(group, value):
    """Return the index of the first largest value of each group; groups are ascending."""
    start = np.flatnonzero(np.diff(group, prepend=-1))
    if not len(start):
        return start
    largest = np.repeat(np.maximum.reduceat(value, start), np.diff(start, append=len(group)))
    candidates = np.flatnonzero(value == largest)
    return candidates[np.flatnonzero(np.diff(group[candidates], prepend=-1))]
