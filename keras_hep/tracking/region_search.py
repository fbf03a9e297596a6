"""Hits inside the regions that a network predicts: spheres, or ellipses on planes."""

import numpy as np

from keras_hep.tracking.grid_index import BarrelIndex, PlaneIndex


class RegionSearch:
    """Finds the hits nearest to predicted centres, each in its own event.

    Args:
        hits: `keras_hep.tracking.joined_hits.JoinedHits`.
        dimensions: int. 3: spheres; 2: ellipses in the first two coordinates.
        index: class of the index. None: `BarrelIndex` for spheres, `PlaneIndex` for ellipses.

    Example:

    >>> from keras_hep.tracking.joined_hits import JoinedHits
    >>> hits = JoinedHits([([[0, 0, 0], [1, 0, 0], [1, 1, 0]], [0, 1, 1])], stations=2)
    >>> search = RegionSearch(hits, dimensions=3)
    >>> squared, hit = search.nearest(np.array([0]), [1], np.float32([[1, 0.25, 0]]), np.float32([[0.5]]), k=1)
    >>> squared.tolist(), hit.tolist()
    ([[0.0625]], [[1]])
    """

    def __init__(self, hits, dimensions, index=None):
        index = index or (PlaneIndex if dimensions == 2 else BarrelIndex)
        self._events, self._stations = hits.number_of_events, hits.stations
        self._positions = np.ascontiguousarray(hits.positions[:, :dimensions])
        # Hits of one station in all events are neighbours: a step works on a small part of the index.
        group = hits.station * np.int32(self._events) + hits.event
        self._index = index(self._positions, group, self._events * self._stations)

    def nearest(self, event, stations, centres, sizes, k):
        """Return the hits inside each region that are nearest to its centre.

        Args:
            event: int array, shape (regions,). Event that each region is searched in.
            stations: sequence of int. Stations that are searched; those behind the last one are ignored.
            centres: float32 array, shape (regions, dimensions).
            sizes: float32 array, shape (regions, 1) of radii, or (regions, 2) of semi-axes. With an ellipse, of the k
                hits nearest to its centre those count that are inside.
            k: int.

        Returns:
            (squared distance, hit): float32 and int32 arrays of shape (regions, k), nearest first; infinity and -1
            where there is none.
        """
        centres, radius = np.ascontiguousarray(centres), np.maximum(sizes[:, 0], sizes[:, -1])
        found = [
            self._index.nearest(event + station * self._events, centres, k, radius)
            for station in stations
            if station < self._stations
        ]
        distance, hit = found[0] if len(found) == 1 else _merged(found, k)
        if sizes.shape[1] == 2:
            scaled = (self._positions[hit] - centres[:, None]) / sizes[:, None]
            outside = (scaled * scaled).sum(axis=2) >= 1
            distance[outside], hit[outside] = np.inf, -1
        return distance * distance, hit


def _merged(found, k):
    """Return the k nearest hits of several searches."""
    distance, hit = (np.concatenate(parts, axis=1) for parts in zip(*found, strict=True))
    order = np.lexsort((hit, distance), axis=1)[:, :k]
    return np.take_along_axis(distance, order, axis=1), np.take_along_axis(hit, order, axis=1)
