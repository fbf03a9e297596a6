"""Tracks in order of their events: bars of time and rows of neighbours."""

import numpy as np
from matplotlib import colors

from keras_hep.suite import figures

EVENT = np.array([1, 0, 1])  # tracks 0 and 2 are of the later event


def test_bars_stand_in_order_of_events():
    _, axes = figures.panels()
    figures.interval_display(axes, EVENT, [[0.4, 1.0], [0.0, 0.6], [0.5, 1.0]])
    bars = [(bar.get_x(), bar.get_x() + bar.get_width(), bar.get_facecolor()) for bar in axes.patches]
    assert [bar[:2] for bar in bars] == [(0.0, 0.6), (0.4, 1.0), (0.5, 1.0)]
    assert bars[0][2] == colors.to_rgba(figures.event_looks(0)["color"])
    assert bars[1][2] == bars[2][2] == colors.to_rgba(figures.event_looks(1)["color"])
    assert [line.get_ydata()[0] for line in axes.lines] == [1]  # between the events


def test_rows_show_what_a_track_overlaps_with():
    _, axes = figures.panels()
    figures.neighbourhood_display(axes, EVENT, [0, 2, 1, 2], [2, 0, 2, 1])
    cells = axes.images[0].get_array()
    white = np.all(cells == 1, axis=2)
    # In order of events the tracks are 1, 0, 2: the first overlaps with the last, the second with the last, too.
    assert white.tolist() == [[False, True, False], [True, False, False], [False, False, False]]
    assert tuple(cells[0, 0]) == colors.to_rgba(figures.event_looks(0)["color"])
    assert tuple(cells[1, 1]) == tuple(cells[2, 0]) == colors.to_rgba(figures.event_looks(1)["color"])
