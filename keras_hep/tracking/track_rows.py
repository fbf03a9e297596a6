"""Tracks with any number of hits as rows of equal length: in the order of hits, or read at fixed radii."""

import numpy as np


def rows_in_order(hits, hit_counts, length):
    """Put the hits of each track into a row, in their order, and fill it up with zeros.

    Args:
        hits: float array, shape (hits, 3). Those of a track together.
        hit_counts: int array, shape (tracks,).
        length: int. Hits of a row. What a track has more is left out.

    Returns:
        float32 array, shape (tracks, length, 3).

    Raises:
        ValueError: if the counts do not add up to the hits.

    Example:

    >>> hits = np.array([[1.0, 0, 5], [2, 0, 6], [0, 1, 7]])
    >>> rows_in_order(hits, [2, 1], length=2)[..., 2].tolist()
    [[5.0, 6.0], [7.0, 0.0]]
    """
    hits, counts = _checked(hits, hit_counts)
    first = np.cumsum(counts) - counts
    track = np.repeat(np.arange(len(counts)), counts)
    place = np.arange(len(hits)) - first[track]
    kept = place < length
    rows = np.zeros((len(counts), length, 3), np.float32)
    rows[track[kept], place[kept]] = hits[kept]
    return rows


def rows_at_radii(hits, hit_counts, radii):
    """Read each track at fixed distances from the z axis: on the straight line through the nearest two hits.

    A missing hit is replaced by a point between its neighbours, and a track that ends early goes on straight, so that
    every row is complete and a coordinate has the same meaning in every row.

    Args:
        hits: float array, shape (hits, 3). x, y, z, those of a track together, in order outwards: a hit nearer to the
            axis than the one before is taken to be just as far.
        hit_counts: int array, shape (tracks,), at least 1. A track with a single hit is that point at every radius.
        radii: float array, shape (radii,), increasing.

    Returns:
        float32 array, shape (tracks, radii, 3).

    Raises:
        ValueError: if the counts do not add up to the hits, or a track has none.

    Example:

    >>> hits = np.array([[10.0, 0, 5], [30, 0, 9], [0, 20, 7]])
    >>> rows_at_radii(hits, [2, 1], radii=[20.0, 40.0])[..., 2].tolist()
    [[7.0, 11.0], [7.0, 7.0]]
    """
    hits, counts = _checked(hits, hit_counts)
    if len(counts) and counts.min() < 1:
        raise ValueError(
            f"rows_at_radii: every track needs a hit, track {int(counts.argmin())} has none: leave it out."
        )
    radii = np.asarray(radii, float)
    longest = int(counts.max(initial=1))
    points = rows_in_order(hits, counts, longest).astype(float)
    radius = np.maximum.accumulate(np.hypot(points[..., 0], points[..., 1]), axis=1)
    inside = np.arange(longest) < counts[:, None]
    below = ((radius[:, None, :] <= radii[:, None]) & inside[:, None, :]).sum(axis=2)
    left = np.clip(below - 1, 0, np.maximum(counts - 2, 0)[:, None])
    right = np.minimum(left + 1, counts[:, None] - 1)
    track = np.arange(len(counts))[:, None]
    start, step = radius[track, left], radius[track, right] - radius[track, left]
    share = np.where(step > 0, (radii - start) / np.where(step > 0, step, 1), 0)[..., None]
    return (points[track, left] + share * (points[track, right] - points[track, left])).astype(np.float32)


def _checked(hits, hit_counts):
    hits, counts = np.asarray(hits), np.asarray(hit_counts, np.int64)
    if counts.sum() != len(hits) or np.any(counts < 0):
        raise ValueError(f"hit_counts must be those of the {len(hits)} hits, got a sum of {counts.sum()}.")
    return hits, counts
