"""Distributions over their exact expectations: points on steps, ratios below."""

import numpy as np

from keras_hep.suite.figures.page import COLOURS, style
from keras_hep.suite.figures.plots import level, over_expected, overlay


@style()
def over_steps(axes, ours, exact=None, label="this work", exact_label="exact", index=0):
    """Draw a curve in bins of one width as points, over its exact expectation as steps.

    Args:
        axes: matplotlib `Axes`.
        ours: `Curve` at the centres of bins.
        exact: curve at the centres of bins, or None.
        label: str. Name of ours in the legend.
        exact_label: str. Name of the steps.
        index: int. Chooses colour and marker.
    """
    overlay(axes, ours, label=label, index=index, line=False)
    if exact is not None:
        axes.stairs(exact.y, steps(exact.x), baseline=None, color="0.35", linewidth=0.9, label=exact_label, zorder=2)


@style()
def ratio(axes, ours, exact, index=0):
    """Draw a curve over its exact expectation, around a line at 1; where there is no expectation nothing is drawn."""
    if exact is None:
        axes.set_axis_off()
        return
    over_expected(axes, ours, exact, index=index)
    level(axes, 1.0, "exact")
    reach = 1.15 * np.max(np.abs(np.asarray(ours.y) / exact.y - 1) + np.asarray(ours.error) / exact.y)
    axes.set_ylim(1 - reach, 1 + reach)


@style()
def shares(axes, curve, label=None, index=0):
    """Draw shares in bins of one width as an outline with error bars; bins with nothing have no bar.

    Args:
        axes: matplotlib `Axes`.
        curve: `Curve` at the centres of bins.
        label: str or None. Name in the legend.
        index: int. Chooses the colour.
    """
    colour, y = COLOURS[index % len(COLOURS)], np.asarray(curve.y)
    some = y > 0
    axes.stairs(y, steps(curve.x), color=colour, linewidth=1.1, label=label)
    looks = {"fmt": "none", "ecolor": colour, "elinewidth": 0.7}
    axes.errorbar(np.asarray(curve.x)[some], y[some], yerr=np.asarray(curve.error)[some], **looks)


def steps(centres):
    """Return the edges, shape (bins + 1,), of bins of one width, from their centres."""
    centres = np.asarray(centres, float)
    half = (centres[1] - centres[0]) / 2
    return np.append(centres - half, centres[-1] + half)
