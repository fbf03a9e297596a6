"""Items replayed side by side, each process taking one after the other; what they print comes in the items' order.

The longest come first, by what their recorded runs took, so that no process is left alone with a long one at the end.
"""

import contextlib
import dataclasses
import io
import multiprocessing
import multiprocessing.connection
import signal
import sys

from keras_hep.suite import catalog, cores, provenance, record

LARGE = 2000  # MB. Such items go one at a time, and a process that had so much ends: it would not give it back
GRACE = 10  # s that a process has to leave its item, remove what is half-written and end the processes that it started


class WorkerLost(RuntimeError):
    """A process ended before its item was done: it was killed, or the script of the item ended it."""


def side_by_side(function, items, processes, lost):
    """Call a function with each of the items, in several processes, and print what it prints as if in this one.

    Args:
        function: callable of an item, which can be pickled, as can what it returns.
        items: list of `keras_hep.suite.catalog.Item`.
        processes: int. How many processes at the same time; they live until all items are done.
        lost: callable of an item and a `WorkerLost`, called in this process for an item whose process ended.

    Returns:
        List of what `function`, or `lost`, returned for each item.

    Example:

    >>> side_by_side(print, [], processes=2, lost=print)
    []
    """
    waiting = sorted(map(_job, range(len(items)), items), key=lambda job: -job.seconds)
    answers, returned = {}, []
    with _Workers(function, processes) as workers:
        while len(returned) < len(items):
            workers.begin(waiting)
            answers |= workers.finished()
            while len(returned) in answers:
                answer = answers.pop(len(returned))
                if isinstance(answer, WorkerLost):
                    returned.append(lost(items[len(returned)], answer))
                    continue
                for stream, text in answer.printed:
                    print(text, end="", file=getattr(sys, stream), flush=True)
                returned.append(answer.returned)
    return returned


@dataclasses.dataclass(frozen=True)
class _Job:
    """An item, its place among all, and what its replay takes: seconds and MB."""

    position: int
    item: catalog.Item
    seconds: float
    memory: float


def _job(position, item):
    """Return the job of an item; it takes what its recorded run took without training, nothing if that is not known."""
    recorded = {}
    with contextlib.suppress(OSError, record.RecordError):  # the item is going to say so
        recorded = record.Result.read(item.recorded_path).provenance
    seconds, training = recorded.get("seconds") or 0.0, recorded.get("training_seconds") or 0.0
    seconds -= training if training < seconds else 0.0  # longer than the run: the weights were there already
    return _Job(position, item, seconds, recorded.get("peak_memory_mb") or 0.0)


@dataclasses.dataclass(frozen=True)
class _Answer:
    """What a call returned, what it printed (pairs of stream and text), and the peak of its memory in MB."""

    returned: object
    printed: list
    memory: float


class _Workers:
    """The processes; at the end of the context, whatever the reason, none is left."""

    def __init__(self, function, processes):
        self._function, self._free, self._busy = function, [], []
        self._cores = cores.shares(processes)  # that no process has

    def __enter__(self):
        return self

    def __exit__(self, *error):
        workers = self._free + self._busy
        for worker in workers:
            worker.process.terminate()
        for worker in workers:
            worker.end()

    def begin(self, waiting):
        """Begin as many of the waiting jobs as there are processes for, and take them off the list."""
        while self._cores or self._free:
            crowded = any(worker.job.memory > LARGE for worker in self._busy)
            job = next((job for job in waiting if not (crowded and job.memory > LARGE)), None)
            if job is None:
                return
            waiting.remove(job)
            self._busy.append(self._free.pop() if self._free else _Worker(self._function, self._cores.pop(0)))
            self._busy[-1].take(job)

    def finished(self):
        """Wait until something is done; return what is, as a dict of position to `_Answer` or `WorkerLost`."""
        ready = multiprocessing.connection.wait([worker.connection for worker in self._busy])
        answers = {}
        for worker in [worker for worker in self._busy if worker.connection in ready]:
            answer = answers[worker.job.position] = worker.answer()
            self._busy.remove(worker)
            if isinstance(answer, WorkerLost) or answer.memory > LARGE:
                worker.end()
                self._cores.append(worker.core)
            else:
                self._free.append(worker)
        return answers


class _Worker:
    """A process, on one core where there are several, that calls the function with one item after the other."""

    def __init__(self, function, core):
        self.core = core
        spawn = multiprocessing.get_context("spawn")  # a forked process would share TensorFlow's threads
        self.connection, there = spawn.Pipe()
        self.process = spawn.Process(target=_work, args=(function, there, core))
        self.process.start()
        there.close()
        self.job = None

    def take(self, job):
        self.job = job
        with contextlib.suppress(OSError):  # the process has ended: its answer says so
            self.connection.send(job.item)

    def answer(self):
        """Return the `_Answer`, or a `WorkerLost` if the process ended."""
        try:
            return self.connection.recv()
        except (EOFError, OSError):
            self.process.join(GRACE)
            code = self.process.exitcode
            how = signal.Signals(-code).name if code is not None and code < 0 else f"exit code {code}"
            remedy = "if memory was short, give fewer --processes"
            return WorkerLost(f"Its process must last until the item is done, it ended with {how}: {remedy}.")

    def end(self):
        """End the process, by force if it does not leave its item."""
        self.connection.close()  # what waits for the next item ends
        self.process.join(GRACE)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


class _Stream(io.TextIOBase):
    """Takes the place of stdout or stderr, and keeps what is written in the order in which it was."""

    def __init__(self, name, printed):
        self._name, self._printed = name, printed

    def writable(self):
        return True

    def write(self, text):
        self._printed.append((self._name, text))
        return len(text)


def _work(function, connection, core):
    """Answer items until there are no more."""
    cores.keep_to(core)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)
    printed = []
    with (
        contextlib.suppress(EOFError, BrokenPipeError),  # no more items, or nobody waits for the answer
        contextlib.redirect_stdout(_Stream("stdout", printed)),
        contextlib.redirect_stderr(_Stream("stderr", printed)),
    ):
        while True:
            item = connection.recv()
            with provenance.measured() as cost:
                returned = function(item)
            connection.send(_Answer(returned, printed, cost.peak_memory_mb or 0.0))
            printed.clear()


def _leave(number, frame):
    """Unwind like an exit, so that partial files are removed; a second request does not disturb the first.

    Processes that the item started end before: a pool of them would be waited for, and outlive a killed process.
    """
    for request in (signal.SIGINT, signal.SIGTERM):
        signal.signal(request, signal.SIG_IGN)
    for process in multiprocessing.active_children():
        process.terminate()
    raise SystemExit(128 + number)
