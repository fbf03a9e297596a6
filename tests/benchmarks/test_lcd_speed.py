"""Showers per second of reading calorimeter files, against reading them shower by shower, in the same run."""

import importlib.util
import pathlib
import time

import numpy as np
import pytest

from keras_hep.calorimetry.cells import Cells
from keras_hep.calorimetry.showers import Showers
from keras_hep.formats import lcd

SHOWERS, HITS = 600, 600

spec = importlib.util.spec_from_file_location("plain_lcd", pathlib.Path(__file__).with_name("plain_lcd.py"))
plain = importlib.util.module_from_spec(spec)
spec.loader.exec_module(plain)


def drawn(window, seed=1):
    """Return showers with as many cells as the published ones have, near the middle of the window."""
    rng = np.random.default_rng(seed)
    images = np.zeros((SHOWERS, window, window, 25), np.float32)
    across, along = np.clip(rng.normal(window // 2, 3, (2, SHOWERS, HITS)).round().astype(int), 0, window - 1)
    images[np.arange(SHOWERS)[:, None], across, along, rng.integers(0, 25, (SHOWERS, HITS))] = rng.exponential(
        0.3, (SHOWERS, HITS)
    )
    ecal = Cells.of_images(images)
    return Showers(ecal, None, {"energy": ecal.sums()}, "simulation")


@pytest.fixture(scope="module", params=[25, 51])
def paths(request, tmp_path_factory):
    """Return showers, and the files of them without and with sparse groups."""
    folder, showers = tmp_path_factory.mktemp("showers"), drawn(request.param)
    for name in ("images", "sparse"):
        lcd.write_lcd(folder / f"{name}.h5", showers, sparse=name == "sparse")
    return showers, {name: folder / f"{name}.h5" for name in ("images", "sparse")}


def _seconds(read, rounds):
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        read()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def test_reading_showers(report_ratio, paths):
    showers, files = paths
    window = showers.ecal.shape[0]
    theirs = SHOWERS / _seconds(lambda: plain.read(files["images"]), rounds=2)
    for name, path in files.items():
        ours = SHOWERS / _seconds(lambda path=path: lcd.read_lcd(path), rounds=3)
        report_ratio(f"read showers, {window} x {window} x 25, {name}", ours, theirs, "showers/s")


def test_writing_showers(report_ratio, paths, tmp_path):
    showers, _ = paths
    window = showers.ecal.shape[0]
    ours = SHOWERS / _seconds(lambda: lcd.write_lcd(tmp_path / "ours.h5", showers), rounds=2)
    theirs = SHOWERS / _seconds(lambda: plain.write(tmp_path / "plain.h5", showers), rounds=1)
    report_ratio(f"write showers, {window} x {window} x 25", ours, theirs, "showers/s")


def test_all_read_the_same(paths):
    showers, files = paths
    theirs = plain.read(files["images"])
    for read in (showers, *map(lcd.read_lcd, files.values())):
        assert read.ecal.counts.tolist() == [len(index) for index, _ in theirs]
        np.testing.assert_array_equal(read.ecal.index, np.concatenate([index for index, _ in theirs]))
        np.testing.assert_array_equal(read.ecal.energy, np.concatenate([energy for _, energy in theirs]))
