"""What a classifier of two classes does: its scores, and the curves that a threshold runs along."""

import numpy as np

from keras_hep.suite.figures.page import COLOURS, MARKERS, PUBLISHED, legend, style
from keras_hep.suite.figures.plots import combined_error, histogram

_DASHES = ("-", (0, (6, 1.5)), (0, (3, 1, 1, 1)), (0, (1, 1)), (0, (8, 1, 1, 1, 1, 1)))
_FEW = 25  # curves with more points are lines with some markers
_CHANCE = {"color": "0.6", "linestyle": ":", "linewidth": 0.9, "zorder": 1}


@style()
def score_histogram(axes, true, false, edges, names=("true segments", "false segments"), threshold=None, log=True):
    """Draw how the scores of true and of false examples are distributed.

    Args:
        axes: matplotlib `Axes`.
        true: array-like, shape (bins,). True examples per bin.
        false: array-like, shape (bins,). False examples per bin.
        edges: array-like, shape (bins + 1,). Of the bins.
        names: pair of str. Of both kinds in the legend, to which their number is added.
        threshold: float or None. Score above which an example is taken, drawn as a line.
        log: bool. Logarithmic axis of the counts; few true ones cannot be seen otherwise.

    Raises:
        ValueError: if the lengths do not fit together.
    """
    true, false, edges = (np.asarray(values, float) for values in (true, false, edges))
    if not len(true) == len(false) == len(edges) - 1:
        raise ValueError(
            f"A score histogram needs one count per bin, got {len(true)} true and {len(false)} false for "
            f"{len(edges) - 1} bins: count both in the bins of `edges`."
        )
    for index, counts, name in ((1, false, names[1]), (2, true, names[0])):
        histogram(axes, counts, edges, label=f"{name} ({counts.sum():,.0f})", index=index, errors=False)
    if threshold is not None:
        axes.axvline(
            threshold,
            ymax=0.75,
            color=PUBLISHED,
            linestyle=(0, (4, 2)),
            linewidth=0.9,
            label=f"threshold {threshold:g}",
        )
    axes.set(xlabel="score", ylabel=f"examples per {edges[1] - edges[0]:.2g}", xlim=(edges[0], edges[-1]))
    if log:
        axes.set_yscale("log")
        axes.set_ylim(0.5, 40 * max(true.max(), false.max(), 1))  # room for the legend
    legend(axes, loc="upper right")


@style()
def roc(axes, curves, published=None, log=False):
    """Draw true-positive against false-positive rates, as a threshold runs down.

    Args:
        axes: matplotlib `Axes`.
        curves: dict of str to `Curve`. Ours by name in the legend; x is the rate of false positives, y of true ones.
        published: dict of str to published curve, or None. One of the same name has the same colour.
        log: bool. Logarithmic axis of the false positives: where true examples are rare, only its left end matters.
    """
    chance = np.geomspace(1e-7, 1, 200)
    axes.plot(chance, chance, label="chance", **_CHANCE)
    lowest = _draw(axes, curves, published or {})
    axes.set(xlabel="false-positive rate", ylabel="true-positive rate", xlim=(0, 1), ylim=(0, 1.02))
    if log:
        axes.set_xscale("log")
        axes.set_xlim(lowest, 1)


@style()
def precision_recall(axes, curves, published=None, prevalence=None):
    """Draw precision against recall, as a threshold runs down.

    Args:
        axes: matplotlib `Axes`.
        curves: dict of str to `Curve`. Ours by name in the legend; x is the recall, y the precision.
        published: dict of str to published curve, or None. One of the same name has the same colour.
        prevalence: float or None. Fraction of true examples: the precision of a choice by chance, drawn as a line.
    """
    if prevalence is not None:
        axes.axhline(prevalence, label=f"chance ({prevalence:.3g})", **_CHANCE)
    _draw(axes, curves, published or {})
    axes.set(xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(0, 1.02))


@style()
def reliability(axes, curves, published=None):
    """Draw how often examples of a predicted probability are true; on the diagonal the probabilities are right.

    Args:
        axes: matplotlib `Axes`.
        curves: dict of str to `Curve`. Ours by name in the legend; x is the mean predicted probability of a bin, y the
            fraction of true examples in it.
        published: dict of str to published curve, or None. One of the same name has the same colour.
    """
    axes.plot((0, 1), (0, 1), label="perfectly calibrated", **_CHANCE)
    _draw(axes, curves, published or {}, errors="bars")
    axes.set(xlabel="predicted probability", ylabel="fraction of true examples", xlim=(0, 1), ylim=(0, 1.02))


def _draw(axes, curves, published, errors="band"):
    """Draw ours solid or in dashes of their own with filled markers, published ones open; return the least x > 0."""
    names = list(dict.fromkeys([*curves, *published]))
    for index, name in enumerate(names):
        colour, marker = COLOURS[index % len(COLOURS)], MARKERS[index % len(MARKERS)]
        if name in curves:
            looks = {"color": colour, "marker": marker, "linestyle": _DASHES[index % len(_DASHES)], "zorder": 3}
            _ours(axes, curves[name], name, errors, looks, offset=0.02 + 0.03 * (index % 4))
        if name in published:
            theirs, colour = published[name], colour if name in curves else PUBLISHED
            line, bars = {"linestyle": (0, (4, 2)), "linewidth": 0.9, "elinewidth": 0.9}, combined_error(theirs)
            looks = {"color": colour, "marker": marker, "markerfacecolor": "white", "markersize": 4.2, "zorder": 2}
            axes.errorbar(theirs.x, theirs.y, yerr=bars, label=f"{name} (published)", **line, **looks)
    x = np.concatenate([np.asarray(curve.x, float) for curve in (*curves.values(), *published.values())] or [[1e-3]])
    return x[x > 0].min(initial=0.1)


def _ours(axes, curve, name, errors, looks, offset):
    """Draw one of our curves, with a band or bars of one standard deviation."""
    x, y = np.asarray(curve.x, float), np.asarray(curve.y, float)
    error = combined_error(curve)
    if errors == "bars" or len(x) <= _FEW:
        axes.errorbar(x, y, yerr=error, label=name, linewidth=0.9, elinewidth=0.9, **looks)
        return
    axes.plot(x, y, label=name, markevery=(offset, 0.12), **looks)
    if error is not None:
        axes.fill_between(x, y - error, y + error, color=looks["color"], alpha=0.2, linewidth=0, zorder=1)
