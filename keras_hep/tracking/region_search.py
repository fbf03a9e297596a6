"""Hits inside the regions that a network predicts: spheres, or ellipses on planes."""

import numpy as np


class RegionSearch:
    """Finds hits of several events that are searched together.

    Args:
        index: class of the index, such as `keras_hep.tracking.station_index.KDTreeIndex`.
        positions: float32 array, shape (hits, 3). Hits of all events, scaled.
        station: int array, shape (hits,).
        event: int array, shape (hits,).
        stations: int.
        events: int.
        dimensions: int. 3: spheres; 2: ellipses in the first two coordinates.

    Example:

    >>> from keras_hep.tracking.station_index import KDTreeIndex
    >>> positions = np.float32([[0, 0, 0], [1, 0, 0], [1, 1, 0]])
    >>> search = RegionSearch(KDTreeIndex, positions, np.array([0, 1, 1]), np.zeros(3, int), stations=2, events=1)
    >>> centres, sizes = np.float32([[1, 0.3, 0]]), np.float32([[0.5]])
    >>> search.nearest(np.array([0]), [1], centres, sizes, k=1)[1].tolist()
    [[1]]
    """

    def __init__(self, index, positions, station, event, stations, events, dimensions=3):
        self.events, self.stations = events, stations
        self.positions = np.ascontiguousarray(positions[:, :dimensions])
        # Hits of one station of all events are neighbours: a step works on them alone.
        self.index = index(self.positions, station * np.int32(events) + event, stations * events)

    def nearest(self, event, stations, centres, sizes, k):
        """Return the hits inside each region that are nearest to its centre.

        Args:
            event: int array, shape (regions,). Event that each region is searched in.
            stations: list of int. Stations that are searched; those behind the last one are ignored.
            centres: float32 array, shape (regions, dimensions).
            sizes: float32 array, shape (regions, 1) of radii, or (regions, 2) of semi-axes. Of an ellipse those of the
                k hits nearest to the centre count that are inside.
            k: int.

        Returns:
            (squared distance, hit): float32 and int32 arrays of shape (regions, k), nearest first; infinity and -1
            where there is none.
        """
        radius = sizes.max(axis=1)
        found = [
            self.index.nearest(station * self.events + event, centres, k, radius)
            for station in stations
            if station < self.stations
        ]
        distance, hit = found[0] if len(found) == 1 else _merged(found, k, len(centres))
        if sizes.shape[1] == 2:
            outside = _outside_ellipse(centres[:, None], sizes[:, None], self.positions[hit])
            distance[outside], hit[outside] = np.inf, -1
        return distance * distance, hit


def _merged(found, k, regions):
    """Return the k nearest hits of several searches."""
    nothing = [(np.empty((regions, 0), np.float32), np.empty((regions, 0), np.int32))]
    distance, hit = (np.concatenate(parts, axis=1) for parts in zip(*(found or nothing), strict=True))
    order = np.lexsort((hit, distance), axis=1)[:, :k]
    return np.take_along_axis(distance, order, axis=1), np.take_along_axis(hit, order, axis=1)


def _outside_ellipse(centres, sizes, positions):
    return ~((((positions - centres) / sizes) ** 2).sum(axis=2) < 1)
