"""Energies by networks that were trained several times: what is better than what, with errors of both."""

import dataclasses

import numpy as np

from keras_hep.metrics.energy_regression import EDGES
from keras_hep.suite import energy_regressions as regressions
from keras_hep.suite.record import Quantity
from keras_hep.suite.shower_reconstruction.courses import in_groups
from keras_hep.suite.shower_reconstruction.measurements import energies, in_errors, of_trainings

KINDS = {
    "resolution": "standard deviation of (true - predicted) / true",
    "bias": "absolute mean of (true - predicted) / true",
    "deviation": "root mean square of (true - predicted) / true",  # both of them together
}


@dataclasses.dataclass(frozen=True, eq=False)
class Energies:
    """Energies that a regression, trained once or several times, predicts for the same showers.

    Args:
        true: float array, shape (showers,). GeV.
        predicted: float array, shape (trainings, showers). GeV.

    Example:

    >>> found = Energies(np.array([50.0, 50.0]), np.array([[49.0, 51.0], [48.0, 52.0]]))
    >>> found.mean("spread", "resolution", 0, 100, "two showers").value
    3.0
    """

    true: np.ndarray
    predicted: np.ndarray

    @classmethod
    def of(cls, sample, answers):
        """Return what networks say of a test.

        Args:
            sample: `ShowerSample`.
            answers: list of `Answers` on it, one of each training.
        """
        return cls(np.asarray(sample.showers()["energy"]), np.array([one.energy for one in answers]))

    def chosen(self, some):
        """Return the `Energies` of some showers, bool array of shape (showers,)."""
        return Energies(self.true[some], self.predicted[:, some])

    def curves(self, name):
        """Return means over the trainings in bins of the true energy, as `energy_regressions.curves`."""
        return regressions.curves(name, energies(self.true, list(self.predicted)))

    def mean(self, name, kind, low, high, of):
        """Return the mean of the bins of 25 GeV between two energies in GeV, as `Quantity` in percent.

        Args:
            name: str.
            kind: str. One of `KINDS`.
            low: float.
            high: float.
            of: str. Which regression and showers.
        """
        values, moved = self.measured(kind, low, high)
        error = np.hypot(of_trainings(values), np.linalg.norm(moved))
        return Quantity(name, values.mean(), error, "%", f"{KINDS[kind]}, {_interval(low, high)}; {of}")

    def measured(self, kind, low, high):
        """Return the means over bins of each training, and by how much each shower moved their mean.

        Args:
            kind: str. One of `KINDS`.
            low: float. GeV.
            high: float. GeV.

        Returns:
            (float array of shape (trainings,), float array of shape (showers,)): percent. The root of the sum of the
            squares of the second is the error by the choice of test showers; heavy tails make it larger.
        """
        relative = 100 * (self.true - self.predicted) / self.true
        place = np.searchsorted(EDGES, self.true, side="right") - 1
        centres = (EDGES[1:] + EDGES[:-1]) / 2
        inside = [place == number for number, centre in enumerate(centres) if low < centre < high]
        filled = [some for some in inside if np.count_nonzero(some) > 1]
        values, moved = np.zeros(len(relative)), np.zeros(len(self.true))
        for some in filled:
            value, each = _OF_BIN[kind](relative[:, some])
            values += value / len(filled)
            moved[some] = each.mean(axis=0) / np.count_nonzero(some) / len(filled)
        return values, moved


def outcomes(wanted):
    """Train networks side by side and test them.

    Args:
        wanted: dict of str to (list of `Course`, dict of str to `ShowerSample`). Repeated trainings, and their tests.

    Returns:
        (dict, dict): of (name of the trainings, name of the test) to `Energies`, and of "<trainings>_<number>_<test>"
        to `Answers`, which `courses.recorded` takes.
    """
    found = in_groups({name: (courses, tuple(tests.values())) for name, (courses, tests) in wanted.items()})
    measured, answers = {}, {}
    for name, (_, tests) in wanted.items():
        for (test, sample), each in zip(tests.items(), zip(*found[name], strict=True), strict=True):
            measured[name, test] = Energies.of(sample, each)
            answers |= {f"{name}_{number}_{test}": one for number, one in enumerate(each)}
    return measured, answers


def ratio(name, above, below, kind, low, high, of):
    """Return the ratio of what is measured of two regressions between two energies.

    Args:
        name: str.
        above: `Energies`.
        below: `Energies`. If on the same showers, what both share is no error.
        kind: str. One of `KINDS`.
        low: float. GeV.
        high: float. GeV.
        of: str. What is divided by what.

    Returns:
        list of two `Quantity`: "<name>", and "<name>_errors", by how many errors its logarithm is above 0.
    """
    (values, moved), (others, others_moved) = (one.measured(kind, low, high) for one in (above, below))
    parts = moved / values.mean(), others_moved / others.mean()
    shared = len(above.true) == len(below.true) and np.array_equal(above.true, below.true)
    tested = np.linalg.norm(parts[0] - parts[1]) if shared else np.hypot(*map(np.linalg.norm, parts))
    trained = np.hypot(*(of_trainings(one) / one.mean() for one in (values, others)))
    value, error = values.mean() / others.mean(), np.hypot(tested, trained)
    definition = f"ratio of the {KINDS[kind]}, {_interval(low, high)}; {of}"
    return [
        Quantity(name, value, value * error, definition=definition),
        Quantity(
            f"{name}_errors",
            in_errors(np.log(value), error),
            definition=f"logarithm in units of its error: {definition}",
        ),
    ]


def difference(name, one, other, kind, low, high, of):
    """Return the difference of what is measured of two regressions on the same showers, in percent, as `ratio`."""
    (values, moved), (others, others_moved) = (each.measured(kind, low, high) for each in (one, other))
    error = np.hypot(np.linalg.norm(moved - others_moved), np.hypot(of_trainings(values), of_trainings(others)))
    value = values.mean() - others.mean()
    definition = f"difference of the {KINDS[kind]}, {_interval(low, high)}; {of}"
    return [
        Quantity(name, value, error, "%", definition),
        Quantity(f"{name}_errors", in_errors(value, error), definition=f"in units of its error: {definition}"),
    ]


def _resolution(relative):
    """Return the standard deviation of each training, and how each shower moves it times their number."""
    return _deviation(relative - relative.mean(axis=1, keepdims=True))


def _bias(relative):
    """Return the absolute mean of each training, and how each shower moves it times their number."""
    mean = relative.mean(axis=1, keepdims=True)
    return np.abs(mean[:, 0]), np.sign(mean) * (relative - mean)


def _deviation(relative):
    """Return the root mean square of each training, and how each shower moves it times their number."""
    squares = np.mean(relative**2, axis=1, keepdims=True)
    value = np.sqrt(squares)
    moved = np.divide(relative**2 - squares, 2 * value, out=np.zeros_like(relative), where=value > 0)
    return value[:, 0], moved


_OF_BIN = {"resolution": _resolution, "bias": _bias, "deviation": _deviation}


def _interval(low, high):
    return f"mean of the bins from {low} to {high} GeV"
