"""What figures of time slices, their graphs and their learning curves hand to matplotlib."""

import types

import numpy as np
import pytest

from keras_hep.suite import figures

pytest.importorskip("matplotlib")
pytest.importorskip("mplhep")

COUNTS = np.array([2, 3, 1])
HITS = np.array([[3, 4, 10], [6, 8, 20], [-1, 0, 1], [-2, 0, 2], [-3, 0, 3], [0, 5, -7]], np.float32)
SLICE = types.SimpleNamespace(hits=HITS, hit_counts=COUNTS, event=np.array([0, 8, 0]), events=9)


def paths(axes):
    """Return the lines between gaps of each event, by its number in the legend, as lists of lists of points."""
    found = {}
    for line in axes.lines:
        points = line.get_xydata()
        gaps = np.flatnonzero(np.isnan(points[:, 0]))
        pieces = np.split(points, gaps)
        found[line.get_label()] = [piece[~np.isnan(piece[:, 0])].tolist() for piece in pieces[:-1]]
    return found


def test_a_slice_is_drawn_track_by_track_in_both_views():
    _, (along, beside) = figures.panels(columns=2)
    figures.time_slice(along, beside, SLICE)
    assert paths(along) == {"0": [[[3, 4], [6, 8]], [[0, 5]]], "8": [[[-1, 0], [-2, 0], [-3, 0]]]}
    assert paths(beside) == {"0": [[[10, 5], [20, 10]], [[-7, 5]]], "8": [[[1, 1], [2, 2], [3, 3]]]}
    for axes in (along, beside):
        assert [line.get_color() for line in axes.lines] == list(figures.COLOURS[:2])
        assert [line.is_dashed() for line in axes.lines] == [False, True]
    assert (along.get_xlabel(), beside.get_xlabel(), beside.get_ylabel()) == ("x [mm]", "z [mm]", "r [mm]")


def test_the_number_of_its_event_stands_at_the_outer_end_of_each_track():
    _, axes = figures.panels()
    figures.time_slice(axes, None, SLICE)
    assert [(note.get_text(), tuple(note.xy)) for note in axes.texts] == [("0", (6, 8)), ("8", (-3, 0)), ("0", (0, 5))]
    # 6 points outwards along the line from the beam
    np.testing.assert_allclose([note.xyann for note in axes.texts], [(3.6, 4.8), (-6, 0), (0, 6)], atol=1e-6)
    _, bare = figures.panels()
    figures.time_slice(bare, None, SLICE, numbers=False)
    assert not bare.texts
    assert len(bare.lines) == 2


def test_28_events_look_different_and_neighbours_differ_in_colour():
    looks = [figures.event_looks(event) for event in range(29)]
    assert len({(look["color"], str(look["linestyle"])) for look in looks[:28]}) == 28
    assert looks[28] == looks[0]
    assert all(one["color"] != other["color"] for one, other in zip(looks[1:], looks[:-1], strict=True))


def test_the_legend_has_a_column_for_each_colour():
    event = np.arange(16)
    whole = types.SimpleNamespace(hits=np.ones((16, 3)), hit_counts=np.ones(16, int), event=event, events=16)
    figure, (first, second) = figures.panels(columns=2)
    figures.time_slice(first, None, SLICE)
    figures.time_slice(None, second, whole)
    entries = [text.get_text() for text in figures.event_legend(figure).texts]
    columns = [entries[:3], entries[3:6], entries[6:8], entries[-2:]]
    assert columns == [["0", "7", "14"], ["1", "8", "15"], ["2", "9"], ["6", "13"]]


def test_a_slice_without_tracks_and_a_figure_without_a_slice_are_told():
    figure, (along, beside) = figures.panels(columns=2)
    empty = types.SimpleNamespace(hits=HITS[:0], hit_counts=COUNTS[:0], event=COUNTS[:0], events=0)
    with pytest.raises(ValueError, match="got 0 tracks"):
        figures.time_slice(along, beside, empty)
    with pytest.raises(ValueError, match="draw with time_slice first"):
        figures.event_legend(figure)
