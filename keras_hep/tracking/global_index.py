"""Nearest hits of a whole event, where they are farther from the origin than the hit reached."""

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
    >>> distance, hit = index.nearest(np.float32([[1.25, 0, 0]]), k=2, radius=np.float32([1]), beyond=np.float32([1]))
    >>> distance.tolist(), hit.tolist()
    ([[inf, 0.75]], [[-1, 1]])
    """

    def __init__(self, positions, from_origin=None):
        self.positions = np.asarray(positions, np.float32)
        self.from_origin = np.linalg.norm(self.positions, axis=1) if from_origin is None else from_origin
        self._tree = cKDTree(self.positions, leafsize=16, compact_nodes=False, balanced_tree=False)

    def nearest(self, centres, k, radius, beyond):
        """Return of the nearest hits those that are inside spheres and farther from the origin than `beyond`.

        Args:
            centres: float32 array, shape (regions, 3).
            k: int. Number of hits looked at: those nearest to the centre, wherever they are.
            radius: float32 array, shape (regions,). A hit is inside if its distance is smaller than that.
            beyond: float32 array, shape (regions,).

        Returns:
            (distance, hit): float32 and int32 arrays of shape (regions, k), nearest first, of equally distant hits the
            one with the lower index first; infinity and -1 in the place of those that do not count.
        """
        distance, hit = nearest_in_tree(self._tree, self.positions, centres, k, radius)
        inner = hit >= 0
        inner[inner] = self.from_origin[hit[inner]] <= np.broadcast_to(np.asarray(beyond)[:, None], hit.shape)[inner]
        distance[inner], hit[inner] = np.inf, -1
        return distance, hit
