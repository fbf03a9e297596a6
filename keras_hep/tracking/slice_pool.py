"""Candidate growth in many time slices by several processes."""

import collections
import concurrent.futures
import contextlib
import dataclasses
import itertools
import multiprocessing
import os

from keras_hep.tracking.candidate_growth import grow_together

_THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
_AHEAD = 2  # groups of slices per process that are on their way


class SlicePool:
    """Processes that grow candidates, each with one thread.

    They import NumPy, SciPy and what grows, no ML framework. Slices grow in groups, since one step for several slices
    costs less than a step for each. The groups are the same for any number of processes, and so are the results.

    Processes are started anew (spawned): a script that opens a pool needs `if __name__ == "__main__":`.

    Args:
        cell: as for `keras_hep.tracking.candidate_growth.grow`, of a class that can be imported.
        stations: int.
        rules: `GrowthRules`, or None for the plain algorithm.
        planes: as for `keras_hep.tracking.candidate_growth.grow`.
        shared: float or None. If given, `Candidates.greedy_deduplication(shared)` is applied.
        workers: int. Number of processes; 0: grow in this one.
        together: int. Slices that grow in the same steps.

    Raises:
        ValueError: if there are less than 0 workers, or less than 1 slice in a group.

    Example:

    >>> import numpy as np
    >>> from keras_hep.tracking.track_net_cell import TrackNETCell
    >>> zeros = lambda *shape: np.zeros(shape, np.float32)
    >>> layers = tuple((zeros(inputs, 6), zeros(2, 6), zeros(6), zeros(6)) for inputs in (3, 2))
    >>> arguments = {"heads": 1, "frame": None, "unit": 0.5}
    >>> cell = TrackNETCell(layers, (zeros(2, 3), zeros(3)), (zeros(2, 1), zeros(1)), arguments)  # expects the origin
    >>> slice_ = zeros(5, 3), np.array([0, 1, 2, 3, 3])
    >>> with SlicePool(cell, stations=4, workers=0) as pool:
    ...     [candidates.hits.tolist() for candidates in pool.grow([slice_, slice_])]
    [[[0, 1, 2, 3]], [[0, 1, 2, 3]]]
    """

    def __init__(self, cell, stations, rules=None, planes=None, shared=None, workers=2, together=4):
        if workers < 0 or together < 1:
            raise ValueError(f"A pool has 0 or more workers and groups of 1 or more, got {workers} and {together}.")
        self._growth, self._together = _GroupGrowth(cell, stations, rules, planes, shared), together
        self._workers, self._processes = workers, None
        if workers:
            context = multiprocessing.get_context("spawn")
            self._processes = concurrent.futures.ProcessPoolExecutor(workers, context, _keep, (self._growth,))

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self._processes:
            self._processes.shutdown(cancel_futures=True)

    def grow(self, slices):
        """Grow the candidates of time slices.

        Args:
            slices: iterable of pairs (positions, station), as for `keras_hep.tracking.candidate_growth.grow`. They are
                asked for as the processes need them.

        Yields:
            `Candidates` of each slice, in the order of the slices.

        Raises:
            ValueError: as `keras_hep.tracking.candidate_growth.grow`.
            concurrent.futures.process.BrokenProcessPool: if a process was killed.
        """
        slices, waiting = iter(slices), collections.deque()
        for group in iter(lambda: list(itertools.islice(slices, self._together)), []):
            if not self._workers:
                yield from self._growth(group)
                continue
            with _one_thread_each():
                waiting.append(self._processes.submit(_grow_kept, group))
            if len(waiting) > _AHEAD * self._workers:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()


@dataclasses.dataclass(frozen=True, eq=False)
class _GroupGrowth:
    """What a process does with a group of slices; it is sent to each process once."""

    cell: object
    stations: int
    rules: object
    planes: object
    shared: float

    def __call__(self, group):
        found = grow_together(self.cell, group, self.stations, self.rules, self.planes)
        return found if self.shared is None else [one.greedy_deduplication(self.shared) for one in found]


@contextlib.contextmanager
def _one_thread_each():
    """Set the environment of processes that start meanwhile: several of them with several threads hinder each other."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


_kept = []  # of a worker process: its growth


def _keep(growth):
    _kept[:] = [growth]


def _grow_kept(group):
    return _kept[0](group)
