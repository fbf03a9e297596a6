"""Where the trials of a scan are computed: in this process, or side by side in those of a Dask cluster."""

import contextlib
import dataclasses
import importlib
import importlib.util
import logging
import multiprocessing
import multiprocessing.connection
import os
import pathlib
import signal
import sys
import threading
import time
import traceback

from keras_hep.suite import cores
from keras_hep.training_store import DEFAULT_STORE, STORE, store

_COMPANIONS = threading.local()
ADDRESS = "scheduler-address"  # Dask's own setting, which the environment variable DASK_SCHEDULER_ADDRESS fills


def computed(function, calls, workers=None, scheduler=None):
    """Call a function with many sets of arguments, and yield what it returns, each as soon as it is there.

    With several workers or a scheduler the calls are tasks of `dask.distributed`. Workers of this machine compute on a
    core each, so that it does not matter how many there are. Trainings are kept in the `Store` in use here: workers on
    other machines must see its folder. When the caller leaves off, or at the first error, the calls that wait are
    dropped and workers started here end.

    Args:
        function: at the top level of a module that the workers can import.
        calls: list of dict. Arguments by name. They are begun in this order.
        workers: int or None. Processes on this machine; 1: none is started, the calls are made here. None: one for each
            core if `distributed` is installed, else 1.
        scheduler: str or None. Address of the scheduler of a running cluster, as "tcp://host:8786", instead. None: the
            one that DASK_SCHEDULER_ADDRESS names, if any, unless `workers` are asked for. On machines with several
            GPUs give the address of a cluster that has a worker for each.

    Yields:
        (int, object, float): number of the call, what the function returned, and the seconds that it took.

    Raises:
        ImportError: if several workers or a scheduler are asked for and `distributed` is missing.
        ValueError: if there are fewer than 1 workers, or the workers cannot import the function.
        Exception: what the function raised, with a note that names the arguments.
    """
    if workers is not None and workers < 1:
        raise ValueError(f"workers must be at least 1, or None for all cores, got {workers}.")
    if scheduler is None and workers is None:
        scheduler = _running_scheduler()
    if workers is None:
        workers = cores.available() if installed() else 1
    workers = min(workers, len(calls))
    if scheduler is None and workers < 2:
        return _here(function, calls)
    return _distributed(_library(), _name(function), calls, workers, scheduler)


def installed():
    """Return whether `distributed` is installed."""
    return importlib.util.find_spec("distributed") is not None


def _running_scheduler():
    if not installed():
        return None
    import dask

    return dask.config.get(ADDRESS, None)


def _here(function, calls):
    for number, arguments in enumerate(calls):
        with _named(arguments):
            value, seconds = _timed(function, arguments)
        yield number, value, seconds


def _distributed(distributed, name, calls, workers, scheduler):
    import dask

    place = STORE.get(DEFAULT_STORE)
    place = dataclasses.replace(place, folder=pathlib.Path(place.folder).absolute())
    with contextlib.ExitStack() as opened:
        shares = {}
        if scheduler is None:
            opened.enter_context(dask.config.set({"distributed.worker.daemon": False}))  # workers start processes
            taken = cores.shares(min(workers, cores.available()))
            shares = {number: taken[number % len(taken)] for number in range(workers)}  # by the names of the workers
            cluster = distributed.LocalCluster(
                workers,
                threads_per_worker=1,
                memory_limit=0,  # showers and weights fit or do not: a worker that pauses is of no use
                dashboard_address=None,
                silence_logs=logging.CRITICAL,
            )
            scheduler = opened.enter_context(cluster)
        client = opened.enter_context(distributed.Client(scheduler))
        tasks = [client.submit(_at_worker, *name, arguments, place, shares, pure=False) for arguments in calls]
        opened.callback(client.cancel, tasks)
        numbers = {task.key: number for number, task in enumerate(tasks)}
        for task in distributed.as_completed(tasks):
            number = numbers[task.key]
            with _named(calls[number]):
                value, seconds = task.result()
            yield number, value, seconds


def _at_worker(module, function, arguments, place, shares):
    """Make one call in a worker, by a process of its own: see `_Companion`."""
    from distributed import get_worker

    if getattr(_COMPANIONS, "mine", None) is None:
        _COMPANIONS.mine = _Companion(shares.get(get_worker().name))
    try:
        return _COMPANIONS.mine.call(module, function, arguments, place)
    except ChildProcessError:
        _COMPANIONS.mine = None
        raise


class _Companion:
    """A process beside a worker that makes its calls.

    Keras takes the seeds of layers from Python's one generator of random numbers, which the threads of a worker that
    talk to the scheduler use as well: now and then they would change the initial weights.
    """

    def __init__(self, core):
        if multiprocessing.current_process().daemon:
            raise ValueError(
                "A worker must be allowed to start processes, which the nanny of this cluster forbids: start workers "
                "with `dask worker --no-nanny`, or set DASK_DISTRIBUTED__WORKER__DAEMON=False for them."
            )
        spawn = multiprocessing.get_context("spawn")  # a forked process would share the threads of a framework
        self.pipe, theirs = spawn.Pipe()
        self.process = spawn.Process(target=_serve, args=(theirs, core), daemon=True)
        self.process.start()
        theirs.close()

    def call(self, *job):
        try:
            self.pipe.send(job)
            value, error = self.pipe.recv()
        except (EOFError, OSError):
            self.process.join()
            message = f"The process of a trial ended with code {self.process.exitcode}: it may lack memory."
            raise ChildProcessError(message) from None
        if error is not None:
            raise error
        return value


def _serve(pipe, core):
    """Make calls on one core until the worker is gone, then leave at once."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    cores.keep_to(core)
    while True:
        try:
            module, function, arguments, place = pipe.recv()
        except EOFError:
            return
        try:
            with store(place):
                answer = _timed(getattr(importlib.import_module(module), function), arguments), None
        except Exception as error:
            error.add_note(traceback.format_exc())  # which does not travel
            answer = None, error
        pipe.send(answer)


def _end_with_parent():
    multiprocessing.connection.wait([multiprocessing.parent_process().sentinel])
    os._exit(1)


def _timed(function, arguments):
    start = time.perf_counter()
    value = function(**arguments)
    return value, time.perf_counter() - start


def _name(function):
    """Return module and name of a function that other processes can import."""
    module, name = function.__module__, function.__qualname__
    if module == "__main__" or getattr(sys.modules.get(module), name, None) is not function:
        raise ValueError(
            f"Workers import the function of a trial, so it must be at the top level of a module other than the script "
            f"itself, got {module}.{name}: move it, or ask for workers=1."
        )
    return module, name


def _library():
    try:
        import distributed
    except ImportError as error:
        needs = "Trials side by side, or on a cluster, need dask.distributed, which is not installed"
        remedy = "install it with `python -m pip install 'keras_hep[scan]'`, or ask for workers=1"
        raise ImportError(f"{needs} ({error}): {remedy}.") from error
    return distributed


@contextlib.contextmanager
def _named(arguments):
    """Add to an error of the block which call it comes from."""
    try:
        yield
    except Exception as error:
        error.add_note(f"This is of the trial {arguments}; those that were done before are kept.")
        raise
