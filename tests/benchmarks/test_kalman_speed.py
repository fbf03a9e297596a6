"""Tracks per second of the track finders against the plain loop of the Kalman filter, in the same run."""

import importlib.util
import pathlib
import time

import numpy as np
import pytest

from keras_hep.simulation.plane_detector import PlaneDetector
from keras_hep.tracking.kalman import CombinatorialKalmanFilter
from keras_hep.tracking.line_posterior import LinePosterior
from keras_hep.tracking.nearest_hit import NearestHitWalk

_SPEC = importlib.util.spec_from_file_location("plain", pathlib.Path(__file__).with_name("plain_kalman.py"))
plain = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(plain)

FINDERS = {"nearest hit": NearestHitWalk(), "Kalman": CombinatorialKalmanFilter(), "line posterior": LinePosterior()}


def detector(background):
    return PlaneDetector(10, 50, 3, 3, background, "poisson")


def _fastest(find, events, rounds=5):
    """Return events per second of the best round."""
    seconds = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        find()
        seconds = min(seconds, time.perf_counter() - start)
    return events / seconds


@pytest.mark.parametrize(("background", "plain_events"), [(1, 128), (10, 64), (100, 4)])
def test_tracks_against_the_plain_loop(report_ratio, background, plain_events):
    images, _ = detector(background).batch(512, seed=1)
    theirs = _fastest(lambda: [plain.find(image) for image in images[:plain_events]], plain_events, rounds=2)
    for name, finder in FINDERS.items():
        ours = _fastest(lambda finder=finder: finder.find(images), len(images))
        report_ratio(f"{name}, mu = {background}", ours, theirs, "tracks/s")


@pytest.mark.parametrize(("background", "events"), [(0, 50), (10, 50), (100, 5)])
def test_the_plain_loop_finds_the_same_tracks(background, events):
    images, _ = detector(background).batch(events, seed=2)
    images[0, 6] = 0
    tracks = CombinatorialKalmanFilter().find(images)
    pixels, chi2 = zip(*(plain.find(image) for image in images), strict=True)
    np.testing.assert_allclose(tracks.chi2, chi2, atol=1e-8)
    same = np.where(tracks.measured, tracks.pixels, -1) == np.array(pixels)
    assert same.all(axis=1).mean() >= 0.9, "only candidates of equal chi2 may be taken in another order"
