"""Curves, numbers and histograms: ours over theirs."""

import numpy as np

from keras_hep.suite.figures.page import COLOURS, MARKERS, PUBLISHED, style


@style()
def overlay(axes, ours, theirs=None, label=None, index=0, line=True):
    """Draw one of our curves and, where there is one, the published curve: filled points against open ones.

    Args:
        axes: matplotlib `Axes`.
        ours: `Curve` or None. `error` becomes error bars.
        theirs: published curve (`x`, `y`, `error`; a reading error, where it has one, adds in quadrature) or None.
        label: str or None. Name in the legend, "name" and "name (published)"; None: "this work" and "published".
        index: int. Chooses colour and marker, for several curves in one panel.
        line: bool. Join our points by a thin line.

    Returns:
        list of matplotlib error bar containers, ours first.
    """
    colour, marker = COLOURS[index % len(COLOURS)], MARKERS[index % len(MARKERS)]
    drawn = []
    if ours is not None:
        drawn.append(
            axes.errorbar(
                ours.x,
                ours.y,
                yerr=ours.error,
                label=label or "this work",
                color=colour,
                marker=marker,
                linestyle="-" if line else "none",
                linewidth=0.9,
                elinewidth=0.9,
                zorder=3,
            )
        )
    if theirs is not None:
        drawn.append(
            axes.errorbar(
                theirs.x,
                theirs.y,
                yerr=combined_error(theirs),
                label=f"{label} (published)" if label else "published",
                color=colour if label else PUBLISHED,
                marker=marker,
                markerfacecolor="white",
                markersize=4.2,
                markeredgewidth=0.9,
                linestyle=(0, (4, 2)),
                linewidth=0.9,
                elinewidth=0.9,
                zorder=2,
            )
        )
    return drawn


@style()
def over_expected(axes, ours, expected, theirs=None, label=None, index=0, shift=0.0):
    """Draw a curve and its published points, both divided by an exact expectation.

    Args:
        axes: matplotlib `Axes`.
        ours: `Curve`.
        expected: curve with every x of the other two: exact.
        theirs: published curve or None.
        label: str or None. As in `overlay`.
        index: int. Chooses colour and marker.
        shift: float. Moves all points along x, where several curves share theirs.

    Raises:
        ValueError: if an x is not one of the expectation, or the expectation there is 0.
    """
    for curve, name in ((ours, label or "this work"), (theirs, f"{label} (published)" if label else "published")):
        if curve is None:
            continue
        at = dict(zip(expected.x, expected.y, strict=True))
        if not all(at.get(x) for x in curve.x):
            raise ValueError(f"Every x must have an expectation other than 0, got {curve.x} of {name!r} for {at}.")
        whole = np.array([at[x] for x in curve.x])
        error, open_ = combined_error(curve), curve is theirs
        axes.errorbar(
            np.asarray(curve.x) + shift,
            curve.y / whole,
            yerr=None if error is None else error / whole,
            label=name,
            color=COLOURS[index % len(COLOURS)],
            marker=MARKERS[index % len(MARKERS)],
            markerfacecolor="white" if open_ else None,
            markersize=4.6 if open_ else 3.5,
            markeredgewidth=0.9 if open_ else None,
            linestyle="none",
            elinewidth=0.9,
            zorder=2 if open_ else 3,
        )


def combined_error(curve):
    """Return error and reading error of a curve or a number in quadrature, or None if neither is known."""
    parts = [getattr(curve, name, None) for name in ("error", "reading_error")]
    parts = [np.asarray(part, float) for part in parts if part is not None]
    return np.sqrt(sum(part**2 for part in parts)) if parts else None


@style()
def level(axes, published, label="published"):
    """Draw a published number as a dashed horizontal line, with a grey band of one standard deviation.

    Args:
        axes: matplotlib `Axes`.
        published: published quantity (`value`, `error`), a number, or None (nothing is drawn).
        label: str. Name in the legend.
    """
    if published is None:
        return
    value, error = getattr(published, "value", published), combined_error(published)
    axes.axhline(value, color=PUBLISHED, linestyle=(0, (4, 2)), linewidth=0.9, label=label, zorder=1)
    if error:
        axes.axhspan(value - error, value + error, color=PUBLISHED, alpha=0.12, linewidth=0, zorder=0)


@style()
def bands(axes, x, y, error, sigmas=(1, 2), label=None, index=0):
    """Draw a line with translucent bands of so many standard deviations.

    Args:
        axes: matplotlib `Axes`.
        x: array-like, shape (points,).
        y: array-like, shape (points,).
        error: array-like, shape (points,). One standard deviation of `y`.
        sigmas: sequence of float. Half-widths of the bands in units of `error`.
        label: str or None. Name of the line in the legend.
        index: int. Chooses the colour.
    """
    x, y, error = (np.asarray(values, float) for values in (x, y, error))
    colour = COLOURS[index % len(COLOURS)]
    for sigma in sorted(sigmas, reverse=True):
        axes.fill_between(x, y - sigma * error, y + sigma * error, color=colour, alpha=0.22, linewidth=0, zorder=1)
    axes.plot(x, y, color=colour, label=label, zorder=2)


@style()
def histogram(axes, counts, edges, label=None, index=0, errors=True):
    """Draw a histogram as a filled outline with Poisson error bars.

    Args:
        axes: matplotlib `Axes`.
        counts: array-like, shape (bins,). Entries per bin, not normalised.
        edges: array-like, shape (bins + 1,).
        label: str or None. Name in the legend.
        index: int. Chooses the colour.
        errors: bool. Draw sqrt(counts) as error bars.
    """
    counts, edges = np.asarray(counts, float), np.asarray(edges, float)
    colour = COLOURS[index % len(COLOURS)]
    axes.stairs(counts, edges, fill=True, color=colour, alpha=0.15, linewidth=0)
    axes.stairs(counts, edges, color=colour, linewidth=1.1, label=label)
    if errors:
        centres = 0.5 * (edges[1:] + edges[:-1])
        axes.errorbar(centres, counts, yerr=np.sqrt(counts), fmt="none", ecolor=colour, elinewidth=0.7)
