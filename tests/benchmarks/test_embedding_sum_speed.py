"""Events per second of the track finder that reads lists of hits against the one that reads images, same weights."""

import time

import keras
import numpy as np
import pytest

from keras_hep.layers import fired_positions
from keras_hep.models import TrackFinderHitLSTM3D, TrackFinderLSTM3D
from keras_hep.simulation.plane_detector import PlaneDetector

EVENTS = 128


def _fastest(calls, rounds=3):
    """Return events per second of each call: the best of several that take turns, after one that is not counted."""
    seconds = [float("inf")] * len(calls)
    for number in range(rounds + 1):
        for which, call in enumerate(calls):
            start = time.perf_counter()
            call()
            if number:
                seconds[which] = min(seconds[which], time.perf_counter() - start)
    return [EVENTS / best for best in seconds]


@pytest.mark.parametrize("variant", ["basic", "deep"])
@pytest.mark.parametrize("background", [1, 10, 100])
def test_lists_of_hits_against_images(report_ratio, variant, background):
    images, labels = PlaneDetector(10, 50, 3, 3, background, "poisson").batch(EVENTS, seed=1)
    dense = TrackFinderLSTM3D(variant=variant)
    pairs = [(TrackFinderHitLSTM3D.of(dense), fired_positions(images)), (dense, images.astype(np.float32))]
    compiled = keras.backend.backend() == "jax"  # on TensorFlow, XLA slows the recurrence down
    for model, _ in pairs:
        model.compile(keras.optimizers.Nadam(0.002), "sparse_categorical_crossentropy", jit_compile=compiled)
    name = f"3D LSTM {variant}, mu = {background}"
    predict = [lambda model=model, inputs=inputs: model.predict_on_batch(inputs) for model, inputs in pairs]
    report_ratio(f"{name}, inference", *_fastest(predict), "events/s")
    train = [lambda model=model, inputs=inputs: model.train_on_batch(inputs, labels) for model, inputs in pairs]
    report_ratio(f"{name}, training", *_fastest(train), "events/s")
