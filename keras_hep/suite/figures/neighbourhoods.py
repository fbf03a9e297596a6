"""Tracks of a time slice in order of their events: their intervals of time, and what they overlap with."""

import numpy as np

from keras_hep.suite.figures.page import style
from keras_hep.suite.figures.time_slices import event_looks


@style()
def interval_display(axes, event, intervals):
    """Draw the drift-time interval of each track as a bar, tracks in order of their events from below.

    Args:
        axes: matplotlib `Axes`.
        event: int array, shape (tracks,).
        intervals: float array, shape (tracks, 2). Left and right end of each.
    """
    order = np.argsort(event, kind="stable")
    left, right = np.asarray(intervals)[order].T
    colours = [event_looks(number)["color"] for number in np.asarray(event)[order]]
    axes.barh(np.arange(len(order)) + 0.5, right - left, 0.7, left, color=colours, linewidth=0)
    axes.set(xlabel="time in the slice", ylabel="track, in order of events", xlim=(-0.02, 1.02), ylim=(0, len(order)))
    _between_events(axes.axhline, np.asarray(event)[order])
    _whole(axes.yaxis)


@style()
def neighbourhood_display(axes, event, senders, receivers):
    """Draw for each track, a row, which tracks it overlaps with, itself among them, tracks in order of their events.

    Args:
        axes: matplotlib `Axes`.
        event: int array, shape (tracks,).
        senders: int array, shape (edges,). Edges in both directions.
        receivers: int array, shape (edges,).
    """
    from matplotlib import colors

    tracks, order = len(event), np.argsort(event, kind="stable")
    overlap = np.eye(tracks, dtype=bool)
    overlap[senders, receivers] = True
    event = np.asarray(event)[order]
    cells = np.ones((tracks, tracks, 4))
    for row, number in enumerate(event):
        cells[row, overlap[order[row], order]] = colors.to_rgba(event_looks(number)["color"])
    axes.imshow(cells, origin="lower", extent=(0, tracks, 0, tracks), interpolation="nearest", aspect="auto")
    axes.set(xlabel="overlaps with track", ylabel="track, in order of events")
    _between_events(axes.axhline, event)
    _between_events(axes.axvline, event)
    _whole(axes.xaxis)
    _whole(axes.yaxis)


def _between_events(line, event):
    for place in np.flatnonzero(np.diff(event)) + 1:
        line(place, color="0.45", linewidth=0.4)


def _whole(axis):
    from matplotlib import ticker

    axis.set_major_locator(ticker.MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    axis.set_minor_locator(ticker.NullLocator())
