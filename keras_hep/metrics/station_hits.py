"""True and fake hits on the stations of a detector."""

import numpy as np

from keras_hep.metrics.event_tables import columns_of


def hits_per_station(hits, events, stations):
    """Count the true and the fake hits of each event on each station.

    Args:
        hits: mapping of arrays with event and station, int from 0, and track, int, negative for a fake hit.
        events: int. Those without a hit count, too.
        stations: int.

    Returns:
        (true, fake): int arrays of shape (events, stations).

    Raises:
        ValueError: if a column is missing, or an event or station is not within their number.

    Example:

    >>> hits = {"event": [0, 0, 0, 1], "station": [0, 1, 1, 0], "track": [5, 5, -1, -1]}
    >>> true, fake = hits_per_station(hits, events=2, stations=2)
    >>> true.tolist(), fake.tolist()
    ([[1, 1], [0, 0]], [[0, 1], [1, 0]])
    """
    event, station, track = columns_of(hits, "hits", ("event", "station", "track"))
    for name, values, number in (("event", event, events), ("station", station, stations)):
        if values.size and not 0 <= values.min() <= values.max() < number:
            raise ValueError(
                f"hits_per_station: {name} is 0 to {number - 1}, got {values.min()} to {values.max()}; give the number "
                f"of {name}s."
            )
    cell = event.astype(int) * stations + station
    return tuple(
        np.bincount(cell[chosen], minlength=events * stations).reshape(events, stations)
        for chosen in (track >= 0, track < 0)
    )
