"""Hits of several events as arrays of one shape, station by station."""

import numpy as np

_ROUNDING = 256


def padded_hits(events, stations, most=None, least=1):
    """Sort the hits of events by station and fill every station up to one number of hits.

    Args:
        events: sequence of pairs (positions, station): float array of shape (hits, 3) and int array of shape (hits,),
            of 0 to `stations` - 1.
        stations: int.
        most: int or None. Hits of a station that there is room for. None: the smallest multiple of 256 that suffices.
        least: int. Room that is wanted in any case, where `most` is None.

    Returns:
        (positions, present, index): float32 array of shape (events, stations, most, 3), 0 where there is no hit; bool
        array of shape (events, stations, most); int32 array of the same shape, index of each hit in its event, -1 where
        there is none. Hits of a station keep their order.

    Raises:
        ValueError: if a station has more than `most` hits, or a hit is on none of the stations.

    Example:

    >>> positions = np.float32([[1, 0, 0], [2, 0, 0], [3, 0, 0]])
    >>> _, present, index = padded_hits([(positions, np.array([1, 0, 1]))], stations=2, most=3)
    >>> index.tolist(), present.sum(axis=2).tolist()
    ([[[1, -1, -1], [0, 2, -1]]], [[1, 2]])
    """
    counts = np.zeros((len(events), stations), np.int64)
    for number, (_, station) in enumerate(events):
        if len(station) and not 0 <= np.min(station) <= np.max(station) < stations:
            raise ValueError(
                f"Stations are from 0 to {stations - 1}, got {np.min(station)} to {np.max(station)} in event {number}."
            )
        counts[number] = np.bincount(station, minlength=stations)
    largest = int(counts.max(initial=0))
    most = -(-max(largest, least) // _ROUNDING) * _ROUNDING if most is None else most
    if largest > most:
        raise ValueError(f"most must be at least the {largest} hits of a station, got {most}.")
    present = np.arange(most) < counts[..., None]
    positions = np.zeros((*present.shape, 3), np.float32)
    index = np.full(present.shape, -1, np.int32)
    for number, (points, station) in enumerate(events):
        order = np.argsort(station, kind="stable")
        index[number][present[number]] = order
        positions[number][present[number]] = np.asarray(points, np.float32)[order]
    return positions, present, index
