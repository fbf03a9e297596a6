"""What is measured of networks that were trained several times: means over the trainings, with errors."""

import dataclasses

import numpy as np

from keras_hep.metrics import estimates
from keras_hep.metrics.energy_regression import energy_regression
from keras_hep.suite.record import Curve, Quantity

ETA_EDGES = np.linspace(-0.55, 0.55, 12)
ENERGY_EDGES = np.linspace(10.0, 510.0, 11)  # GeV
FALSE_RATES = np.geomspace(1e-4, 1.0, 81)


@dataclasses.dataclass(frozen=True, eq=False)
class Scores:
    """Scores of one kind of classifier on the same test showers, of one training or of several.

    Args:
        labels: bool array, shape (showers,). Class 1.
        scores: float array, shape (trainings, showers).
    """

    labels: np.ndarray
    scores: np.ndarray

    @classmethod
    def of(cls, *classes):
        """Return the `Scores` of trainings, each a pair of `Answers` on the showers of class 0 and of class 1."""
        scores = np.array([np.concatenate([part.score for part in pair]) for pair in zip(*classes, strict=True)])
        numbers = [len(parts[0].score) for parts in classes]
        return cls(np.repeat([False, True], numbers), scores)

    def placements(self):
        """Return the mean over the trainings of what DeLong's error is made of.

        Returns:
            (float array of shape (showers of class 1,), float array of shape (showers of class 0,)): share of the
            showers of class 0 below each shower of class 1, and of class 1 above each of class 0; ties count half.
        """
        parts = [(_below(one[self.labels], one[~self.labels]), _above(one, self.labels)) for one in self.scores]
        return tuple(np.mean(part, axis=0) for part in zip(*parts, strict=True))

    def areas(self):
        """Return the area under the ROC curve of each training, float array of shape (trainings,)."""
        return np.array([_below(one[self.labels], one[~self.labels]).mean() for one in self.scores])

    def accuracies(self, threshold=0.0):
        """Return whether the class of each shower is found, bool array of shape (trainings, showers)."""
        return (self.scores > threshold) == self.labels

    def chosen(self, some):
        """Return the `Scores` of some showers, bool array of shape (showers,)."""
        return Scores(self.labels[some], self.scores[:, some])


def area(name, scores, of):
    """Return the mean area under the ROC curve, as `Quantity`; its error is that of trainings and of test showers.

    Args:
        name: str.
        scores: `Scores`.
        of: str. Which classes and showers.
    """
    error = np.hypot(of_trainings(scores.areas()), _of_placements(*scores.placements()))
    definition = f"area under the ROC curve, {of}, mean of {len(scores.scores)} trainings"
    return Quantity(name, scores.areas().mean(), error, definition=definition, count=len(scores.labels))


def area_gain(name, better, worse, of):
    """Return by how much the area of one classifier is larger than that of another on the same showers.

    Args:
        name: str.
        better: `Scores`.
        worse: `Scores`.
        of: str. Which classifiers, classes and showers.

    Returns:
        list of two `Quantity`: "<name>", with the error of trainings and of test showers, which both share; and
        "<name>_errors", how many errors it is.
    """
    return area_contrast(name, [(1.0, better), (-1.0, worse)], f"difference: {of}")


def area_contrast(name, terms, of):
    """Return a weighted sum of areas under ROC curves of classifiers that were tested on the same showers.

    Args:
        name: str.
        terms: list of (float, `Scores`). Weights, and what they are of.
        of: str. What is added.

    Returns:
        list of two `Quantity`: "<name>", with the error of trainings and of test showers, which all share; and
        "<name>_errors", how many errors it is.

    Raises:
        ValueError: if the classifiers were not tested on the same showers.

    Example:

    >>> labels = np.array([False, False, True, True])
    >>> good, fair = (Scores(labels, np.array([one])) for one in ([1.0, 2, 3, 4], [1.0, 3, 2, 4]))
    >>> area_contrast("gain", [(1, good), (-1, fair)], "good over fair")[0].value
    0.25
    """
    first = terms[0][1].labels
    if not all(np.array_equal(first, one.labels) for _, one in terms):
        raise ValueError(
            f"{name}: all classifiers must be tested on the same showers, got {[len(one.labels) for _, one in terms]} "
            "showers: compare answers on the same sample."
        )
    placements = [[weight * part for part in one.placements()] for weight, one in terms]
    moved = [np.sum(parts, axis=0) for parts in zip(*placements, strict=True)]
    variance = _of_placements(*moved) ** 2 + sum((weight * of_trainings(one.areas())) ** 2 for weight, one in terms)
    value = sum(weight * one.areas().mean() for weight, one in terms)
    return with_errors(name, value, np.sqrt(variance), f"areas under ROC curves, {of}", len(first))


def with_errors(name, value, error, definition, count=None):
    """Return a `Quantity`, and "<name>_errors", how many of its errors it is."""
    number = in_errors(value, error)
    return [
        Quantity(name, value, error, definition=definition, count=count),
        Quantity(f"{name}_errors", number, definition=f"in units of its error: {definition}", count=count),
    ]


def in_errors(value, error):
    """Return how many errors a value is; what differs from itself by nothing is none.

    Example:

    >>> in_errors(3.0, 2.0), in_errors(0.0, 0.0)
    (1.5, 0.0)
    """
    return value / error if error else np.copysign(np.inf, value) if value else 0.0


def of_trainings(values):
    """Return the standard error of the mean of several trainings; of a single one it is not known, and 0.

    Args:
        values: float array, shape (trainings,).
    """
    return estimates.mean(values)[1] if len(values) > 1 else 0.0


def accuracy(name, scores, of, threshold=0.0):
    """Return the mean share of showers whose class is found, as `Quantity`."""
    found = scores.accuracies(threshold)
    values, each = found.mean(axis=1), found.mean(axis=0)
    error = np.hypot(of_trainings(values), each.std() / np.sqrt(len(each)))
    return Quantity(name, values.mean(), error, definition=f"share of showers whose class is found, {of}")


def accuracy_curve(name, scores, values, edges, unit, of):
    """Return the accuracy in bins of something known of the showers, as `Curve`.

    Args:
        name: str.
        scores: `Scores`.
        values: float array, shape (showers,).
        edges: float array, shape (bins + 1,).
        unit: str. Of `values`.
        of: str.
    """
    bins = np.digitize(values, edges) - 1
    points = []
    for number in range(len(edges) - 1):
        if np.count_nonzero(bins == number) > 1:
            found = accuracy("", scores.chosen(bins == number), "")
            points.append(((edges[number] + edges[number + 1]) / 2, found.value, found.error))
    definition = f"share of showers whose class is found, {of}"
    return Curve(name, *zip(*points, strict=True), unit, "1", definition)


def roc(name, scores, of):
    """Return the mean efficiency for class 1 at given rates of showers of class 0 that pass, as `Curve`."""
    efficiencies = []
    number = np.count_nonzero(~scores.labels)
    rates = FALSE_RATES[FALSE_RATES * number >= 1]
    for one in scores.scores:
        thresholds = np.quantile(one[~scores.labels], 1 - rates, method="higher")
        efficiencies.append([np.mean(one[scores.labels] >= threshold) for threshold in thresholds])
    efficiencies = np.array(efficiencies)
    trainings = [of_trainings(column) for column in efficiencies.T]
    mean = efficiencies.mean(axis=0)
    tested = np.sqrt(mean * (1 - mean) / np.count_nonzero(scores.labels))
    return Curve(name, rates, mean, np.hypot(trainings, tested), definition=f"true over false positive rate, {of}")


def energies(true, predicted):
    """Return the `EnergyRegression` of several trainings on the same showers: means, and errors of both.

    Args:
        true: float array, shape (showers,). GeV.
        predicted: list of float arrays, shape (showers,). GeV, of each training.
    """
    parts = [energy_regression(true, one) for one in predicted]
    merged = {}
    for field in ("bias", "resolution"):
        values = np.array([getattr(part, field) for part in parts])
        tested = np.mean([getattr(part, f"{field}_error") for part in parts], axis=0)
        trainings = values.std(axis=0, ddof=1) / np.sqrt(len(parts)) if len(parts) > 1 else 0.0
        merged |= {field: values.mean(axis=0), f"{field}_error": np.hypot(tested, trainings)}
    return dataclasses.replace(parts[0], **merged)


def history_curves(name, histories, entries):
    """Return means over trainings of entries of their histories, list of `Curve`: "<name>_<entry>".

    Args:
        name: str.
        histories: list of dict of lists.
        entries: dict of str to str. What is drawn, and its definition.
    """
    events = histories[0]["events"]
    curves = []
    for entry, definition in entries.items():
        values = np.array([history[entry] for history in histories])
        error = values.std(axis=0, ddof=1) / np.sqrt(len(values)) if len(values) > 1 else None
        curves.append(Curve(f"{name}_{entry}", events, values.mean(axis=0), error, "1", "1", definition))
    return curves


def _below(true, false):
    """Return the share of `false` below each of `true`; ties count half."""
    ordered = np.sort(false)
    ranks = np.searchsorted(ordered, true, "left") + np.searchsorted(ordered, true, "right")
    return ranks / (2 * len(ordered))


def _above(scores, labels):
    return 1 - _below(scores[~labels], scores[labels])


def _of_placements(true, false):
    return np.sqrt(true.var(ddof=1) / len(true) + false.var(ddof=1) / len(false))
