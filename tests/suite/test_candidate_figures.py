"""What figures of time slices, searches and comparisons hand to matplotlib."""

import numpy as np
import pytest

from keras_hep.suite import figures

pytest.importorskip("matplotlib")
pytest.importorskip("mplhep")

# Two tracks from the beam outwards and two fake hits, not in order
POSITIONS = np.array([[200, 0, 9], [0, 100, 1], [100, 0, 4], [300, 0, 20], [0, 200, -5], [-80, 60, 7]], float)
TRACKS = np.array([7, 2, 7, -1, 2, -1])


def panel(columns=1):
    return figures.panels(columns)[1]


def names(axes):
    return axes.get_legend_handles_labels()[1]


def named(axes, name):
    """Return the points of the line of that name, shape (points, 2)."""
    (line,) = [line for line in axes.lines if line.get_label() == name]
    return line.get_xydata()


def ellipses(axes):
    """Return name to (centre, semi-axes) of every ellipse."""
    return {
        patch.get_label(): (tuple(patch.center), (patch.width / 2, patch.height / 2))
        for patch in axes.patches
        if type(patch).__name__ == "Ellipse"
    }


@pytest.mark.parametrize(
    ("view", "columns", "labels"), [("xy", (0, 1), ("x [mm]", "y [mm]")), ("rz", (2, 3), ("z [mm]", "r [mm]"))]
)
def test_a_slice_from_both_sides(view, columns, labels):
    axes = panel()
    figures.slice_display(axes, POSITIONS, TRACKS, highlighted=[7], view=view, title="slice")
    seen = np.column_stack([POSITIONS, np.hypot(POSITIONS[:, 0], POSITIONS[:, 1])])[:, columns]
    fake, _, true, _, track = axes.lines
    np.testing.assert_array_equal(fake.get_xydata(), seen[[3, 5]])
    np.testing.assert_array_equal(true.get_xydata(), seen[[0, 1, 2, 4]])
    np.testing.assert_array_equal(track.get_xydata(), seen[[2, 0]])
    assert fake.get_zorder() < true.get_zorder() < track.get_zorder()
    assert fake.get_rasterized()
    assert names(axes) == ["fake hits (2)", "true hits (4)", "1 of 2 true tracks"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == labels
    assert (axes.get_aspect() == 1) == (view == "xy")
    assert axes.get_title(loc="left") == "slice"


def test_tracks_to_highlight_are_long_and_chosen_by_the_seed():
    tracks = np.repeat([0, 1, 2, 3, -1], [2, 3, 3, 3, 9])
    positions = np.random.default_rng(1).normal(size=(20, 3))

    def drawn(seed, **options):
        axes = panel()
        figures.slice_display(axes, positions, tracks, least_hits=3, seed=seed, **options)
        return [line.get_xydata().tolist() for line in axes.lines[4:]]

    assert len(drawn(0)) == 3
    assert {len(track) for track in drawn(0)} == {3}
    assert drawn(0, highlighted=1) == drawn(0, highlighted=1)
    assert len({str(drawn(seed, highlighted=1)) for seed in range(40)}) == 3
    assert drawn(0, highlighted=0) == []


def test_a_slice_of_fake_hits_alone():
    axes = panel()
    figures.slice_display(axes, POSITIONS, np.full(6, -1))
    assert names(axes) == ["fake hits (6)", "true hits (0)"]


def around(radius, *places):
    """Return hits on a cylinder at (r times azimuth from -x, z): across the jump of the azimuth."""
    turn, z = np.array([place[0] for place in places]) / radius, [place[1] for place in places]
    return np.stack([-radius * np.cos(turn), -radius * np.sin(turn), z], axis=1)


def test_a_barrel_station_is_unrolled_around_the_centre():
    axes = panel()
    places = [(3.0, 104.0), (-2.0, 99.0), (40.0, 100.0), (1.0, 112.0)]
    figures.sphere_search_display(axes, around(500, *places), [-500, 0, 100], [5, 5, 14], nearest=[1, 0], accepted=1)
    np.testing.assert_allclose(named(axes, "accepted hit"), [places[1]])
    np.testing.assert_allclose(named(axes, "nearest hits, not taken"), [places[0]])
    np.testing.assert_allclose(named(axes, "other hits of the station"), [places[2], places[3]])
    np.testing.assert_allclose(named(axes, "predicted centre"), [(0, 100)])
    assert ellipses(axes) == {"search region": ((0, 100), (5, pytest.approx(14)))}
    guides = [line.get_xydata() for line in axes.lines if len(line.get_xydata()) == 2 and "_" in line.get_label()]
    np.testing.assert_allclose(guides[0], [(0, 100), places[1]])
    assert (axes.get_xlabel(), axes.get_ylabel()) == (r"$r\,\Delta\phi$ [mm]", "z [mm]")
    assert axes.get_aspect() == 1


@pytest.mark.parametrize(("off", "shrunk"), [(3.0, 0.8), (-4.0, 0.6)])
def test_the_station_cuts_an_ellipsoid_off_it(off, shrunk):
    axes = panel()
    figures.sphere_search_display(axes, around(500, (0, 0), (9, 0), (0, 9)), [-500 - off, 0, 0], [5, 5, 10], [0])
    assert ellipses(axes)["search region"][1] == pytest.approx((5 * shrunk, 10 * shrunk))


def test_an_ellipsoid_that_misses_the_station_is_only_outlined():
    axes = panel()
    figures.sphere_search_display(axes, around(500, (0, 0)), [-506, 0, 0], [5, 5, 10], [0])
    assert ellipses(axes) == {"sphere, beside the station": ((0, 0), (5, 10))}
    assert "accepted hit" not in names(axes)


def test_hits_are_inside_the_ellipse_if_and_only_if_the_sphere_reaches_them():
    """The scaled distance in space and the drawn ellipse agree, up to the curvature of the station."""
    rng = np.random.default_rng(4)
    hits = around(500, *rng.uniform(-12, 12, (400, 2)))
    centre, semi_axes = np.array([-502.0, 0, 0]), np.array([5.0, 5, 10])
    axes = panel()
    figures.sphere_search_display(axes, hits, centre, semi_axes, np.arange(400))
    ((middle, size),) = ellipses(axes).values()
    drawn = np.sum(((named(axes, "nearest hits, not taken") - middle) / size) ** 2, axis=1)
    reached = np.sum(((hits - centre) / semi_axes) ** 2, axis=1)
    clear = np.abs(drawn - 1) > 0.05
    assert clear.sum() > 350
    np.testing.assert_array_equal((drawn < 1)[clear], (reached < 1)[clear])


def test_a_plane_is_shown_as_it_is_and_several_hits_can_be_taken():
    axes = panel()
    hits = np.array([[1.0, 2], [1.5, 2], [9, 9]])
    figures.sphere_search_display(axes, hits, [1.2, 2.1], [0.5, 0.2], [0, 1], accepted=[0, 1])
    np.testing.assert_array_equal(named(axes, "accepted hit"), hits[:2])
    assert ellipses(axes) == {"search region": ((1.2, 2.1), (0.5, 0.2))}
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("x [mm]", "y [mm]")


@pytest.mark.parametrize(("farthest", "half"), [(1.0, 1.5 * 4), (10.0, 11.5), (100.0, 5 * 4)])
def test_the_window_holds_the_sphere_and_the_nearest_hits_within_limits(farthest, half):
    axes = panel()
    figures.sphere_search_display(axes, np.array([[0, 0.5], [farthest, 0]]), [0, 0], [2, 4], [0, 1])
    assert axes.get_xlim() == axes.get_ylim() == pytest.approx((-half, half))


PATH = np.array([[300, 0, 10], [317, 0, 12]], float)
CENTRES = np.array([[334, 0, 14], [351, 0, 16]], float)
SIZES = np.array([[5, 5, 14], [6, 6, 17]], float)
EVENT = np.array([[0, 334, 15], [334, 4, 15], [334, 5.5, 20], [351, -5, 15]], float)


def test_a_step_ahead_goes_through_the_virtual_point():
    axes = panel()
    found, missing = [351, 1, 17], [334, 0, 15]
    radii = np.array([283, 300, 317, 334, 351, 368])
    figures.step_ahead_display(axes, PATH, CENTRES, SIZES, EVENT, found, missing, radii=radii, title="ahead")
    assert ellipses(axes) == {
        "sphere of the next station": ((334, 14), (5, 14)),
        "sphere of the next station but one": ((351, 16), (6, 17)),
    }
    np.testing.assert_allclose(named(axes, "candidate"), [(300, 10), (317, 12)])
    np.testing.assert_allclose(named(axes, "virtual point"), [(334, 14)])
    np.testing.assert_allclose(named(axes, "hit in the second sphere"), [(np.hypot(351, 1), 17)])
    np.testing.assert_allclose(named(axes, "missing hit"), [(334, 15)])
    (dashed,) = [line for line in axes.lines if line.get_label().startswith("_") and len(line.get_xydata()) == 3]
    np.testing.assert_allclose(dashed.get_xydata(), [(317, 12), (334, 14), (np.hypot(351, 1), 17)])
    # One hit is a quarter turn away; of the others the second sphere reaches both that the first does not.
    assert len(named(axes, "hits at other azimuths")) == 1
    assert len(named(axes, "hits at the same azimuth")) == 3
    assert [text.get_text() for text in axes.texts] == ["1", "2", "3", "4"]
    assert axes.get_title(loc="left") == "ahead"


def test_a_step_ahead_without_a_hit_ends():
    axes = panel()
    figures.step_ahead_display(axes, PATH, CENTRES, SIZES, EVENT)
    assert not {"virtual point", "missing hit", "hit in the second sphere"} & set(names(axes))
    assert not axes.texts


def test_the_sphere_that_a_restored_candidate_does_not_use_is_in_view():
    axes = panel()
    far = ([351, 0, 90], [5, 5, 14])
    figures.step_ahead_display(axes, PATH[:1], CENTRES, SIZES, EVENT, [351, 1, 17], unused=far)
    assert ellipses(axes)["sphere from the virtual point, not used"] == ((351, 90), (5, 14))
    assert axes.get_ylim()[1] > 104


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (lambda axes: figures.slice_display(axes, POSITIONS[:, :2], TRACKS), r"got \(6, 2\) and \(6,\)"),
        (lambda axes: figures.slice_display(axes, POSITIONS, TRACKS[:5]), r"got \(6, 3\) and \(5,\)"),
        (lambda axes: figures.slice_display(axes, np.empty((0, 3)), []), r"got \(0, 3\)"),
        (lambda axes: figures.slice_display(axes, POSITIONS, TRACKS, view="xz"), "got 'xz'"),
        (lambda axes: figures.sphere_search_display(axes, POSITIONS, [0, 0], [1, 1], [0]), r"got \(6, 3\), \(2,\)"),
        (lambda axes: figures.sphere_search_display(axes, POSITIONS, [1, 0, 0], [1, 2, 3], [0]), "equal, got 1.0 and"),
        (lambda axes: figures.step_ahead_display(axes, PATH, CENTRES[:1], SIZES, EVENT), r"got \(1, 3\) and \(2, 3\)"),
        (lambda axes: figures.compare_categories(axes, ["a", "b"], {"x": [1]}), "got 1 of 'x' for 2 categories"),
        (lambda axes: figures.compare_categories(axes, ["a"], {}, [1, 2]), "got 2 of 'published' for 1 categories"),
    ],
)
def test_bad_input_is_told(draw, words):
    with pytest.raises(ValueError, match=words):
        draw(panel())


def test_categories_side_by_side():
    axes = panel()
    ours = {"as published": [(0.96, 0.01), (0.94, 0.02)], "more": [None, 0.98]}
    figures.compare_categories(axes, ["100 %", "98 %"], ours, [0.965, 0.939])
    drawn = {container.get_label(): container for container in axes.containers}
    assert list(drawn) == ["published", "as published", "more"]
    assert drawn["published"][0].get_markerfacecolor() == "white"
    x = [container[0].get_xdata() for container in drawn.values()]
    assert x[0][0] < x[1][0] < 0.5 < x[0][1] < x[1][1] < x[2][0]
    assert drawn["more"][0].get_ydata().tolist() == [0.98]
    spans = [segment[:, 1] for segment in drawn["as published"][2][0].get_segments()]
    np.testing.assert_allclose(spans, [(0.95, 0.97), (0.92, 0.96)])
    levels = [line.get_ydata()[0] for line in axes.lines if len(line.get_xdata()) == 2 and line.get_linestyle() == "--"]
    assert levels == [0.965, 0.939]
    assert [text.get_text() for text in axes.get_xticklabels()] == ["100 %", "98 %"]


def test_categories_without_published_numbers():
    axes = panel()
    figures.compare_categories(axes, ["a"], {"this work": [1.0]})
    assert names(axes) == ["this work"]
    assert axes.containers[0][0].get_xdata().tolist() == [0]


def test_speeds_have_one_row_per_setting_and_one_mark_per_machine():
    axes = panel()
    ours = {"1 thread": {"K = 1": 50.0, "K = 3": 30.0}, "GPU": {"K = 1": 1203.0}}
    figures.compare_speeds(axes, ours, {"V100": {"K = 1": 63.378}})
    marks = {line.get_label(): line for line in axes.lines if not line.get_label().startswith("_")}
    assert list(marks) == ["V100 (published)", "1 thread", "GPU"]
    assert marks["1 thread"].get_xdata().tolist() == [50, 30]
    rows = {name: line.get_ydata() for name, line in marks.items()}
    assert rows["V100 (published)"][0] < rows["1 thread"][0] < rows["GPU"][0] < 0.5 < rows["1 thread"][1]
    assert rows["1 thread"][1] == 1  # alone in its row
    assert marks["V100 (published)"].get_markerfacecolor() == "white"
    assert [text.get_text() for text in axes.texts] == ["63.4", "50", "30", "1,203"]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["K = 1", "K = 3"]
    assert axes.get_xscale() == "log"
    low, high = axes.get_xlim()
    assert low < 30 < 1203 < high


@pytest.mark.parametrize(("fastest", "labelled"), [(60.0, {"20", "50", "100"}), (1e6, set())])
def test_a_short_axis_of_speeds_has_more_ticks(fastest, labelled):
    axes = panel()
    figures.compare_speeds(axes, {"a": {"x": 30.0, "y": fastest}})
    axes.figure.draw_without_rendering()
    shown = {tick.label1.get_text() for tick in axes.xaxis.get_major_ticks()}
    assert labelled <= shown if labelled else "20" not in shown


def test_an_efficiency_spans_its_bins_and_empty_ones_are_left_out():
    axes = panel()
    value, low, high = [0.5, np.nan, 1.0], [0.4, 0.0, 0.9], [0.7, 1.0, 1.0]
    for index, place in ((0, (0.5, 2.5)), (1, (0.6, 2.6))):
        figures.efficiency_in_bins(axes, [0, 1, 2, 3], value, low, high, label="a", index=index)
        container = axes.containers[index]
        np.testing.assert_allclose(container[0].get_xydata(), [(place[0], 0.5), (place[1], 1.0)])
        width, height = (bars.get_segments() for bars in container[2])
        np.testing.assert_allclose([segment[:, 0] for segment in width], [(0, 1), (2, 3)], atol=1e-12)
        np.testing.assert_allclose([segment[:, 1] for segment in height], [(0.4, 0.7), (0.9, 1.0)])
    assert axes.get_xlim() == (0, 3)
    assert [line.get_gid() for line in axes.lines].count("one") == 1


def test_the_law_of_the_radius():
    left, right = panel(2)
    alphas = np.array([0.01, 0.0001, 0.5])
    figures.radius_law(left, right, alphas, ([0.1, 0.02, 0.9], [0.01] * 3), [1, 0.5, 1], 0.02, label="first step")
    figures.radius_law(left, right, alphas, [0.1, 0.02, 0.9], [1, 0.5, 1], [0.02, 0.04, 1.0], label="later", index=1)
    smooth, exact = [line for line in left.lines if line.get_gid() == "law"]
    x, y = smooth.get_xydata().T
    np.testing.assert_allclose(2 * (1 - x) * y**3, 0.02 * x)
    assert (x[0], x[-1]) == (pytest.approx(0.0001), pytest.approx(0.5))
    # R^3 = 0.0001 * 0.04 / 1.9998, 0.01 * 0.02 / 1.98, 0.5 * 1 / 1
    np.testing.assert_allclose(exact.get_xydata()[:, 1], np.cbrt([0.0001 * 0.04 / 1.9998, 0.01 * 0.02 / 1.98, 0.5]))
    assert sorted(names(left)) == sorted([r"$R^3 = \alpha d\,/\,2(1-\alpha)$", "first step", "later"])
    assert names(right) == ["first step", "later"]
    assert (left.get_xscale(), left.get_yscale(), right.get_xscale(), right.get_yscale()) == (
        "log",
        "log",
        "log",
        "linear",
    )
    spans = [segment[:, 1] for segment in left.containers[0][2][0].get_segments()]
    np.testing.assert_allclose(spans[0], (0.09, 0.11))


def test_the_files_of_a_full_slice_stay_small(tmp_path):
    rng = np.random.default_rng(1)
    figure, (beam, side) = figures.panels(2)
    positions, tracks = rng.normal(0, 300, (40_000, 3)), np.where(rng.random(40_000) < 0.17, rng.integers(0, 200), -1)
    figures.slice_display(beam, positions, tracks)
    figures.slice_display(side, positions, tracks, view="rz")
    for path in figures.save(figure, tmp_path / "slice"):
        assert path.stat().st_size < 1_000_000


def test_candidates_on_planes_are_right_or_wrong():
    axes = panel()
    figures.plane_candidates(
        axes, POSITIONS, [[0, 1, -1], [2, -1, 3], [4, 5, 0]], [True, False, True], title="one event"
    )
    assert names(axes) == ["hits (6)", "wrong candidates (1)", "right candidates (2)"]
    np.testing.assert_array_equal(named(axes, "right candidates (2)"), POSITIONS[[0, 1]][:, [2, 0]])
    np.testing.assert_array_equal(named(axes, "wrong candidates (1)"), POSITIONS[[2, 3]][:, [2, 0]])
    aside = panel()
    figures.plane_candidates(aside, POSITIONS, [[0, 1, -1]], [True], across="y")
    np.testing.assert_array_equal(named(aside, "right candidates (1)"), POSITIONS[[0, 1]][:, [2, 1]])
    assert aside.get_ylabel() == "y [mm]"
    with pytest.raises(ValueError, match="across must be x or y, got 'z'"):
        figures.plane_candidates(axes, POSITIONS, [[0, 1]], [True], across="z")
    with pytest.raises(ValueError, match="Each of 1 candidates needs one bool, got 2"):
        figures.plane_candidates(axes, POSITIONS, [[0, 1]], [True, False])
