"""What figures of distributions hand to matplotlib."""

import numpy as np
import pytest

from keras_hep.suite import figures
from keras_hep.suite.figures.distributions import steps
from keras_hep.suite.record import Curve

pytest.importorskip("matplotlib")
pytest.importorskip("mplhep")

OURS = Curve("ours", [1.0, 3.0], [0.4, 0.2], [0.02, 0.04])
EXACT = Curve("exact", [1.0, 3.0], [0.5, 0.2])


def test_steps_are_the_edges_of_bins():
    assert steps([1.0, 3.0, 5.0]).tolist() == [0, 2, 4, 6]


def test_points_over_steps():
    _, axes = figures.panels()
    figures.over_steps(axes, OURS, EXACT, "decays", "kinematics")
    assert axes.containers[0].lines[0].get_xydata().tolist() == [[1, 0.4], [3, 0.2]]
    (drawn,) = axes.patches
    assert (drawn.get_data().values.tolist(), drawn.get_data().edges.tolist()) == ([0.5, 0.2], [0, 2, 4])
    assert sorted(axes.get_legend_handles_labels()[1]) == ["decays", "kinematics"]
    _, alone = figures.panels()
    figures.over_steps(alone, OURS)
    assert not alone.patches


def test_ratio_holds_all_points():
    _, axes = figures.panels()
    figures.ratio(axes, OURS, EXACT)
    np.testing.assert_allclose(axes.containers[0].lines[0].get_ydata(), [0.8, 1.0])
    low, high = axes.get_ylim()
    assert low < 0.8 - 0.04
    assert high > 1 + 0.2
    _, empty = figures.panels()
    figures.ratio(empty, OURS, None)
    assert not empty.axison


def test_shares_are_an_outline_and_empty_bins_have_no_bar():
    _, axes = figures.panels()
    figures.shares(axes, Curve("shares", [1.0, 3.0], [0.4, 0.0], [0.02, 0.0]), label="pions", index=1)
    (drawn,) = axes.patches
    assert (drawn.get_data().values.tolist(), drawn.get_data().edges.tolist()) == ([0.4, 0.0], [0, 2, 4])
    ((bar,),) = [container.lines[2][0].get_segments() for container in axes.containers]
    np.testing.assert_allclose(bar, [[1, 0.38], [1, 0.42]])
    assert drawn.get_label() == "pions"
