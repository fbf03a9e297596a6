"""Two kinds of classifiers compared: on the same test showers, and by their training curves.

Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, Appendices A and F, Figures 20, 28 and 29.
"""

import numpy as np

from keras_hep.suite import figures
from keras_hep.suite.record import Quantity
from keras_hep.suite.shower_reconstruction import courses, measurements, networks
from keras_hep.suite.shower_reconstruction.courses import Course
from keras_hep.suite.shower_reconstruction.measurements import Scores, of_trainings

HCAL = {"with": (), "without": (("hcal_shape", None),)}  # options of the network
CLASSIFIED = {"accuracy": "share of showers whose class is found", "entropy": "cross entropy"}
TRAINING = {
    "accuracy": "share of training showers whose class is found, between two entries",
    "loss": "training loss, cross entropy and 200 times the squared error of the energy, between two entries",
}
VALIDATION = {
    "test_accuracy": "share of validation showers whose class is found",
    "test_loss": "loss on validation showers, cross entropy and 200 times the squared error of the energy",
}


def score_gains(name, better, worse, of):
    """Return by how much one kind of classifier is better than another on the same showers.

    Args:
        name: str. The quantities are "<name>_accuracy" and "<name>_entropy", each as of `sized`.
        better: `Scores`.
        worse: `Scores`.
        of: str. Which is compared with which.

    Returns:
        list of `Quantity`. The accuracy is larger, and the cross entropy lower, where "better" is better.

    Example: of four showers one more is told from the others.

    >>> labels = np.array([False, False, True, True])
    >>> one, other = (Scores(labels, np.array([[-1.0, -1.0, 1.0, last]])) for last in (1.0, -1.0))
    >>> [(gain.name, gain.value) for gain in score_gains("gain", one, other, "")[:2]]
    [('gain_accuracy', 0.25), ('gain_accuracy_size', 0.25)]
    """
    found = []
    for kind, definition in CLASSIFIED.items():
        values, others = (each_shower(kind, scores) for scores in (better, worse))
        if kind == "entropy":
            values, others = others, values
        difference = values.mean(axis=0) - others.mean(axis=0)
        parts = (
            difference.std() / np.sqrt(len(difference)),
            *(of_trainings(one.mean(axis=1)) for one in (values, others)),
        )
        error = np.sqrt(np.sum(np.square(parts)))
        found += sized(f"{name}_{kind}", difference.mean(), error, f"gain in {definition}, test showers, {of}")
    return found


def each_shower(kind, scores):
    """Return accuracy or cross entropy of every shower, float array of shape (trainings, showers).

    Args:
        kind: str. "accuracy", 0 or 1, or "entropy".
        scores: `Scores`.

    Example:

    >>> each_shower("entropy", Scores(np.array([True]), np.array([[0.0]]))).round(4).tolist()
    [[0.6931]]
    """
    if kind == "accuracy":
        return scores.accuracies().astype(float)
    return np.logaddexp(0.0, np.where(scores.labels, -1.0, 1.0) * scores.scores)


def entry_gain(name, better, worse, entry, last, of):
    """Return by how much an entry of the histories is larger for one kind of training than for another.

    Trainings of the same place saw the same showers in the same order, so that their differences are compared.

    Args:
        name: str.
        better: list of dict of lists. Histories.
        worse: list of dict of lists. As many.
        entry: str.
        last: int. So many entries, the last ones, are counted.
        of: str. Which is compared with which.

    Returns:
        list of `Quantity`, as of `sized`.

    Example:

    >>> one, other = ([{"accuracy": [0.5, 0.7, high]}] for high in (0.9, 0.8))
    >>> round(entry_gain("gain", one, other, "accuracy", 2, "")[0].value, 6)
    0.05
    """
    pairs = zip(better, worse, strict=True)
    differences = [np.mean(one[entry][-last:]) - np.mean(other[entry][-last:]) for one, other in pairs]
    known = {**TRAINING, **VALIDATION}[entry]
    return sized(
        name, np.mean(differences), of_trainings(differences), f"gain in {known}, mean of the last {last}, {of}"
    )


def sized(name, value, error, definition):
    """Return a `Quantity`, its size without its sign, "<name>_size", and its error, "<name>_error"."""
    return [
        Quantity(name, value, error, definition=definition),
        Quantity(f"{name}_size", abs(value), error, definition=f"size of: {definition}"),
        Quantity(f"{name}_error", error, definition=f"standard error, of trainings and test showers, of: {definition}"),
    ]


def measured(name, scores, of):
    """Return accuracy, area under the ROC curve and cross entropy of a kind of classifier, list of `Quantity`.

    Args:
        name: str. They are "accuracy_<name>", "area_<name>" and "entropy_<name>".
        scores: `Scores`.
        of: str. Which classifiers, classes and showers.
    """
    entropies = each_shower("entropy", scores)
    error = np.hypot(of_trainings(entropies.mean(axis=1)), entropies.mean(axis=0).std() / np.sqrt(len(scores.labels)))
    return [
        measurements.accuracy(f"accuracy_{name}", scores, of),
        measurements.area(f"area_{name}", scores, of),
        Quantity(f"entropy_{name}", entropies.mean(), error, definition=f"mean cross entropy, {of}"),
    ]


def seconds_per_shower(answers):
    """Return the mean time that trainings took for a shower, s.

    Args:
        answers: list of `Answers`, one of each training.
    """
    return float(np.mean([one.entry["seconds"] / one.entry["events"] for one in answers]))


def named(kinds):
    """Return answers by name, dict of "<kind>_<training>_<class>" to `Answers`.

    Args:
        kinds: dict of str to list (of trainings) of lists (of classes) of `Answers`.
    """
    return courses.numbered(kinds, ("class0", "class1"))


# With and without the cells of the HCAL


def hcal_trainings(task, profile, events, entries, trainings, seed):
    """Train the DNN with and without cells of the HCAL, whose summed energy it has in both cases.

    Args:
        task: `courses.Task` of two particles.
        profile: str. One of `networks.PROFILES`.
        events: int. Showers seen in a training.
        entries: int. Of the history.
        trainings: int. Of each kind.
        seed: int.

    Returns:
        dict of "with" and "without" to list (of trainings) of lists (of classes) of `Answers`.
    """
    tests = task.samples("test", profile, seed)
    common = {"events": events, "intervals": entries}
    wanted = {
        kind: [Course(task, "dnn", profile, seed, number, options=options, **common) for number in range(trainings)]
        for kind, options in HCAL.items()
    }
    return courses.in_groups({kind: (several, tests) for kind, several in wanted.items()})


def hcal_compared(kinds, last, of):
    """Return what the cells of the HCAL bring, (list of `Quantity`, list of `Curve`).

    Args:
        kinds: dict as of `hcal_trainings`.
        last: int. Entries at the end of the training curves that are compared.
        of: str. Which classes.
    """
    scores = {kind: Scores.of(*zip(*trainings, strict=True)) for kind, trainings in kinds.items()}
    histories = {kind: [classes[0].history for classes in trainings] for kind, trainings in kinds.items()}
    quantities, curves = [], []
    for kind in HCAL:
        quantities += measured(kind, scores[kind], f"{of}, {kind} cells of the HCAL")
        curves += measurements.history_curves(kind, histories[kind], TRAINING)
    against = f"{of}, with - without cells of the HCAL"
    quantities += score_gains("gain", scores["with"], scores["without"], against)
    quantities += measurements.area_gain("area_gain", scores["with"], scores["without"], against)
    quantities += entry_gain("training_gain", histories["with"], histories["without"], "accuracy", last, against)
    return quantities, curves


def hcal_weights(task, profile, seed):
    """Return the weights of the DNN with and without cells of the HCAL, list of two `Quantity`."""
    return [
        Quantity(
            f"weights_{kind}",
            Course(task, "dnn", profile, seed, options=options).model().count_params(),
            definition=f"weights of the network, {kind} cells of the HCAL",
        )
        for kind, options in HCAL.items()
    ]


# Figures


@figures.style()
def draw_hcal(result, classes):
    """Draw accuracy and loss in training with and without cells of the HCAL, means with standard errors.

    Args:
        result: `Result` with the curves of `hcal_compared`.
        classes: str. What is told apart.

    Returns:
        matplotlib `Figure`.
    """
    figure, (accuracy, loss) = figures.panels(columns=2, aspect=0.8)
    for index, kind in enumerate(HCAL):
        for axes, entry in ((accuracy, "accuracy"), (loss, "loss")):
            figures.overlay(axes, result.curves[f"{kind}_{entry}"], label=f"{kind} HCAL cells", index=index)
    for axes, label in ((accuracy, "training accuracy"), (loss, "training loss")):
        figures.axis_labels(axes, "showers seen", label)
    loss.set_yscale("log")
    gain = result.quantities["gain_accuracy"]
    accuracy.set_title(f"{classes}, {networks.sized('dnn', result.scale or 'full')}")
    loss.set_title(f"test showers: cells gain {gain.value:+.4f} $\\pm$ {gain.error:.4f} in accuracy")
    figures.legend(accuracy, loc="lower right")
    return figure
