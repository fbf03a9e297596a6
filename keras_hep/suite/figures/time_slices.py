"""Time slices of reconstructed tracks: each event in a colour and a kind of line of its own."""

import numpy as np

from keras_hep.suite.figures.page import COLOURS, style

# With the seven colours 28 looks; events that follow each other in time always differ in colour
_LINES = ("solid", (0, (4.5, 1.4)), (0, (1, 1)), (0, (4.5, 1.2, 1, 1.2)))


def event_looks(event):
    """Return colour and kind of line of an event: seven colours, then the same ones with the next kind of line.

    Args:
        event: int. Number of the event, in order of time.

    Returns:
        dict of `color` and `linestyle`, as matplotlib takes them.

    Example:

    >>> event_looks(1)
    {'color': '#D55E00', 'linestyle': 'solid'}
    >>> event_looks(8)
    {'color': '#D55E00', 'linestyle': (0, (4.5, 1.4))}
    """
    return {"color": COLOURS[event % len(COLOURS)], "linestyle": _LINES[event // len(COLOURS) % len(_LINES)]}


@style()
def time_slice(axes_xy, axes_rz, slice_, numbers=True):
    """Draw the tracks of a time slice in both projections, with the look of their event, and the hits on them.

    The legend is `event_legend`.

    Args:
        axes_xy: matplotlib `Axes` for the view along the beam, or None.
        axes_rz: matplotlib `Axes` for the view from the side, or None.
        slice_: `TimeSlice`.
        numbers: bool. Along the beam the number of its event stands at the outer end of each track.

    Raises:
        ValueError: if the slice has no track.
    """
    hits, counts, event = np.asarray(slice_.hits, float), np.asarray(slice_.hit_counts), np.asarray(slice_.event)
    if not len(counts):
        raise ValueError("A time slice without tracks cannot be drawn, got 0 tracks: draw one with a track.")
    views = ((axes_xy, hits[:, :2]), (axes_rz, np.stack([hits[:, 2], np.hypot(hits[:, 0], hits[:, 1])], axis=1)))
    for axes, seen in views:
        if axes is None:
            continue
        for number in np.unique(event):
            lines = _with_gaps(seen, counts, event == number)
            looks = {**event_looks(number), "linewidth": 0.8, "marker": "o", "markersize": 1.1, "markeredgewidth": 0}
            axes.plot(*lines.T, **looks, label=f"{number}")
    if axes_xy is not None:
        reach = 1.18 * np.abs(hits[:, :2]).max()  # from the beam, with space for the numbers
        axes_xy.set(xlabel="x [mm]", ylabel="y [mm]", xlim=(-reach, reach), ylim=(-reach, reach))
        axes_xy.set_aspect("equal")
        if numbers:
            _number_ends(axes_xy, hits[np.cumsum(counts) - 1], event)
    if axes_rz is not None:
        axes_rz.set(xlabel="z [mm]", ylabel="r [mm]")
        axes_rz.margins(0.03)
        axes_rz.set_ylim(0, None)


@style()
def event_legend(figure, title="event, in order of time"):
    """Put the legend of all events above the panels: a column for each colour, a row for each kind of line.

    Args:
        figure: matplotlib `Figure` with panels of `time_slice`, and of nothing else that stands in a legend.
        title: str.

    Returns:
        the matplotlib `Legend`.

    Raises:
        ValueError: if no panel shows an event.
    """
    drawn = {
        int(name): line for axes in figure.axes for line, name in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    if not drawn:
        raise ValueError("A legend of events needs a panel that shows one, got none: draw with time_slice first.")
    columns = min(len(COLOURS), len(drawn))
    # Matplotlib fills column by column
    order = sorted(range(len(drawn)), key=lambda place: (place % columns, place))
    entries = [sorted(drawn)[place] for place in order]
    return figure.legend(
        [drawn[number] for number in entries], entries, ncols=columns, title=title, loc="outside upper center"
    )


def _with_gaps(points, counts, chosen):
    """Return the points of the chosen tracks, with a row of NaN behind each track."""
    taken = np.repeat(chosen, counts)
    lengths = counts[chosen]
    place = np.arange(lengths.sum()) + np.repeat(np.arange(len(lengths)), lengths)
    lines = np.full((lengths.sum() + len(lengths), 2), np.nan)
    lines[place] = points[taken]
    return lines


def _number_ends(axes, ends, event):
    """Write the number of the event a little outside of the outermost hit of each track."""
    radius = np.hypot(ends[:, 0], ends[:, 1])
    away = ends[:, :2] / np.maximum(radius, 1e-9)[:, None]
    for place, direction, number in zip(ends[:, :2], away, event, strict=True):
        axes.annotate(
            f"{number}",
            place,
            6 * direction,
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=5,
            color=event_looks(number)["color"],
        )
