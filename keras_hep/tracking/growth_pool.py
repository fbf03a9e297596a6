"""Candidate growth in many events or time slices by several processes."""

import collections
import concurrent.futures
import contextlib
import itertools
import multiprocessing
import os

# One thread each, whose matrix products are too small for several. The C library of Linux gives arrays of some
# megabytes back to the system each time, unless told otherwise: that costs a tenth of the time.
_ENVIRONMENT = {
    **dict.fromkeys(("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"),
    **dict.fromkeys(("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"), str(2**28)),
}
_AHEAD = 2  # groups of events per process that are on their way


class GrowthPool:
    """Processes that grow candidates, each with one thread.

    They import NumPy, SciPy and what the growth needs, no ML framework. Even a single one pays: where NumPy splits
    matrix products of this size among threads, these wait for each other, on a busy machine several times longer.
    Events are sent in groups that grow together. The groups are the same for any number of processes, and so are the
    results.

    Processes are started anew (spawned): a script that opens a pool needs `if __name__ == "__main__":`.

    Args:
        growth: callable of a list of events that returns a list of results, such as
            `keras_hep.tracking.candidate_growth.SliceGrowth` or `keras_hep.tracking.free_growth.FreeGrowth`. It is sent
            to each process once, so it consists of what can be imported there, and of arrays.
        workers: int. Number of processes; 0: grow in this one.
        together: int. Events in a group.

    Raises:
        ValueError: if there are less than 0 processes or less than 1 event in a group.

    Example:

    >>> with GrowthPool(sorted, workers=0, together=2) as pool:
    ...     list(pool.map([3, 1, 4, 2, 0]))
    [1, 3, 2, 4, 0]
    """

    def __init__(self, growth, workers=2, together=8):
        if workers < 0 or together < 1:
            raise ValueError(f"A pool has 0 or more workers and groups of 1 or more, got {workers} and {together}.")
        self._growth, self._workers, self._together, self._processes = growth, workers, together, None
        if workers:
            context = multiprocessing.get_context("spawn")
            self._processes = concurrent.futures.ProcessPoolExecutor(workers, context, _keep, (growth,))

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self._processes:
            self._processes.shutdown(cancel_futures=True)

    def map(self, events):
        """Grow the candidates of events.

        Args:
            events: iterable of what `growth` takes. They are asked for as the processes need them.

        Yields:
            The result for each event, in the order of the events.

        Raises:
            Exception: what `growth` raised in a process.
            concurrent.futures.process.BrokenProcessPool: if a process was killed.
        """
        events, waiting = iter(events), collections.deque()
        for group in iter(lambda: list(itertools.islice(events, self._together)), []):
            if not self._workers:
                yield from self._growth(group)
                continue
            with _environment():
                waiting.append(self._processes.submit(_grow, group))
            if len(waiting) > _AHEAD * self._workers:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()


@contextlib.contextmanager
def _environment():
    """Set the environment of processes that start meanwhile."""
    before = {name: os.environ.get(name) for name in _ENVIRONMENT}
    os.environ.update(_ENVIRONMENT)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


_kept = []  # of a process of the pool: its growth


def _keep(growth):
    _kept[:] = [growth]


def _grow(group):
    return _kept[0](group)
