"""Random assignments of hits to tracks, to test scores and what reads submissions."""

import numpy as np


def random_solution(hits, ntracks, seed):
    """Assign every hit to one of a number of tracks at random.

    Args:
        hits: DataFrame or mapping of arrays with hit_id.
        ntracks: int. Number of tracks.
        seed: int, sequence of int or `numpy.random.Generator`.

    Returns:
        DataFrame of hit_id and track_id (int32, 1 to `ntracks`).

    Reference: the challenge's library, trackml.randomize.

    Example:

    >>> random_solution({"hit_id": [1, 2, 3]}, ntracks=1, seed=7)["track_id"].tolist()
    [1, 1, 1]
    """
    if ntracks < 1:
        raise ValueError(f"random_solution: ntracks is at least 1, got {ntracks}.")
    track_id = np.random.default_rng(seed).integers(1, ntracks + 1, len(hits["hit_id"]), dtype="i4")
    return _submission(hits, track_id)


def drop_hits(truth, probability, seed):
    """Take hits out of their tracks at random: each becomes a track of its own.

    Args:
        truth: DataFrame or mapping of arrays with hit_id, particle_id.
        probability: float. With which a hit is dropped.
        seed: int, sequence of int or `numpy.random.Generator`.

    Returns:
        DataFrame of hit_id and track_id (int64, 1 to the number of tracks, in random order). The noise is a track too.

    Reference: the challenge's library, trackml.randomize.

    Example:

    >>> truth = {"hit_id": [1, 2, 3], "particle_id": [9, 9, 9]}
    >>> sorted(drop_hits(truth, 1.0, seed=7)["track_id"])
    [1, 2, 3]
    """
    random = np.random.default_rng(seed)
    _, track = np.unique(truth["particle_id"], return_inverse=True)
    dropped = random.random(len(track)) < _probability("drop_hits", probability)
    track[dropped] = len(track) + np.arange(np.count_nonzero(dropped))
    return _submission(truth, _renumbered(track, random))


def shuffle_hits(truth, probability, seed):
    """Move hits to the track of another particle at random.

    The particle is drawn among all of the event, the noise included: now and then it is the true one.

    Args:
        truth: DataFrame or mapping of arrays with hit_id, particle_id.
        probability: float. With which a hit is moved.
        seed: int, sequence of int or `numpy.random.Generator`.

    Returns:
        DataFrame of hit_id and track_id (int64, 1 to the number of tracks, in random order). The noise is a track too.

    Reference: the challenge's library, trackml.randomize.

    Example:

    >>> truth = {"hit_id": [1, 2, 3], "particle_id": [9, 9, 9]}
    >>> shuffle_hits(truth, 0.5, seed=7)["track_id"].tolist()
    [1, 1, 1]
    """
    random = np.random.default_rng(seed)
    particles, track = np.unique(truth["particle_id"], return_inverse=True)
    moved = random.random(len(track)) < _probability("shuffle_hits", probability)
    track[moved] = random.integers(0, max(len(particles), 1), np.count_nonzero(moved))
    return _submission(truth, _renumbered(track, random))


def _renumbered(track, random):
    """Return the track numbers replaced by 1 to their number, in random order."""
    tracks, track = np.unique(track, return_inverse=True)
    return random.permutation(np.arange(1, len(tracks) + 1))[track]


def _submission(table, track_id):
    import pandas

    return pandas.DataFrame({"hit_id": np.asarray(table["hit_id"]), "track_id": track_id})


def _probability(function, probability):
    if not 0 <= probability <= 1:
        raise ValueError(f"{function}: probability is between 0 and 1, got {probability}.")
    return probability
