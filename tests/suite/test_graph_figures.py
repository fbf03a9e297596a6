"""What figures of graphs, tracks and classifiers hand to matplotlib, and that their files stay small."""

import types

import numpy as np
import pytest

from keras_hep.suite import figures
from keras_hep.suite.record import Curve

pytest.importorskip("matplotlib")
pytest.importorskip("mplhep")

HITS = np.array([[30, 0, 1], [0, 70, 2], [70, 0, 3], [110, 0, 4], [0, 0, 5]], float)


def panel(projection):
    return figures.panels(projection=projection)[1]


def collections(axes):
    """Return the lines of every collection as lists of arrays, shape (points, dimensions)."""
    space = axes.name == "3d"
    return [drawn._segments3d if space else drawn.get_segments() for drawn in axes.collections]


def points(line):
    """Return the points of a line, shape (points, dimensions)."""
    return np.array(line.get_data_3d()).T if hasattr(line, "get_data_3d") else line.get_xydata()


def names(axes):
    return axes.get_legend_handles_labels()[1]


def barrel(hits, seed=1):
    rng = np.random.default_rng(seed)
    angle, radius = rng.uniform(-np.pi, np.pi, hits), rng.choice([32, 72, 116, 172, 260, 500, 820, 1020], hits)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), rng.uniform(-50, 50, hits)], axis=1)


@pytest.mark.parametrize(("projection", "dimensions"), [("3d", 3), (None, 2)])
def test_true_segments_lie_above_false_ones(projection, dimensions):
    axes = panel(projection)
    figures.graph_display(axes, HITS, [0, 0, 2], [1, 2, 3], [False, True, True], title="graph")
    false, true = collections(axes)
    at = HITS[:, :dimensions]
    np.testing.assert_array_equal(false, [at[[0, 1]]])
    np.testing.assert_array_equal(true, [at[[0, 2]], at[[2, 3]]])
    np.testing.assert_array_equal(points(axes.lines[0]), at)
    thin, thick = axes.collections
    assert thin.get_zorder() < axes.lines[0].get_zorder() < thick.get_zorder()
    assert thin.get_linewidth() < thick.get_linewidth()
    assert thin.get_rasterized()
    assert thick.get_rasterized()
    assert names(axes) == ["hits (5)", "false segments (1 of 1)", "true segments (2)"]
    assert axes.get_title(loc="center" if projection else "left") == "graph"


def test_false_segments_left_out_before_are_counted():
    axes = panel(None)
    figures.graph_display(axes, HITS, [0], [1], [False], all_false=137_481)
    assert names(axes)[1] == "false segments (1 of 137,481)"


def test_a_seeded_choice_of_the_false_segments_is_drawn():
    senders, receivers = np.divmod(np.arange(25), 5)

    def drawn(seed):
        axes = panel(None)
        figures.graph_display(axes, HITS, senders, receivers, np.arange(25) < 4, most_false=6, seed=seed)
        assert names(axes)[1:] == ["false segments (6 of 21)", "true segments (4)"]
        false, true = collections(axes)
        assert len(true) == 4
        return np.array(false)

    assert len(drawn(0)) == 6
    np.testing.assert_array_equal(drawn(0), drawn(0))
    assert not np.array_equal(drawn(0), drawn(1))


def test_segments_without_labels_and_graphs_without_false_ones():
    axes = panel(None)
    figures.graph_display(axes, HITS, [0, 0], [1, 2])
    assert names(axes) == ["hits (5)", "segments (2 of 2)"]
    axes = panel(None)
    figures.graph_display(axes, HITS, [0, 0], [1, 2], [True, False], most_false=0)
    assert names(axes) == ["hits (5)", "true segments (1)"]


@pytest.mark.parametrize("projection", ["3d", None])
def test_tracks_run_from_the_beam_outwards(projection):
    axes = panel(projection)
    figures.tracks_display(axes, HITS[[3, 1, 0, 2, 4]], [7, -1, 7, 7, 2])
    (tracks,) = collections(axes)
    dimensions = 3 if projection else 2
    np.testing.assert_array_equal(tracks, [HITS[[0, 2, 3], :dimensions]])
    np.testing.assert_array_equal(points(axes.lines[0]), HITS[[1, 4], :dimensions])
    assert names(axes) == ["other hits", "tracks (1 of 1)"]


@pytest.mark.parametrize(
    ("limits", "lengths", "name"),
    [
        ({}, [3, 4], "tracks (2 of 2)"),
        ({"least_hits": 4}, [4], "tracks (1 of 1)"),
        ({"most_hits": 3}, [3], "tracks (1 of 1)"),
        ({"least_hits": 2, "most": 1, "seed": 5}, None, "tracks (1 of 3)"),
    ],
)
def test_tracks_are_chosen_by_their_number_of_hits(limits, lengths, name):
    axes = panel(None)
    figures.tracks_display(axes, barrel(9), [0, 0, 1, 1, 1, 2, 2, 2, 2], **limits)
    (tracks,) = collections(axes)
    assert names(axes)[1] == name
    assert len(tracks) == 1 if lengths is None else [len(track) for track in tracks] == lengths
    colours = axes.collections[0].get_color()
    assert len({tuple(colour) for colour in colours}) == len(tracks)


def test_without_tracks_the_hits_are_shown():
    axes = panel(None)
    figures.tracks_display(axes, HITS, [-1, 0, 0, 1, 1])
    assert not axes.collections
    assert names(axes) == ["other hits"]


@pytest.mark.parametrize("hits", [HITS, barrel(200), barrel(200) * (1, 1, 20), barrel(200) * (1, 1, 60)])
def test_axes_have_one_scale_and_are_named_in_millimetres(hits):
    axes = panel("3d")
    figures.graph_display(axes, hits, [0], [1], [True])
    limits = np.array([axes.get_xlim(), axes.get_ylim(), axes.get_zlim()])
    lengths = np.diff(limits)[:, 0]
    box = axes._roll_to_vertical(axes._box_aspect)
    np.testing.assert_allclose(box / box.max(), lengths / lengths.max())
    assert np.all((limits[:, 0] < hits.min(axis=0)) & (hits.max(axis=0) < limits[:, 1]))
    labels = [axes.get_xlabel(), axes.get_ylabel(), axes.get_zlabel(), *[text.get_text() for text in axes.texts]]
    assert [label for label in labels if label] == ["x [mm]", "y [mm]", "z [mm]"]
    flat = panel(None)
    figures.graph_display(flat, hits, [0], [1], [True])
    assert flat.get_aspect() == 1


def test_tick_labels_and_axis_names_of_a_flat_barrel_do_not_overlap():
    figure, axes = figures.panels(projection="3d")
    figures.graph_display(axes, barrel(2000), [0], [1], [True])
    figure.draw_without_rendering()
    texts = [axes.xaxis.label, axes.yaxis.label]
    texts += [tick.label1 for axis in (axes.xaxis, axes.yaxis, axes.zaxis) for tick in axis.get_major_ticks()]
    boxes = [text.get_window_extent() for text in texts if text.get_text()]
    assert len(boxes) == 2 + 3 + 3 + 1
    assert not [(one, two) for place, one in enumerate(boxes) for two in boxes[:place] if one.overlaps(two)]
    assert all(0 <= box.x0 < box.x1 <= figure.bbox.x1 and 0 <= box.y0 < box.y1 <= figure.bbox.y1 for box in boxes)


def test_panels_of_mixed_projections():
    _, (space, beam) = figures.panels(columns=2, projection=("3d", None))
    assert (space.name, beam.name) == ("3d", "rectilinear")
    with pytest.raises(ValueError, match="each of 3 panels, got 2: use None"):
        figures.panels(columns=3, projection=("3d", None))


def test_the_files_of_a_full_graph_stay_below_a_megabyte(tmp_path):
    figure, (space, beam) = figures.panels(columns=2, projection=("3d", None))
    senders, receivers = np.random.default_rng(1).integers(0, 9_700, (2, 120_000))
    for axes in (space, beam):
        figures.graph_display(axes, barrel(9_700), senders, receivers, np.arange(120_000) < 5_800)
    for path in figures.save(figure, tmp_path / "graph"):
        assert path.stat().st_size < 1_000_000


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (lambda axes: figures.graph_display(axes, np.empty((0, 3)), [], []), r"at least one hit, got \(0, 3\)"),
        (lambda axes: figures.graph_display(axes, HITS[:, :2], [], []), r"got \(5, 2\): pass x, y, z"),
        (lambda axes: figures.graph_display(axes, HITS, [0], [1, 2]), r"got 1, 2 and 1: take all"),
        (lambda axes: figures.graph_display(axes, HITS, [0], [1], [True] * 3), r"got 1, 1 and 3"),
        (lambda axes: figures.graph_display(axes, HITS, [-1], [5]), r"hits 0 to 4, got -1 to 5: pass the positions"),
        (lambda axes: figures.tracks_display(axes, HITS, [1, 2]), r"got \(2,\) for 5 hits"),
        (lambda axes: figures.score_histogram(axes, [1, 2], [1], [0, 1, 2]), r"got 2 true and 1 false for 2 bins"),
        (lambda axes: figures.component_sizes(axes, {"all": []}), r"got \[\] of 'all'"),
        (lambda axes: figures.component_sizes(axes, {"all": [2, 0]}), r"got \[2, 0\] of 'all'"),
    ],
)
def test_bad_input_is_told(draw, words):
    with pytest.raises(ValueError, match=words):
        draw(panel(None))


def test_scores_of_both_kinds_are_counted_on_a_logarithmic_axis():
    axes = panel(None)
    figures.score_histogram(axes, [1, 5], [900, 100], [0, 0.5, 1], threshold=0.8)
    outlines = {patch.get_label(): patch.get_data().values.tolist() for patch in axes.patches}
    assert outlines["true segments (6)"] == [1, 5]
    assert outlines["false segments (1,000)"] == [900, 100]
    assert axes.get_yscale() == "log"
    assert axes.get_ylim()[0] < 1 < 900 < axes.get_ylim()[1]
    assert axes.lines[0].get_xdata()[0] == 0.8
    assert names(axes)[-1] == "threshold 0.8"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("score", "examples per 0.5")


def test_scores_on_a_linear_axis_without_threshold():
    axes = panel(None)
    figures.score_histogram(axes, [1, 5], [9, 1], [0, 0.5, 1], names=("signal", "noise"), log=False)
    assert axes.get_yscale() == "linear"
    assert names(axes) == ["noise (10)", "signal (6)"]


def published(**fields):
    return types.SimpleNamespace(**{"x": (0.1, 0.4), "y": (0.8, 0.9), "error": None, "reading_error": 0.02} | fields)


@pytest.mark.parametrize(
    ("draw", "labels", "guide"),
    [
        (figures.roc, ("false-positive rate", "true-positive rate"), "chance"),
        (figures.precision_recall, ("recall", "precision"), None),
        (figures.reliability, ("predicted probability", "fraction of true examples"), "perfectly calibrated"),
    ],
)
def test_ours_are_filled_and_published_ones_open_in_the_same_colour(draw, labels, guide):
    axes = panel(None)
    ours = {"corrected": Curve("b", (0, 1), (0.3, 0.4)), "network": Curve("a", (0, 0.5), (0.7, 0.8), (0.1, 0.2))}
    draw(axes, ours, {"network": published(), "another": published()})
    drawn = {container.get_label(): container for container in axes.containers}
    assert set(drawn) == {"corrected", "network", "network (published)", "another (published)"}
    line, theirs = drawn["network"][0], drawn["network (published)"][0]
    np.testing.assert_array_equal(line.get_xydata(), [(0, 0.7), (0.5, 0.8)])
    np.testing.assert_array_equal(theirs.get_xydata(), [(0.1, 0.8), (0.4, 0.9)])
    assert line.get_color() == theirs.get_color() == line.get_markerfacecolor() == figures.COLOURS[1]
    assert theirs.get_markerfacecolor() == "white"
    assert drawn["corrected"][0].get_color() == figures.COLOURS[0]
    assert drawn["corrected"][0].get_linestyle() != line.get_linestyle()
    spans = [segment[:, 1] for segment in drawn["network"][2][0].get_segments()]
    np.testing.assert_allclose(spans, [(0.6, 0.8), (0.6, 1.0)])
    np.testing.assert_allclose(drawn["network (published)"][2][0].get_segments()[0][:, 1], (0.78, 0.82))
    assert (axes.get_xlabel(), axes.get_ylabel()) == labels
    assert [name for name in names(axes) if name not in drawn] == ([guide] if guide else [])


def test_a_long_curve_is_a_line_with_a_band():
    axes = panel(None)
    x = np.linspace(0, 1, 100)
    figures.roc(axes, {"network": Curve("a", x, x**0.5, np.full(100, 0.1))})
    line = axes.lines[-1]
    np.testing.assert_allclose(line.get_xydata(), np.stack([x, x**0.5], axis=1))
    (band,) = axes.collections
    assert band.get_paths()[0].vertices[:, 1].max() == pytest.approx(1.1)
    assert band.get_paths()[0].vertices[:, 1].min() == pytest.approx(-0.1)


def test_a_logarithmic_roc_starts_at_its_least_positive_rate():
    axes = panel(None)
    figures.roc(axes, {"network": Curve("a", (0, 2e-5, 1), (0.1, 0.5, 1))}, log=True)
    assert axes.get_xscale() == "log"
    assert axes.get_xlim() == (2e-5, 1)
    chance = axes.lines[0]
    np.testing.assert_allclose(chance.get_xdata(), chance.get_ydata())


@pytest.mark.parametrize("prevalence", [None, 0.0094])
def test_precision_by_chance_is_the_prevalence(prevalence):
    axes = panel(None)
    figures.precision_recall(axes, {"network": Curve("a", (0.5, 1), (0.8, 0.1))}, prevalence=prevalence)
    levels = [line.get_ydata()[0] for line in axes.lines if line.get_label().startswith("chance")]
    assert levels == ([] if prevalence is None else [0.0094])


def test_components_are_counted_by_size_with_no_line_over_a_gap():
    axes = panel(None)
    figures.component_sizes(axes, {"above 0.8": [1, 1, 2, 500], "truth": [3, 3, 4]})
    first, second = axes.lines
    np.testing.assert_array_equal(first.get_xydata(), [(1, 2), (2, 1), (np.nan, np.nan), (500, 1)])
    np.testing.assert_array_equal(second.get_xydata(), [(3, 2), (4, 1)])
    assert names(axes) == ["above 0.8 (largest: 500)", "truth (largest: 4)"]
    assert first.get_color() != second.get_color()
    assert first.get_marker() != second.get_marker()
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
