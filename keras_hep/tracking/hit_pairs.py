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
    if len(region) and (region[1:] == region[:-1]).any():
        order = np.lexsort((hit, squared, region))
        region, hit, squared = region[order], hit[order], squared[order]
        place = np.arange(len(region))
        rank = place - np.maximum.accumulate(np.where(np.diff(region, prepend=-1) != 0, place, 0))
        kept = rank < k
        region, hit, squared, rank = region[kept], hit[kept], squared[kept], rank[kept]
    else:
        rank = 0
    distances[region, rank] = np.sqrt(squared)
    hits[region, rank] = hit
    return distances, hits
