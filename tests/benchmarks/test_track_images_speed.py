"""Events per second of the images of several tracks against the plain loop, in the same run."""

import importlib.util
import pathlib
import time

import pytest

from keras_hep.simulation.track_images import TrackImages

_SPEC = importlib.util.spec_from_file_location("plain", pathlib.Path(__file__).with_name("plain_track_images.py"))
plain = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(plain)

EVENTS, ROUNDS = 1024, 10


@pytest.mark.parametrize("detector", [TrackImages(), TrackImages(layers=24, pixels=24, slots=3, tracks=2)])
def test_batches_against_the_plain_loop(report_ratio, detector):
    size = (detector.layers, detector.pixels, detector.slots, detector.tracks)
    seconds = [float("inf")] * 2
    for seed in range(ROUNDS):
        for number, draw in enumerate((detector.batch, lambda count, seed: plain.batch(count, *size, seed))):
            start = time.perf_counter()
            images, _, _ = draw(EVENTS, seed)
            seconds[number] = min(seconds[number], time.perf_counter() - start)
            assert len(images) == EVENTS
    ours, theirs = (EVENTS / best for best in seconds)
    report_ratio(f"track images {detector.layers} x {detector.pixels}", ours, theirs, "events/s")


def test_plain_loop_draws_the_same_law():
    detector = TrackImages(layers=20, pixels=20, slots=4, tracks=2)
    images, parameters, weights = plain.batch(4000, 20, 20, 4, 2, seed=1)
    our_images, our_parameters, our_weights = detector.batch(4000, seed=2)
    assert weights.sum() == pytest.approx(our_weights.sum(), rel=0.04)
    assert images.mean() == pytest.approx(our_images.mean(), rel=0.04)
    for slot in range(4):
        theirs, ours = parameters[weights[:, slot] == 1, slot], our_parameters[our_weights[:, slot] == 1, slot]
        assert theirs.mean(axis=0) == pytest.approx(ours.mean(axis=0), abs=1)
        assert theirs.std(axis=0) == pytest.approx(ours.std(axis=0), rel=0.1)
