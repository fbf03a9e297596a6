"""A table as a figure: in every cell our number, and below it the published one."""

from keras_hep.suite.figures.page import BLUE, PUBLISHED, style
from keras_hep.suite.tables import number

_LABELS = 1.3  # width of the names of the rows, in widths of a column


@style()
def comparison_table(axes, rows, columns, ours, theirs=None, name="this work"):
    """Draw a table of numbers, ours in the colour of our curves and the published ones in grey below.

    Args:
        axes: matplotlib `Axes`.
        rows: sequence of str.
        columns: sequence of str.
        ours: dict of (row, column) to a quantity: `value`, and `error`, which may be None, or what stands behind
            the plus-minus sign in the source, as a spread between slices.
        theirs: dict of the same kind, or None. A cell that one of them lacks has a dash in its place.
        name: str. Of ours, below the table.

    Raises:
        ValueError: if a key names no row or no column.
    """
    theirs = theirs or {}
    unknown = [key for key in (*ours, *theirs) if key[0] not in rows or key[1] not in columns]
    if unknown:
        raise ValueError(f"A cell must lie in a row and a column of the table, got {unknown[0]}: name both.")
    width, height = _LABELS + len(columns), len(rows)
    axes.set(xlim=(0, width), ylim=(height + 0.55, -0.75))
    axes.set_axis_off()
    for place, column in enumerate(columns):
        axes.text(_LABELS + place + 0.5, -0.3, column, ha="center", va="center")
    for y, weight in ((-0.7, 0.9), (0, 0.6), (height, 0.9)):
        axes.plot([0, width], [y, y], color="0.25", linewidth=weight)
    for line, row in enumerate(rows):
        axes.text(0.05, line + 0.5, row, ha="left", va="center")
        for place, column in enumerate(columns):
            x = _LABELS + place + 0.5
            both = bool(theirs)
            _cell(axes, x, line + (0.3 if both else 0.5), ours.get((row, column)), BLUE)
            if both:
                _cell(axes, x, line + 0.72, theirs.get((row, column)), PUBLISHED)
    _key(axes, height + 0.32, width, {name: BLUE, **({"published": PUBLISHED} if theirs else {})})


def _cell(axes, x, y, quantity, colour):
    text = "\N{EN DASH}" if quantity is None else number(quantity.value, getattr(quantity, "error", None))
    axes.text(x, y, text, ha="center", va="center", color=colour)


def _key(axes, y, width, names):
    for place, (name, colour) in enumerate(names.items()):
        axes.text(
            width - 0.9 * (len(names) - 1 - place), y, name, ha="right", va="center", fontsize="small", color=colour
        )
