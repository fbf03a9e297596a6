"""The page of a time slice: which hits are dimmed, which lines are drawn, and what the legend can switch."""

import base64
import gzip
import html
import json
import re

import numpy as np
import pytest

from keras_hep import displays

pytest.importorskip("plotly")

HITS = np.array([[270, 0, 1], [0, 270, 2], [287, 0, 3], [304, 0, 4], [0, 287, 5], [0, 304, 6], [9, 9, 9]], np.float32)
SLOTS = np.array([[0, 2, 3], [1, -1, 5]])
CANDIDATES = np.array([[0, 2, 3], [1, 4, 5], [6, 4, -1]])
RIGHT = [True, True, True]
NAMED = {"title": "A slice", "data": "simulation"}


def drawn(page):
    """Return the traces of a page by name, each with its points, shape (points, 3)."""
    packed = re.search(r'<script type="text/plain" id="figure">(.*?)</script>', page)[1]
    traces = json.loads(gzip.decompress(base64.b64decode(packed)))["data"]
    for trace in traces:
        trace["points"] = np.stack([np.frombuffer(base64.b64decode(trace[axis]["bdata"]), "<f4") for axis in "xyz"], 1)
    return {trace["name"]: trace for trace in traces}


def caption(page):
    return html.unescape(re.search(r"</span> (.*?)</p></header>", page)[1])


def lines(trace):
    """Return the two ends of each line, shape (lines, 2, 3)."""
    points = trace["points"].reshape(-1, 3, 3)
    assert np.isnan(points[:, 2]).all()
    return points[:, :2]


def test_right_and_wrong_candidates_over_true_tracks():
    page = displays.slice_view(HITS, SLOTS, CANDIDATES, [True, False, False], **NAMED)
    traces = drawn(page)
    names = ["fake and other hits (2)", "hits of true tracks (5)"]
    names += ["true tracks (2)", "right candidates (1)", "wrong candidates (2)"]
    assert list(traces) == names
    np.testing.assert_array_equal(traces[names[0]]["points"], HITS[[4, 6]])
    np.testing.assert_array_equal(traces[names[1]]["points"], HITS[[0, 1, 2, 3, 5]])
    # A line goes on over a station without a hit.
    np.testing.assert_array_equal(lines(traces[names[2]]), HITS[[[0, 2], [2, 3], [1, 5]]])
    np.testing.assert_array_equal(lines(traces[names[3]]), HITS[[[0, 2], [2, 3]]])
    np.testing.assert_array_equal(lines(traces[names[4]]), HITS[[[1, 4], [4, 5], [6, 4]]])
    assert traces[names[2]]["line"]["width"] > traces[names[3]]["line"]["width"]
    assert len({traces[name]["line"]["color"] for name in names[2:]}) == 3
    # Each is one trace with its own entry in the legend, where a click switches it.
    assert not any("legendgroup" in trace or trace.get("showlegend") is False for trace in traces.values())
    assert caption(page) == "7 hits, 2 true tracks, 1 right and 2 wrong candidates."


def test_fake_hits_are_paler_and_smaller():
    fake, true = list(drawn(displays.slice_view(HITS, SLOTS, **NAMED)).values())[:2]
    grey = [int(fake["marker"]["color"][place : place + 2], 16) for place in (1, 3, 5)]
    assert min(grey) > 190
    assert fake["marker"]["size"] < true["marker"]["size"]


@pytest.mark.parametrize(
    ("options", "names", "words"),
    [
        ({}, [], "2 true tracks."),
        ({"candidates": CANDIDATES}, ["candidates (3)"], "tracks, 3 candidates."),
        (
            {"candidates": CANDIDATES, "correct": RIGHT},
            ["right candidates (3)"],
            "3 right and 0 wrong candidates.",
        ),
        ({"candidates": CANDIDATES[:0], "correct": np.zeros(0, bool)}, [], "0 right and 0 wrong candidates."),
    ],
)
def test_what_is_not_there_is_not_in_the_legend(options, names, words):
    page = displays.slice_view(HITS, SLOTS, **options, **NAMED)
    assert list(drawn(page))[3:] == names
    assert caption(page).endswith(words)


def test_a_slice_without_true_tracks():
    page = displays.slice_view(HITS, SLOTS[:0], **NAMED)
    assert list(drawn(page)) == ["fake and other hits (7)"]
    assert caption(page) == "7 hits, 0 true tracks."


def test_a_full_slice_fits_and_has_the_same_bytes_again():
    rng = np.random.default_rng(1)
    hits = rng.uniform(-850, 850, (40_000, 3))
    tracks = rng.permutation(40_000)[: 200 * 35].reshape(200, 35)
    right = rng.random(200) < 0.9
    page = displays.slice_view(hits, tracks, tracks, right, **NAMED)
    assert 1_000_000 < len(page.encode("utf-8")) < 5_000_000
    assert page == displays.slice_view(hits, tracks, tracks, right, **NAMED)
    assert page != displays.slice_view(hits, tracks, tracks, ~right, **NAMED)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((HITS[:, :2], SLOTS), r"got \(7, 2\): pass x, y, z"),
        ((HITS, [[0, 7]]), "slots holds hits 0 to 6, or -1 for none, got 0 to 7"),
        ((HITS, [[-2, 6]]), "slots holds hits 0 to 6, or -1 for none, got -2 to 6"),
        ((HITS, [0, 1]), r"slots is a table of hit indices, got int64 of shape \(2,\)"),
        ((HITS, SLOTS, [[0.0]]), r"candidates is a table of hit indices, got float64 of shape \(1, 1\)"),
        ((HITS, SLOTS, CANDIDATES, [True]), r"one bool for each of the 3 candidates, got bool of shape \(1,\)"),
        ((HITS, SLOTS, CANDIDATES, [0, 1, 1]), r"one bool for each of the 3 candidates, got int64"),
    ],
)
def test_bad_input_is_told(arguments, words):
    with pytest.raises(ValueError, match=words):
        displays.slice_view(*arguments, **NAMED)
