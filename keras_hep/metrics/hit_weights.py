"""Weights of the hits in the TrackML score: high for hits of energetic particles, and at both ends of a track."""

import numpy as np

from keras_hep.metrics.event_tables import columns_of, rows_of

_LEAST_HITS, _MOST_HITS = 4, 20
_ALONG_TRACK = (10, 8, 6, 5, 3, 3, 3, 5, 6)  # from the innermost hit to the outermost


def hit_weights(truth, particles, phase=1):
    """Return the weight of every hit in the TrackML score: by the pT of its particle, times by its place on the track.

    Args:
        truth: mapping of arrays (or DataFrame) with hit_id, particle_id, tz [mm], of shape (hits,).
        particles: mapping of arrays (or DataFrame) with particle_id, vz [mm], px, py [GeV], nhits. nhits counts the
            hits in the whole detector, also where truth is a part of it.
        phase: int. 1 (accuracy phase, the one on Kaggle) or 2 (throughput phase), where only particles of generation 0
            count, those that are no decay products.

    Returns:
        float64 array of shape (hits,), of sum 1; all zero where no hit counts. Hits whose particle is not in
        `particles`, as noise, have weight 0.

    Raises:
        ValueError: if a particle is there twice, or has more hits than nhits says.

    Reference: the challenge's library, trackml.weights.

    Example:

    >>> truth = {"hit_id": [1, 2, 3, 4, 5], "particle_id": [7, 7, 7, 7, 0], "tz": [10.0, 20.0, 30.0, 40.0, 5.0]}
    >>> particles = {"particle_id": [7], "vz": [0.0], "px": [1.0], "py": [0.0], "nhits": [4]}
    >>> hit_weights(truth, particles).round(4).tolist()
    [0.411, 0.2192, 0.1233, 0.2466, 0.0]
    """
    if phase not in (1, 2):
        raise ValueError(f"hit_weights: phase is 1 or 2, got {phase!r}.")
    factors = hit_weight_factors(truth, particles)
    weight = factors["weight_pt"] * factors["weight_order"]
    if phase == 2:
        generation = np.asarray(truth["particle_id"]).astype("u8") >> np.uint64(24) & np.uint64(0xFFF)
        weight[generation != 0] = 0
    total = weight.sum()
    return weight / total if total else weight


def hit_weight_factors(truth, particles):
    """Return what the weight of every hit is made of.

    Args:
        truth: as for `hit_weights`.
        particles: as for `hit_weights`.

    Returns:
        dict of arrays of shape (hits,): particle_nhits, int64, hits of its particle, 0 if unknown; ihit, int64, its
        place on the track, from 0, by |tz - vz|, equal distances having their mean place, rounded down; weight_order:
        0 for particles of less than 4 hits and from place 20 on, else out of the curve (10, 8, 6, 5, 3, 3, 3, 5, 6),
        stretched over the hits of the track (at most 20) and of sum 1; weight_pt: 0 below 0.05 GeV, 0.2 to 0.5 GeV,
        rising linearly to 1 at 3 GeV.

    Raises:
        ValueError: as `hit_weights`.
    """
    _, particle_id, tz = columns_of(truth, "truth", ("hit_id", "particle_id", "tz"))
    known, vz, px, py, nhits = columns_of(particles, "particles", ("particle_id", "vz", "px", "py", "nhits"))
    row = rows_of(known, particle_id, "particles: every particle")
    hit = np.flatnonzero(row >= 0)
    row = row[hit]
    count, place = np.zeros(len(particle_id), np.int64), np.zeros(len(particle_id), np.int64)
    weight_pt = np.zeros(len(particle_id))
    count[hit] = nhits[row]
    place[hit] = _places(row, np.abs(tz[hit] - vz[row]))
    weight_pt[hit] = np.interp(np.hypot(px, py)[row], [0.05, 0.5, 3], [0.2, 0.2, 1], left=0, right=1)
    most = np.clip(count, 0, _MOST_HITS)
    wrong = (most >= _LEAST_HITS) & (place < _MOST_HITS) & (place >= most)
    if wrong.any():
        particle = particle_id[np.argmax(wrong)]
        raise ValueError(f"particles: nhits is the number of hits in truth, got more for particle {particle}; recount.")
    return {
        "particle_nhits": count,
        "ihit": place,
        "weight_order": _ORDER[most, np.minimum(place, _MOST_HITS)],
        "weight_pt": weight_pt,
    }


def _places(group, value):
    """Return the rank of each value in its group from 0, int array; equal values have their mean rank, rounded down."""
    if not len(group):
        return np.zeros(0, np.int64)
    order = np.lexsort((value, group))
    group, value = group[order], value[order]
    position = np.arange(len(group))
    new_group = np.diff(group, prepend=-1) != 0
    first_of_group = np.maximum.accumulate(np.where(new_group, position, 0))
    start = np.flatnonzero(new_group | (np.diff(value, prepend=-1) != 0))
    length = np.diff(start, append=len(group))
    middle = np.repeat(2 * start + length - 1, length)  # twice the mean position of equal values
    places = np.empty(len(group), np.int64)
    places[order] = (middle - 2 * first_of_group) // 2
    return places


def _order_weights():
    """Return the weight by hits of the track and place on it, float64 array of shape (21, 21)."""
    table = np.zeros((_MOST_HITS + 1, _MOST_HITS + 1))
    for hits in range(_LEAST_HITS, _MOST_HITS + 1):
        support = np.arange(len(_ALONG_TRACK)) * (hits - 1) / (len(_ALONG_TRACK) - 1)
        weights = np.interp(np.arange(hits), support, _ALONG_TRACK)
        table[hits, :hits] = weights / weights.sum()
    return table


_ORDER = _order_weights()
