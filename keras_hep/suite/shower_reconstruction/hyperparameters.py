"""Scans of the hyper-parameters of networks that reconstruct showers, and what is measured of them."""

import dataclasses
import hashlib
import math
import pathlib

import numpy as np

from keras_hep import training
from keras_hep.suite.hyperparameter_scan import Point, scan
from keras_hep.suite.record import Quantity
from keras_hep.suite.shower_reconstruction import courses, measurements, networks
from keras_hep.suite.shower_reconstruction.samples import prepare
from keras_hep.suite.shower_reconstruction.scan_plans import BEST, PLANS
from keras_hep.training_store import DEFAULT_STORE, STORE

OF_TRAINING = ("learning_rate", "decay")  # the others are of the model


@dataclasses.dataclass(frozen=True)
class Scanned:
    """What a scan found.

    Attributes:
        plans: dict of network to `Plan`.
        points: dict of network to list of `Point`.
        weights: dict of str to `Answers`, by trial and class.
    """

    plans: dict
    points: dict
    weights: dict

    def slices(self):
        """Yield every `Slice` with its `Point`s, list in the order of its own."""
        for network, plan in self.plans.items():
            for one in plan.slices:
                wanted = one.points(plan.defaults)
                yield one, [next(point for point in self.points[network] if point.settings == each) for each in wanted]


def scanned(profile, seed, data=None):
    """Scan all networks at one scale, side by side; return `Scanned`.

    Trials are kept beside the trained weights of the `Store` in use. Without training, values come from kept answers.

    Args:
        profile: str. One of `PLANS`.
        seed: int. Of the run.
        data: str, path or None. As of `Task.on`.
    """
    plans, place = PLANS[profile], STORE.get(DEFAULT_STORE)
    common = {"profile": profile, "seed": seed, "data": str(data or "")}
    asked = [(network, settings) for network, plan in plans.items() for settings in plan.points(network)]
    options = {"workers": 1}
    if place.train:
        prepare([sample for network in plans for part in _samples(network, **common).values() for sample in part])
        options = {"folder": pathlib.Path(place.folder, "scan", "trials"), "basis": _basis(common)}
    points = [{**common, "network": network, **settings} for network, settings in asked]
    repeats = [plans[network].repeats for network, _ in asked]
    values = [point.values for point in scan(accuracy, points, repeats, **options)]
    found, weights = {network: [] for network in plans}, {}
    for (network, settings), point, ours in zip(asked, points, values, strict=True):
        for repeat in range(len(ours)):
            name = f"{network}_{len(found[network])}_{repeat}"
            weights |= zip((f"{name}_pi0", f"{name}_photon"), _answers(**point, repeat=repeat), strict=True)
        found[network].append(Point(settings, ours))
    return Scanned(plans, found, weights)


def accuracy(**trial):
    """Train a network once and return the share of test showers whose class it finds: one trial of a scan.

    Args:
        **trial: arguments of `course`.
    """
    pions, photons = _answers(**trial)
    return float(measurements.Scores.of([pions], [photons]).accuracies().mean())


def course(network, profile, seed, data, repeat, **settings):
    """Return the `Course` of a trial.

    Args:
        network: str. "dnn", "cnn" or "gn".
        profile: str. One of `PLANS`.
        seed: int. Of the run.
        data: str. As of `Task`.
        repeat: int.
        **settings: hyper-parameters by name.
    """
    of_training = {name: settings[name] for name in OF_TRAINING}
    options = tuple((name, value) for name, value in settings.items() if name not in OF_TRAINING)
    task, events = courses.PHOTON_PI0.on(data), PLANS[profile][network].events
    return courses.Course(task, network, profile, seed, repeat, options, events, intervals=1, **of_training)


def best_of(name, points, of):
    """Return the largest mean accuracy of several points and how sure the differences between them are.

    Args:
        name: str.
        points: list of `Point`.
        of: str. Which network and slice.

    Returns:
        list of `Quantity`: "<name>_largest", the largest mean, with its error; and of points that were tried more than
        once "<name>_variation", the variance between the means over the one that repeats explain: 1 where the
        hyper-parameters make no difference.
    """
    best = max(points, key=lambda point: point.mean)
    error = None if math.isnan(best.error) else best.error
    definition = f"largest mean share of test showers whose class is found, {of}; the error is that of repeats"
    found = [Quantity(f"{name}_largest", best.mean, error, definition=definition, count=len(points))]
    explained = np.mean([point.error**2 for point in points])
    if explained > 0:
        between = np.var([point.mean for point in points], ddof=1)
        definition = f"variance of the mean accuracies of points over that of repeats of the same, {of}"
        found.append(Quantity(f"{name}_variation", between / explained, definition=definition, count=len(points)))
    return found


def behind_best(network, points):
    """Return how far the published best settings are behind the best of all points, list of `Quantity`.

    Args:
        network: str.
        points: list of `Point`: one of the published best settings and others.

    Returns:
        "<network>_published_best", the mean accuracy, and "<network>_behind", by how many standard deviations of its
        repeats it is less than that of the best point, 0 if it is itself the best.
    """
    published = next(point for point in points if point.settings == BEST[network])
    best, label = max(points, key=lambda point: point.mean), networks.LABELS[network]
    behind = best.mean - published.mean
    definition = f"share of test showers whose class is found, {label} of the published best settings"
    count = len(published.values)
    return [
        Quantity(f"{network}_published_best", published.mean, published.error, definition=definition, count=count),
        Quantity(
            f"{network}_behind",
            (behind / published.spread if published.spread else math.inf) if behind else 0.0,
            definition=f"largest mean accuracy minus that of the published best settings over its spread, {label}",
            count=len(points),
        ),
    ]


def _answers(network, **trial):
    """Return the `Answers` of a trial on neutral pions and on photons, list; trained if need be.

    Each trial has a folder of its own. Its weights go when its answers are kept: those of all trials would take room.
    """
    one, samples = course(network, **trial), _samples(network, **trial)["test"]
    place = STORE.get(DEFAULT_STORE)
    name = hashlib.sha256(repr((one, samples)).encode()).hexdigest()[:16]
    own = dataclasses.replace(place, folder=pathlib.Path(place.folder, "scan", name))
    with training.store(own):
        found = courses.answers(one, samples)
    if place.train:
        for path in own.folder.glob("*.weights.h5"):
            path.unlink()
            path.with_name(path.name.replace(".weights.h5", ".json")).unlink(missing_ok=True)
    return found


def _samples(network, profile, seed, data="", **others):
    """Return the samples of a scan, dict of "train" and "test" to tuple of `ShowerSample`."""
    task, tested = courses.PHOTON_PI0.on(data), PLANS[profile][network].tested
    tests = task.samples("test", profile, seed)
    return {
        "train": task.samples("train", profile, seed),
        "test": tuple(dataclasses.replace(sample, number=tested) for sample in tests),
    }


def _basis(common):
    """Return what accuracies depend on beside the arguments of a trial: sizes, and the framework."""
    import keras

    profile = networks.PROFILES[common["profile"]]
    recipes = {network: dataclasses.asdict(profile.recipes[network]) for network in BEST}
    sizes = {network: (plan.events, plan.tested) for network, plan in PLANS[common["profile"]].items()}
    return {"recipes": recipes, "sizes": sizes, "showers": profile.showers, "backend": keras.backend.backend()}
