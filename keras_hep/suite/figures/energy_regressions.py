"""Bias and resolution of energies against the true energy."""

import numpy as np

from keras_hep.suite.figures.page import COLOURS, MARKERS, PUBLISHED, axis_labels, style


@style()
def bias_and_resolution(panels, curves, name, label, index=0, filled=True):
    """Draw bias and resolution of one regression as points, and the fitted resolution as a line.

    Args:
        panels: (bias, resolution): matplotlib `Axes`.
        curves: dict of str to `Curve`, with "<name>_bias", "<name>_resolution" and perhaps "<name>_fit".
        name: str.
        label: str. Name in the legend.
        index: int. Chooses colour and marker.
        filled: bool. False: open points and a dashed line, for the other of two methods.
    """
    colour, shape = COLOURS[index % len(COLOURS)], MARKERS[index % len(MARKERS)]
    looks = {"color": colour, "marker": shape, "linestyle": "none", "elinewidth": 0.6, "markersize": 3}
    looks |= {"markerfacecolor": colour if filled else "white", "markeredgewidth": 0.8}
    for axes, kind in zip(panels, ("bias", "resolution"), strict=True):
        curve = curves[f"{name}_{kind}"]
        axes.errorbar(curve.x, curve.y, yerr=curve.error, label=label, zorder=3 if filled else 2, **looks)
    fit = curves.get(f"{name}_fit")
    if fit is not None:
        panels[1].plot(fit.x, fit.y, color=colour, linewidth=0.8, linestyle="-" if filled else (0, (4, 2)), zorder=1)


@style()
def energy_axes(bias, resolution):
    """Name the axes of a panel of biases and one of resolutions, and scale them."""
    axis_labels(bias, "true energy", "mean of (true - predicted) / true", "GeV", "%")
    axis_labels(resolution, "true energy", "relative resolution", "GeV", "%")
    bias.axhline(0, color="0.6", linewidth=0.6, zorder=0)
    resolution.set(yscale="log", xlim=(0, 500))
    resolution.yaxis.set_major_formatter(_plain)
    resolution.yaxis.set_minor_formatter(_plain_if_few)
    bias.set(xlim=(0, 500))


@style()
def published_range(axes, energy, quantity, label="published", reach=None):
    """Mark a published number at an energy in GeV, or around it: an open point with its range, in front of ours.

    Args:
        axes: matplotlib `Axes`.
        energy: float.
        quantity: published quantity (`value`, `error`).
        label: str. Name in the legend.
        reach: float or None. Half the width in GeV of the range of energies that it is of.
    """
    looks = {"marker": "o", "markersize": 5, "markerfacecolor": "none", "markeredgewidth": 1.0, "linestyle": "none"}
    looks |= {"color": PUBLISHED, "capsize": 2.5, "label": label}
    axes.errorbar(energy, quantity.value, xerr=reach, yerr=quantity.error or None, zorder=4, **looks)


def _plain(value, _):
    return f"{value:g}"


def _plain_if_few(value, _):
    """Label ticks between powers of ten: those at 2 and 5 times one."""
    return f"{value:g}" if f"{value:e}"[0] in "25" else ""


@style()
def bars(axes, names, series, x):
    """Draw horizontal bars with names, the first at the top.

    Args:
        axes: matplotlib `Axes`.
        names: sequence of str.
        series: dict of str (name in the legend) to sequence of float of that length; drawn side by side.
        x: str. Label of the axis.
    """
    height = 0.8 / len(series)
    places = np.arange(len(names), dtype=float)
    for index, (label, values) in enumerate(series.items()):
        offset = (index - (len(series) - 1) / 2) * height
        axes.barh(places + offset, values, height, color=COLOURS[index % len(COLOURS)], label=label, linewidth=0)
    axes.set(yticks=places, yticklabels=names, ylim=(len(names) - 0.4, -0.6), xlabel=x)
    axes.tick_params(axis="y", which="both", length=0)
