"""A table in the place of a panel: what is written, and that no entry covers another."""

import itertools

import numpy as np
import pytest

from keras_hep.suite import figures
from keras_hep.suite.figures.text_tables import text_table

pytest.importorskip("matplotlib")
pytest.importorskip("mplhep")

NAMES, FORMATS = ("x", "track_id", "time_left"), (".2f", ".0f", ".3f")
ROWS = np.array([[-1234.5678, 0, 0.38492], [2, 1, 1], [-0.5, 12, 0]])


def test_numbers_are_written_in_their_formats_row_by_row():
    _, axes = figures.panels()
    text_table(axes, NAMES, ROWS, FORMATS)
    written = [text.get_text() for text in axes.texts]
    assert written == [*NAMES, "-1234.57", "0", "0.385", "2.00", "1", "1.000", "-0.50", "12", "0.000"]
    assert not axes.axison
    heights = [text.get_position()[1] for text in axes.texts]
    assert heights == sorted(heights, reverse=True)


def test_entries_do_not_cover_each_other():
    figure, axes = figures.panels()
    text_table(axes, NAMES, ROWS, FORMATS)
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in axes.texts]
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))
    assert all(axes.bbox.x0 - 1 <= box.x0 and box.x1 <= axes.bbox.x1 + 1 for box in boxes)


def test_every_column_needs_a_format():
    _, axes = figures.panels()
    with pytest.raises(ValueError, match="zip"):
        text_table(axes, NAMES, ROWS, FORMATS[:2])
