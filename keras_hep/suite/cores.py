"""A core for each of several processes that compute side by side.

Each process would start a TensorFlow thread for every core. With two processes on two cores these threads wait for one
another: training steps of small networks took nearly twice as long as with a core for each process.
"""

import os


def shares(processes):
    """Return a core for each of several processes, as a list of int, or of None where nothing is gained or possible.

    Args:
        processes: int.

    Example:

    >>> shares(1)
    [None]
    """
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if not 1 < processes <= len(cores):
        return [None] * processes
    return cores[:processes]


def available():
    """Return how many cores this process may compute on, int."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def keep_to(core):
    """Let this process, and what it starts, compute on one core only.

    To be called before a framework is imported: it counts the cores when it starts its threads.

    Args:
        core: int, from `shares`, or None: on all cores.
    """
    if core is not None:
        os.sched_setaffinity(0, {core})
