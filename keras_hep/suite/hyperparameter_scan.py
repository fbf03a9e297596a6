"""Scans of hyper-parameters: each point of a grid is tried several times, and every trial is kept when it is done."""

import dataclasses
import hashlib
import itertools
import json
import math
import pathlib
import sys
import warnings

import numpy as np

from keras_hep.files import write_text
from keras_hep.suite import trial_engines


@dataclasses.dataclass(frozen=True)
class Trial:
    """One point tried once.

    Attributes:
        function: str. Module and name of what was called.
        settings: dict. Hyper-parameters of the point, by name.
        repeat: int.
        value: float. What it returned, as an accuracy.
        seconds: float. That it took.
        key: str. 16 hexadecimal digits that name function, settings, repeat and what else decides the value.
    """

    function: str
    settings: dict
    repeat: int
    value: float
    seconds: float
    key: str


@dataclasses.dataclass(frozen=True)
class Point:
    """One point of a grid, tried several times.

    Attributes:
        settings: dict. Hyper-parameters by name.
        values: tuple of float, by repeat.

    Example:

    >>> point = Point({"depth": 2}, (0.8, 0.9, 0.7))
    >>> round(point.mean, 3), round(point.spread, 3), round(point.error, 3)
    (0.8, 0.1, 0.058)
    """

    settings: dict
    values: tuple

    @property
    def mean(self):
        """Mean of the values, float."""
        return float(np.mean(self.values))

    @property
    def spread(self):
        """Standard deviation of the values, float; of a single one it is not known, and NaN."""
        return float(np.std(self.values, ddof=1)) if len(self.values) > 1 else math.nan

    @property
    def error(self):
        """Standard error of the mean, float; of a single value it is not known, and NaN."""
        return self.spread / math.sqrt(len(self.values))


def grid(axes, **fixed):
    """Return the settings of all points of a grid, list of dict; the last axis varies fastest.

    Args:
        axes: dict of str to sequence. Values of each hyper-parameter that is varied.
        **fixed: values of those that are not.

    Example:

    >>> grid({"depth": (1, 2), "neurons": (8, 16)}, dropout=0.1)[:2]
    [{'dropout': 0.1, 'depth': 1, 'neurons': 8}, {'dropout': 0.1, 'depth': 1, 'neurons': 16}]
    """
    return [{**fixed, **dict(zip(axes, values, strict=True))} for values in itertools.product(*axes.values())]


def scan(function, points, repeats=1, *, folder=None, basis=None, workers=None, scheduler=None):
    """Try each point several times.

    Each trial is written to `folder` when it is done, whole or not at all. The same call with the same folder does not
    repeat it, so that an interrupted scan goes on, and a larger grid or more repeats take up what is there. Trials that
    are damaged are reported and done again. A point that occurs twice is tried as if it occurred once.

    Args:
        function: `function(repeat=..., **settings)` returns a float. The same arguments must give the same value: seeds
            are arguments, or made of `repeat`. Trials train by `keras_hep.training.fit`, which is interrupted with
            them and goes on as they do.
        points: list of dict. Settings that JSON can hold, as of `grid`; they are begun in this order.
        repeats: int, or list of int, one for each point. Trials of it, numbered from 0 on.
        folder: str, path or None. Of the trials; None: they are not kept.
        basis: what JSON can hold: what else the values depend on, as sizes of samples; trials of others are not taken
            up, and may lie in the same folder.
        workers: int or None. As of `keras_hep.suite.trial_engines.computed`: None computes on all cores, if
            `distributed` is installed. The script then needs `if __name__ == "__main__":`.
        scheduler: str or None. As of `computed`: of a running cluster.

    Returns:
        list of `Point`, in the order of `points`. Any number of workers gives the same values, bit for bit; so do
        trials in this process, unless a framework there sums on several cores.

    Raises:
        ValueError: if there are fewer than 1 repeats, or a value is not finite.
        TypeError: if JSON cannot hold settings or basis.
        ImportError: as of `computed`.
        Exception: what a trial raised; those done before are kept.

    Example:

    >>> def distance(depth, repeat):
    ...     return abs(depth - 3.5) + 0.1 * repeat
    >>> points = scan(distance, grid({"depth": (1, 2, 4)}), repeats=2, workers=1)
    >>> min(points, key=lambda point: point.mean)
    Point(settings={'depth': 4}, values=(0.5, 0.6))
    """
    each = [repeats] * len(points) if isinstance(repeats, int) else list(repeats)
    if len(each) != len(points) or any(number < 1 for number in each):
        raise ValueError(f"repeats must be at least 1 for each of {len(points)} points, got {repeats}.")
    name = f"{function.__module__}.{function.__qualname__}"
    asked = [
        [_asked(name, point, repeat, basis) for repeat in range(number)]
        for point, number in zip(points, each, strict=True)
    ]
    unique = {key: (point, repeat) for trials in asked for key, point, repeat in trials}
    done = {key: _kept(folder, key) for key in unique}
    done = {key: trial for key, trial in done.items() if trial is not None}
    missing = [key for key in unique if key not in done]
    calls = [{**unique[key][0], "repeat": unique[key][1]} for key in missing]
    for number, value, seconds in trial_engines.computed(function, calls, workers, scheduler):
        key = missing[number]
        done[key] = Trial(name, *unique[key], _finite(value, calls[number]), seconds, key)
        _keep(folder, done[key])
        print(f"  trial {len(done)} of {len(unique)}: {value:.4f}, {seconds:.1f} s, {calls[number]}", file=sys.stderr)
    return [
        Point(point, tuple(done[key].value for key, _, _ in trials))
        for point, trials in zip(points, asked, strict=True)
    ]


def read_trials(folder):
    """Return the trials that a folder keeps, list of `Trial` sorted by key; damaged ones are reported and left out."""
    kept = [_read(path) for path in sorted(pathlib.Path(folder).glob("trial-*.json"))]
    return [trial for trial in kept if trial is not None]


def _asked(name, settings, repeat, basis):
    """Return (key, settings, repeat) of a trial."""
    described = {"function": name, "settings": settings, "repeat": repeat, "basis": basis}
    try:
        text = json.dumps(described, sort_keys=True, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"JSON must be able to hold settings and basis of a trial, got {settings} ({error})."
        ) from error
    return hashlib.sha256(text.encode()).hexdigest()[:16], settings, repeat


def _finite(value, arguments):
    if not isinstance(value, float | int | np.floating) or not math.isfinite(value):
        raise ValueError(f"A trial must return a finite number, got {value!r} for {arguments}: leave out this point.")
    return float(value)


def _path(folder, key):
    return pathlib.Path(folder, f"trial-{key}.json")


def _keep(folder, trial):
    if folder is not None:
        content = dataclasses.asdict(trial)
        write_text(_path(folder, trial.key), json.dumps({**content, "sha256": _digest(content)}, indent=1) + "\n")


def _kept(folder, key):
    """Return the kept `Trial` of a key, or None."""
    return None if folder is None else _read(_path(folder, key))


def _read(path):
    """Return the `Trial` in a file, or None if there is none that is whole."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        whole = content.pop("sha256") == _digest(content) and path == _path(path.parent, content["key"])
        if whole:
            return Trial(**content)
    except FileNotFoundError:
        return None
    except (AttributeError, KeyError, TypeError, ValueError):
        pass  # as it is not whole
    warnings.warn(f"{path} is damaged and not used: the trial is done again.", stacklevel=2)
    return None


def _digest(content):
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
