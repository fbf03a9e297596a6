"""Independent trainings at the same time, each in a process of its own."""

import concurrent.futures
import contextlib
import dataclasses
import multiprocessing
import os
import signal

from keras_hep import training
from keras_hep.suite import cores
from keras_hep.training_store import DEFAULT_STORE, STORE

GRACE = 10  # s that a process has to leave its training and remove what is half-written
TERMINATED = 143


def train_together(jobs, processes=None):
    """Carry out trainings of small networks side by side, on one core each.

    The weights are kept in the `Store` in use; the same call of the function then finds them. What is kept already is
    not trained again. Seeds are arguments, so that the weights are those of trainings one after the other, but for the
    rounding of sums that more cores share. At the first error, and where the caller is interrupted, all trainings end;
    the same call goes on from their checkpoints.

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
    free = spawn.SimpleQueue()
    for core in cores.shares(processes):
        free.put(core)
    pool = concurrent.futures.ProcessPoolExecutor(processes, spawn, _begin, [free])
    with pool, _ended_on_error():
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
        started = set(multiprocessing.active_children()) - set(before)
        for process in started:
            process.terminate()
        for process in started:
            process.join(GRACE)
            if process.is_alive():
                process.kill()
        raise


def _begin(free):
    """Begin a process: it takes a core, and leaves interrupts to the caller."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cores.keep_to(free.get())


def _train(function, arguments, place):
    try:
        with _unwound_on_termination(), training.store(place):
            function(**arguments)
    except SystemExit:  # the pool would report it and go on with the next training
        os._exit(TERMINATED)


@contextlib.contextmanager
def _unwound_on_termination():
    """Let a termination request unwind like an exit, so that partial files are removed; a second one does not disturb.

    Outside the block there is nothing to unwind: the request ends the process at once.
    """

    def leave(number, frame):
        signal.signal(number, signal.SIG_IGN)
        raise SystemExit(TERMINATED)

    signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
