"""Resampled images per second, against the one matrix for all 625 cells of an image, in the same run."""

import importlib.util
import pathlib
import time

import numpy as np
import pytest

from keras_hep.calorimetry import resampling

_SPEC = importlib.util.spec_from_file_location("plain", pathlib.Path(__file__).with_name("plain_resampling.py"))
plain = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(plain)

IMAGES = 200


@pytest.mark.parametrize("target", [resampling.ATLAS, resampling.CMS], ids=["ATLAS", "CMS"])
def test_resampling_against_one_matrix(report_ratio, target):
    draw = np.random.default_rng(1)
    images = draw.exponential(1.0, (IMAGES, 25, 25, 25)) * (draw.random((IMAGES, 25, 25, 25)) < 0.03)
    layers = [part.layers for part in target.segmentations]
    # Areas factorise (the tests hold it), so that the large matrices need no loop here; it would take minutes.
    matrices = [np.kron(*(resampling.there_and_back(25, scale) for scale in scales)) for scales in target.scales()]
    best = [float("inf")] * 2
    for _ in range(3):
        start = time.perf_counter()
        ours = resampling.resampled_images(images, target)
        middle = time.perf_counter()
        theirs = plain.resampled(images, matrices, layers)
        end = time.perf_counter()
        best = [min(best[0], middle - start), min(best[1], end - middle)]
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)
    report_ratio(f"resampling to {target.name}", IMAGES / best[0], IMAGES / best[1], "images/s")
