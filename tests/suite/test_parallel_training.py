"""Trainings side by side: the weights are those of one after the other, and none outlives its caller."""

import concurrent.futures.process
import contextlib
import multiprocessing
import os
import pathlib
import signal
import sys
import time

import numpy as np
import pytest

from keras_hep import files, training
from keras_hep.simulation.plane_detector import PlaneDetector
from keras_hep.suite.parallel_training import train_together
from keras_hep.training_store import STORE

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")


def train_finder(seed):
    """Train a tiny network."""
    from keras_hep import models

    detector = PlaneDetector(layers=12, pixels=10, seed_layers=3, background=2)
    return training.fit(models.TrackFinderLSTM(12, 10, 4), detector, optimizer="nadam", events=128, seed=seed)


def keep(name, action=""):
    """Stand for a training without a framework: do what `action` says, then keep a file; return what is kept."""
    place = STORE.get()
    path = pathlib.Path(place.folder, name)
    if not path.exists():
        if not place.train:
            raise training.WeightsMissing(f"{name} is not there: train it.")
        exec(action, globals(), {"folder": path.parent})
        files.write_text(path, str(os.getpid()))
    return path.read_text()


@pytest.fixture
def place(tmp_path):
    with training.store(training.Store(tmp_path / "weights")) as opened:
        yield opened


@pytest.fixture
def nothing_starts(monkeypatch):
    def refuse(*arguments, **options):
        raise AssertionError("A process was to be started.")

    monkeypatch.setattr(concurrent.futures, "ProcessPoolExecutor", refuse)


def test_the_weights_are_those_of_trainings_one_after_the_other(place, tmp_path):
    train_together([(train_finder, {"seed": seed}) for seed in (1, 2)], processes=2)
    with training.store(training.Store(place.folder, train=False)):
        together = [train_finder(seed) for seed in (1, 2)]
    with training.store(training.Store(tmp_path / "alone")):
        alone = [train_finder(seed) for seed in (1, 2)]
    for one, other in zip(together, alone, strict=True):
        assert one.history == other.history
        for ours, theirs in zip(one.model.get_weights(), other.model.get_weights(), strict=True):
            np.testing.assert_array_equal(ours, theirs)
    assert together[0].weights["sha256"] != together[1].weights["sha256"]


def test_only_what_is_not_kept_is_trained(place):
    keep("first")
    train_together([(keep, {"name": name}) for name in ("first", "second", "third")], processes=2)
    makers = {name: keep(name) for name in ("first", "second", "third")}
    assert makers["first"] == str(os.getpid())
    assert str(os.getpid()) not in (makers["second"], makers["third"])


def test_nothing_is_started_for_what_is_kept_or_for_a_single_training(place, nothing_starts):
    keep("first")
    keep("second")
    train_together([(keep, {"name": name}) for name in ("first", "second")], processes=2)
    train_together([(keep, {"name": name}) for name in ("first", "third")], processes=2)
    train_together([(keep, {"name": name}) for name in ("third", "fourth")], processes=1)
    assert sorted(os.listdir(place.folder)) == ["first", "second"]
    with pytest.raises(AssertionError, match="to be started"):
        train_together([(keep, {"name": name}) for name in ("third", "fourth")], processes=2)


def test_nothing_is_started_where_the_store_may_not_train(tmp_path, nothing_starts):
    with training.store(training.Store(tmp_path, train=False)):
        train_together([(keep, {"name": name}) for name in ("first", "second")], processes=2)


WAITS = """
(folder / "begun").touch()
with files.replacing(folder / "half") as path:
    time.sleep(60)
"""
AFTER_IT = "while not list(folder.glob('.writing-*')): time.sleep(0.01)\n"


@pytest.mark.parametrize(
    ("action", "error"),
    [
        ("raise training.TrainingDiverged('The loss became nan.')", training.TrainingDiverged),
        pytest.param("os._exit(1)", concurrent.futures.process.BrokenProcessPool, marks=posix),
        pytest.param("os.kill(os.getppid(), signal.SIGINT)\ntime.sleep(60)", KeyboardInterrupt, marks=posix),
    ],
)
def test_an_error_or_interrupt_reaches_the_caller_and_ends_all_trainings(place, action, error):
    os.makedirs(place.folder)
    jobs = [("waits", WAITS), ("fails", AFTER_IT + action), ("third", ""), ("fourth", WAITS), ("fifth", WAITS)]
    start = time.monotonic()
    with heeding_interrupts(), pytest.raises(error):
        train_together([(keep, {"name": name, "action": what}) for name, what in jobs], processes=2)
    assert time.monotonic() - start < 50  # none was waited for
    left = set(os.listdir(place.folder)) - {"third"}  # which the free process may have begun and done
    assert left == {"begun"}
    assert multiprocessing.active_children() == []


@contextlib.contextmanager
def heeding_interrupts():
    """Heed Ctrl-C, which a test run in the background of a shell ignores."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
