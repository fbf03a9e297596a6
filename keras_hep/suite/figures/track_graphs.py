"""Graphs whose nodes are tracks: on a circle in the order of their events."""

import numpy as np

from keras_hep.suite.figures.page import GREEN, VERMILION, style
from keras_hep.suite.figures.time_slices import event_looks

_GAP = 0.6  # space between events, in distances of neighbouring tracks


@style()
def track_graph_display(axes, event, senders, receivers, labels, title=None):
    """Draw the tracks of a time slice on a circle, event by event clockwise from the top, and the edges between them.

    True edges are thick, green, and bend outwards around their event; false ones are thin and red chords. The two
    directions of an edge are one line.

    Args:
        axes: matplotlib `Axes`.
        event: int array-like, shape (tracks,). Event of each track.
        senders: int array-like, shape (edges,).
        receivers: int array-like, shape (edges,).
        labels: bool array-like, shape (edges,). Whether both tracks are of one event.
        title: str or None.

    Raises:
        ValueError: if there is no track, lengths differ, or an edge ends at no track.
    """
    event, senders, receivers = (np.asarray(values, int) for values in (event, senders, receivers))
    labels = np.asarray(labels, bool)
    _require_graph(event, senders, receivers, labels)
    nodes = _on_circle(event)
    once = np.unique(np.stack([np.minimum(senders, receivers), np.maximum(senders, receivers), labels]), axis=1)
    ends, true = once[:2].T, once[2].astype(bool)
    for chosen, name, bulge, looks in (
        (~true, "false edges", 0.0, {"color": VERMILION, "linewidth": 0.35, "alpha": 0.35, "zorder": 1}),
        (true, "true edges", 0.24, {"color": GREEN, "linewidth": 0.9, "zorder": 3}),
    ):
        _edges(axes, nodes[ends[chosen]], bulge, f"{name} ({np.count_nonzero(chosen):,})", looks)
    _nodes(axes, nodes, event)
    axes.set(xlim=(-1.3, 1.3), ylim=(-1.5, 1.25))  # with space for a legend below
    axes.set_aspect("equal")
    axes.set_axis_off()
    if title:
        axes.set_title(title)


def _require_graph(event, senders, receivers, labels):
    if not len(event) or not len(senders) == len(receivers) == len(labels):
        raise ValueError(
            "A track graph needs a track, and senders, receivers and labels of one length, got "
            f"{len(event)} tracks, {len(senders)}, {len(receivers)} and {len(labels)}: take all from the same graph."
        )
    ends = np.concatenate([senders, receivers])
    if ends.size and not 0 <= ends.min() <= ends.max() < len(event):
        raise ValueError(
            f"Edges must end at tracks 0 to {len(event) - 1}, got {ends.min()} to {ends.max()}: pass the event of "
            "every track."
        )


def _on_circle(event):
    """Return the places of the tracks, shape (tracks, 2), those of one event side by side."""
    order = np.argsort(event, kind="stable")
    place = np.empty(len(event))
    place[order] = np.arange(len(event)) + _GAP * np.cumsum(np.diff(event[order], prepend=event[order[:1]]) != 0)
    angle = np.pi / 2 - 2 * np.pi * (place + 0.5) / (place.max() + 1 + _GAP)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _edges(axes, ends, bulge, name, looks):
    """Draw edges as parabolas, `ends` of shape (edges, 2, 2), whose middle lies on the chord or outside of the rim."""
    from matplotlib.collections import LineCollection

    along = np.linspace(0, 1, 2 if not bulge else 21)[:, None, None]
    first, last = ends[:, 0], ends[:, 1]
    middle = (first + last) / 2
    outwards = middle / np.maximum(np.hypot(*middle.T), 1e-9)[:, None]
    length = np.hypot(*(last - first).T)[:, None]
    lines = first + along * (last - first) + 4 * along * (1 - along) * outwards * bulge * length
    axes.add_collection(LineCollection(list(lines.swapaxes(0, 1)), rasterized=True, **looks))
    axes.plot([], [], color=looks["color"], linewidth=1.2, label=name)


def _nodes(axes, nodes, event):
    for number in np.unique(event):
        chosen = nodes[event == number]
        colour = event_looks(number)["color"]
        axes.plot(*chosen.T, linestyle="none", marker="o", markersize=3, markeredgewidth=0, color=colour, zorder=4)
        middle = chosen.mean(axis=0)
        place = 1.17 * middle / np.hypot(*middle)
        axes.text(*place, f"{number}", ha="center", va="center", fontsize="x-small", color=colour)
