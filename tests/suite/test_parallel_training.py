"""Trainings side by side: the weights are those of one after the other, and none outlives its caller."""

import concurrent.futures.process
import contextlib
import importlib
import multiprocessing
import os
import pathlib
import signal
import sys
import time

import numpy as np
import pytest

from keras_hep import training
from keras_hep.suite.parallel_training import train_together

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")


@pytest.fixture(autouse=True)
def small_trainings(monkeypatch):
    """The module of the trainings, which the processes find too."""
    monkeypatch.syspath_prepend(pathlib.Path(__file__).parent)
    return importlib.import_module("small_trainings")


@pytest.fixture
def jobs(small_trainings):
    """Function that returns the jobs of names to be kept, with what is to be done before: `jobs(first="", ...)`."""
    return lambda **actions: [(small_trainings.keep, {"name": name, "action": actions[name]}) for name in actions]


@pytest.fixture
def place(tmp_path):
    with training.store(training.Store(tmp_path / "weights")) as opened:
        yield opened


@pytest.fixture
def nothing_starts(monkeypatch):
    def refuse(*arguments, **options):
        raise AssertionError("A process was to be started.")

    monkeypatch.setattr(concurrent.futures, "ProcessPoolExecutor", refuse)


def test_the_weights_are_those_of_trainings_one_after_the_other(place, small_trainings, tmp_path):
    train = small_trainings.train_finder
    train_together([(train, {"seed": seed}) for seed in (1, 2)], processes=2)
    with training.store(training.Store(place.folder, train=False)):
        together = [train(seed) for seed in (1, 2)]
    with training.store(training.Store(tmp_path / "alone")):
        alone = [train(seed) for seed in (1, 2)]
    for one, other in zip(together, alone, strict=True):
        assert one.history == other.history
        for ours, theirs in zip(one.model.get_weights(), other.model.get_weights(), strict=True):
            np.testing.assert_array_equal(ours, theirs)
    assert together[0].weights["sha256"] != together[1].weights["sha256"]


def test_only_what_is_not_kept_is_trained(place, small_trainings, jobs):
    small_trainings.keep("first")
    train_together(jobs(first="", second="", third=""), processes=2)
    makers = [small_trainings.keep(name) for name in ("first", "second", "third")]
    assert makers[0] == os.getpid()
    assert os.getpid() not in makers[1:]


def test_nothing_is_started_for_what_is_kept_or_for_a_single_training(place, small_trainings, jobs, nothing_starts):
    small_trainings.keep("first")
    small_trainings.keep("second")
    train_together(jobs(first="", second=""), processes=2)
    train_together(jobs(first="", third=""), processes=2)
    train_together(jobs(third="", fourth=""), processes=1)
    assert sorted(os.listdir(place.folder)) == ["first", "second"]
    with pytest.raises(AssertionError, match="to be started"):
        train_together(jobs(third="", fourth=""), processes=2)


def test_nothing_is_started_where_the_store_may_not_train(tmp_path, jobs, nothing_starts):
    with training.store(training.Store(tmp_path, train=False)):
        train_together(jobs(first="", second=""), processes=2)


WAITS = """
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
def test_an_error_or_interrupt_reaches_the_caller_and_ends_all_trainings(place, jobs, action, error):
    os.makedirs(place.folder)
    course = jobs(waits=WAITS, fails=AFTER_IT + action, third="time.sleep(60)", fourth="")
    start = time.monotonic()
    with heeding_interrupts(), pytest.raises(error):
        train_together(course, processes=2)
    assert time.monotonic() - start < 50  # none was waited for
    assert os.listdir(place.folder) == []  # neither half-written, nor of a training that was still to begin
    assert multiprocessing.active_children() == []


@contextlib.contextmanager
def heeding_interrupts():
    """Heed Ctrl-C, which a test run in the background of a shell ignores."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
