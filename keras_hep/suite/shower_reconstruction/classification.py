"""Networks and boosted trees that tell two particles apart, each tested on the same showers.

Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, section 5.3.1, Figures 13 and 14.
"""

import dataclasses
import itertools

import numpy as np

from keras_hep.calorimetry.features import FEATURES, feature_table
from keras_hep.calorimetry.regression_baselines import boosted_energy
from keras_hep.metrics import estimates
from keras_hep.suite.shower_reconstruction import baselines, courses, measurements
from keras_hep.suite.shower_reconstruction.kept_arrays import kept_arrays
from keras_hep.suite.shower_reconstruction.measurements import Scores

NETWORKS = ("dnn", "cnn", "gn")
TASKS = {"photon_pi0": courses.PHOTON_PI0, "electron_pion": courses.ELECTRON_PION}
CLASSES = {"photon_pi0": "photons / neutral pions", "electron_pion": "electrons / early charged pions"}
TREES = {"bdt": "BDT", "gradient": "gradient boosting"}
MIDDLE = 260.0  # GeV: half of the energies lie below
INNER, OUTER = 0.55 / 3, 0.55 * 2 / 3  # pseudorapidities of the inner and the outer third


def trained(wanted, profile, seed, data=None):
    """Train the networks of tasks several times, and test them.

    Args:
        wanted: dict of str to sequence of str. Of `TASKS`, some of `NETWORKS` each.
        profile: str. One of `networks.PROFILES`.
        seed: int.
        data: str, path or None. As of `courses.Task.on`.

    Returns:
        dict of (task, network) to list, of each training, of two `Answers`: on class 0 and on class 1.
    """
    tests = {name: TASKS[name].on(data).samples("test", profile, seed) for name in wanted}
    return courses.in_groups(
        {
            (name, network): (courses.headline(network, profile, seed, data, TASKS[name]), tests[name])
            for name, several in wanted.items()
            for network in several
        }
    )


def named(found):
    """Return the `Answers` of `trained` by names for a `Result`, dict: "<network>_<training>_<particle>"."""
    several = [courses.numbered({network: one}, TASKS[task].particles) for (task, network), one in found.items()]
    return dict(itertools.chain.from_iterable(part.items() for part in several))


def scores(several):
    """Return the `Scores` of trainings, each a list of two `Answers`."""
    return Scores.of(*zip(*several, strict=True))


# Boosted trees


def boosted(kind, task, profile, seed):
    """Return what boosted trees say of the test showers, computed once: `KeptArrays` for `tree_scores`.

    Args:
        kind: str. "bdt", AdaBoost as in the article, or "gradient", ours: squared errors of the class, which know when
            to stop from a fourth of the training showers.
        task: `courses.Task` of two particles.
        profile: str. One of `networks.PROFILES`.
        seed: int.
    """
    described = {"trees": kind, "boosting": dataclasses.asdict(baselines.BOOSTING)}
    for part in ("train", "test"):
        described[part] = [dataclasses.asdict(sample) for sample in task.samples(part, profile, seed)]
    compute = baselines.classifier_scores if kind == "bdt" else _gradient_boosted
    return kept_arrays(described, lambda: dict(zip(task.particles, compute(task, profile, seed), strict=True)))


def tree_scores(kept, task):
    """Return the `Scores` of `boosted` trees, of one training."""
    parts = [kept[particle] for particle in task.particles]
    return Scores(np.repeat([False, True], [len(part) for part in parts]), np.concatenate(parts)[None])


def _gradient_boosted(task, profile, seed):
    tables = [baselines.features(sample) for sample in task.samples("train", profile, seed)]
    names = [name for name in FEATURES if all(name in table for table in tables)]
    rows = [feature_table(table, names) for table in tables]
    labels = np.repeat([0.0, 1.0], [len(part) for part in rows])
    rows, watched = np.concatenate(rows), np.arange(len(labels)) % baselines.WATCHED == 0
    trees = boosted_energy((rows[~watched], labels[~watched]), (rows[watched], labels[watched]), names)
    tests = task.samples("test", profile, seed)
    return [trees.score(feature_table(baselines.features(sample), names)) for sample in tests]


# ROC curves


def areas(task, found, steps):
    """Return areas under ROC curves, and by how much they are larger for one classifier than for another.

    Args:
        task: str. One of `TASKS`.
        found: dict of str to `Scores`. By classifier.
        steps: sequence of (str, str). Better and worse classifiers; those that are not among them are left out.

    Returns:
        list of `Quantity`: "<task>_<classifier>", and of "<task>_<better>_over_<worse>" as of `area_gain`.
    """
    quantities = [measurements.area(f"{task}_{name}", one, f"{name}, {CLASSES[task]}") for name, one in found.items()]
    for better, worse in (step for step in steps if found.keys() >= set(step)):
        of = f"{better} - {worse}, {CLASSES[task]}"
        quantities += measurements.area_gain(f"{task}_{better}_over_{worse}", found[better], found[worse], of)
    return quantities


def roc(name, scores, of):
    """Return the ROC curve of trainings, with errors of efficiencies and of rates of false positives.

    Args:
        name: str.
        scores: `Scores`.
        of: str.

    Returns:
        `Curve`. The error of a rate is that of the number of showers behind it, times the slope of the curve.
    """
    curve = measurements.roc(name, scores, of)
    true, false = np.count_nonzero(scores.labels), np.count_nonzero(~scores.labels)
    rates, efficiencies = np.asarray(curve.x), np.asarray(curve.y)
    along = np.sqrt(rates * (1 - rates) / false)
    moved = [np.abs(np.interp(rates + side * along, rates, efficiencies) - efficiencies) for side in (-1, 1)]
    least = estimates.fraction(np.array([true]), true)[1]  # where all are found, or none
    error = np.hypot(np.maximum(curve.error, least), np.maximum(*moved))
    return dataclasses.replace(curve, error=tuple(error))


# Accuracy against energy and angle


def best_network(found, task):
    """Return the network with the highest accuracy on validation showers at the end of the trainings.

    Args:
        found: dict as of `trained`. The test does not choose.
        task: str. One of `TASKS`.
    """
    return max(networks_of(found, task), key=lambda network: _validated(found[task, network]))


def networks_of(found, task):
    """Return the networks that learnt a task, list; arguments as of `best_network`."""
    return [network for network in NETWORKS if (task, network) in found]


def _validated(several):
    return np.mean([pair[0].history["test_accuracy"][-1] for pair in several])


def truth(task, profile, seed):
    """Return true energy in GeV and pseudorapidity of the test showers, computed once: `KeptArrays`.

    Args:
        task: `courses.Task`.
        profile: str. One of `networks.PROFILES`.
        seed: int.

    Returns:
        `KeptArrays` with "energy" and "eta", shape (showers,): those of class 0, then of class 1.
    """
    samples = task.samples("test", profile, seed)

    def compute():
        showers = [sample.showers() for sample in samples]
        return {label: np.concatenate([part[label] for part in showers]) for label in ("energy", "eta")}

    return kept_arrays({"truth": [dataclasses.asdict(sample) for sample in samples]}, compute)


def accuracy_curves(name, scores, known, of):
    """Return the accuracy in bins of energy and of pseudorapidity, two `Curve`: "<name>_energy", "<name>_eta".

    Args:
        name: str.
        scores: `Scores`.
        known: dict-like with "energy", GeV, and "eta", float arrays of shape (showers,).
        of: str.
    """
    axes = {"energy": (measurements.ENERGY_EDGES, "GeV"), "eta": (measurements.ETA_EDGES, "1")}
    return [
        measurements.accuracy_curve(f"{name}_{label}", scores, known[label], edges, unit, f"{of}, by {label}")
        for label, (edges, unit) in axes.items()
    ]


def trends(task, scores, known, of):
    """Return how accuracy and area change with energy and with angle, list of `Quantity`.

    They are "<task>_energy_loss", the accuracy below 260 GeV minus that above, and "<task>_angle_gain", that of the
    outer third of pseudorapidities minus that of the inner third; with "_errors" as of `with_errors`; and the same with
    "_area_" before them, of areas under ROC curves, which do not depend on how many showers of either class there are.

    Args:
        task: str. Begins the names.
        scores: `Scores`.
        known: as of `accuracy_curves`.
        of: str.
    """
    energy, eta = known["energy"], np.abs(known["eta"])
    pairs = {
        "energy_loss": (energy < MIDDLE, energy >= MIDDLE, f"below {MIDDLE:g} GeV - above"),
        "angle_gain": (eta > OUTER, eta < INNER, f"|eta| above {OUTER:.3f} - below {INNER:.3f}"),
    }
    quantities = []
    for name, (one, other, between) in pairs.items():
        parts = scores.chosen(one), scores.chosen(other)
        quantities += difference(f"{task}_{name}", *parts, f"{of}, {between}")
        if all(0 < part.labels.sum() < len(part.labels) for part in parts):
            quantities += difference(f"{task}_area_{name}", *parts, f"{of}, {between}", measurements.area)
    return quantities


def difference(name, one, other, of, measure=measurements.accuracy):
    """Return by how much a measure of the same trainings is larger on some test showers than on others.

    Args:
        name: str.
        one: `Scores`.
        other: `Scores`. Of the same trainings on other showers.
        of: str.
        measure: function (name, `Scores`, of) that returns a `Quantity`.

    Returns:
        list of two `Quantity`, as of `with_errors`.

    Raises:
        ValueError: if the numbers of trainings differ.

    Example:

    >>> labels = np.array([False, False, True, True])
    >>> first, second = (Scores(labels, np.array([[-1.0, last, 1.0, 1.0]])) for last in (-1.0, 1.0))
    >>> difference("loss", first, second, "")[0].value
    0.25
    """
    if len(one.scores) != len(other.scores):
        raise ValueError(
            f"{name}: both must be of the same trainings, got {len(one.scores)} and {len(other.scores)}: "
            "choose showers of one `Scores`."
        )
    values, tested = [], []
    for part in (one, other):
        each = [measure("", Scores(part.labels, row[None]), "") for row in part.scores]
        values.append([quantity.value for quantity in each])
        tested.append(np.mean([quantity.error for quantity in each]))
    differences = np.subtract(*values)
    error = np.sqrt(np.sum(np.square(tested)) + measurements.of_trainings(differences) ** 2)
    return measurements.with_errors(name, differences.mean(), error, f"difference, {of}", len(one.labels))
