"""Recall, precision, speed and spheres of a track finder: ours beside the published numbers."""

import numpy as np

from keras_hep.suite.figures.page import COLOURS, MARKERS, PUBLISHED, style

_OPEN = {"markerfacecolor": "white", "markeredgewidth": 0.9, "linestyle": "none"}


@style()
def compare_categories(axes, categories, ours, published=None, label="published"):
    """Draw numbers of several kinds side by side over categories: ours filled, the published ones open.

    Args:
        axes: matplotlib `Axes`.
        categories: sequence of str.
        ours: dict of name in the legend to one entry per category: a number, (number, error), or None for none.
        published: one entry per category as in `ours`, or None. Each is marked by a dashed level over its category.
        label: str. Name of the published numbers in the legend.

    Raises:
        ValueError: if a series has not one entry per category.
    """
    everything = {**({label: published} if published is not None else {}), **ours}
    for name, series in everything.items():
        if len(series) != len(categories):
            raise ValueError(
                f"Each series needs one entry per category, got {len(series)} of {name!r} for {len(categories)} "
                "categories: put None where there is none."
            )
    spread = 0.64 / max(len(everything), 1)
    for place, (name, series) in enumerate(everything.items()):
        shift = (place - (len(everything) - 1) / 2) * spread
        index, value, error = _entries(series)
        theirs = published is not None and place == 0
        if theirs:
            for x, y in zip(index, value, strict=True):
                axes.plot(x + np.array([-0.42, 0.42]), [y, y], color=PUBLISHED, linestyle=(0, (4, 2)), linewidth=0.9)
            looks = {"color": PUBLISHED, "marker": "D", "markersize": 4.2, **_OPEN}
        else:
            number = place - (published is not None)
            looks = {"color": COLOURS[number % len(COLOURS)], "marker": MARKERS[number % len(MARKERS)]}
            looks |= {"linestyle": "none", "markersize": 4}
        axes.errorbar(index + shift, value, yerr=error, label=name, elinewidth=0.9, zorder=3, **looks)
    axes.set_xticks(range(len(categories)), categories)
    axes.tick_params(axis="x", which="both", bottom=False, top=False)
    axes.set_xlim(-0.5, len(categories) - 0.5)
    for edge in np.arange(len(categories) - 1) + 0.5:
        axes.axvline(edge, color="0.88", linewidth=0.6, zorder=0)


@style()
def compare_speeds(axes, ours, published=None):
    """Draw speeds on a logarithmic axis, one row per setting, one mark per machine, with the number beside each.

    Args:
        axes: matplotlib `Axes`.
        ours: dict of machine, which stands in the legend, to dict of setting to speed.
        published: dict of the same kind, or None: open marks, "(published)" behind the machine.
    """
    published = published or {}
    settings = list(dict.fromkeys(setting for speeds in (*published.values(), *ours.values()) for setting in speeds))
    machines = [(f"{machine} (published)", speeds, True) for machine, speeds in published.items()]
    machines += [(machine, speeds, False) for machine, speeds in ours.items()]
    filled = 0
    for machine, speeds, theirs in machines:
        looks = {"color": PUBLISHED, "marker": "D", "markersize": 4.6, **_OPEN}
        if not theirs:
            looks = {"color": COLOURS[filled % len(COLOURS)], "marker": MARKERS[filled % len(MARKERS)]}
            looks |= {"markersize": 4.5, "linestyle": "none"}
            filled += 1
        row = [_row(settings.index(setting), setting, machine, machines) for setting in speeds]
        axes.plot(list(speeds.values()), row, label=machine, zorder=3, **looks)
        for speed, place in zip(speeds.values(), row, strict=True):
            beside = {"xytext": (5, 0), "textcoords": "offset points", "va": "center", "ha": "left"}
            axes.annotate(_short(speed), (speed, place), color=looks["color"], fontsize="small", **beside)
    _logarithmic(axes, [speed for _, speeds, _ in machines for speed in speeds.values()])
    axes.set_yticks(range(len(settings)), settings)
    axes.tick_params(axis="y", which="both", left=False, right=False)
    axes.set_ylim(len(settings) - 0.5, -0.5)
    for edge in np.arange(len(settings) - 1) + 0.5:
        axes.axhline(edge, color="0.88", linewidth=0.6, zorder=0)


@style()
def efficiency_in_bins(axes, edges, value, low, high, label=None, index=0):
    """Draw an efficiency in bins: a point in each bin, with the bin's width and the interval of the efficiency.

    Args:
        axes: matplotlib `Axes`.
        edges: array-like, shape (bins + 1,).
        value: array-like, shape (bins,); NaN, for a bin without tracks, is not drawn.
        low: array-like, shape (bins,). Lower end of the interval.
        high: array-like, shape (bins,). Upper end.
        label: str or None. Name in the legend.
        index: int. Chooses colour and marker; points of the second and later ones are moved a little to the right.
    """
    edges, value, low, high = (np.asarray(values, float) for values in (edges, value, low, high))
    drawn = np.isfinite(value)
    place = edges[:-1] + (0.5 + 0.1 * (index % 4)) * np.diff(edges)
    axes.errorbar(
        place[drawn],
        value[drawn],
        xerr=[(place - edges[:-1])[drawn], (edges[1:] - place)[drawn]],
        yerr=[np.maximum(value - low, 0)[drawn], np.maximum(high - value, 0)[drawn]],
        color=COLOURS[index % len(COLOURS)],
        marker=MARKERS[index % len(MARKERS)],
        linestyle="none",
        elinewidth=0.9,
        label=label,
        zorder=3,
    )
    axes.set_xlim(edges[0], edges[-1])
    if not any(line.get_gid() == "one" for line in axes.lines):
        axes.axhline(1, color="0.7", linewidth=0.6, zorder=0, gid="one")


@style()
def radius_law(radius_axes, coverage_axes, alphas, radius, coverage, distance, label=None, index=0):
    """Draw radius and coverage of predicted spheres against the weight of the loss, with the law of its minimum.

    For hits at the distance d from the centre the loss alpha d / R + (1 - alpha) R^2 is least at
    R^3 = alpha d / (2 (1 - alpha)).

    Args:
        radius_axes: matplotlib `Axes`.
        coverage_axes: matplotlib `Axes`.
        alphas: array-like, shape (points,).
        radius: array-like, shape (points,), or a pair (values, errors) of these. Mean radius.
        coverage: array-like, shape (points,), or a pair. Fraction of the hits inside.
        distance: float, or array-like of shape (points,). Of the hits from the centres, in the unit of the radius.
        label: str or None. Name in the legend.
        index: int. Chooses colour and marker.
    """
    alphas, distance = np.asarray(alphas, float), np.asarray(distance, float)
    colour = COLOURS[index % len(COLOURS)]
    looks = {"color": colour, "marker": MARKERS[index % len(MARKERS)], "linestyle": "none", "elinewidth": 0.9}
    for axes, numbers in ((radius_axes, radius), (coverage_axes, coverage)):
        values, errors = numbers if isinstance(numbers, tuple) else (numbers, None)
        axes.errorbar(alphas, values, yerr=errors, label=label, zorder=3, **looks)
        axes.set_xscale("log")
        axes.set_xlabel(r"weight $\alpha$")
    order = np.argsort(alphas)
    weight = alphas[order] if distance.ndim else np.geomspace(alphas.min(), alphas.max(), 100)
    law = np.cbrt(weight * (distance[order] if distance.ndim else distance) / (2 * (1 - weight)))
    name = (
        r"$R^3 = \alpha d\,/\,2(1-\alpha)$" if not any(line.get_gid() == "law" for line in radius_axes.lines) else None
    )
    radius_axes.plot(weight, law, color=colour, linewidth=0.9, linestyle=(0, (4, 2)), label=name, zorder=2, gid="law")
    radius_axes.set_yscale("log")
    radius_axes.set_ylabel("radius of the sphere")
    coverage_axes.set_ylabel("fraction of hits inside")


def _logarithmic(axes, values):
    """Give a logarithmic axis of speeds room for the numbers, and enough ticks where it spans few decades."""
    from matplotlib.ticker import FuncFormatter, LogLocator

    low, high = min(values) / 1.6, max(values) * 3
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    if high / low < 300:
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))


def _entries(series):
    """Return index, value and error of the entries that are there; errors are 0 where none is known."""
    index = [place for place, entry in enumerate(series) if entry is not None]
    pairs = [series[place] if np.ndim(series[place]) else (series[place], None) for place in index]
    values = np.array([value for value, _ in pairs], float)
    errors = np.array([np.nan if error is None else error for _, error in pairs], float)
    return np.array(index, float), values, errors


def _row(row, setting, machine, machines):
    """Return the height of a mark: those of one setting lie above each other, the first on top."""
    here = [name for name, speeds, _ in machines if setting in speeds]
    return row + 0.62 * ((here.index(machine) + 0.5) / len(here) - 0.5)


def _short(number):
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"
