"""Independent trainings at the same time, each in a process of its own."""

import concurrent.futures
import dataclasses
import multiprocessing
import os

from keras_hep import training
from keras_hep.training_store import DEFAULT_STORE, STORE


def train_together(jobs, processes=None):
    """Carry out trainings of small networks, which keep one core busy each, side by side.

    The weights are kept in the `Store` in use; the same call of the function then finds them. What is kept already is
    not trained again. Seeds are arguments, so that the weights are those of trainings one after the other.

    Args:
        jobs: list of (function, dict of its arguments). Functions at the top level of a module which call
            `keras_hep.training.fit`.
        processes: int or None. None: as many as there are cores. 1: nothing is started, the later call trains.

    Example:

    >>> train_together([])
    """
    place = STORE.get(DEFAULT_STORE)
    waiting = [job for job in jobs if not _kept(*job, place)] if place.train else []
    processes = min(processes or os.cpu_count() or 1, len(waiting))
    if processes < 2:
        return
    spawn = multiprocessing.get_context("spawn")  # a forked process would share TensorFlow's threads
    with concurrent.futures.ProcessPoolExecutor(processes, spawn) as pool:
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


def _train(function, arguments, place):
    with training.store(place):
        function(**arguments)
