"""Independent trainings at the same time, each in a process of its own."""

import concurrent.futures
import contextlib
import dataclasses
import multiprocessing
import os
import signal

from keras_hep import training
from keras_hep.training_store import DEFAULT_STORE, STORE


def train_together(jobs, processes=None):
    """Carry out trainings of small networks, which keep one core busy each, side by side.

    The weights are kept in the `Store` in use; the same call of the function then finds them. What is kept already is
    not trained again. Seeds are arguments, so that the weights are those of trainings one after the other. At the first
    error, and where the caller is interrupted, all trainings end; the same call goes on from their checkpoints.

    Args:
        jobs: list of (function, dict of its arguments). Functions at the top level of a module which call
            `keras_hep.training.fit`.
        processes: int or None. None: as many as there are cores. 1: nothing is started, the later call trains.

    Raises:
        Exception: what a function raised in a process.
        concurrent.futures.process.BrokenProcessPool: if a process was killed.

    Example:

    >>> train_together([])
    """
    place = STORE.get(DEFAULT_STORE)
    waiting = [job for job in jobs if not _kept(*job, place)] if place.train else []
    processes = min(processes or os.cpu_count() or 1, len(waiting))
    if processes < 2:
        return
    spawn = multiprocessing.get_context("spawn")  # a forked process would share TensorFlow's threads
    with concurrent.futures.ProcessPoolExecutor(processes, spawn, _heed_the_caller) as pool, _ended_on_error():
        for done in concurrent.futures.as_completed([pool.submit(_train, *job, place) for job in waiting]):
            done.result()


def _kept(function, arguments, place):
    """Return whether all weights of a job are there."""
    with training.store(dataclasses.replace(place, train=False)):
        try:
            function(**arguments)
        except training.WeightsMissing:
            return False
    return True


@contextlib.contextmanager
def _ended_on_error():
    """End the processes started within the block if it raises: the pool would wait until they have done everything."""
    before = multiprocessing.active_children()
    try:
        yield
    except BaseException:
        for process in set(multiprocessing.active_children()) - set(before):
            process.terminate()
        raise


def _heed_the_caller():
    """Let a process end when the caller says so, and leave to the caller what follows from Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)


def _leave(number, frame):
    """Unwind like an exit, so that partial files are removed; a second request does not disturb the first."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise SystemExit(128 + number)


def _train(function, arguments, place):
    try:
        with training.store(place):
            function(**arguments)
    except SystemExit as end:  # a pool would report it and go on with the next training
        os._exit(end.code)
