"""True tracks as hits per station, and which of them track candidates reproduce."""

import dataclasses
import math

import numpy as np

from keras_hep.metrics.event_tables import columns_of


@dataclasses.dataclass(frozen=True, eq=False)
class CandidateMatching:
    """True tracks and track candidates of one event or time slice, with what they turned out to be.

    Attributes:
        found: bool array, shape (true tracks,). Whether a candidate matches the track.
        of: int array, shape (candidates,). Index of the true track that the candidate matches, -1 for none.
        duplicate: bool array, shape (candidates,). Whether an earlier candidate has the same hits or matches the same
            true track.
        counted: bool array, shape (candidates,). Which candidates the precision is a fraction of.
    """

    found: np.ndarray
    of: np.ndarray
    duplicate: np.ndarray
    counted: np.ndarray

    @property
    def correct(self):
        """Candidates that are the first to match their true track, bool array of shape (candidates,)."""
        return (self.of >= 0) & ~self.duplicate

    @property
    def recall(self):
        """Fraction of the true tracks that are found, NaN without any."""
        return _ratio(self.found.sum(), len(self.found))

    @property
    def precision(self):
        """True tracks found per candidate counted, NaN without any."""
        return _ratio(self.found.sum(), self.counted.sum())


def true_slots(hits, stations, minimum_hits=4, first_station=True, reconstructable=None):
    """Return the tracks that ought to be found, each as its hits station by station.

    Tracks with fewer hits, without a hit on the first station, with two hits on one station (they spin), or that are
    not reconstructable are left out. To a matching their hits are fake hits.

    Args:
        hits: mapping of arrays with station, int from 0, and track, int, -1 for a fake hit, of shape (hits,).
        stations: int.
        minimum_hits: int.
        first_station: bool. Whether a track needs a hit on station 0.
        reconstructable: int array of track numbers, or None for all.

    Returns:
        (track numbers, slots): int array, shape (tracks,), ascending; int32 array, shape (tracks, stations): index of
        the track's hit on each station, -1 where it has none.

    Raises:
        ValueError: if a column is missing, or a station is not from 0 to `stations` - 1.

    Example:

    >>> hits = {"station": [0, 0, 1, 2, 2], "track": [7, -1, 7, 7, -1]}
    >>> numbers, slots = true_slots(hits, stations=4, minimum_hits=3)
    >>> numbers.tolist(), slots.tolist()
    ([7], [[0, 2, 3, -1]])
    """
    station, track = columns_of(hits, "hits", ("station", "track"))
    if station.size and not 0 <= station.min() <= station.max() < stations:
        raise ValueError(
            f"true_slots: stations are 0 to {stations - 1}, got {station.min()} to {station.max()}; give their number."
        )
    index, numbers, row = _hits_of_tracks(track, reconstructable)
    cell = row * stations + station[index]
    occupancy = np.bincount(cell, minlength=len(numbers) * stations).reshape(len(numbers), stations)
    wanted = (occupancy.sum(axis=1) >= minimum_hits) & (occupancy.max(axis=1, initial=0) <= 1)
    if first_station:
        wanted &= occupancy[:, 0] > 0
    slots = np.full(occupancy.shape, -1, np.int32)
    slots.flat[cell] = index
    return numbers[wanted], slots[wanted]


def true_hits(track, minimum_hits=1, reconstructable=None):
    """Return the tracks that ought to be found, each as its hits in the order of the event.

    For detectors where a track has several hits on a layer, and for `majority_match`.

    Args:
        track: int array, shape (hits,). Track of each hit, -1 for a fake hit.
        minimum_hits: int. Tracks with fewer hits are left out.
        reconstructable: int array of track numbers, or None for all.

    Returns:
        (track numbers, slots): int array, shape (tracks,), ascending; int32 array, shape (tracks, most hits): indices
        of the track's hits, -1 after the last one.

    Example:

    >>> numbers, slots = true_hits([5, -1, 3, 5, 5, 3])
    >>> numbers.tolist(), slots.tolist()
    ([3, 5], [[2, 5, -1], [0, 3, 4]])
    """
    index, numbers, row = _hits_of_tracks(np.asarray(track), reconstructable)
    order = np.argsort(row, kind="stable")
    sizes = np.bincount(row, minlength=len(numbers))
    slot = np.arange(len(row)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    slots = np.full((len(numbers), sizes.max(initial=0)), -1, np.int32)
    slots[row[order], slot] = index[order]
    wanted = sizes >= minimum_hits
    return numbers[wanted], slots[wanted]


def exact_match(candidates, slots, deduplicated=False):
    """Match candidates with true tracks whose hits are the same on every station, missing hits included.

    Candidates with the same hits count once. Precision is a fraction of all candidates that are left.

    Args:
        candidates: int array, shape (candidates, stations). Index of the hit on each station, -1 for none.
        slots: int array, shape (true tracks, stations), of `true_slots`.
        deduplicated: bool. Whether of several candidates that match the same true track only one is counted.

    Returns:
        `CandidateMatching`.

    Raises:
        ValueError: if candidates and slots are no tables of hit indices with the same number of stations.

    Reference: P. Goncharov et al., TrackNET: Deep Learning-Based Track Recognition in Pixel and Strip-Based Particle
    Detectors (2024): recall and precision.

    Example:

    >>> matching = exact_match([[0, 3, 5], [1, 4, -1], [1, 4, 7]], [[0, 3, 5], [1, 4, 6]])
    >>> matching.of.tolist(), matching.recall, round(matching.precision, 3)
    ([0, -1, -1], 0.5, 0.333)
    """
    candidates, slots = _tables(candidates, slots, "exact_match", stations=True)
    # Of a candidate that is a true track, all hits belong to that track: any of them tells which.
    track = _owners(candidates, slots).max(axis=1, initial=-1)
    same = (candidates == _slots_of(track, slots)).all(axis=1)
    return _matching(np.where(same, track, -1), candidates, len(slots), deduplicated)


def fraction_match(candidates, slots, fraction=0.7, deduplicated=False):
    """Match candidates with true tracks that are the same on a fraction of all stations.

    Stations where both lack a hit are counted as the same, which helps short tracks; one hit must be common. Of
    several true tracks a candidate matches that with most stations the same, of these that with its first hit.

    Args:
        candidates: int array, shape (candidates, stations), as for `exact_match`.
        slots: int array, shape (true tracks, stations), of `true_slots`.
        fraction: float. Share of the stations, above 0 and up to 1; their number is rounded up.
        deduplicated: bool, as for `exact_match`.

    Returns:
        `CandidateMatching`.

    Raises:
        ValueError: as `exact_match`, or if the fraction is not above 0 and up to 1.

    Example:

    >>> matching = fraction_match([[0, 3, 5, -1], [1, 4, 9, 9]], [[0, 3, 6, -1], [1, 4, 7, 8]])
    >>> matching.of.tolist()  # three and two of four
    [0, -1]
    """
    candidates, slots = _tables(candidates, slots, "fraction_match", stations=True)
    if not 0 < fraction <= 1:
        raise ValueError(f"fraction_match: fraction is above 0 and up to 1, got {fraction}.")
    # Products such as 0.07 * 100 are a little above the whole number that they stand for.
    needed = math.ceil(fraction * slots.shape[1] - 1e-9)
    owners = _owners(candidates, slots)
    of, most = np.full(len(candidates), -1), np.full(len(candidates), needed - 1)
    for track in owners.T:
        row = np.flatnonzero(track >= 0)
        same = (candidates[row] == slots[track[row]]).sum(axis=1)
        better = row[same > most[row]]
        most[row] = np.maximum(most[row], same)
        of[better] = track[better]
    return _matching(of, candidates, len(slots), deduplicated)


def majority_match(candidates, slots, double=True, deduplicated=True):
    """Match candidates with the true track that more than half of their hits belong to, wherever these stand.

    A hit that a candidate holds twice counts once, and candidates with the same set of hits count once.

    Args:
        candidates: int array, shape (candidates, longest candidate). Indices of hits, -1 for none.
        slots: int array, shape (true tracks, longest track), of `true_hits` or `true_slots`.
        double: bool. Whether the candidate must also hold more than half of the track's hits.
        deduplicated: bool, as for `exact_match`.

    Returns:
        `CandidateMatching`.

    Raises:
        ValueError: if candidates and slots are no tables of hit indices.

    Reference: TrackML Particle Tracking Challenge: tracks are matched by double majority.

    Example:

    >>> candidates, slots = [[0, 1, 2, 9], [4, 5, 9, -1]], [[0, 1, 2, 3], [4, 5, 6, 7]]
    >>> majority_match(candidates, slots).of.tolist(), majority_match(candidates, slots, double=False).of.tolist()
    ([0, -1], [0, 1])
    """
    candidates, slots = _tables(candidates, slots, "majority_match", stations=False)
    candidates = np.sort(candidates, axis=1)
    candidates[:, 1:][candidates[:, 1:] == candidates[:, :-1]] = -1
    candidates.sort(axis=1)
    owners = _owners(candidates, slots)
    of, most = np.full(len(candidates), -1), np.zeros(len(candidates), int)
    for track in owners.T:
        common = np.where(track >= 0, (owners == track[:, None]).sum(axis=1), 0)
        of = np.where(common > most, track, of)
        most = np.maximum(most, common)
    sizes = np.append((slots >= 0).sum(axis=1), 0)
    majority = 2 * most > (candidates >= 0).sum(axis=1)
    if double:
        majority &= 2 * most > sizes[of]
    return _matching(np.where(majority, of, -1), candidates, len(slots), deduplicated)


def _ratio(count, total):
    return float(count / total) if total else float("nan")


def _hits_of_tracks(track, reconstructable):
    """Return the indices of the hits of tracks, the tracks' numbers, and each of these hits' place among them."""
    chosen = track >= 0
    if reconstructable is not None:
        chosen &= np.isin(track, reconstructable)
    index = np.flatnonzero(chosen)
    return index, *np.unique(track[index], return_inverse=True)


def _tables(candidates, slots, name, stations):
    """Return both as arrays, after checks."""
    candidates, slots = np.asarray(candidates), np.asarray(slots)
    for what, table in (("candidates", candidates), ("slots", slots)):
        if table.ndim != 2 or table.dtype.kind not in "iu":
            raise ValueError(f"{name}: {what} is a table of hit indices, got {table.dtype} of shape {table.shape}.")
        if table.size and table.min() < -1:
            raise ValueError(f"{name}: {what} holds indices of hits, or -1 for none, got {table.min()}.")
    if stations and candidates.shape[1] != slots.shape[1]:
        raise ValueError(
            f"{name}: candidates and slots have one column per station, got {candidates.shape[1]} and {slots.shape[1]}."
        )
    return candidates, slots


def _owners(candidates, slots):
    """Return the index of the true track that each hit of the candidates belongs to, -1 for none."""
    hits = max(candidates.max(initial=-1), slots.max(initial=-1)) + 1
    owner = np.full(hits + 1, -1)  # the last one stands for no hit, whose index is -1
    track, slot = np.nonzero(slots >= 0)
    owner[slots[track, slot]] = track
    return owner[candidates]


def _slots_of(track, slots):
    """Return the slots of each candidate's track, -2 without one, so that they equal nothing."""
    return np.append(slots, np.full((1, slots.shape[1]), -2, slots.dtype), axis=0)[track]


def _matching(of, candidates, tracks, deduplicated):
    repeated = _repeated(candidates)
    duplicate = repeated.copy()
    matched = np.flatnonzero(of >= 0)
    _, first = np.unique(of[matched], return_index=True)
    duplicate[np.delete(matched, first)] = True
    found = np.zeros(tracks, bool)
    found[of[matched]] = True
    return CandidateMatching(found, of, duplicate, ~(duplicate if deduplicated else repeated))


def _repeated(rows):
    """Return which rows equal an earlier one."""
    repeated = np.zeros(len(rows), bool)
    if rows.size:
        order = np.lexsort(rows.T)
        repeated[order[1:]] = (rows[order[1:]] == rows[order[:-1]]).all(axis=1)
    return repeated
