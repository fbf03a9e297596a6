"""Nearest hits of a station: a k-d tree for each station.

`keras_hep.tracking.grid_index` has the same method `nearest` with the same results to the last bit, and is faster where
every hit is a seed or a station is searched once; the trees do not care how hits are spread.
"""

import numpy as np
from scipy.spatial import cKDTree

from keras_hep.tracking.tree_search import nearest_in_tree


class KDTreeIndex:
    """A k-d tree for each station, built when the station is searched for the first time.

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
        distance = np.full((len(centres), k), np.inf, np.float32)
        hit = np.full((len(centres), k), -1, np.int32)
        for number in np.unique(station):
            here = np.flatnonzero(station == number)
            hits, tree = self._hits[number], self._tree(number)
            distance[here], place = nearest_in_tree(tree, self.positions[hits], centres[here], k, radius[here])
            hit[here] = np.append(hits, np.int32(-1))[place]
        return distance, hit

    def _tree(self, station):
        if self._trees[station] is None:
            positions = self.positions[self._hits[station]]
            self._trees[station] = cKDTree(positions, leafsize=16, compact_nodes=False, balanced_tree=False)
        return self._trees[station]
