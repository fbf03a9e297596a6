"""The numbers handed to matplotlib, the style, and files that are identical when written twice."""

import os
import subprocess
import sys
import types

import numpy as np
import pytest

from keras_hep.suite import figures
from keras_hep.suite.record import Curve, Result

pytest.importorskip("matplotlib")
pytest.importorskip("mplhep")


def published(**fields):
    return types.SimpleNamespace(**{"x": (1.0, 2.0), "y": (3.0, 4.0), "error": None, "reading_error": None} | fields)


def spans(container):
    """Return (low, high) of every error bar."""
    return [tuple(segment[:, 1]) for segment in container[2][0].get_segments()]


def test_importing_figures_imports_no_matplotlib():
    program = "import sys, keras_hep.suite.figures; sys.exit('matplotlib' in sys.modules or 'mplhep' in sys.modules)"
    paths = os.pathsep.join(path for path in sys.path if path)
    assert subprocess.run([sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": paths}).returncode == 0


def test_style_is_undone_after_the_block():
    import matplotlib

    before = dict(matplotlib.rcParams)
    with figures.style():
        assert matplotlib.rcParams["font.size"] == 8
        assert matplotlib.rcParams["xtick.direction"] == "in"
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize(("columns", "width"), [(1, 3.4), (2, 7.0), (3, 7.0)])
def test_width_is_one_column_or_the_page(columns, width):
    figure, _ = figures.panels(columns)
    assert figure.get_size_inches()[0] == pytest.approx(width)


def test_one_panel_is_an_axes_and_more_are_a_tuple_row_by_row():
    figure, axes = figures.panels()
    assert figure.axes == [axes]
    figure, axes = figures.panels(2, rows=2)
    assert list(axes) == figure.axes
    assert [panel.get_subplotspec().rowspan.start for panel in axes] == [0, 0, 1, 1]


def test_overlay_draws_ours_filled_and_the_published_open():
    _, axes = figures.panels()
    ours, theirs = figures.overlay(
        axes, Curve("a", (1, 2), (3, 4), (0.5, 1)), published(error=(0.3, 0.6), reading_error=0.4)
    )
    np.testing.assert_array_equal(ours[0].get_xydata(), [(1, 3), (2, 4)])
    np.testing.assert_array_equal(theirs[0].get_xydata(), [(1, 3), (2, 4)])
    np.testing.assert_allclose(spans(ours), [(2.5, 3.5), (3, 5)])
    np.testing.assert_allclose(spans(theirs), [(2.5, 3.5), (4 - 0.52**0.5, 4 + 0.52**0.5)])
    assert ours[0].get_markerfacecolor() == ours[0].get_color() != theirs[0].get_color()
    assert theirs[0].get_markerfacecolor() == "white"
    assert axes.get_legend_handles_labels()[1] == ["this work", "published"]


def test_overlay_of_a_reading_error_alone_repeats_it_at_every_point():
    _, axes = figures.panels()
    (theirs,) = figures.overlay(axes, None, published(reading_error=0.25), label="CNN")
    np.testing.assert_allclose(spans(theirs), [(2.75, 3.25), (3.75, 4.25)])
    assert theirs.get_label() == "CNN (published)"


def test_overlay_without_a_published_curve_draws_ours_only():
    _, axes = figures.panels()
    assert len(figures.overlay(axes, Curve("a", (1,), (2,)), None)) == 1


def test_colours_and_markers_differ_for_seven_curves():
    _, axes = figures.panels()
    drawn = [figures.overlay(axes, Curve("a", (1,), (2,)), label=str(index), index=index)[0][0] for index in range(7)]
    assert len({line.get_color() for line in drawn}) == len({line.get_marker() for line in drawn}) == 7


@pytest.mark.parametrize(("error", "reading_error", "patches"), [(None, None, 0), (0.3, 0.4, 1)])
def test_level_has_a_band_where_the_error_is_known(error, reading_error, patches):
    _, axes = figures.panels()
    figures.level(axes, types.SimpleNamespace(value=2.0, error=error, reading_error=reading_error))
    assert list(axes.lines[0].get_ydata()) == [2.0, 2.0]
    assert len(axes.patches) == patches
    if patches:
        assert axes.patches[0].get_y() == pytest.approx(1.5)
        assert axes.patches[0].get_height() == pytest.approx(1.0)


def test_level_of_nothing_draws_nothing_and_of_a_number_draws_it():
    _, axes = figures.panels()
    figures.level(axes, None)
    assert not axes.lines
    figures.level(axes, 0.18)
    assert axes.lines[0].get_ydata()[0] == 0.18


def test_bands_are_so_many_standard_deviations_wide():
    _, axes = figures.panels()
    figures.bands(axes, (0, 1), (5, 6), (1, 2), sigmas=(1, 2))
    wide, narrow = (collection.get_paths()[0].vertices[:, 1] for collection in axes.collections)
    assert (wide.min(), wide.max(), narrow.min(), narrow.max()) == (2, 10, 4, 8)
    np.testing.assert_array_equal(axes.lines[0].get_xydata(), [(0, 5), (1, 6)])


def test_histogram_has_poisson_errors_at_the_bin_centres():
    _, axes = figures.panels()
    figures.histogram(axes, (4, 9), (0, 1, 3))
    np.testing.assert_array_equal(axes.patches[0].get_data().values, (4, 9))
    segments = axes.collections[0].get_segments()
    np.testing.assert_allclose(segments, [[(0.5, 2), (0.5, 6)], [(2, 6), (2, 12)]])


@pytest.mark.parametrize(("unit", "text"), [("1", "accuracy"), ("GeV", "accuracy [GeV]")])
def test_axis_labels_carry_units(unit, text):
    _, axes = figures.panels()
    figures.axis_labels(axes, "layer", "accuracy", y_unit=unit)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("layer", text)


def test_event_display_puts_layers_on_x_and_pixel_zero_at_the_bottom():
    image = np.zeros((4, 6))
    image[1, 5] = 1
    _, axes = figures.panels()
    drawn = figures.event_display(axes, image, seed_layers=2, truth=[0, 5, -1, 3])
    assert drawn.get_array().shape == (6, 4)
    assert drawn.get_array()[5, 1] == 1
    assert drawn.origin == "lower"
    assert drawn.get_cmap().name == "gray_r"
    assert axes.get_ylim() == (-0.5, 5.5)
    boundary, truth = axes.lines
    assert set(boundary.get_xdata()) == {1.5}
    np.testing.assert_array_equal(truth.get_xydata(), [(0, 0), (1, 5), (3, 3)])


def test_event_display_scales_to_the_image_only_when_asked():
    _, axes = figures.panels()
    image = np.array([(0.0, 0.2), (0.1, 0.0)])
    assert figures.event_display(axes, image).get_clim() == (0, 1)
    assert figures.event_display(axes, image, maximum=None).get_clim() == (0, 0.2)


def test_event_display_outlines_the_active_pixels():
    _, axes = figures.panels()
    figures.event_display(axes, np.zeros((2, 6)), edges=((2, 1), (4, 5)))
    low, _, high, _ = (patch.get_data() for patch in axes.patches)
    np.testing.assert_array_equal(low.values, (1.5, 0.5))
    np.testing.assert_array_equal(high.values, (3.5, 4.5))
    np.testing.assert_array_equal(low.edges, (-0.5, 0.5, 1.5))


def test_track_lines_cross_the_pixels_that_they_fire():
    _, axes = figures.panels()
    figures.track_lines(axes, intercepts=[2.5, 0.0], slopes=[0.5, 1.0], layers=3, label="true track", linestyle=":")
    first, second = axes.lines
    np.testing.assert_array_equal(first.get_xydata(), [(0, 2.0), (2, 3.0)])  # pixel 2 is centred at 2
    np.testing.assert_array_equal(second.get_xydata(), [(0, -0.5), (2, 1.5)])
    assert axes.get_legend_handles_labels()[1] == ["true track"]
    assert second.get_linestyle() == ":"


def test_event_display_of_many_events_is_refused():
    _, axes = figures.panels()
    with pytest.raises(ValueError, match=r"got shape \(1, 2, 2\)"):
        figures.event_display(axes, np.zeros((1, 2, 2)))


def test_display_3d_separates_signal_from_background_and_draws_cells_above_threshold():
    image, scores = np.zeros((2, 4, 4)), np.zeros((2, 4, 4))
    image[0, 1, 2] = image[1, 3, 0] = image[1, 2, 2] = 1
    scores[0, 1, 2], scores[1, 0, 0] = 0.5, 0.009
    _, axes = figures.panels(projection="3d")
    figures.display_3d(axes, image, [(1, 2), (3, 0)], scores=scores)
    background, signal = axes.lines[:2]
    np.testing.assert_array_equal(np.array(background.get_data_3d()).T, [(1, 2.5, 2.5)])
    np.testing.assert_array_equal(np.array(signal.get_data_3d()).T, [(0, 1.5, 2.5), (1, 3.5, 0.5)])
    (cells,) = axes.collections
    assert len(cells.get_facecolor()) == 1
    assert len(axes.lines) == 2 + 2  # one outline per plane


@pytest.mark.parametrize("signal", [[(1, 2)], [1, 2]])
def test_display_3d_needs_one_pixel_pair_per_layer(signal):
    _, axes = figures.panels(projection="3d")
    with pytest.raises(ValueError, match="pass one event"):
        figures.display_3d(axes, np.zeros((2, 4, 4)), signal)


def test_network_diagram_unrolls_the_sequence():
    _, axes = figures.panels()
    figures.network_diagram(axes, [("input", "50"), ("LSTM", "")], steps=("1", "2", "...", "50"), recurrent=(1,))
    assert len(axes.patches) == 3 * 2  # none in the gap
    texts = [text.get_text() for text in axes.texts]
    assert texts.count("LSTM") == texts.count("input") == texts.count("50") - 1 == 3
    arrows = [text for text in axes.texts if getattr(text, "arrow_patch", None) is not None]
    assert len(arrows) == 3 + 3  # upwards in three columns, sideways between four


def test_network_diagram_draws_the_trunk_once():
    _, axes = figures.panels()
    figures.network_diagram(axes, [("LSTM", "")], steps=("1", "2"), trunk=[("image", ""), ("dense", "")])
    texts = [text.get_text() for text in axes.texts]
    assert (texts.count("image"), texts.count("dense"), texts.count("LSTM")) == (1, 1, 2)


def test_network_diagram_refuses_a_recurrence_in_no_box():
    _, axes = figures.panels()
    with pytest.raises(ValueError, match=r"0 to 0\), got 1"):
        figures.network_diagram(axes, [("LSTM", "")], recurrent=(1,))


def test_nested_boxes_are_centred_on_their_pixel():
    _, axes = figures.panels()
    small, large = figures.nested_boxes(axes, (7, 9), (3, 5))
    assert (small.get_xy(), small.get_width()) == ((5.5, 7.5), 3)
    assert (large.get_xy(), large.get_height()) == ((4.5, 6.5), 5)


def test_legend_of_a_figure_names_each_curve_once():
    figure, axes = figures.panels(2)
    for panel in axes:
        figures.overlay(panel, Curve("a", (1,), (2,)), label="CNN")
    assert [text.get_text() for text in figures.legend(figure).get_texts()] == ["CNN"]
    assert axes[0].get_legend() is None
    figures.legend(axes[0])
    assert axes[0].get_legend() is not None


@pytest.mark.parametrize(
    ("data", "events", "words"),
    [
        ("simulation", "", "simulated here"),
        ("published", "", "the authors' data"),
        ("published", "event000001000", "genuine TrackML event000001000 (the authors' data)"),
        ("sample", "event000000001-barrel", "genuine TrackML event000000001-barrel (sample)"),
        ("sample", "run_7", "genuine run_7 (sample)"),
        ("none", "", "no event data"),
    ],
)
def test_label_says_item_scale_and_origin_once(data, events, words):
    figure, _ = figures.panels()
    result = Result(id="heptrkx/fig05_lstm_prediction", scale="quick", data=data, events=events)
    figures.label(figure, result)
    figures.label(figure, result)
    (text,) = figure.texts
    assert text.get_text() == f"heptrkx/fig05_lstm_prediction  |  quick scale  |  {words}"


def test_a_long_label_stays_within_the_figure():
    figure, _ = figures.panels()
    figures.label(figure, Result(id="a_source_with_a_name/" + "n" * 60, scale="quick"))
    figure.draw_without_rendering()
    extent = figure.texts[0].get_window_extent()
    assert 0 <= extent.x0 < extent.x1 <= figure.bbox.x1


def drawn():
    figure, axes = figures.panels(2)
    figures.event_display(axes[0], np.eye(5), seed_layers=1, colour_bar="score")
    figures.overlay(axes[1], Curve("a", (1, 2), (3, 4), (0.1, 0.1)), published())
    figures.legend(axes[1])
    figures.label(figure, Result(id="a/b", scale="smoke"))
    return figure


def test_saving_twice_gives_identical_files_without_dates(tmp_path):
    first = figures.save(drawn(), tmp_path / "one.v1")
    second = figures.save(drawn(), tmp_path / "two")
    assert [path.name for path in first] == ["one.v1.png", "one.v1.pdf"]
    for one, two in zip(first, second, strict=True):
        assert one.read_bytes() == two.read_bytes()
    assert b"CreationDate" not in first[1].read_bytes()
    assert b"matplotlib" not in first[0].read_bytes().lower()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.v1.pdf", "one.v1.png", "two.pdf", "two.png"]


def test_saving_keeps_the_size_at_200_dots_per_inch(tmp_path):
    from matplotlib.image import imread

    png, _ = figures.save(drawn(), tmp_path / "a")
    assert imread(png).shape[1] == 1400


def test_input_and_prediction_show_the_same_event_with_its_true_track():
    event, scores = np.zeros((4, 3)), np.full((4, 3), 0.2)
    event[:, 1] = 1
    _, (before, after) = figures.panels(columns=2)
    figures.input_and_prediction(
        before, after, {"event": event, "scores": scores, "signal": [1, 1, 1, 1]}, seed_layers=2
    )
    np.testing.assert_array_equal(before.images[0].get_array(), event.T)
    np.testing.assert_array_equal(after.images[0].get_array(), scores.T)
    (track,) = [line for line in after.lines if line.get_label() == "true track"]
    np.testing.assert_array_equal(track.get_xydata(), [[0, 1], [1, 1], [2, 1], [3, 1]])
    assert [text.get_text() for text in after.get_legend().get_texts()] == ["true track"]


def finder_curves():
    return {
        name: Curve(name, (1, 10), values, (0.0, 0.1), "tracks")
        for name, values in [("lstm_hit", (1.0, 0.5)), ("kalman_hit", (1.0, 0.9)), ("cnn_pixel", (0.2, 0.1))]
    }


def test_finders_are_drawn_in_the_order_of_their_labels():
    _, axes = figures.panels()
    figures.compare_finders(axes, finder_curves(), "_hit", {"kalman": "filter", "cnn": "CNN", "lstm": "LSTM"})
    assert [entry.get_label() for entry in axes.containers] == ["filter", "LSTM"]
    assert axes.get_xscale() == "log"
    assert axes.containers[0].lines[0].get_color() == "black"
    assert axes.containers[1].lines[0].get_color() == figures.COLOURS[1]
    assert list(axes.containers[1].lines[0].get_ydata()) == [1.0, 0.5]


def test_wrong_decisions_are_drawn_on_a_logarithmic_axis():
    _, axes = figures.panels()
    figures.compare_finders(axes, finder_curves(), "_hit", {"lstm": "LSTM"}, wrong=True)
    drawn = axes.containers[0].lines[0].get_ydata()
    assert np.isnan(drawn[0])
    assert drawn[1] == pytest.approx(0.5)
    assert axes.get_yscale() == "log"
