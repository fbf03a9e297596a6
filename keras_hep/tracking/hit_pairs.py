"""Pairs of a search region and a hit near it: their distances, and the nearest hits of each region."""

import numpy as np


def squared_distances(centres, positions):
    """Return the squared distance of each centre to the hit in the same row.

    Every index of hits takes its distances from here, so that all of them agree to the last bit.

    Args:
        centres: float32 array, shape (pairs, 2 or 3).
        positions: float32 array, shape (pairs, 2 or 3).

    Returns:
        float32 array, shape (pairs,).

    Example:

    >>> squared_distances(np.float32([[0, 0, 0]]), np.float32([[1, 2, 2]])).tolist()
    [9.0]
    """
    total = centres[:, 0] - positions[:, 0]
    total *= total
    for axis in range(1, centres.shape[1]):
        difference = centres[:, axis] - positions[:, axis]
        difference *= difference
        total += difference
    return total


def nearest_of_pairs(region, hit, squared, number, k):
    """Sort pairs into the k nearest hits of each region; of equally distant hits the one with the lower index is first.

    Args:
        region: int array, shape (pairs,), ascending.
        hit: int array, shape (pairs,).
        squared: float32 array, shape (pairs,). Squared distances.
        number: int. Number of regions.
        k: int.

    Returns:
        (distance, hit): float32 and int32 arrays of shape (number, k), nearest first; infinity and -1 where a region
        has fewer pairs.

    Example:

    >>> region, squared = np.array([0, 0, 2]), np.float32([4, 1, 9])
    >>> distance, hit = nearest_of_pairs(region, np.array([5, 6, 7]), squared, number=3, k=1)
    >>> distance[:, 0].tolist(), hit[:, 0].tolist()
    ([1.0, inf, 3.0], [6, -1, 7])
    """
    distances = np.full((number, k), np.inf, np.float32)
    hits = np.full((number, k), -1, np.int32)
    same = region[1:] == region[:-1]
    if same.any():  # few regions have several hits, and only these are sorted
        crowded = np.zeros(len(region), bool)
        crowded[1:] |= same
        crowded[:-1] |= same
        some = np.flatnonzero(crowded)
        some = some[np.lexsort((hit[some], squared[some], region[some]))]
        rank = _rank(region[some])
        some, rank = some[rank < k], rank[rank < k]
        distances[region[some], rank], hits[region[some], rank] = np.sqrt(squared[some]), hit[some]
        alone = np.flatnonzero(~crowded)
        region, squared, hit = region[alone], squared[alone], hit[alone]
    distances[region, 0], hits[region, 0] = np.sqrt(squared), hit
    return distances, hits


def _rank(group):
    """Return the place of each entry among those of its group; int arrays, groups together."""
    place = np.arange(len(group))
    return place - np.maximum.accumulate(np.where(np.diff(group, prepend=-1) != 0, place, 0))
