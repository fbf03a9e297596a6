"""Tracks of a time slice by when and where they come from."""

import numpy as np

from keras_hep.suite.figures.page import COLOURS, MARKERS, style
from keras_hep.suite.figures.time_slices import event_looks


@style()
def times_and_places(axes, event, intervals, points):
    """Draw each track as a point: z where it passes the beam, and the middle of its interval, in the look of its event.

    Args:
        axes: matplotlib `Axes`.
        event: int array, shape (tracks,).
        intervals: float array, shape (tracks, 2). Left and right end of each.
        points: float array, shape (tracks, 2). z where a track is closest to the beam, and its error, mm; a track that
            has none (NaN) is left out.
    """
    event, middle, (z, error) = np.asarray(event), np.asarray(intervals).mean(axis=1), np.asarray(points).T
    for number in np.unique(event):
        chosen = (event == number) & np.isfinite(z)
        looks = {"color": event_looks(int(number))["color"], "marker": MARKERS[number // len(COLOURS) % len(MARKERS)]}
        axes.errorbar(z[chosen], middle[chosen], xerr=error[chosen], linestyle="none", elinewidth=0.7, **looks)
    axes.set(xlabel="z at the beam [mm]", ylabel="middle of the interval", xlim=(-400, 400), ylim=(-0.03, 1.03))
