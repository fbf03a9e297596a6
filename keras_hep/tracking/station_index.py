"""Nearest hits of a station: a k-d tree per station, built when it is asked for.

Every index has the same method `nearest(station, centres, k, radius)`, and the results are the same to the last bit.
"""

import numpy as np
from scipy.spatial import cKDTree

from keras_hep.tracking.hit_pairs import nearest_of_pairs, squared_distances

_ROUNDING = 1e-5  # relative; far more than distances in single and in double precision can differ


class KDTreeIndex:
    """A k-d tree for each station.

    Args:
        positions: float32 array, shape (hits, 2 or 3). The coordinates that are searched.
        station: int array, shape (hits,), of 0 to `stations` - 1.
        stations: int.

    Example:

    >>> index = KDTreeIndex(np.float32([[0, 0], [3, 0], [0, 1]]), np.array([0, 0, 1]), stations=2)
    >>> distance, hit = index.nearest(0, np.float32([[2, 0]]), k=2, radius=np.float32([1.5]))
    >>> distance.tolist(), hit.tolist()
    ([[1.0, inf]], [[1, -1]])
    """

    def __init__(self, positions, station, stations):
        self.positions = np.asarray(positions, np.float32)
        order = np.argsort(station, kind="stable").astype(np.int32)
        ends = np.cumsum(np.bincount(station, minlength=stations))
        self._hits = np.split(order, ends[:-1])
        self._trees = [None] * stations

    def nearest(self, station, centres, k, radius):
        """Return the nearest hits of a station that lie inside spheres (circles, in two dimensions).

        Args:
            station: int, or int array of shape (regions,): where each region is searched.
            centres: float32 array, shape (regions, dimensions).
            k: int. Number of hits wanted.
            radius: float32 array, shape (regions,). A hit is inside if its distance is smaller than that.

        Returns:
            (distance, hit): float32 and int32 arrays of shape (regions, k), nearest first, of equally distant hits the
            one with the lower index first; infinity and -1 where there are fewer.
        """
        station = np.broadcast_to(station, len(centres))
        distances = np.full((len(centres), k), np.inf, np.float32)
        hits = np.full((len(centres), k), -1, np.int32)
        for number in np.unique(station):
            here = np.flatnonzero(station == number)
            distances[here], hits[here] = self._nearest_of(number, centres[here], k, radius[here])
        return distances, hits

    def _nearest_of(self, station, centres, k, radius):
        hits = self._hits[station]
        region, place = self._inside(self._tree(station), centres, k, radius)
        squared = squared_distances(centres[region], self.positions[hits[place]])
        inside = squared < radius[region] ** 2
        return nearest_of_pairs(region[inside], hits[place[inside]], squared[inside], len(centres), k)

    def _inside(self, tree, centres, k, radius):
        """Return pairs of a region and one of the hits nearest to it, by region: the k nearest ones are among them.

        The tree compares distances in double precision and takes any of equally distant hits. So one hit more is asked
        for, and again twice as many where the last one is as near as the k-th.
        """
        if not len(centres) or not tree.n:
            return np.empty(0, int), np.empty(0, int)
        bound, pairs, rows, asked = radius.max() * (1 + _ROUNDING), [], np.arange(len(centres)), k + 1
        while len(rows):
            distance, place = tree.query(centres[rows], np.arange(1, asked + 1), distance_upper_bound=bound)
            tied = np.isfinite(distance[:, -1]) & (distance[:, -1] <= distance[:, k - 1] * (1 + _ROUNDING))
            row, column = np.nonzero((place < tree.n) & ~tied[:, None])
            pairs.append((rows[row], place[row, column]))
            rows, asked = rows[tied], 2 * asked
        region, place = (np.concatenate(part) for part in zip(*pairs, strict=True))
        order = np.argsort(region, kind="stable")
        return region[order], place[order]

    def _tree(self, station):
        if self._trees[station] is None:
            positions = self.positions[self._hits[station]]
            self._trees[station] = cKDTree(positions, leafsize=16, compact_nodes=False, balanced_tree=False)
        return self._trees[station]
