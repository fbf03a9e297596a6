"""Numbers and tables as plain text, for terminals and logs."""

import math
import shutil
import textwrap

WIDTH, WIDEST = 120, 200
NARROWEST = 10
GAP = "  "


def terminal_width():
    """Return the number of columns to fill: those of the terminal, at most 200; 120 where there is none."""
    return min(WIDEST, shutil.get_terminal_size((WIDTH, 24)).columns)


def number(value, error=None):
    """Return a number as short text; with an error both to two digits of the error.

    >>> number(0.89112, 0.0053), number(0.5), number(True), number(None), number(1234567)
    ('0.8911 ± 0.0053', '0.5', 'true', '-', '1234567')
    """
    if value is None:
        return "-"
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, (int, float)):
        return str(value)
    if error and math.isfinite(error) and math.isfinite(value):
        digits = max(0, 1 - math.floor(math.log10(abs(error))))
        largest = max(abs(value), abs(error))
        if digits <= 8 and largest < 1e8:
            return f"{value:.{digits}f} ± {error:.{digits}f}"
        return f"{value:.4g} ± {error:.2g}"
    return str(value) if isinstance(value, int) else f"{value:.5g}"


def duration(seconds):
    """Return a time as short text.

    >>> duration(4.21), duration(95), duration(7260)
    ('4.2 s', '1 min 35 s', '2 h 1 min')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s"


def table(header, rows, wrapped=(), width=None):
    """Return rows of text as an aligned table.

    Args:
        header: sequence of str, one per column.
        rows: list of sequences of str.
        wrapped: collection of column numbers whose text is broken into lines where the table gets too wide. The other
            columns (ids, numbers) always stand whole.
        width: int or None. Columns to fit in. None: those of the terminal.

    Returns:
        str, lines joined by newlines, without spaces at their ends.
    """
    rows = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in [list(header), *rows]) for column in range(len(header))]
    _narrow(widths, sorted(wrapped), (width or terminal_width()) - len(GAP) * (len(header) - 1))
    lines = [*_lines(list(header), widths), GAP.join("-" * column for column in widths)]
    for row in rows:
        lines += _lines(row, widths)
    return "\n".join(line.rstrip() for line in lines)


def _narrow(widths, wrapped, available):
    """Take columns from the widest of the `wrapped` ones until `widths` (changed in place) fit."""
    while wrapped and sum(widths) > available:
        widest = max(wrapped, key=lambda column: widths[column])
        if widths[widest] <= NARROWEST:
            return
        widths[widest] -= 1


def _lines(row, widths):
    """Return the text lines of one row, its cells broken at their width."""
    cells = [
        textwrap.wrap(cell, width, break_on_hyphens=False) or [""] for cell, width in zip(row, widths, strict=True)
    ]
    height = max(len(cell) for cell in cells)
    cells = [cell + [""] * (height - len(cell)) for cell in cells]
    return [
        GAP.join(part.ljust(width) for part, width in zip(parts, widths, strict=True))
        for parts in zip(*cells, strict=True)
    ]
