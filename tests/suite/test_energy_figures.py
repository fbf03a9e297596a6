"""Figures of bias and resolution, of published ranges and of bars."""

import numpy as np
import pytest

from keras_hep.suite import figures
from keras_hep.suite.record import Curve, Quantity

CURVES = {
    name: Curve(name, (12.5, 487.5), (8.0, 1.0), (0.5, 0.1)) for name in ("electron_bias", "electron_resolution")
} | {"electron_fit": Curve("electron_fit", (12.5, 100.0, 487.5), (8.0, 2.0, 1.0))}


@pytest.fixture
def panels():
    return figures.panels(columns=2)[1]


@pytest.mark.parametrize(("filled", "style"), [(True, "-"), (False, "--")])
def test_points_and_fit_of_a_regression(panels, filled, style):
    figures.bias_and_resolution(panels, CURVES, "electron", "electrons", index=1, filled=filled)
    for axes in panels:
        points = axes.containers[0].lines[0]
        assert points.get_ydata().tolist() == [8, 1]
        assert (points.get_markerfacecolor() == "white") is not filled
        assert axes.get_legend_handles_labels()[1] == ["electrons"]
    (fit,) = (line for line in panels[1].lines if len(line.get_xdata()) == 3)
    assert fit.get_linestyle() == style
    assert fit.get_color() == figures.COLOURS[1]


def test_without_a_fit_there_is_no_line(panels):
    curves = {name: curve for name, curve in CURVES.items() if name != "electron_fit"}
    figures.bias_and_resolution(panels, curves, "electron", "electrons")
    assert len(panels[1].lines) == len(panels[0].lines)


def test_axes_have_units_and_plain_ticks(panels):
    figures.energy_axes(*panels)
    panels[1].set_ylim(0.8, 60)
    panels[1].figure.canvas.draw()
    assert "[GeV]" in panels[0].get_xlabel()
    assert panels[1].get_yscale() == "log"
    labels = [text.get_text() for minor in (False, True) for text in panels[1].get_yticklabels(minor=minor)]
    assert {"1", "2", "5", "10", "20", "50"} <= set(labels)
    assert not {"3", "4", "30"} & set(labels)


@pytest.mark.parametrize(("error", "reach", "bars"), [(1.0, None, 1), (None, None, 0), (0.5, 50.0, 2)])
def test_a_published_number_is_an_open_point_with_its_range(panels, error, reach, bars):
    figures.published_range(panels[1], 12.5, Quantity("boosted", 7.0, error), "published", reach)
    (drawn,) = panels[1].containers
    assert drawn.lines[0].get_xydata().tolist() == [[12.5, 7.0]]
    assert drawn.lines[0].get_markerfacecolor() == "none"
    assert len(drawn.lines[2]) == bars


def test_bars_lie_side_by_side_with_the_first_name_at_the_top(panels):
    figures.bars(panels[0], ["R9", "ECAL_E"], {"one": [0.7, 0.3], "other": [0.6, 0.4]}, "importance")
    first, second = panels[0].containers
    assert [bar.get_width() for bar in first] == [0.7, 0.3]
    edges = [np.array([(bar.get_y(), bar.get_y() + bar.get_height()) for bar in group]) for group in (first, second)]
    assert np.allclose(edges[0][:, 1], edges[1][:, 0])
    assert panels[0].get_ylim()[0] > panels[0].get_ylim()[1]
    assert [text.get_text() for text in panels[0].get_yticklabels()] == ["R9", "ECAL_E"]
