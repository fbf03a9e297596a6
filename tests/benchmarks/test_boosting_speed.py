"""Boosted stumps grown per second with thresholds at quantiles, against scikit-learn's with all, in the same run."""

import time

import numpy as np
import pytest

from keras_hep.calorimetry.boosted_classifier import Boosting, boosted_classifier

ROWS, COLUMNS, TREES = 10_000, 47, 20


@pytest.mark.parametrize("depth", [1, 3])
def test_stumps_at_quantiles_against_all_thresholds(report_ratio, depth):
    pytest.importorskip("sklearn")
    draw = np.random.default_rng(1)
    labels = draw.random(ROWS) < 0.5
    table = (draw.normal(size=(ROWS, COLUMNS)) + 0.1 * labels[:, None]).astype(np.float32)
    names = [f"f{number}" for number in range(COLUMNS)]
    rates = []
    for bins in (256, 0):
        start = time.perf_counter()
        trees = boosted_classifier(table, labels, names, Boosting(TREES, depth=depth, bins=bins))
        rates.append(len(trees) / (time.perf_counter() - start))
    report_ratio(f"boosted trees of depth {depth}", *rates, "trees/s")
