"""Energies from windows of several sizes: ratios and names by hand, and trainings by what they are asked for."""

import numpy as np
import pytest

from keras_hep.suite import figures
from keras_hep.suite.record import Curve, Result
from keras_hep.suite.shower_reconstruction import baselines, courses
from keras_hep.suite.shower_reconstruction import window_sizes as windows
from keras_hep.suite.shower_reconstruction.courses import Answers
from keras_hep.suite.shower_reconstruction.trained_energies import Energies
from keras_hep.suite.shower_reconstruction.window_sizes import WindowEnergies

LARGE, SMALL = (51, 11), (25, 5)
RANGES = {"low": (0, 50), "high": (50, 500)}


def energies(spread, trainings=2):
    """Return energies that are off by a part of the true one, up and down, in bins of 25 GeV of 40 showers."""
    true = np.repeat(np.arange(12.5, 500, 25), 40)
    off = np.tile([-1.0, 1.0], len(true) // 2) * np.where(true < 50, spread[0], spread[1])
    return Energies(true, np.array([true * (1 + off)] * trainings))


@pytest.fixture
def seen():
    answers = {}
    for name, seconds in (("dnn_51_11_0", 8.0), ("dnn_51_11_1", 12.0), ("dnn_25_5_0", 2.0), ("dnn_25_5_1", 2.0)):
        answers[name] = Answers(np.zeros(1), np.zeros(1), {"seconds": seconds, "events": 10})
    by_window = {LARGE: energies((0.1, 0.02)), SMALL: energies((0.2, 0.02))}
    return WindowEnergies({("dnn", sides): one for sides, one in by_window.items()}, answers)


def test_resolutions_of_windows(seen):
    values = {one.name: one.value for one in seen.resolutions(RANGES)}
    assert values["dnn_51_11_low"] == pytest.approx(10)
    assert values["dnn_25_5_low"] == pytest.approx(20)
    assert values["dnn_25_5_high"] == pytest.approx(2)
    assert values["dnn_25_5_low_bias"] == pytest.approx(0, abs=1e-9)
    assert len(seen.curves()) == 6


def test_ratios_of_windows(seen):
    found = {one.name: one for one in seen.ratios("dnn", SMALL, LARGE, RANGES)}
    assert found["dnn_25_5_over_51_11_low"].value == pytest.approx(2)
    assert found["dnn_25_5_over_51_11_high"].value == pytest.approx(1)
    assert "ECAL 25 x 25, HCAL 5 x 5 / DNN, ECAL 51 x 51" in found["dnn_25_5_over_51_11_low"].definition
    curve = seen.ratio_curve("dnn", SMALL, LARGE)
    assert (curve.name, len(curve.x), curve.x[0]) == ("dnn_25_5_over_51_11", 20, 12.5)
    assert curve.y == pytest.approx([2, 2] + [1] * 18)


def test_bins_without_showers_are_left_out():
    one = Energies(np.array([30.0, 30.0, 30.0, 490.0]), np.array([[29.0, 31.0, 30.5, 480.0]]))
    curve = WindowEnergies({("dnn", sides): one for sides in (LARGE, SMALL)}, {}).ratio_curve("dnn", SMALL, LARGE)
    assert (curve.x, curve.y, curve.error) == ((37.5,), (1.0,), (0.0,))


def test_resolutions_without_an_error_are_no_warning():
    one, other = (Energies(np.array([30.0, 30.0]), np.array([[29.0, high]])) for high in (31.0, 33.0))
    pair = WindowEnergies({("dnn", SMALL): other, ("dnn", LARGE): one}, {})
    ratio, errors = pair.ratios("dnn", SMALL, LARGE, {"low": (0, 50)})
    assert ratio.value == pytest.approx(2)
    assert errors.value > 1e6


@pytest.mark.parametrize(
    ("ratio", "error", "worse"), [(0.7, 0.1, 1), (0.7, 0.2, 0), (1.3, 0.1, 0)], ids=["below", "unsure", "above"]
)
def test_a_bin_is_worse_if_its_error_says_so(ratio, error, worse):
    found = windows.worse_bins(Curve("x", (1, 2), (1.0, ratio), (0.1, error)))
    assert (found.name, found.value) == ("x_worse_bins", worse)


def test_costs_of_a_window(seen):
    assert windows.cells(LARGE) == 51 * 51 * 25 + 11 * 11 * 60
    assert windows.cells_ratio(LARGE, SMALL).value == pytest.approx(72285 / 17125)
    time = windows.time_ratio(seen, "dnn", LARGE, SMALL)
    assert (time.value, time.timed) == (pytest.approx(5), True)


def test_all_windows_see_the_same_showers_and_as_many(monkeypatch):
    asked, fitted = [], []

    def carried_out(wanted):
        asked.extend(wanted)
        return [[Answers(np.zeros(3), np.full(3, 50.0), {})] for _ in wanted]

    def simple(train, test):
        fitted.append((train, test))
        return baselines.EnergyBaselines(np.full(3, 49.0), np.full(3, 51.0))

    monkeypatch.setattr(courses, "carried_out", carried_out)
    monkeypatch.setattr(baselines, "energies", simple)
    monkeypatch.setattr(windows, "prepare", lambda samples: None)
    monkeypatch.setattr(windows.courses.ShowerSample, "showers", lambda sample: {"energy": np.full(3, 50.0)})
    chosen = {"networks": (LARGE, SMALL), "baselines": (SMALL,)}
    found = windows.measured(("charged_pion", "energy_in_window"), ("dnn", "cnn"), chosen, ("quick", 8_000, 10_000), 7)
    assert {key for key, _ in found.energies.items()} == {
        *((network, sides) for network in ("dnn", "cnn") for sides in (LARGE, SMALL)),
        ("linear", SMALL),
        ("boosted", SMALL),
    }
    assert len(found.answers) == 12
    assert found.energies["dnn", LARGE].predicted.shape == (3, 3)
    assert {course.sizes["events"] for course, _ in asked} == {8_000}
    assert {(sample.window, sample.selection) for _, (sample,) in asked} == {("large", "energy_in_window")}
    ((train, test),) = fitted
    assert (train.number, train.sides, train.part, test.part) == (10_000, SMALL, "train", "test")


def test_windows_are_drawn_with_names(seen):
    curves = [*seen.curves(), seen.ratio_curve("dnn", SMALL, LARGE)]
    result = Result([], curves, scale="quick")
    _, panels = figures.panels(columns=2, rows=2)
    windows.draw_methods(result, panels[:2], ("dnn",), (LARGE, SMALL))
    names = [text.get_text() for text in panels[1].get_legend().get_texts()]
    assert names == ["DNN of 256 neurons, 51\u00b2, 11\u00b2 cells", "DNN of 256 neurons, 25\u00b2, 5\u00b2 cells"]
    windows.draw_ratios(result, panels[2], ("dnn",), SMALL, LARGE)
    assert panels[2].get_ylabel() == "ratio of resolutions"
