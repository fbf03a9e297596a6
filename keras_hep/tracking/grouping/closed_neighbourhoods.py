"""Grouping without learning: tracks that overlap with the same tracks are called tracks of one event."""

import numpy as np

from keras_hep.graphs.windows import written_out


def equal_neighbourhoods(senders, receivers, tracks):
    """Call an edge true where both its ends have the same neighbours, each end being its own neighbour too.

    Where the interval of a track depends on its event alone, all tracks of an event overlap with the same tracks, so
    every edge within an event is called true. False ones are called true only where two events overlap with the same
    events. Being equal is transitive: what is called true joins every group completely and no two groups.

    Args:
        senders: int array, shape (edges,). Every edge is listed in both directions.
        receivers: int array, shape (edges,).
        tracks: int. Number of tracks; those of several slices side by side count on.

    Returns:
        bool array, shape (edges,).

    Raises:
        ValueError: if senders and receivers are not as many, or one is not in 0 to tracks - 1.

    Example:

    >>> senders, receivers = np.array([0, 0, 1, 1, 2, 2, 2, 3]), np.array([1, 2, 0, 2, 0, 1, 3, 2])
    >>> equal_neighbourhoods(senders, receivers, tracks=4).tolist()  # 0 and 1 see 0, 1, 2; track 2 sees 3, too
    [True, False, True, False, False, False, False, False]
    """
    senders, receivers = checked_ends(senders, receivers, tracks)
    offsets, neighbours = _closed_neighbourhoods(senders, receivers, tracks)
    sizes = np.diff(offsets)
    # Equal lists have equal sums of whatever stands for their members: few edges are left for the comparison.
    mark = np.random.default_rng(0).integers(2**62, size=tracks)
    sums = np.add.reduceat(mark[neighbours], offsets[:-1]) if tracks else mark
    equal = (sizes[senders] == sizes[receivers]) & (sums[senders] == sums[receivers])
    left = np.flatnonzero(equal)
    edge, first = written_out(offsets[senders[left]], sizes[senders[left]])
    _, second = written_out(offsets[receivers[left]], sizes[receivers[left]])
    equal[left[edge[neighbours[first] != neighbours[second]]]] = False
    return equal


def checked_ends(senders, receivers, tracks):
    """Return senders and receivers as int64 arrays; refuse those that are no tracks.

    Raises:
        ValueError: if they are not as many, or one is not in 0 to tracks - 1.
    """
    senders, receivers = (np.asarray(ends).astype(np.int64, copy=False) for ends in (senders, receivers))
    if senders.ndim != 1 or senders.shape != receivers.shape:
        raise ValueError(
            f"senders and receivers must be one for each edge, got shapes {senders.shape} and {receivers.shape}: give "
            "both as one dimension."
        )
    for name, ends in (("senders", senders), ("receivers", receivers)):
        if ends.size and not 0 <= ends.min() <= ends.max() < tracks:
            raise ValueError(
                f"{name} must be tracks from 0 to {tracks - 1}, got {ends.min()} to {ends.max()}: give the number of "
                "all tracks."
            )
    return senders, receivers


def _closed_neighbourhoods(senders, receivers, tracks):
    """Return offsets and neighbours, ascending, of each track, itself among them."""
    own = np.arange(tracks, dtype=np.int64)
    packed = np.concatenate([senders, own]) << 32 | np.concatenate([receivers, own])
    packed.sort()
    packed = packed[np.diff(packed, prepend=-1) > 0]  # several times as fast as np.unique
    offsets = np.zeros(tracks + 1, np.int64)
    np.cumsum(np.bincount(packed >> 32, minlength=tracks), out=offsets[1:])
    return offsets, packed & 0xFFFFFFFF
