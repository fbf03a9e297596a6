"""Graphs of hits and the tracks found in them, in space or seen along the beam."""

import numpy as np

from keras_hep.suite.figures.page import BLUE, COLOURS, GREEN, MARKERS, VERMILION, style

_QUIET = "0.55"  # hits that the display is not about


@style()
def graph_display(
    axes, positions, senders, receivers, labels=None, most_false=20_000, seed=0, title=None, all_false=None
):
    """Draw hits and the segments between them: false ones thin and red, true ones thick and green above them.

    Args:
        axes: matplotlib `Axes`; a 3D one shows space, any other the projection along the beam.
        positions: array-like, shape (hits, 3). x, y, z in mm.
        senders: int array-like, shape (segments,). Index of the hit where each segment starts.
        receivers: int array-like, shape (segments,). Index of the hit where it ends.
        labels: bool array-like, shape (segments,), or None. Whether both hits are of one particle. None: nothing is
            known of the segments.
        most_false: int. At most so many false segments are drawn, chosen at random (of all, where there are no labels).
            True ones are drawn all.
        seed: int. Of the random choice.
        title: str or None.
        all_false: int or None. Number of false segments of the graph, where not all of them are handed over.

    Raises:
        ValueError: if `positions` is not of shape (hits, 3) with at least one hit, lengths differ, or a segment ends at
            no hit.
    """
    positions, senders, receivers = _positions(positions), np.asarray(senders, int), np.asarray(receivers, int)
    false = np.ones(len(senders), bool) if labels is None else ~np.asarray(labels, bool)
    if not len(senders) == len(receivers) == len(false):
        raise ValueError(
            f"A graph display needs senders, receivers and labels of one length, got {len(senders)}, {len(receivers)} "
            f"and {len(false)}: take all from the same graph."
        )
    ends = np.concatenate([senders, receivers])
    if ends.size and not 0 <= ends.min() <= ends.max() < len(positions):
        raise ValueError(
            f"Segments must end at hits 0 to {len(positions) - 1}, got {ends.min()} to {ends.max()}: pass the "
            "positions of all nodes of the graph."
        )
    others, true = np.flatnonzero(false), np.flatnonzero(~false)
    drawn = _some(others, most_false, seed)
    kind, colour = ("segments", BLUE) if labels is None else ("false segments", VERMILION)
    counted = f"{len(drawn):,} of {len(others) if all_false is None else all_false:,}"
    _hits(axes, positions, f"hits ({len(positions):,})", BLUE, size=0.9)
    for chosen, name, looks in (
        (drawn, f"{kind} ({counted})", {"color": colour, "linewidth": 0.3, "alpha": 0.3}),
        (true, f"true segments ({len(true):,})", {"color": GREEN, "linewidth": 0.5, "zorder": 3}),
    ):
        if len(chosen):
            _lines(axes, positions[np.stack([senders[chosen], receivers[chosen]], axis=1)], name, **looks)
    _frame(axes, positions, title)


@style()
def tracks_display(axes, positions, track_ids, most=200, least_hits=3, most_hits=None, seed=0, title=None):
    """Draw tracks as coloured lines through their hits from the beam outwards, and all other hits in grey.

    Args:
        axes: matplotlib `Axes`; a 3D one shows space, any other the projection along the beam.
        positions: array-like, shape (hits, 3). x, y, z in mm.
        track_ids: int array-like, shape (hits,). Track of each hit; negative: none.
        most: int. At most so many tracks are drawn, chosen at random.
        least_hits: int. Tracks with fewer hits are not drawn.
        most_hits: int or None. Nor are tracks with more hits, where a number is given.
        seed: int. Of the random choice.
        title: str or None.

    Raises:
        ValueError: if `positions` is not of shape (hits, 3) with at least one hit, or lengths differ.
    """
    positions, track_ids = _positions(positions), np.asarray(track_ids)
    if track_ids.shape != (len(positions),):
        raise ValueError(
            f"A display of tracks needs one track per hit, got {track_ids.shape} for {len(positions)} hits: take both "
            "from the same hits."
        )
    ids, lengths = np.unique(track_ids[track_ids >= 0], return_counts=True)
    fitting = ids[(lengths >= least_hits) & (lengths <= (most_hits or len(track_ids)))]
    drawn = _some(fitting, most, seed)
    on_track = np.isin(track_ids, drawn)
    _hits(axes, positions[~on_track], "other hits", _QUIET, size=0.8)
    if len(drawn):
        lines = _by_track(positions[on_track], track_ids[on_track])
        colours = [COLOURS[number % len(COLOURS)] for number in range(len(lines))]
        name = f"tracks ({len(drawn):,} of {len(fitting):,})"
        _lines(axes, lines, name, colors=colours, linewidth=0.8, zorder=3)
    _frame(axes, positions, title)


@style()
def component_sizes(axes, sizes):
    """Draw how many connected components there are of each number of hits, on logarithmic axes.

    Args:
        axes: matplotlib `Axes`.
        sizes: dict of str to int array-like, shape (components,). Hits per component, by name in the legend, to which
            the largest is added: a graph that hangs together is one point far to the right.

    Raises:
        ValueError: if a component has no hit or there are none.
    """
    for index, (name, values) in enumerate(sizes.items()):
        values = np.asarray(values)
        if not values.size or values.min() < 1:
            raise ValueError(f"Components must have at least one hit each, got {values.tolist()[:5]} of {name!r}.")
        size, count = np.unique(values, return_counts=True)
        looks = {"color": COLOURS[index % len(COLOURS)], "marker": MARKERS[index % len(MARKERS)], "alpha": 0.85}
        name = f"{name} (largest: {size[-1]:,})"
        apart = np.flatnonzero(np.diff(size) > 1) + 1  # no line over sizes that no component has
        size, count = (np.insert(numbers.astype(float), apart, np.nan) for numbers in (size, count))
        axes.plot(size, count, label=name, linewidth=0.5, markeredgewidth=0, zorder=3 + index, **looks)
    axes.set(xscale="log", yscale="log", xlabel="hits in a component", ylabel="components")


def _positions(positions):
    positions = np.asarray(positions, float)
    if positions.ndim != 2 or positions.shape[1] != 3 or not len(positions):
        raise ValueError(
            f"A display needs positions (hits, 3) of at least one hit, got {positions.shape}: pass x, y, z."
        )
    return positions


def _some(values, most, seed):
    """Return at most so many of the values, chosen at random and kept in their order."""
    if len(values) <= most:
        return values
    return values[np.sort(np.random.default_rng(seed).choice(len(values), most, replace=False))]


def _by_track(positions, track_ids):
    """Return the hits of each track, by distance from the beam, as a list of arrays of shape (hits of it, 3)."""
    order = np.lexsort((np.hypot(positions[:, 0], positions[:, 1]), track_ids))
    starts = np.flatnonzero(np.diff(track_ids[order])) + 1
    return np.split(positions[order], starts)


def _in_space(axes):
    return axes.name == "3d"


def _hits(axes, positions, name, colour, size):
    columns = positions.T if _in_space(axes) else positions.T[:2]
    looks = {"linestyle": "none", "marker": "o", "markeredgewidth": 0, "color": colour, "zorder": 2}
    axes.plot(*columns, markersize=size, alpha=0.7, rasterized=True, **looks)
    axes.plot(*np.empty((len(columns), 0)), markersize=3, label=name, **looks)


def _lines(axes, lines, name, **looks):
    """Draw many lines as one image, which keeps the PDF small, and an entry of the legend that can be seen."""
    from matplotlib.collections import LineCollection
    from mpl_toolkits.mplot3d.art3d import Line3DCollection

    looks = {"zorder": 1, **looks}
    shown = looks.get("color", COLOURS[0])
    if _in_space(axes):
        axes.add_collection3d(Line3DCollection(lines, rasterized=True, **looks))
        axes.plot([], [], [], color=shown, linewidth=1.2, label=name)
    else:
        axes.add_collection(LineCollection([line[:, :2] for line in lines], rasterized=True, **looks))
        axes.plot([], [], color=shown, linewidth=1.2, label=name)


def _frame(axes, positions, title):
    """Set limits of equal scale in x, y and z, labels in mm, and the view."""
    low, high = positions.min(axis=0), positions.max(axis=0)
    middle, reach = (low + high) / 2, np.maximum(0.52 * (high - low), 1.0)  # a little air around, and never flat
    axes.set(xlim=(middle[0] - reach[0], middle[0] + reach[0]), xlabel="x [mm]")
    axes.set(ylim=(middle[1] - reach[1], middle[1] + reach[1]), ylabel="y [mm]")
    if _in_space(axes):
        axes.set(zlim=(middle[2] - reach[2], middle[2] + reach[2]), zlabel="z [mm]")
        _frame_space(axes, middle, reach, high)
    else:
        axes.set_aspect("equal")
    if title:
        axes.set_title(title, y=0.92 if _in_space(axes) and _short(reach)[2] else None)


def _short(reach):
    """Return which axes are too short for more than one tick."""
    return reach < 0.15 * reach.max()


def _frame_space(axes, middle, reach, high):
    """Set box, view and ticks of 3D axes."""
    from matplotlib.ticker import MaxNLocator, NullLocator

    for artist in (*axes.lines, *axes.collections):  # the zoomed box may use the space around its axes
        artist.set_clip_on(False)
        artist.set_in_layout(False)
    axes.computed_zorder = False  # true segments above false ones, whatever their depth
    axes.set_proj_type("ortho")
    flat, long = _short(reach)[2], reach[2] > 1.5 * reach[:2].max()
    axes.view_init(elev=38 if flat else 22, azim=-55, vertical_axis="y" if long else "z")
    axes.set_box_aspect(tuple(reach), zoom=1.45 if flat else 1.2 if long else 0.95)
    axes.grid(False)
    for column, axis in enumerate((axes.xaxis, axes.yaxis, axes.zaxis)):
        most = 3 if reach[column] < 0.3 * reach.max() or (long and column == 0) else 5
        ticks = MaxNLocator(most, steps=[1, 2, 5, 10]).tick_values(*(middle + np.outer((-1, 1), reach))[:, column])
        ticks = ticks[np.abs(ticks - middle[column]) < 0.85 * reach[column]]  # those at the corners would collide
        axis.set_ticks(ticks)
        axis.set_minor_locator(NullLocator())
        axis.set_tick_params(pad=-2)
        axis.labelpad = 0 if flat else -2 if long and column == 2 else -6
        axis.pane.set_visible(False)
    if _short(reach)[2]:  # the axis label would stand far off: name the axis at its upper end
        axes.zaxis.set_ticks([high[2]], [f"{high[2]:.0f}"])
        axes.set_zlabel("")
        axes.text(*(middle + reach * (1, 1, 2)), "z [mm]", ha="center", va="bottom", fontsize="medium")
