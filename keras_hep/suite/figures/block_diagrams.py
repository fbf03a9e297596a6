"""Diagrams of networks that consist of blocks, some of their layers applied again and again."""

from keras_hep.suite.figures.diagrams import draw_arrow, draw_box
from keras_hep.suite.figures.page import COLOURS, style

_PITCH = 1.4  # from column to column, in widths of a column
_HALF = (0.42, 0.33)  # half a box
_FRAME = (0.08, 0.09)  # from a box to the frame around repeated ones


@style()
def block_diagram(axes, blocks, repeats=()):
    """Draw a network as columns of boxes, each read from the bottom to the top, one leading to the next.

    Args:
        axes: matplotlib `Axes`.
        blocks: dict of str to sequence of (title, detail). Name of each column and its boxes, from the input on.
        repeats: sequence of (column, first, last, text): boxes of a column, by number, that are applied again and
            again, and what stands beside the dashed frame around them.

    Raises:
        ValueError: if repeated boxes are not in the diagram.
    """
    columns = list(blocks.values())
    rows = max(len(boxes) for boxes in columns)
    axes.set(xlim=(-0.62, _PITCH * (len(columns) - 1) + 0.55), ylim=(-0.5, rows - 0.1))
    axes.set_axis_off()
    for column, (name, boxes) in enumerate(blocks.items()):
        x = _PITCH * column
        axes.text(x, len(boxes) - 0.52, name, ha="center", va="bottom", color="0.35")
        for row, box in enumerate(boxes):
            draw_box(axes, x, row, 2 * _HALF[0], box, COLOURS[column % len(COLOURS)])
            if row:
                draw_arrow(axes, (x, row - 1), (x, row), vertical=True)
        if column:
            _lead_over(axes, (x - _PITCH, len(columns[column - 1]) - 1), (x, 0))
    for column, first, last, text in repeats:
        if not (0 <= column < len(columns) and 0 <= first <= last < len(columns[column])):
            raise ValueError(f"Repeated boxes must be in the diagram, got column {column}, boxes {first} to {last}.")
        _frame(axes, _PITCH * column, first, last, text)


def _lead_over(axes, top, bottom):
    """Draw the line from the last box of a column to the first one of the next."""
    (x0, y0), (x1, y1) = top, bottom
    between = x0 + _HALF[0] + 0.16
    axes.plot([x0 + _HALF[0], between, between], [y0, y0, y1], color="0.25", linewidth=0.8, zorder=1)
    arrow = {"arrowstyle": "-|>", "color": "0.25", "shrinkA": 0, "shrinkB": 0, "lw": 0.8}
    axes.annotate("", (x1 - _HALF[0], y1), (between, y1), arrowprops=arrow)


def _frame(axes, x, first, last, text):
    from matplotlib.patches import FancyBboxPatch

    left, low = x - _HALF[0] - _FRAME[0], first - _HALF[1] - _FRAME[1]
    size = 2 * (_HALF[0] + _FRAME[0]), last - first + 2 * (_HALF[1] + _FRAME[1])
    looks = {"facecolor": "none", "edgecolor": "0.35", "linestyle": (0, (4, 2)), "zorder": 0}
    axes.add_patch(FancyBboxPatch((left, low), *size, boxstyle="round,pad=0,rounding_size=0.06", **looks))
    axes.text(left - 0.02, (first + last) / 2, text, rotation=90, ha="right", va="center", fontsize="small")
