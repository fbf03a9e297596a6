"""The page of a time slice of tracks: one trace for each event, with the tracks of that event and no others."""

import base64
import gzip
import html
import json
import re

import numpy as np
import pytest

from keras_hep import displays
from keras_hep.simulation.spd_slices import SPDSlices
from keras_hep.simulation.time_slice import TimeSlice

pytest.importorskip("plotly")

NAMED = {"title": "A slice", "data": "simulation"}
HITS = np.arange(18, dtype=np.float32).reshape(6, 3)
SMALL = TimeSlice(
    HITS, np.array([2, 3, 1], np.int32), np.array([0, 8, 0], np.int32), np.tile([0.0, 1.0], (3, 1)), events=9
)


def drawn(page):
    """Return the traces of a page by name, each with its points, shape (points, 3)."""
    packed = re.search(r'<script type="text/plain" id="figure">(.*?)</script>', page)[1]
    traces = json.loads(gzip.decompress(base64.b64decode(packed)))["data"]
    for trace in traces:
        trace["points"] = np.stack([np.frombuffer(base64.b64decode(trace[axis]["bdata"]), "<f4") for axis in "xyz"], 1)
    return {trace["name"]: trace for trace in traces}


def test_each_event_is_a_trace_of_its_tracks():
    page = displays.time_slice_view(SMALL, **NAMED)
    traces = drawn(page)
    assert list(traces) == ["event 0 (2 tracks)", "event 8 (1 track)"]
    first, second = traces.values()
    np.testing.assert_array_equal(first["points"], [*HITS[:2], [np.nan] * 3, HITS[5]])
    np.testing.assert_array_equal(second["points"], HITS[2:5])
    words = "event 0, track 0, 2 hits", "event 0, track 2, 1 hits", "event 8, track 1, 3 hits"
    assert first["hovertext"] == [words[0]] * 2 + [""] + [words[1]]
    assert second["hovertext"] == [words[2]] * 3
    assert (first["line"]["dash"], second["line"]["dash"]) == ("solid", "dash")
    assert first["line"]["color"] != second["line"]["color"]
    assert first["legendgroup"] != second["legendgroup"]  # a click switches one event only
    assert all(trace["visible"] is True and trace.get("showlegend", True) for trace in traces.values())
    caption = html.unescape(re.search(r"</span> (.*?)</p></header>", page)[1])
    assert caption == "6 hits on 3 tracks of 2 events, numbered in order of time."


def test_events_can_be_switched_off_at_first():
    first, second = drawn(displays.time_slice_view(SMALL, **NAMED, shown=[8])).values()
    assert (first["visible"], second["visible"]) == ("legendonly", True)


def test_a_full_slice_has_all_hits_and_a_look_for_each_event():
    slice_ = SPDSlices(mean_events=15.0).slice(seed=3)
    page = displays.time_slice_view(slice_, **NAMED)
    traces = drawn(page)
    points = np.concatenate([trace["points"] for trace in traces.values()])
    points = points[~np.isnan(points[:, 0])]
    np.testing.assert_array_equal(np.unique(points, axis=0), np.unique(slice_.hits, axis=0))
    looks = {(trace["line"]["color"], trace["line"]["dash"]) for trace in traces.values()}
    assert len(looks) == len(traces) == slice_.events
    assert page == displays.time_slice_view(slice_, **NAMED)


def test_bad_input_is_told():
    with pytest.raises(ValueError, match=r"shown must name events of the slice, \[0, 8\], got \[3\]"):
        displays.time_slice_view(SMALL, **NAMED, shown=[0, 3])
    empty = TimeSlice(HITS[:0], SMALL.hit_counts[:0], SMALL.event[:0], SMALL.intervals[:0], events=1)
    with pytest.raises(ValueError, match="needs a track, got a slice without any"):
        displays.time_slice_view(empty, **NAMED)
