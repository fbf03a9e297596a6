"""Nearest hits of a whole event that are farther from the origin than the hit reached."""

import numpy as np
from scipy.spatial import cKDTree

from keras_hep.tracking.tree_search import nearest_in_tree


class GlobalIndex:
    """One k-d tree of all hits.

    Args:
        positions: float32 array, shape (hits, 3).
        from_origin: float32 array, shape (hits,), or None for the distance from the origin of `positions`: what has to
            grow along a track.

    Example:

    >>> index = GlobalIndex(np.float32([[1, 0, 0], [2, 0, 0], [3, 0, 0]]))
    >>> distance, hit = index.nearest(np.float32([[1.25, 0, 0]]), k=1, radius=np.float32([1]), beyond=np.float32([1]))
    >>> distance.tolist(), hit.tolist()
    ([[0.75]], [[1]])
    """

    def __init__(self, positions, from_origin=None):
        self.positions = np.asarray(positions, np.float32)
        self.from_origin = np.linalg.norm(self.positions, axis=1) if from_origin is None else from_origin
        self._tree = cKDTree(self.positions, leafsize=16, compact_nodes=False, balanced_tree=False)

    def nearest(self, centres, k, radius, beyond):
        """Return the nearest hits inside spheres that are farther from the origin than `beyond`.

        Args:
            centres: float32 array, shape (regions, 3).
            k: int. Number of hits wanted.
            radius: float32 array, shape (regions,). A hit is inside if its distance is smaller than that.
            beyond: float32 array, shape (regions,).

        Returns:
            (distance, hit): float32 and int32 arrays of shape (regions, k), nearest first, of equally distant hits the
            one with the lower index first; infinity and -1 where there are fewer.
        """

        def farther(region, hit):
            return self.from_origin[hit] > beyond[region]

        return nearest_in_tree(self._tree, self.positions, centres, k, radius, farther)
