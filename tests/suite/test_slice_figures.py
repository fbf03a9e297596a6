"""What figures of the contents of time slices hand to matplotlib."""

import types

import numpy as np
import pytest

from keras_hep.suite import figures
from keras_hep.suite.record import Curve

pytest.importorskip("matplotlib")
pytest.importorskip("mplhep")


def outlines(axes):
    """Return name to values and edges of every outline in the legend."""
    return {
        patch.get_label(): patch.get_data()
        for patch in axes.patches
        if patch.get_label().strip("_") and patch.get_label()[0] != "_"
    }


def vertical(axes):
    return {line.get_label(): line.get_xdata()[0] for line in axes.lines}


def test_distributions_hold_every_slice_and_the_published_number():
    _, axes = figures.panels()
    samples = {"ours": [100, 110, 120, 160], "other": [130, 199]}
    figures.slice_distributions(axes, samples, types.SimpleNamespace(value=90), 115.5)
    drawn = outlines(axes)
    assert {name: data.values.sum() for name, data in drawn.items()} == {"ours": 4, "other": 2}
    edges = drawn["ours"].edges
    assert np.diff(edges) == pytest.approx(4)  # as many whole numbers in each bin
    assert (edges % 1 == 0.5).all()
    assert edges[0] < 100 < 199 < edges[-1]
    assert vertical(axes) == {"published": 90, "exact expectation": 115.5}


def test_distributions_of_fractions():
    _, axes = figures.panels()
    figures.slice_distributions(axes, {"ours": np.linspace(0.8, 0.86, 61)})
    data = outlines(axes)["ours"]
    assert data.values.sum() == 61
    assert np.diff(data.edges) == pytest.approx(0.002)
    assert vertical(axes) == {}


@pytest.mark.parametrize("value", [7, 0.5])
def test_equal_slices_are_one_bin(value):
    _, axes = figures.panels()
    figures.slice_distributions(axes, {"ours": [value] * 3})
    values = outlines(axes)["ours"].values
    assert sorted(values)[-1] == values.sum() == 3


def test_fakes_are_stacked_on_true_hits():
    _, axes = figures.panels()
    real, fakes = Curve("r", range(3), (200, 190, 180)), Curve("f", range(3), (900, 950, 1000))
    figures.stacked_hits(axes, real, fakes, types.SimpleNamespace(value=1100))
    drawn = outlines(axes)
    np.testing.assert_array_equal(drawn["true hits"].values, real.y)
    np.testing.assert_array_equal(drawn["fake hits"].values, (1100, 1140, 1180))
    np.testing.assert_array_equal(drawn["fake hits"].baseline, real.y)
    np.testing.assert_array_equal(drawn["fake hits"].edges, (-0.5, 0.5, 1.5, 2.5))
    (line,) = axes.lines
    assert (line.get_label(), line.get_ydata()[0]) == ("published", 1100)
    assert axes.get_ylim()[1] > 1180


def test_hits_by_station_without_a_published_number():
    _, axes = figures.panels()
    figures.stacked_hits(axes, Curve("r", range(2), (1, 2)), Curve("f", range(2), (3, 4)))
    assert not axes.lines
