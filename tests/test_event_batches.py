"""Batches drawn ahead are the batches that would be drawn one by one, however they are asked for."""

import dataclasses
import threading
import time

import numpy as np
import pytest

from keras_hep.event_batches import event_batches
from keras_hep.simulation.plane_detector import PlaneDetector

DETECTOR = PlaneDetector(layers=6, pixels=5, seed_layers=2, background=2)


@dataclasses.dataclass
class Slow:
    """Draws slowly and notes who asked for what."""

    seconds: float
    threads: list = dataclasses.field(default_factory=list)

    def batch(self, events, seed):
        time.sleep(self.seconds)
        self.threads.append(threading.current_thread().name)
        return np.full((events, 1), seed[-1], np.uint8), np.zeros(events), np.ones(events)


@pytest.mark.parametrize("threads", [None, 0, 1, 3])
def test_batches_do_not_depend_on_the_threads(threads):
    with event_batches(DETECTOR, 70, 32, [7, 0], threads) as batches:
        drawn = [batches[number] for number in range(len(batches))]
    assert [len(labels) for _, labels in drawn] == [32, 32, 6]
    for number, (images, labels) in enumerate(drawn):
        expected, expected_labels = DETECTOR.batch(len(labels), [7, 0, number])
        assert images.dtype == np.float32
        np.testing.assert_array_equal(images, expected)
        np.testing.assert_array_equal(labels, expected_labels)


@pytest.mark.parametrize("threads", [0, 2])
def test_batches_may_be_asked_for_again_and_in_any_order(threads):
    with event_batches(Slow(0.0), 100, 10, [3], threads) as batches:
        for number in (0, 1, 0, 0, 9, 5, 5, 1):
            inputs, _, weights = batches[number]
            assert inputs[0, 0] == number
            assert weights.sum() == 10


def test_the_next_batches_are_drawn_while_the_first_is_used():
    stream = Slow(0.01)
    with event_batches(stream, 100, 10, [3], threads=2) as batches:
        batches[0]
        time.sleep(0.2)
        assert len(stream.threads) == 4
        assert threading.current_thread().name not in stream.threads


def test_without_threads_only_what_is_asked_for_is_drawn():
    stream = Slow(0.0)
    with event_batches(stream, 100, 10, [3], threads=0) as batches:
        batches[4]
    assert stream.threads == [threading.current_thread().name]


def test_an_error_in_a_thread_is_raised_where_the_batch_is_asked_for():
    class Broken:
        def batch(self, events, seed):
            raise RuntimeError("no events")

    with event_batches(Broken(), 10, 5, [3], threads=2) as batches, pytest.raises(RuntimeError, match="no events"):
        batches[0]
