"""Events per second of the vectorised generator against the plain loop, in the same run: dense images from both."""

import importlib.util
import pathlib
import time

import pytest

from keras_hep.simulation.plane_detector import PlaneDetector

_SPEC = importlib.util.spec_from_file_location("plain", pathlib.Path(__file__).with_name("plain_plane_detector.py"))
plain = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(plain)


def _fastest(generators, rounds=5, calls=4):
    """Return events per second of each (generate, events): the best call of several rounds that take turns."""
    seconds = [float("inf")] * len(generators)
    for _ in range(rounds):
        for number, (generate, events) in enumerate(generators):
            for seed in range(calls):
                start = time.perf_counter()
                images = generate(events, seed)
                seconds[number] = min(seconds[number], time.perf_counter() - start)
                assert len(images) == events
    return [events / best for (_, events), best in zip(generators, seconds, strict=True)]


@pytest.mark.parametrize(
    ("name", "detector", "events", "plain_events"),
    [
        ("2D, 5 tracks", PlaneDetector(layers=50, pixels=50), 1024, 1024),
        ("3D, mu = 3", PlaneDetector(10, 50, 3, 3, 3, "poisson"), 512, 512),
        ("3D, mu = 10", PlaneDetector(10, 50, 3, 3, 10, "poisson"), 512, 256),
        ("3D, mu = 100", PlaneDetector(10, 50, 3, 3, 100, "poisson"), 128, 32),
    ],
)
def test_images_against_the_plain_loop(report_ratio, name, detector, events, plain_events):
    size = (detector.layers, detector.pixels, detector.seed_layers, detector.background)
    loop = plain.events_2d if detector.dimensions == 2 else plain.events_3d
    ours, theirs = _fastest(
        [
            (lambda count, seed: detector.sample(count, seed).images(), events),
            (lambda count, seed: loop(count, *size, seed), plain_events),
        ]
    )
    report_ratio(f"plane detector {name}", ours, theirs, "events/s")


def test_plain_loop_draws_the_same_law():
    images = plain.events_2d(2000, 20, 20, 5, 3, seed=1)
    ours, _ = PlaneDetector(layers=20, pixels=20, background=3).batch(2000, seed=2)
    assert images[:, 5:].mean() == pytest.approx(ours[:, 5:].mean(), rel=0.02)
    cubes = plain.events_3d(500, 6, 10, 2, 3, seed=1)
    detector = PlaneDetector(6, 10, 3, 2, 3, "poisson")
    assert cubes[:, 2:].mean() == pytest.approx(detector.batch(500, seed=2)[0][:, 2:].mean(), rel=0.1)
