"""Drift-time intervals: when, within a time slice, a track may have come from.

The centres of N events are the times 0, 1 / (N - 1), ..., 1, and every interval is as wide as r + 1 spacings, but for
one part in a thousand: the intervals of two events overlap exactly if they are at most r events apart. All tracks of an
event have the same interval, and no other event has it, so that equal intervals are the label "same event". With
`jitter` every track has a centre of its own.

Reference: TrackGANN slides (2025), "Graph construct", and the generator of its authors for few events.
"""

import numpy as np

_SHORTER = 0.999  # the authors' epsilon is a thousandth of half of the width


def half_width(events, resolution):
    """Return how far an interval reaches to both sides of its centre.

    Args:
        events: int. Number of events of the time slice, at least 2.
        resolution: int. Number of events to each side whose intervals overlap with one's own.

    Returns:
        float: 0.999 (r + 1) / (2 (N - 1)); with r + 1 >= N - 1, where there is no event r + 1, half of the time slice
        (times 0.999): then the first event and the last alone do not overlap.

    Raises:
        ValueError: if `events` is below 2 or `resolution` negative, or one is no whole number.

    Example:

    >>> round(half_width(events=14, resolution=7), 4), half_width(events=6, resolution=5)
    (0.3074, 0.4995)
    """
    _require(isinstance(events, int | np.integer) and events >= 2, "events must be an int of at least 2", events)
    whole = isinstance(resolution, int | np.integer) and resolution >= 0
    _require(whole, "resolution must be an int of at least 0", resolution)
    return _SHORTER * min((resolution + 1) / (events - 1), 1.0) / 2


def drift_intervals(event, events, resolution, jitter=0.0, random=None):
    """Return the interval of each track.

    Args:
        event: int array, shape (tracks,). Event of each track, 0 to `events` - 1.
        events: int. Number of events of the time slice, at least 2.
        resolution: int. As in `half_width`.
        jitter: float. Every track's centre is shifted at random, uniformly by up to so many spacings of events to both
            sides (but never by more than the half width, so that its interval reaches into the time slice; at
            `jitter=1` this concerns time slices of two or three events only). 0: none, as published.
        random: `np.random.Generator`, or None. Drawn from only if there is jitter.

    Returns:
        float64 array, shape (tracks, 2): left and right end, cut at 0 and at 1.

    Raises:
        ValueError: if an argument is out of range, or `random` is missing.

    Example:

    >>> intervals = drift_intervals([9, 0, 13], events=14, resolution=7)
    >>> (1000 * intervals).astype(int).tolist()  # the slide's three tracks, where digits are cut off
    [[384, 999], [0, 307], [692, 1000]]
    """
    event, width = np.asarray(event), half_width(events, resolution)
    known = not event.size or (event.min() >= 0 and event.max() < events)
    _require(known, f"event must lie between 0 and {events - 1}", event)
    _require(0 <= jitter < np.inf, "jitter must be a finite number of at least 0", jitter)
    centre = event / (events - 1)
    if jitter:
        _require(random is not None, "jitter needs random, a np.random.Generator", random)
        centre = centre + min(jitter / (events - 1), width) * (1 - 2 * random.random(event.shape))
    return np.clip(np.stack([centre - width, centre + width], axis=1), 0.0, 1.0)


def _require(holds, rule, value):
    if not holds:
        raise ValueError(f"drift intervals: {rule}, got {value!r}.")
