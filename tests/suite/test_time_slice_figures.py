"""What figures of time slices, their graphs and their learning curves hand to matplotlib."""

import types

import numpy as np
import pytest

from keras_hep.suite import figures
from keras_hep.suite.record import Curve, Quantity, Result

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


def test_tracks_stand_on_a_circle_event_by_event_and_edges_join_them():
    _, axes = figures.panels()
    event, senders, receivers = [1, 0, 1, 0], [0, 2, 0, 1, 1, 3], [2, 0, 1, 0, 3, 1]
    figures.track_graph_display(axes, event, senders, receivers, [True, True, False, False, True, True], title="A")
    nodes = {line.get_color(): line.get_xydata() for line in axes.lines if line.get_marker() == "o"}
    first, second = (nodes[figures.event_looks(number)["color"]] for number in (0, 1))
    angle = [np.arctan2(x, y) % (2 * np.pi) for x, y in (*first, *second)]  # clockwise from the top
    assert angle == sorted(angle)
    assert angle[2] - angle[1] > angle[1] - angle[0]  # a gap between events
    np.testing.assert_allclose(np.hypot(*np.concatenate([first, second]).T), 1)
    false, true = (collection.get_segments() for collection in axes.collections)
    np.testing.assert_allclose(false, [[second[0], first[0]]])  # one line for both directions
    np.testing.assert_allclose([line[[0, -1]] for line in true], [second, first])
    assert all(np.hypot(*line[10]) > 1 for line in true)  # true edges bend outwards
    assert axes.get_legend_handles_labels()[1] == ["false edges (1)", "true edges (2)"]
    assert sorted(text.get_text() for text in axes.texts) == ["0", "1"]


def test_a_track_graph_without_false_edges():
    _, axes = figures.panels()
    figures.track_graph_display(axes, [0, 0], [0, 1], [1, 0], [True, True])
    assert axes.get_legend_handles_labels()[1] == ["false edges (0)", "true edges (1)"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([], [], [], []), "got 0 tracks"),
        (([0, 0], [0], [1, 0], [True]), "got 2 tracks, 1, 2 and 1"),
        (([0, 0], [0], [2], [True]), "tracks 0 to 1, got 0 to 2"),
    ],
)
def test_bad_track_graphs_are_told(arguments, words):
    _, axes = figures.panels()
    with pytest.raises(ValueError, match=words):
        figures.track_graph_display(axes, *arguments)


def test_curves_over_their_expectation():
    _, axes = figures.panels()
    exact = Curve("exact", (1, 2, 3), (2, 4, 8))
    theirs = types.SimpleNamespace(x=(1, 3), y=(1, 8), error=None, reading_error=None)
    figures.over_expected(axes, Curve("ours", (1, 2), (2, 6), (1, 1)), exact, theirs, shift=0.25)
    ours, published = axes.containers
    np.testing.assert_allclose(ours[0].get_xydata(), [(1.25, 1), (2.25, 1.5)])
    np.testing.assert_allclose([piece[:, 1] for piece in ours[2][0].get_segments()], [(0.5, 1.5), (1.25, 1.75)])
    np.testing.assert_allclose(published[0].get_xydata(), [(1.25, 0.5), (3.25, 1)])
    assert published[0].get_markerfacecolor() == "white" != ours[0].get_markerfacecolor()
    with pytest.raises(ValueError, match="Every x must have an expectation"):
        figures.over_expected(axes, Curve("ours", (4,), (2,)), exact)


KINDS = ("loss", "accuracy", "precision", "recall")


def training(*names):
    curves = [Curve(f"{kind}_spd15_epochs", (0.5, 1), (0.5, place / 8)) for place, kind in enumerate(KINDS, 1)]
    quantities = [Quantity(name, 0.25 + 0.125 * place) for place, name in enumerate(names)]
    return Result(quantities, [*curves, Curve("training_loss_spd15_epochs", (0.5, 1), (0.75, 0.5))])


def test_learning_curves_have_ours_theirs_and_levels_without_training():
    _, panels = figures.panels(columns=2, rows=2)
    theirs = types.SimpleNamespace(x=(1, 2), y=(0.9, 0.95))
    reference = types.SimpleNamespace(curves={"accuracy_spd15_epochs": theirs, "training_loss_spd15_epochs": theirs})
    result = training("all_rejected_spd15", "rule_accuracy_spd15", "rule_recall_spd15", "rule_recall_trackml10")
    figures.learning_curves(panels, result, reference, "spd15", "SPD")
    drawn = [{line.get_label(): line.get_xydata().tolist() for line in axes.lines} for axes in panels]
    ours = "this work"
    assert list(drawn[0]) == [ours, "published, training", "this work, training"]
    assert drawn[0]["this work, training"] == [[0.5, 0.75], [1, 0.5]]
    assert sorted(drawn[1]) == ["equal neighbourhoods", "every edge rejected", "published", ours]
    assert drawn[1][ours] == [[0.5, 0.5], [1, 0.25]]
    assert drawn[1]["published"] == [[1, 0.9], [2, 0.95]]
    assert (drawn[1]["every edge rejected"][0][1], drawn[1]["equal neighbourhoods"][0][1]) == (0.25, 0.375)
    assert list(drawn[2]) == [ours]  # nothing is known of the precision of the rule here
    assert drawn[3]["equal neighbourhoods"][0][1] == 0.5
    assert [axes.get_yscale() for axes in panels] == ["log", "linear", "linear", "linear"]
    assert [axes.get_ylabel() for axes in panels] == list(KINDS)
    assert panels[0].get_title(loc="left") == "SPD"


def test_learning_curves_without_a_reference_and_with_too_few_panels():
    _, panels = figures.panels(columns=2, rows=2)
    figures.learning_curves(panels, training(), None, "spd15")
    assert [len(axes.lines) for axes in panels] == [2, 1, 1, 1]
    with pytest.raises(ValueError, match=r"need four panels, .* got 3"):
        figures.learning_curves(panels[:3], training(), None, "spd15")
