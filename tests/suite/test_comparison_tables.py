"""Where the numbers of a table stand."""

import types

import pytest

from keras_hep.suite import figures
from keras_hep.suite.record import Quantity

pytest.importorskip("matplotlib")
pytest.importorskip("mplhep")

ROWS, COLUMNS = ("10 events", "15 events"), ("r = 5", "r = 6")
OURS = {("10 events", "r = 5"): Quantity("a", 0.8312, 0.013), ("15 events", "r = 6"): Quantity("b", 0.9)}
THEIRS = {("10 events", "r = 5"): types.SimpleNamespace(value=0.831, error=0.215)}


def cells(axes):
    return [(text.get_text(), *text.get_position()) for text in axes.texts]


def test_ours_stands_above_the_published_number_of_the_same_cell():
    _, axes = figures.panels()
    figures.comparison_table(axes, ROWS, COLUMNS, OURS, THEIRS)
    places = {text: (x, y) for text, x, y in cells(axes)}
    ours, theirs = places["0.831 ± 0.013"], places["0.83 ± 0.21"]
    assert ours[0] == theirs[0] == places["r = 5"][0]
    assert ours[1] < places["10 events"][1] < theirs[1] < places["15 events"][1]  # rows from the top
    assert places["0.9"][0] == places["r = 6"][0]
    assert sum(text == "\N{EN DASH}" for text, *_ in cells(axes)) == 5  # two cells of ours and three of theirs
    colours = {text.get_text(): text.get_color() for text in axes.texts}
    assert colours["0.831 ± 0.013"] == colours["this work"] != colours["0.83 ± 0.21"] == colours["published"]


def test_without_published_numbers_each_cell_has_one():
    _, axes = figures.panels()
    figures.comparison_table(axes, ROWS, COLUMNS, OURS, name="ours")
    words = [text for text, *_ in cells(axes)]
    assert "published" not in words
    assert "ours" in words
    assert words.count("\N{EN DASH}") == 2


@pytest.mark.parametrize("key", [("20 events", "r = 5"), ("10 events", "r = 7")])
def test_cells_outside_are_told(key):
    _, axes = figures.panels()
    with pytest.raises(ValueError, match="must lie in a row and a column"):
        figures.comparison_table(axes, ROWS, COLUMNS, OURS, {key: OURS["10 events", "r = 5"]})
