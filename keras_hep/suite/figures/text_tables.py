"""A table of numbers in the place of a panel."""

import numpy as np

from keras_hep.suite.figures.page import style


@style()
def text_table(axes, names, rows, formats, size=6.0):
    """Write a table into a panel, whose axes are taken away.

    Columns are as wide as their longest entry.

    Args:
        axes: matplotlib `Axes`.
        names: sequence of str. One for each column.
        rows: array, shape (rows, columns).
        formats: sequence of str. How the numbers of each column are written, as ".2f".
        size: float. Points.
    """
    written = [[format(value, form) for value, form in zip(row, formats, strict=True)] for row in rows]
    widths = np.array([max(map(len, column)) + 1.5 for column in zip(names, *written, strict=True)])
    right = np.cumsum(widths) / widths.sum()
    axes.set_axis_off()
    for row, entries in enumerate([names, *written]):
        height = 1 - (row + 0.5 + 0.3 * bool(row)) / (len(rows) + 1.3)
        for place, entry in zip(right, entries, strict=True):
            axes.text(place, height, entry, fontsize=size, ha="right", va="center", transform=axes.transAxes)
    rule = 1 - 1.15 / (len(rows) + 1.3)
    axes.plot([0, 1], [rule, rule], transform=axes.transAxes, color="0.4", linewidth=0.6, clip_on=False)
