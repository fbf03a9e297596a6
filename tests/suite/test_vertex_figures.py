"""What figures of shifted intervals hand to matplotlib."""

import numpy as np
import pytest

from keras_hep.suite import figures
from keras_hep.suite.record import Curve

pytest.importorskip("matplotlib")
pytest.importorskip("mplhep")


def test_tracks_stand_at_their_place_and_time_in_the_look_of_their_event():
    _, axes = figures.panels()
    intervals = np.array([[0.0, 0.5], [0.5, 0.75], [0.25, 0.5], [0.5, 1.0]])
    points = np.array([[-100.0, 1.0], [200.0, 2.0], [-90.0, 3.0], [np.nan, 1.0]])
    figures.times_and_places(axes, [0, 8, 0, 8], intervals, points)
    first, second = axes.containers
    assert first.lines[0].get_xydata().tolist() == [[-100, 0.25], [-90, 0.375]]
    assert second.lines[0].get_xydata().tolist() == [[200, 0.625]]  # the fourth track has no place
    (errors,) = first.lines[2]
    assert [np.ptp(one[:, 0]) for one in errors.get_segments()] == [2.0, 6.0]
    looks = [(one.lines[0].get_color(), one.lines[0].get_marker()) for one in (first, second)]
    assert looks[0] == (figures.event_looks(0)["color"], figures.MARKERS[0])
    assert looks[1] == (figures.event_looks(8)["color"], figures.MARKERS[1])
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("z at the beam [mm]", "middle of the interval")


@pytest.mark.parametrize("line", [False, True])
def test_what_is_short_of_full_agreement_is_cut_for_a_logarithmic_axis(line):
    _, axes = figures.panels()
    figures.disagreement(axes, Curve("a", (0, 1, 2), (0.75, 1.0, -0.5), (0.1, 0.0, 0.1)), "way", 2, line)
    (drawn,) = axes.containers
    assert drawn.lines[0].get_ydata().tolist() == [0.25, 1e-5, 1.5]
    assert drawn.get_label() == "way"
    assert drawn.lines[0].get_marker() == figures.MARKERS[2]
    assert drawn.lines[0].get_linestyle() == ("-" if line else "None")
    assert axes.get_yscale() == "log"
    assert axes.get_ylim()[0] == 1e-5
