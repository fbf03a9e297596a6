"""Diagrams: the architecture of a network, and receptive fields as nested boxes."""

from keras_hep.suite.figures.page import BLUE, COLOURS, VERMILION, style

_BOX = (0.84, 0.66)  # width and height of a box, in units of one column and one row


@style()
def network_diagram(axes, boxes, steps=("",), recurrent=(), trunk=()):
    """Draw an architecture from its input at the bottom to its output at the top.

    The trunk is drawn once over the whole width; above it the boxes are repeated for every step of a sequence, with
    arrows along the sequence between the recurrent ones.

    Args:
        axes: matplotlib `Axes`.
        boxes: sequence of (title, detail). Boxes of one step, from input to output; detail may be empty.
        steps: sequence of str. Names of the columns, under them (over them if there is a trunk); "..." leaves a gap
            for the steps in between.
        recurrent: sequence of int. Indices in `boxes` of the layers with a state passed along the sequence.
        trunk: sequence of (title, detail). Boxes below the sequence, from the input on.

    Raises:
        ValueError: if a recurrent index is not one of a box.
    """
    for index in recurrent:
        if not 0 <= index < len(boxes):
            raise ValueError(f"recurrent must hold indices of boxes (0 to {len(boxes) - 1}), got {index}.")
    columns, rows = len(steps), len(trunk) + len(boxes)
    axes.set(xlim=(-0.5, columns - 0.5), ylim=(-0.5, rows - 0.25) if trunk else (-0.75, rows - 0.5))
    axes.set_axis_off()
    for row, box in enumerate(trunk):
        draw_box(axes, (columns - 1) / 2, row, columns - 1 + _BOX[0], box, COLOURS[row % len(COLOURS)])
        if row:
            draw_arrow(axes, ((columns - 1) / 2, row - 1), ((columns - 1) / 2, row), vertical=True)
    for column, step in enumerate(steps):
        _column(axes, column, len(trunk), boxes, step)
    for index in recurrent:
        for column in range(1, columns):
            draw_arrow(axes, (column - 1, len(trunk) + index), (column, len(trunk) + index), vertical=False)


def _column(axes, column, base, boxes, step):
    """Draw the boxes of one step, or dots in their place."""
    name = "" if step == "..." else step
    height, align = (base + len(boxes) - 0.58, "bottom") if base else (-0.42, "top")
    axes.text(column, height, name, ha="center", va=align, fontsize="small", color="0.35")
    for row, box in enumerate(boxes, start=base):
        if step == "...":
            axes.text(column, row, "\N{MIDDLE DOT} \N{MIDDLE DOT} \N{MIDDLE DOT}", ha="center", va="center")
        else:
            draw_box(axes, column, row, _BOX[0], box, COLOURS[row % len(COLOURS)])
            if row:
                draw_arrow(axes, (column, row - 1), (column, row), vertical=True)


def draw_box(axes, x, y, width, box, colour):
    """Draw a box of a network around its centre; `box` is (title, detail)."""
    from matplotlib.patches import FancyBboxPatch

    title, detail = box
    axes.add_patch(
        FancyBboxPatch(
            (x - width / 2, y - _BOX[1] / 2),
            width,
            _BOX[1],
            boxstyle="round,pad=0,rounding_size=0.08",
            facecolor=(colour, 0.14),
            edgecolor=colour,
        )
    )
    axes.text(x, y + (0.12 if detail else 0), title, ha="center", va="center")
    if detail:
        axes.text(x, y - 0.15, detail, ha="center", va="center", fontsize="small", color="0.25")


def draw_arrow(axes, start, end, vertical):
    """Draw an arrow between the facing edges of two boxes, given their centres."""
    half = _BOX[1] / 2 if vertical else _BOX[0] / 2
    (x0, y0), (x1, y1) = start, end
    tail, head = ((x0, y0 + half), (x1, y1 - half)) if vertical else ((x0 + half, y0), (x1 - half, y1))
    axes.annotate(
        "", head, tail, arrowprops={"arrowstyle": "-|>", "color": "0.25", "shrinkA": 0, "shrinkB": 0, "lw": 0.8}
    )


@style()
def nested_boxes(axes, centre, sizes, labels=None):
    """Draw squares of growing size around one pixel of an event display: what successive layers see.

    Args:
        axes: matplotlib `Axes` with an `event_display`.
        centre: pair of float. Layer and pixel.
        sizes: sequence of int. Side of each square, in pixels.
        labels: sequence of str or None. One per square, written at its upper edge.

    Returns:
        list of matplotlib `Rectangle`, in the order of `sizes`.
    """
    from matplotlib.patches import Rectangle

    drawn = []
    for index, size in enumerate(sizes):
        colour = VERMILION if index == 0 else BLUE
        corner = (centre[0] - size / 2, centre[1] - size / 2)
        drawn.append(axes.add_patch(Rectangle(corner, size, size, fill=False, edgecolor=colour, linewidth=1.1)))
        if labels:
            axes.text(
                centre[0],
                corner[1] + size,
                labels[index],
                color=colour,
                fontsize="x-small",
                ha="center",
                va="center",
                clip_on=True,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
            )
    return drawn
