"""Hits of several events in one set of arrays, and the way back."""

import numpy as np


class JoinedHits:
    """Hits of events or time slices that are searched together.

    Args:
        events: sequence of pairs (positions, station): float array of shape (hits, 3), scaled, and int array of shape
            (hits,), of 0 to `stations` - 1.
        stations: int.

    Attributes:
        positions: float32 array, shape (all hits, 3).
        station: int32 array, shape (all hits,).
        event: int32 array, shape (all hits,).
        stations: int.
        number_of_events: int.

    Raises:
        ValueError: if positions and stations do not fit each other, or a station is out of range.

    Example:

    >>> hits = JoinedHits([([[0, 0, 1]], [0]), ([[0, 0, 2], [0, 0, 3]], [0, 1])], stations=2)
    >>> hits.event.tolist(), hits.station.tolist()
    ([0, 1, 1], [0, 0, 1])
    >>> hits.of_event(1, np.array([1, 2, -1])).tolist()
    [0, 1, -1]
    """

    def __init__(self, events, stations):
        positions, station = [np.empty((0, 3), np.float32)], [np.empty(0, np.int32)]
        for event in events:
            checked = _checked(*event, stations)
            positions.append(checked[0])
            station.append(checked[1])
        sizes = [len(part) for part in station[1:]]
        self._first = np.cumsum([0, *sizes])[:-1].astype(np.int32)
        self.positions, self.station = np.concatenate(positions), np.concatenate(station)
        self.event = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
        self.stations, self.number_of_events = stations, len(sizes)

    def of_event(self, event, hits):
        """Return indices of joined hits (int array, -1 for none) as indices of the event's own hits."""
        return np.where(hits >= 0, hits - self._first[event], np.int32(-1))


def _checked(positions, station, stations):
    """Return positions and stations of hits as float32 and int32 arrays."""
    positions, station = np.asarray(positions, np.float32), np.asarray(station)
    if positions.ndim != 2 or positions.shape[1] != 3 or station.shape != (len(positions),):
        raise ValueError(f"Hits have 3 coordinates and a station each, got {positions.shape} and {station.shape}.")
    if len(station) and (station.min() < 0 or station.max() >= stations):
        raise ValueError(f"Stations are from 0 to {stations - 1}, got {station.min()} to {station.max()}.")
    return positions, station.astype(np.int32)
