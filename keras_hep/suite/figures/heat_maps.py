"""A grid of two hyper-parameters: in every cell the mean of a measure, and its spread between repeats."""

import math

import numpy as np

from keras_hep.suite.figures.page import VERMILION, style

_LARGEST, _SMALLEST = 7.0, 3.6  # points: of the numbers in the cells
_DARK = 0.55  # part of the range of colours below which numbers are white


@style()
def heat_map(axes, rows, columns, means, spreads, published=None, best=True):
    """Draw a measure over two hyper-parameters, in %, as colours with numbers on them.

    Args:
        axes: matplotlib `Axes`.
        rows: sequence of float. Values of the hyper-parameter of the vertical axis, the first one at the bottom.
        columns: sequence of float. Of the horizontal one.
        means: float array, shape (rows, columns). A share, 1 being all.
        spreads: float array, shape (rows, columns). NaN where not known: the cell then has the mean alone.
        published: (float, float) or None. Row and column of the published best; it is framed if it is on the grid.
        best: bool. Frame our largest mean too.

    Raises:
        ValueError: if the shapes differ.
    """
    means, spreads = np.asarray(means, float), np.asarray(spreads, float)
    if means.shape != (len(rows), len(columns)) or spreads.shape != means.shape:
        expected = f"({len(rows)}, {len(columns)})"
        raise ValueError(f"means and spreads must have the shape {expected}, got {means.shape} and {spreads.shape}.")
    axes.imshow(means, cmap="cividis", origin="lower", aspect="auto")
    axes.minorticks_off()
    axes.tick_params(length=0, top=False, right=False)
    axes.set_xticks(range(len(columns)), [f"{value:g}" for value in columns])
    axes.set_yticks(range(len(rows)), [f"{value:g}" for value in rows])
    size = max(_SMALLEST, min(_LARGEST, 30 / max(len(columns), 1)))
    lightness = (means - means.min()) / (np.ptp(means) or 1.0)
    for (row, column), mean in np.ndenumerate(means):
        spread = spreads[row, column]
        text = f"{100 * mean:.1f}" + ("" if math.isnan(spread) else f"\n± {100 * spread:.1f}")
        colour = "white" if lightness[row, column] < _DARK else "black"
        axes.text(column, row, text, ha="center", va="center", fontsize=size, color=colour, linespacing=0.95)
    if best:
        row, column = np.unravel_index(means.argmax(), means.shape)
        _frame(axes, row, column, 0.12, color="white", linestyle="--", label="our largest mean of the slice")
    if published is not None and published[0] in rows and published[1] in columns:
        place = list(rows).index(published[0]), list(columns).index(published[1])
        _frame(axes, *place, 0.03, color=VERMILION, linestyle="-", label="published best values of both")


def _frame(axes, row, column, inset, **look):
    from matplotlib.patches import Rectangle
    from matplotlib.patheffects import withStroke

    corner, side = (column - 0.5 + inset, row - 0.5 + inset), 1 - 2 * inset
    outline = [withStroke(linewidth=2.4, foreground="black")]  # seen on every colour
    axes.add_patch(Rectangle(corner, side, side, fill=False, linewidth=1.3, path_effects=outline, **look))
