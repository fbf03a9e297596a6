"""Events per second that are drawn against those that the fastest network of the study in 3D is trained with."""

import time

import numpy as np
import pytest

from keras_hep.models import TrackFinderLSTM3D
from keras_hep.optimizers import ScheduledNadam
from keras_hep.simulation.plane_detector import PlaneDetector

EVENTS = 128  # one batch


def _best(call, rounds):
    call()
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return EVENTS / min(seconds)


@pytest.mark.parametrize("background", [1, 3, 10, 30, 100])
def test_generation_is_hidden_behind_training(report_ratio, background):
    detector = PlaneDetector(10, 50, 3, 3, background, "poisson")
    images, labels = detector.batch(EVENTS, seed=1)
    images = images.astype(np.float32)
    network = TrackFinderLSTM3D(variant="deep")  # the fewest operations of the six at 50 x 50 pixels
    network.compile(ScheduledNadam(), "sparse_categorical_crossentropy", jit_compile=False)
    drawn = _best(lambda: detector.batch(EVENTS, seed=2)[0].astype(np.float32), rounds=20)
    trained = _best(lambda: network.train_on_batch(images, labels), rounds=5)
    report_ratio(f"drawn against trained, 3D, mu = {background}", drawn, trained, "events/s")
