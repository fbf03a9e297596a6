"""Nearest hits of a station: hits sorted by cells of a grid, one sort for all stations.

Cells only say which hits are looked at: results are exact whatever the size of cells, and wherever the hits lie.
"""

import numpy as np

from keras_hep.tracking.hit_pairs import nearest_of_pairs, squared_distances

# More than single precision rounds angles, lengths relative to the region's size, and lengths relative to its place.
_ANGLE_SLACK, _SIZE_SLACK, _PLACE_SLACK = np.float32(1e-5), np.float32(1 + 1e-5), np.float32(1e-6)
_WIDE = np.float32(0.9)  # of the distance to the axis: regions that reach further are looked for all around it
_HALF_TURN = np.float32(np.pi)


class _GridIndex:
    """Hits sorted by station, row and column: a stretch of one row of cells is a stretch of hits."""

    def __init__(self, positions, station, stations):
        positions = np.asarray(positions, np.float32)
        self.side = max(1, round((len(positions) / max(stations, 1)) ** 0.5))  # about one hit per cell
        row, column = self._cells(positions)
        cell = (np.asarray(station, np.int64) * self.side + row) * self.side + column
        bits = len(positions).bit_length()
        # Sorting numbers of cell and hit is faster than sorting hits by cell.
        self.hits = (np.sort((cell << bits) | np.arange(len(cell))) & ((1 << bits) - 1)).astype(np.int32)
        self.positions = positions.take(self.hits, axis=0)
        self.start = np.zeros(stations * self.side**2 + 1, np.int64)
        np.cumsum(np.bincount(cell, minlength=len(self.start) - 1), out=self.start[1:])

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
        region, begin, end = self._stretches(station, centres, radius)
        number, place = _ranges(begin, end)
        region = region[number]
        squared = squared_distances(centres.take(region, axis=0), self.positions.take(place, axis=0))
        inside = np.flatnonzero(squared < (radius * radius)[region])
        return nearest_of_pairs(region[inside], self.hits[place[inside]], squared[inside], len(centres), k)

    def _stretches(self, station, centres, radius):
        """Return regions, and begin and end of stretches of sorted hits, which together cover each region."""
        first_row, last_row, first_column, last_column = self._touched(centres, radius)
        region, row = _ranges(first_row, last_row + 1)
        row %= self.side
        row += np.broadcast_to(station, len(centres))[region] * self.side
        row *= self.side
        return region, self.start[row + first_column[region]], self.start[row + last_column[region] + 1]


class BarrelIndex(_GridIndex):
    """Cells in azimuth and z, for hits around the z axis.

    Seen from the axis, a sphere whose centre is at the distance R from it covers an angle of arcsin(radius / R) to
    either side. That holds for hits at any distance: they need not lie on a cylinder.

    Args:
        positions: float32 array, shape (hits, 3).
        station: int array, shape (hits,), of 0 to `stations` - 1.
        stations: int.

    Example:

    >>> index = BarrelIndex(np.float32([[1, 0, 0], [1, 0, 1], [2, 0, 0]]), np.array([0, 0, 1]), stations=2)
    >>> distance, hit = index.nearest(0, np.float32([[1, 0, 0.25]]), k=2, radius=np.float32([0.5]))
    >>> distance.tolist(), hit.tolist()
    ([[0.25, inf]], [[0, -1]])
    """

    def _cells(self, positions):
        x, y, z = np.ascontiguousarray(positions.T)
        self._along = _Axis(z, self.side)
        row = self._row(np.arctan2(y, x) + _HALF_TURN)
        return np.minimum(row, self.side - 1), self._along.cell(z)

    def _row(self, angle):
        return (angle * np.float32(self.side / (2 * np.pi))).astype(np.int64)

    def _touched(self, centres, radius):
        """Return first and last row (counted on after a full turn), first and last column of each region."""
        x, y, z = centres.T
        azimuth = np.arctan2(y, x) + 3 * _HALF_TURN
        reach, from_axis = radius * _SIZE_SLACK, np.sqrt(x * x + y * y)
        narrow = reach < _WIDE * from_axis
        half = np.arcsin(np.divide(reach, from_axis, out=np.zeros_like(reach), where=narrow)) + _ANGLE_SLACK
        half = np.where(narrow, half, _HALF_TURN)
        first, last = self._row(azimuth - half), self._row(azimuth + half)
        return first, np.minimum(last, first + self.side - 1), *self._along.touched(z, radius)


class PlaneIndex(_GridIndex):
    """Cells in x and y, for hits on planes.

    Args:
        positions: float32 array, shape (hits, 2).
        station: int array, shape (hits,), of 0 to `stations` - 1.
        stations: int.

    Example:

    >>> index = PlaneIndex(np.float32([[0, 0], [3, 0], [0, 1]]), np.array([0, 0, 1]), stations=2)
    >>> distance, hit = index.nearest(0, np.float32([[2, 0]]), k=2, radius=np.float32([1.5]))
    >>> distance.tolist(), hit.tolist()
    ([[1.0, inf]], [[1, -1]])
    """

    def _cells(self, positions):
        self._axes = [_Axis(coordinate, self.side) for coordinate in positions.T]
        return [axis.cell(coordinate) for axis, coordinate in zip(self._axes, positions.T, strict=True)]

    def _touched(self, centres, radius):
        """Return first and last row, first and last column of each region."""
        x, y = (axis.touched(coordinate, radius) for axis, coordinate in zip(self._axes, centres.T, strict=True))
        return *x, *y


class _Axis:
    """Cells of equal length between the lowest and the highest of some coordinates."""

    def __init__(self, coordinates, cells):
        low, high = (coordinates.min(), coordinates.max()) if len(coordinates) else (0, 0)
        self._low, self._last = np.float32(low), np.float32(cells - 1)
        self._per_unit = np.float32(cells / (high - low) if high > low else 0)

    def cell(self, coordinate):
        """Return the cell of each coordinate, int array; the first or the last one for what is outside."""
        cell = coordinate - self._low
        cell *= self._per_unit
        return np.clip(cell, 0, self._last, out=cell).astype(np.int64)

    def touched(self, coordinate, reach):
        """Return the first and the last cell within `reach` of each coordinate."""
        reach = reach * _SIZE_SLACK + np.abs(coordinate) * _PLACE_SLACK
        return self.cell(coordinate - reach), self.cell(coordinate + reach)


def _ranges(begin, end):
    """Return the number of its range and the value of each whole number from `begin` up to `end` of several ranges."""
    counts = end - begin
    number = np.repeat(np.arange(len(counts)), counts)
    return number, np.arange(len(number)) + (end - np.cumsum(counts))[number]
