"""The pages: what is drawn and how it is counted, that they load nothing, and that a browser shows them."""

import base64
import gzip
import html
import json
import os
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest

from keras_hep import displays

plotly = pytest.importorskip("plotly")

HITS = np.array([[30, 0, 1], [0, 70, 2], [70, 0, 3], [110, 0, 4], [0, 0, 5]], np.float32)
NAMED = {"title": "An event", "data": "simulation"}


def embedded(page, name):
    """Return the text that the browser unpacks from a page."""
    packed = re.search(rf'<script type="text/plain" id="{name}">(.*?)</script>', page)[1]
    return gzip.decompress(base64.b64decode(packed)).decode("utf-8")


def figure(page):
    """Return plotly's data, with coordinates as one array, shape (points, 3), and layout."""
    drawing = json.loads(embedded(page, "figure"))
    for trace in drawing["data"]:
        axes = [np.frombuffer(base64.b64decode(trace[axis]["bdata"]), "<f4") for axis in "xyz"]
        assert {trace[axis]["dtype"] for axis in "xyz"} == {"f4"}
        trace["points"] = np.stack(axes, axis=1)
    return drawing["data"], drawing["layout"]


def caption(page):
    return html.unescape(re.search(r"</span> (.*?)</p></header>", page)[1])


def barrel(hits, seed=1):
    """Return positions of hits on cylinders around z, in mm."""
    rng = np.random.default_rng(seed)
    angle, radius = (
        rng.uniform(-np.pi, np.pi, hits),
        rng.choice([32, 72, 116, 172, 260, 360, 500, 660, 820, 1020], hits),
    )
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), rng.uniform(-50, 50, hits)], axis=1)


def full_graph():
    """Return hits and segments of a graph as large as that of one TrackML event."""
    rng = np.random.default_rng(2)
    senders, receivers = rng.integers(0, 9_700, (2, 617_136))
    return barrel(9_700), senders, receivers, np.arange(617_136) < 5_813


def test_hits_are_one_trace_per_group_in_order():
    drawn, _ = figure(displays.event_view(HITS, [4, 2, 2, 4, 2], group_name="layer", **NAMED))
    assert [trace["name"] for trace in drawn] == ["layer 2 (3)", "layer 4 (2)"]
    np.testing.assert_array_equal(drawn[0]["points"], HITS[[1, 2, 4]])
    np.testing.assert_array_equal(drawn[1]["points"], HITS[[0, 3]])
    assert {trace["mode"] for trace in drawn} == {"markers"}


def test_hits_without_groups_are_one_trace():
    page = displays.event_view(HITS, **NAMED)
    (trace,) = figure(page)[0]
    assert trace["name"] == "hits (5)"
    assert caption(page) == "5 hits."


def test_noise_is_grey_and_takes_no_colour():
    noise, particle = figure(displays.event_view(HITS, ["noise", "particle", "noise", "particle", "noise"], **NAMED))[0]
    assert noise["marker"]["color"] == "#7A828A"
    assert particle["marker"]["color"] == "#0072B2"


@pytest.mark.parametrize("groups", [2, 7, 8, 60])
def test_every_group_has_its_own_colour(groups):
    drawn, _ = figure(displays.event_view(barrel(120), np.arange(120) % groups, **NAMED))
    assert len({trace["marker"]["color"] for trace in drawn}) == groups


def test_more_groups_than_colours_can_tell_are_refused():
    with pytest.raises(ValueError, match=r"at most 60 groups apart, got 61: merge them"):
        displays.event_view(barrel(61), np.arange(61), **NAMED)


def test_segments_are_lines_that_break():
    page = displays.graph_view(HITS, [0, 0, 2], [1, 2, 3], [False, True, True], **NAMED)
    hits, false, true = figure(page)[0]
    gap = np.full(3, np.nan)
    np.testing.assert_array_equal(hits["points"], HITS)
    np.testing.assert_array_equal(false["points"], [HITS[0], HITS[1], gap])
    np.testing.assert_array_equal(true["points"], [HITS[0], HITS[2], gap, HITS[2], HITS[3], gap])
    assert not true["connectgaps"]
    assert (true["name"], false["name"]) == ("true segments (2)", "false segments (1 of 1)")
    assert true["line"]["width"] > false["line"]["width"]
    assert (true["opacity"], false["opacity"]) == (1.0, 0.3)
    assert caption(page) == "5 hits, 2 true segments and 1 of 1 false segments."


def test_only_so_many_false_segments_are_drawn_and_all_true_ones():
    senders, receivers = np.repeat(np.arange(5), 5), np.tile(np.arange(5), 5)
    labels = np.arange(25) < 4
    page = displays.graph_view(HITS, senders, receivers, labels, most_false=6, seed=3, **NAMED)
    _, false, true = figure(page)[0]
    assert (len(false["points"]), len(true["points"])) == (18, 12)
    possible = {(*HITS[sender], *HITS[receiver]) for sender, receiver in zip(senders[4:], receivers[4:], strict=True)}
    chosen = [tuple(pair.ravel()) for pair in false["points"].reshape(-1, 3, 3)[:, :2]]
    assert set(chosen) <= possible
    assert len(set(chosen)) == 6
    assert caption(page).endswith("6 of 21 false segments, chosen at random with seed 3.")


def test_the_choice_follows_the_seed():
    def drawn(seed):
        senders, receivers = np.divmod(np.arange(25), 5)
        return figure(displays.graph_view(HITS, senders, receivers, np.zeros(25), most_false=5, seed=seed, **NAMED))[0]

    np.testing.assert_array_equal(drawn(0)[1]["points"], drawn(0)[1]["points"])
    assert not np.array_equal(drawn(0)[1]["points"], drawn(1)[1]["points"], equal_nan=True)


def test_without_false_segments_the_true_ones_stand_alone():
    page = displays.graph_view(HITS, [0, 0], [1, 2], [False, True], most_false=0, **NAMED)
    assert [trace["name"] for trace in figure(page)[0]] == ["hits (5)", "true segments (1)"]
    assert caption(page) == "5 hits, 1 true segment and 0 of 1 false segments."


def test_segments_without_labels_are_called_just_segments():
    page = displays.graph_view(HITS, [0, 0], [1, 2], most_false=1, **NAMED)
    assert [trace["name"] for trace in figure(page)[0]] == ["hits (5)", "segments (1 of 2)"]
    assert "true" not in caption(page)


def test_a_graph_without_segments_shows_its_hits():
    page = displays.graph_view(HITS, [], [], [], **NAMED)
    assert len(figure(page)[0]) == 1
    assert caption(page) == "5 hits, 0 true segments and 0 of 0 false segments."


def test_tracks_run_from_the_beam_outwards():
    page = displays.tracks_view(HITS, [7, -1, 7, 7, -1], **NAMED)
    others, track = figure(page)[0]
    np.testing.assert_array_equal(track["points"], HITS[[0, 2, 3]])
    np.testing.assert_array_equal(others["points"], HITS[[1, 4]])
    assert track["hovertext"] == ["track 7, 3 hits"] * 3
    assert caption(page) == "1 of 1 tracks with at least 3 hits; 3 of 5 hits are on them."


def test_tracks_of_one_colour_are_broken_between():
    hits = barrel(48)
    track_ids = np.arange(48) // 3 + 2**60  # 16 tracks in 7 colours, with ids that no float holds
    drawn, _ = figure(displays.tracks_view(hits, track_ids, **NAMED))
    assert len(drawn) == 7
    assert [len(trace["points"]) for trace in drawn] == [11, 11, 7, 7, 7, 7, 7]
    gaps = np.isnan(drawn[0]["points"]).all(axis=1)
    assert np.flatnonzero(gaps).tolist() == [3, 7]
    assert drawn[0]["hovertext"][4] == f"track {2**60 + 7}, 3 hits"
    assert [trace["showlegend"] for trace in drawn] == [True] + [False] * 6
    shown = np.concatenate([trace["points"] for trace in drawn])
    shown = shown[np.isfinite(shown).all(axis=1)]
    np.testing.assert_array_equal(shown[np.lexsort(shown.T)], np.float32(hits)[np.lexsort(np.float32(hits).T)])


@pytest.mark.parametrize(
    ("limits", "ids"), [({}, {1, 2}), ({"least_hits": 4}, {2}), ({"most_hits": 3}, {1}), ({"least_hits": 2}, {0, 1, 2})]
)
def test_tracks_are_chosen_by_their_number_of_hits(limits, ids):
    drawn, _ = figure(displays.tracks_view(barrel(9), [0, 0, 1, 1, 1, 2, 2, 2, 2], **limits, **NAMED))
    words = [word for trace in drawn for word in trace.get("hovertext", []) if word]
    assert {int(word.split()[1].rstrip(",")) for word in words} == ids


def test_at_most_so_many_tracks_are_drawn():
    page = displays.tracks_view(barrel(30), np.arange(30) // 3, most=4, **NAMED)
    assert sum(len(set(trace.get("hovertext", [""])) - {""}) for trace in figure(page)[0]) == 4
    assert "4 of 10 tracks with at least 3 hits, chosen at random with seed 0; 12 of 30 hits" in caption(page)
    assert page == displays.tracks_view(barrel(30), np.arange(30) // 3, most=4, **NAMED)
    assert page != displays.tracks_view(barrel(30), np.arange(30) // 3, most=4, seed=1, **NAMED)


def test_where_no_track_has_enough_hits_the_hits_are_shown():
    page = displays.tracks_view(HITS, [-1, 0, 0, 1, 1], **NAMED)
    assert [trace["name"] for trace in figure(page)[0]] == ["other hits (5)"]
    assert "0 of 0 tracks with at least 3 hits; 0 of 5" in caption(page)


def test_axes_are_in_millimetres_on_one_scale():
    _, layout = figure(displays.event_view([[-100, 0, 0], [100, 50, 10]], **NAMED))
    scene = layout["scene"]
    assert [scene[f"{name}axis"]["title"]["text"] for name in "xyz"] == ["x [mm]", "y [mm]", "z [mm]"]
    for name, low, high in (("x", -100, 100), ("y", 0, 50), ("z", 0, 10)):
        start, end = scene[f"{name}axis"]["range"]
        assert start < low < high < end
        assert (end - start) / scene["aspectratio"][name] == pytest.approx(208)  # one scale: millimetres per length
    assert scene["xaxis"]["tickvals"] == [-50, 0, 50]
    assert scene["yaxis"]["tickvals"] == [10, 20, 30, 40]
    assert scene["zaxis"]["tickvals"] == [10]  # too short for more


@pytest.mark.parametrize(("length", "vertical"), [(50, None), (1000, None), (3000, "y")])
def test_a_long_detector_lies_with_its_beam_across(length, vertical):
    _, layout = figure(displays.event_view(barrel(200) * (1, 1, length / 50), **NAMED))
    up = layout["scene"]["camera"].get("up", {})
    assert [name for name in up if up[name]] == ([vertical] if vertical else [])


def test_a_single_hit_has_axes():
    _, layout = figure(displays.event_view([[1, 2, 3]], **NAMED))
    assert layout["scene"]["xaxis"]["range"] == [0, 2]


@pytest.mark.parametrize(
    "draw",
    [
        lambda names: displays.event_view(HITS, [1, 2, 3, 4, 5], **names),
        lambda names: displays.graph_view(HITS, [0, 1], [1, 2], [True, False], **names),
        lambda names: displays.tracks_view(HITS, [0, 0, 0, 1, 1], **names),
    ],
)
def test_every_view_is_a_drawing_that_plotly_knows_and_has_the_same_bytes_again(draw):
    from plotly import graph_objects

    page = draw(NAMED)
    assert page == draw(NAMED)
    drawn, layout = figure(page)
    for trace in drawn:
        trace |= dict(zip("xyz", trace.pop("points").T, strict=True))  # old releases read binary in the browser only
    graph_objects.Figure(drawn, layout)  # raises on unknown names or values
    assert '<span class="data">simulation</span>' in page
    assert "An event | simulation" in embedded(page, "figure")  # in exported images too
    assert embedded(page, "library") == plotly.offline.get_plotlyjs()


def test_a_full_graph_stays_below_five_megabytes():
    page = displays.graph_view(*full_graph(), **NAMED)
    assert "9,700 hits, 5,813 true segments and 20,000 of 611,323 false segments" in caption(page)
    assert 1_000_000 < len(page.encode("utf-8")) < 5_000_000


def test_a_page_too_large_is_refused():
    with pytest.raises(ValueError, match=r"within 5,000,000 bytes, got \d,\d{3},\d{3}: draw fewer"):
        displays.event_view(barrel(400_000), **NAMED)


def test_a_page_loads_nothing():
    page = displays.graph_view(HITS, [0], [1], [True], **NAMED)
    assert not re.search(r"(src|href|action)\s*=|url\(|@import|https?:", page)
    policy = re.search(r'Content-Security-Policy"\s+content="(.*?)"', page, re.DOTALL)[1]
    assert policy.startswith("default-src 'none';")
    assert "connect-src" not in policy
    assert 'showSendToCloud: false, plotlyServerURL: ""' in page
    assert "<noscript>" in page
    assert "browser is too old" in page


def test_texts_are_escaped():
    hostile = '</script><img src="x">$data'
    page = displays.event_view(HITS, [hostile] * 5, title=hostile, data=hostile, group_name="<b>")
    assert "<img" not in page
    assert page.count("&lt;/script&gt;&lt;img") == 3  # title, heading, data
    assert "$data" in html.unescape(page)
    assert "<" not in embedded(page, "figure").replace("<br>", "").replace("<extra></extra>", "")


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (lambda: displays.event_view(np.empty((0, 3)), **NAMED), r"at least one hit, got \(0, 3\)"),
        (lambda: displays.event_view(HITS[:, :2], **NAMED), r"got \(5, 2\): pass x, y, z"),
        (lambda: displays.event_view([[0, 1, np.nan]], **NAMED), r"finite, got .*nan.* for hit 0: leave"),
        (lambda: displays.event_view(HITS, [1, 2], **NAMED), r"groups .* 5 hits, got shape \(2,\)"),
        (lambda: displays.event_view(HITS, title="a", data=" "), r"got ' ': name the events"),
        (lambda: displays.graph_view(HITS, [0], [1, 2], **NAMED), r"got shapes \[\(1,\), \(2,\)\]"),
        (lambda: displays.graph_view(HITS, [0], [1], [True, False], **NAMED), r"got shapes \[\(1,\), \(2,\)\]"),
        (lambda: displays.graph_view(HITS, [0], [5], [True], **NAMED), r"hits 0 to 4, got 0 to 5: pass the"),
        (lambda: displays.graph_view(HITS, [-1], [1], [True], **NAMED), r"hits 0 to 4, got -1 to 1"),
        (lambda: displays.tracks_view(HITS, [0, 1], **NAMED), r"track_ids .* 5 hits, got shape \(2,\)"),
        (lambda: displays.tracks_view(HITS, [0.0] * 5, **NAMED), r"integers, got float64: number the tracks"),
    ],
)
def test_bad_input_is_told(draw, words):
    with pytest.raises(ValueError, match=words):
        draw()


def test_without_plotly_the_extra_is_named(monkeypatch):
    from keras_hep.displays import page

    page._library.cache_clear()
    monkeypatch.setitem(sys.modules, "plotly", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'keras_hep\[displays\]'"):
        displays.event_view(HITS, **NAMED)


def test_importing_displays_imports_no_plotly():
    program = "import sys, keras_hep.displays; sys.exit('plotly' in sys.modules)"
    paths = os.pathsep.join(path for path in sys.path if path)
    assert subprocess.run([sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": paths}).returncode == 0


# Tells what the browser has drawn, once it has, and what it has loaded: old releases of plotly's script ask for a style
# sheet of maps, which the page's own policy refuses.
MEASURE = """<script>
const refused = [];
addEventListener("securitypolicyviolation", event => { refused.push(event.blockedURI); });
const timer = setInterval(() => {
  const view = document.getElementById("display");
  if (!view._fullData || !view.querySelector("canvas")) return;
  clearInterval(timer);
  Object.assign(document.body.dataset, {
    drawn: view._fullData.map(trace => trace.x.length).join(),
    loaded: performance.getEntriesByType("resource").map(entry => entry.name)
      .filter(name => /^http/.test(name) && !refused.includes(name)).length,
    state: document.getElementById("state").hidden, beneath: innerHeight - view.getBoundingClientRect().bottom,
    buttons: [...view.querySelectorAll(".modebar-btn")].map(button => button.dataset.title).join(),
  });
}, 100);
</script></body>"""


@pytest.fixture
def browser(tmp_path):
    """Function that gives the DOM of a page as Chromium sees it, and writes a screenshot."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("needs Chromium to open the page: install the package chromium")
    flags = "--headless --no-sandbox --use-gl=angle --use-angle=swiftshader --enable-unsafe-swiftshader"
    flags += " --disable-quic --no-first-run --disable-background-networking --disable-component-update"
    flags += " --disable-sync --virtual-time-budget=20000 --window-size=1200,900"

    def see(page):
        path, shot = tmp_path / "page.html", tmp_path / "page.png"
        path.write_text(page, encoding="utf-8")
        command = [program, *flags.split(), f"--user-data-dir={tmp_path / 'profile'}"]
        finished = subprocess.run(
            [*command, "--dump-dom", path.as_uri()], capture_output=True, text=True, timeout=120, check=True
        )
        subprocess.run([*command, f"--screenshot={shot}", path.as_uri()], capture_output=True, timeout=120, check=True)
        return finished.stdout, shot

    return see


def test_a_browser_draws_hits_and_segments_without_a_network(browser):
    from matplotlib.image import imread

    senders, receivers = np.divmod(np.arange(400), 20)
    page = displays.graph_view(barrel(20), senders, receivers, np.arange(400) < 100, **NAMED)
    dom, shot = browser(page.replace("</body>", MEASURE))
    body = dict(re.findall(r'data-(\w+)="(.*?)"', re.search(r"<body.*?>", dom)[0]))
    assert body["drawn"] == "20,900,300"
    assert (body["loaded"], body["state"], body["beneath"]) == ("0", "true", "0")
    assert "Download plot" in body["buttons"]
    assert not re.search("(?i)share|cloud|studio", body["buttons"])
    red, green, blue = np.moveaxis(imread(shot)[..., :3], -1, 0)
    assert np.count_nonzero((green > red + 0.3) & (green > blue)) > 500  # true segments
    assert np.count_nonzero((red > green + 0.1) & (red > blue + 0.1)) > 500  # false ones


def test_a_browser_that_cannot_unpack_says_so(browser):
    old = "<script>delete window.DecompressionStream;</script></head>"
    dom, _ = browser(displays.event_view(HITS, **NAMED).replace("</head>", old))
    assert re.search(r'<p id="state" role="status">[^<]*the browser is too old', dom)
    assert "<canvas" not in dom


def test_false_segments_that_were_left_out_before_are_counted():
    hits, labels = [[30, 0, 0], [70, 0, 0], [70, 9, 0]], [True, False]
    page = displays.graph_view(hits, [0, 0], [1, 2], labels, title="Graph", data="simulation", all_false=137_481)
    assert "1 true segment and 1 of 137,481 false segments" in page
