"""Training and validation accuracy over the batches of a training, and networks that see few showers again and again.

Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, section 5.2, Figure 12.
"""

import dataclasses

import numpy as np

from keras_hep.suite.record import Quantity
from keras_hep.suite.shower_reconstruction import courses, measurements, networks
from keras_hep.suite.shower_reconstruction.courses import Task
from keras_hep.suite.shower_reconstruction.measurements import of_trainings

ENTRIES = {
    "accuracy": "share of training showers whose class is found, between two entries, over batches",
    "test_accuracy": "share of validation showers whose class is found, over batches",
}
CLASSES = 2  # of the validation showers, which all trainings draw from
REPEATED = ("dnn", "cnn")  # networks that are trained on few showers


@dataclasses.dataclass(frozen=True)
class FewShowers(Task):
    """A `Task` whose training sample is small, so that its showers are seen many times.

    Args:
        number: int. Showers of each class in training.
    """

    number: int = 1000

    def samples(self, part, profile, seed):
        """Return the `ShowerSample` of each particle, as of `Task`."""
        found = super().samples(part, profile, seed)
        return found if part != "train" else tuple(dataclasses.replace(one, number=self.number) for one in found)


def few_showers(number):
    """Return the `FewShowers` of photons against neutral pions."""
    fields = {field.name: getattr(courses.PHOTON_PI0, field.name) for field in dataclasses.fields(Task)}
    return FewShowers(number=number, **fields)


def repeated(number, events, profile, seed):
    """Return trainings on few showers, dict of network to list of `Course`.

    Args:
        number: int. Showers of each class.
        events: int. Showers seen in training.
        profile: str. One of `networks.PROFILES`.
        seed: int.
    """
    options = {"events": events, "watched": networks.PROFILES[profile].watched}
    return {name: courses.repeats(few_showers(number), name, profile, seed, **options) for name in REPEATED}


def trained(wanted, profile, seed, data=None):
    """Carry out trainings, and return their answers on test showers of photons and neutral pions.

    Args:
        wanted: dict of str to list of `Course`.
        profile: str. One of `networks.PROFILES`.
        seed: int.
        data: str, path or None. As of `courses.Task.on`.

    Returns:
        dict of str to list, of each training, of two `Answers`: on neutral pions and on photons.
    """
    tests = courses.PHOTON_PI0.on(data).samples("test", profile, seed)
    return courses.in_groups({name: (several, tests) for name, several in wanted.items()})


def curves(name, histories, batch_size):
    """Return training and validation accuracy over batches, two `Curve`: "<name>_accuracy", "<name>_test_accuracy".

    Args:
        name: str.
        histories: list of dict of lists, of each training.
        batch_size: int. Showers.
    """
    found = measurements.history_curves(name, histories, ENTRIES)
    return [dataclasses.replace(one, x=np.asarray(one.x) / batch_size) for one in found]


def ends(name, histories, watched):
    """Return accuracies at the end of trainings, list of `Quantity`.

    They are "<name>_training" and "<name>_validation", the last entries; "<name>_overtraining", the first minus the
    second, with "_errors" as of `with_errors`; and "<name>_mean_overtraining", of all entries. Errors are those of
    trainings, and of the validation showers, of which each training draws half.

    Args:
        name: str.
        histories: list of dict of lists, of each training.
        watched: int. Validation showers of each class, and of a training.
    """
    training, validation = (np.array([one[entry] for one in histories]) for entry in ENTRIES)
    gaps = training - validation
    return [
        _mean(f"{name}_training", training[:, -1], 0, "last training accuracy"),
        _mean(f"{name}_validation", validation[:, -1], watched, "last validation accuracy"),
        *_with_errors(f"{name}_overtraining", gaps, validation, watched, slice(-1, None)),
        *_with_errors(f"{name}_mean_overtraining", gaps, validation, watched, slice(None)),
    ]


def gap_difference(name, one, other, watched):
    """Return by how much training exceeds validation accuracy more in some trainings than in others.

    Args:
        name: str.
        one: list of dict of lists. Histories.
        other: list of dict of lists. As many; those of the same place had the same showers.
        watched: int. Validation showers of a training.

    Returns:
        list of two `Quantity`, of the mean over all entries, as of `with_errors`.
    """
    gaps = [np.mean([_gap(history) for history in several], axis=1) for several in (one, other)]
    accuracy = np.mean([history["test_accuracy"] for history in (*one, *other)])
    binomial = np.sqrt(2) * _binomial(accuracy, watched, len(one))
    differences = np.subtract(*gaps)
    error = np.hypot(of_trainings(differences), binomial)
    of = "difference of training minus validation accuracy, mean over the training"
    return measurements.with_errors(name, differences.mean(), error, of)


def gain(name, better, worse, of):
    """Return by how much more showers of the same test have their class found by one network than by another.

    Args:
        name: str.
        better: `Scores`.
        worse: `Scores`.
        of: str.

    Returns:
        list of two `Quantity`, as of `with_errors`; the error is that of trainings and of test showers, which are the
        same for both.

    Example: one of four showers more.

    >>> labels = np.array([False, False, True, True])
    >>> one, other = (measurements.Scores(labels, np.array([[-1.0, -1, 1, last]])) for last in (1, -1))
    >>> gain("gain", one, other, "")[0].value
    0.25
    """
    found = [scores.accuracies().astype(float) for scores in (better, worse)]
    each = found[0].mean(axis=0) - found[1].mean(axis=0)
    trainings = [of_trainings(part.mean(axis=1)) for part in found]
    error = np.sqrt(np.sum(np.square(trainings)) + each.var() / len(each))
    return measurements.with_errors(name, each.mean(), error, f"gain in accuracy on test showers, {of}", len(each))


def _with_errors(name, gaps, validation, watched, part):
    values = gaps[:, part].mean(axis=1)
    error = np.hypot(of_trainings(values), _binomial(validation[:, part].mean(), watched, len(values)))
    return measurements.with_errors(name, values.mean(), error, "training minus validation accuracy")


def _mean(name, values, watched, definition):
    binomial = _binomial(values.mean(), watched, len(values)) if watched else 0.0
    return Quantity(name, values.mean(), np.hypot(of_trainings(values), binomial), definition=definition)


def _gap(history):
    return np.subtract(history["accuracy"], history["test_accuracy"])


def _binomial(accuracy, watched, trainings):
    """Return the error of a mean accuracy by the choice of showers: each training draws so many of as many per class.

    What they share of the sample does not become less with more trainings.
    """
    shared = 1 / CLASSES
    return np.sqrt(accuracy * (1 - accuracy) / watched * (shared + (1 - shared) / trainings))
