"""What stands in the cells of a heat map, and which are framed."""

import math

import numpy as np
import pytest

from keras_hep.suite import figures

pytest.importorskip("matplotlib")
pytest.importorskip("mplhep")

MEANS, SPREADS = [[0.71, 0.72, 0.73], [0.74, 0.8, 0.76]], [[0.01, 0.02, math.nan]] * 2
ROWS, COLUMNS = (1, 2), (128, 256, 512)


@pytest.fixture
def drawn():
    """Function that draws a heat map: `drawn(...)` returns its axes."""

    def draw(means=MEANS, spreads=SPREADS, **options):
        _, axes = figures.panels()
        figures.heat_map(axes, ROWS, COLUMNS, means, spreads, **options)
        return axes

    return draw


def frames(axes):
    """Return label and cell (row, column) of every frame."""
    centres = {patch.get_label(): patch.get_extents().transformed(axes.transData.inverted()) for patch in axes.patches}
    return {label: (round((box.y0 + box.y1) / 2), round((box.x0 + box.x1) / 2)) for label, box in centres.items()}


def test_cells_have_mean_and_spread_in_per_cent(drawn):
    axes = drawn()
    texts = {(text.get_position()[1], text.get_position()[0]): text.get_text() for text in axes.texts}
    assert texts[0, 0] == "71.0\n± 1.0"
    assert texts[1, 1] == "80.0\n± 2.0"
    assert texts[0, 2] == "73.0"
    assert [label.get_text() for label in axes.get_xticklabels()] == ["128", "256", "512"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["1", "2"]
    assert axes.get_ylim()[0] < axes.get_ylim()[1]  # the first row is at the bottom


def test_the_largest_and_the_published_cell_are_framed(drawn):
    found = frames(drawn(published=(1, 512)))
    assert found == {"our largest mean of the slice": (1, 1), "published best values of both": (0, 2)}


def test_what_is_not_on_the_grid_is_not_framed(drawn):
    assert list(frames(drawn(published=(4, 512)))) == ["our largest mean of the slice"]
    assert frames(drawn(best=False)) == {}


def test_numbers_are_seen_on_every_colour(drawn):
    colours = {text.get_text()[:4]: text.get_color() for text in drawn().texts}
    assert (colours["71.0"], colours["80.0"]) == ("white", "black")
    assert {text.get_color() for text in drawn(means=np.full((2, 3), 0.5)).texts} == {"white"}


@pytest.mark.parametrize("wrong", [{"means": [[0.5, 0.5]]}, {"spreads": [[0.1] * 3]}])
def test_shapes_must_fit(drawn, wrong):
    with pytest.raises(ValueError, match=r"must have the shape \(2, 3\)"):
        drawn(**wrong)
