"""The page of showers: one trace for each calorimeter of each shower, at the places of their cells."""

import base64
import gzip
import json
import re

import numpy as np
import pytest

from keras_hep import displays
from keras_hep.calorimetry.cells import Cells
from keras_hep.calorimetry.geometry import ECAL, HCAL
from keras_hep.calorimetry.showers import Showers

pytest.importorskip("plotly")

NAMED = {"title": "Showers", "data": "simulation"}


def showers(hcal=True):
    ecal = Cells((25, 25, 25), [2, 1], [12 * 625 + 12 * 25, 13 * 625 + 12 * 25 + 4, 0], [10.0, 1e-4, 1.0])
    behind = Cells((11, 11, 60), [1, 0], [5 * 660 + 6 * 60 + 2], [1.0])
    return Showers(ecal, behind if hcal else None, {}, source="simulation")


def drawn(page):
    packed = re.search(r'<script type="text/plain" id="figure">(.*?)</script>', page)[1]
    traces = json.loads(gzip.decompress(base64.b64decode(packed)))["data"]
    for trace in traces:
        trace["points"] = np.stack([np.frombuffer(base64.b64decode(trace[axis]["bdata"]), "<f4") for axis in "xyz"], 1)
    return {trace["name"]: trace for trace in traces}


def test_cells_stand_where_they_are():
    page = displays.shower_view(showers(), ["one", "two"], **NAMED)
    traces = drawn(page)
    assert list(traces) == ["one, ECAL (2)", "one, HCAL (1)", "two, ECAL (1)"]  # no cell, no trace
    first, behind, second = traces.values()
    expected = [[0, 0, ECAL.radii[0] - 1500], [5.1, 0, ECAL.radii[4] - 1500]]
    np.testing.assert_allclose(first["points"], expected, rtol=1e-5)
    np.testing.assert_allclose(behind["points"], [[0, 30, HCAL.radii[2] - 1500]], rtol=1e-5)
    assert (first["visible"], behind["visible"], second["visible"]) == (True, True, "legendonly")
    assert "4 cells in 2 showers" in page


def test_colour_and_size_rise_with_the_logarithm_of_the_energy():
    first, behind, _ = drawn(displays.shower_view(showers(), ["one", "two"], **NAMED)).values()
    assert first["marker"]["color"] == [1.0, 0.0]  # the largest cell, and one below three decades
    assert behind["marker"]["color"] == [pytest.approx(2 / 3, abs=1e-3)]
    assert first["marker"]["size"] == [10.0, 2.0]
    assert first["hovertext"] == ["10", "0.0001"]


def test_showers_for_generation_have_no_hcal():
    traces = drawn(displays.shower_view(showers(hcal=False), ["a < b", "two"], **NAMED))
    assert list(traces) == ["a &lt; b, ECAL (2)", "two, ECAL (1)"]


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(ValueError, match="needs 1 to 8 of them and a name for each, got 2 and 1"):
        displays.shower_view(showers(), ["one"], **NAMED)
    with pytest.raises(ValueError, match="got 0 and 0"):
        displays.shower_view(showers().take([]), [], **NAMED)
    with pytest.raises(ValueError, match="needs a cell with energy"):
        displays.shower_view(Showers(Cells((25, 25, 25), [0], [], []), None, {}, "simulation"), ["none"], **NAMED)
