"""Showers per second whose features are computed, against the loop over dense images, in the same run."""

import importlib.util
import pathlib
import time

import numpy as np

from keras_hep.calorimetry.cells import Cells
from keras_hep.calorimetry.features import shower_features
from keras_hep.calorimetry.showers import Showers

_SPEC = importlib.util.spec_from_file_location("plain", pathlib.Path(__file__).with_name("plain_shower_features.py"))
plain = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(plain)

SHOWERS, PLAIN_SHOWERS = 5000, 10


def _cells(draw, shape, hits):
    """Cells that are hit in a blob, `hits` of them in each shower; which ones does not matter for the time."""
    place = (np.abs(draw.normal(0.5, 0.15, (SHOWERS, 2 * hits, 3))) % 1 * shape).astype(int)
    index = np.ravel_multi_index(np.moveaxis(place, -1, 0), shape)
    hit = np.unique(np.arange(SHOWERS)[:, None] * np.prod(shape) + index)
    shower, index = np.divmod(hit, np.prod(shape))
    return Cells(shape, np.bincount(shower, minlength=SHOWERS), index, draw.exponential(1.0, len(hit)))


def test_features_against_the_plain_loop(report_ratio):
    draw = np.random.default_rng(1)
    showers = Showers(_cells(draw, (25, 25, 25), 250), _cells(draw, (11, 11, 60), 60), {}, "simulation")
    assert 400 < showers.ecal.counts.mean() < 600
    ecal, hcal = (cells.take(slice(0, PLAIN_SHOWERS)).dense().astype(float) for cells in (showers.ecal, showers.hcal))
    best = [float("inf")] * 2
    for _ in range(5):
        start = time.perf_counter()
        features = shower_features(showers, angles=False)
        middle = time.perf_counter()
        loop = [plain.shower_features(*pair) for pair in zip(ecal, hcal, strict=True)]
        end = time.perf_counter()
        best = [min(best[0], (middle - start) / SHOWERS), min(best[1], (end - middle) / PLAIN_SHOWERS)]
    for name, values in features.items():
        np.testing.assert_allclose(values[:PLAIN_SHOWERS], [shower[name] for shower in loop], rtol=1e-6, atol=1e-9)
    report_ratio("shower features", 1 / best[0], 1 / best[1], "showers/s")
