"""The view of a time slice of reconstructed tracks, event by event."""

import numpy as np

from keras_hep.displays import traces
from keras_hep.displays.page import html_page

_DASHES = ("solid", "dash", "dot", "dashdot")


def time_slice_view(time_slice, *, title, data, shown=None):
    """Return a page with the tracks of a time slice in space, each event in a colour and a kind of line of its own.

    A click on an event in the legend switches its tracks off and on, a double click leaves it alone.

    Args:
        time_slice: `keras_hep.simulation.time_slice.TimeSlice`.
        title: str. Heading of the page.
        data: str. Where the hits come from, as "simulation" or the name of the events; always visible.
        shown: int array-like or None. Numbers of the events that are switched on at first; None: all.

    Returns:
        str.

    Raises:
        ValueError: if there is no track, `shown` names no event of the slice, or the page would exceed 5 MB.
        ModuleNotFoundError: if plotly is not installed.

    Example:

    >>> from keras_hep.simulation.spd_slices import SPDSlices
    >>> slice_ = SPDSlices(mean_events=3.0).slice(seed=2)
    >>> page = time_slice_view(slice_, title="A time slice", data="simulation")
    >>> f"{slice_.tracks} tracks of {slice_.events} events" in page, len(page) < 5_000_000
    (True, True)
    """
    if not time_slice.tracks:
        raise ValueError("A view of a time slice needs a track, got a slice without any: draw one with tracks.")
    numbers = np.unique(time_slice.event)
    shown = numbers if shown is None else np.atleast_1d(shown)
    if not np.isin(shown, numbers).all():
        unknown = shown[~np.isin(shown, numbers)].tolist()
        raise ValueError(f"shown must name events of the slice, {numbers.tolist()}, got {unknown}: leave these out.")
    words = [
        f"event {event}, track {track}, {hits} hits"
        for track, (event, hits) in enumerate(zip(time_slice.event, time_slice.hit_counts, strict=True))
    ]
    drawn = [_event_trace(time_slice, number, np.array(words, object), number in shown) for number in numbers]
    caption = f"{len(time_slice.hits):,} hits on {time_slice.tracks:,} tracks of {len(numbers):,} events"
    return html_page(time_slice.hits, title, data, f"{caption}, numbered in order of time.", drawn)


def _event_trace(time_slice, number, words, visible):
    colour = traces.PALETTE[number % len(traces.PALETTE)]
    chosen = np.flatnonzero(time_slice.event[time_slice.track] == number)
    trace = traces.track_trace(time_slice.hits[chosen], time_slice.track[chosen], words, colour)
    tracks = np.count_nonzero(time_slice.event == number)
    dash = _DASHES[number // len(traces.PALETTE) % len(_DASHES)]
    return trace | {
        "name": f"event {number} ({tracks} track{'s' if tracks != 1 else ''})",
        "legendgroup": f"event {number}",
        "line": {**trace["line"], "dash": dash},
        "visible": True if visible else "legendonly",
    }
