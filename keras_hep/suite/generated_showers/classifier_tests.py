"""Classifiers that are told to tell generated showers from simulated ones, and other measures of what was learned.

The less a classifier finds, the better the generator: an area under its ROC curve of 0.5 is as good as the simulation.
Showers of the test, of the training of classifiers and of the training of generators are all different.
"""

import dataclasses

import numpy as np

from keras_hep import training
from keras_hep.calorimetry.regression_baselines import boosted_energy
from keras_hep.calorimetry.shower_streams import ShowerStream, StoredShowers, shower_inputs
from keras_hep.calorimetry.showers import Showers
from keras_hep.metrics import estimates
from keras_hep.metrics.sample_comparison import correlation_differences, coverage, nearest_distances, training_affinity
from keras_hep.metrics.showers import measured_angle, shower_observables
from keras_hep.shower_objectives import ParticleLoss
from keras_hep.suite.generated_showers import generators
from keras_hep.suite.generated_showers.generators import KINDS, SIZES, above_threshold
from keras_hep.suite.generated_showers.samples import WINDOWS, electrons
from keras_hep.suite.parallel_training import train_together
from keras_hep.suite.shower_reconstruction import networks
from keras_hep.suite.shower_reconstruction.kept_arrays import kept_arrays

CLASSIFIERS = {"cells": "network on cells", "features": "trees on features"}
CONTROL = "control"  # other simulated showers in the place of generated ones
APART = 1000  # between the seeds of repeated trainings
_FRESH = 500_000  # added to the seed of showers: the generators were developed on those of the seed itself
NEAREST = 0.01  # of simulated showers, nearest to one of the training
WATCHED = 4  # one of so many showers ends the growth of trees
_BLOCK = 250  # showers that are predicted at once


@dataclasses.dataclass(frozen=True)
class Judge:
    """The network on cells.

    Args:
        events: int. Showers that it sees in training, those of the sample again and again.
        arguments: dict. Of `keras_hep.models.ShowerDNN`.
    """

    events: int
    arguments: dict


JUDGES = {
    "smoke": Judge(400, {"depth": 2, "neurons": 16}),
    "quick": Judge(30_000, {"depth": 3, "neurons": 128}),
    "full": Judge(400_000, {}),
}


def judged(profile, seed):
    """Return what is found of every training of every generator, computed side by side.

    Args:
        profile: str. One of `SIZES`.
        seed: int.

    Returns:
        dict of str, one of `KINDS` or `CONTROL`, to list of `KeptArrays`, one of each training, as of `verdict`.
    """
    wanted = {kind: [seed + APART * repeat for repeat in range(SIZES[profile].repeats)] for kind in KINDS}
    wanted[CONTROL] = [seed]
    jobs = [
        {"kind": kind, "profile": profile, "seed": seed, "trained_with": one}
        for kind, seeds in wanted.items()
        for one in seeds
    ]
    train_together([(verdict, arguments) for arguments in jobs])
    found = {kind: [] for kind in wanted}
    for arguments in jobs:
        found[arguments["kind"]].append(verdict(**arguments))
    return found


def verdict(kind, profile, seed, trained_with):
    """Return what is found of one trained generator, computed once.

    Args:
        kind: str. One of `KINDS` or `CONTROL`.
        profile: str.
        seed: int. Of the simulated showers and of the classifiers.
        trained_with: int. Seed of the generator.

    Returns:
        `KeptArrays`: of each of `CLASSIFIERS` "<classifier>_simulated" and "<classifier>_generated", scores of the
        test, shape (showers,), high for generated; and of a generator what `learned_law` returns.
    """
    described = {"judge": dataclasses.asdict(JUDGES[profile]), "sizes": dataclasses.asdict(SIZES[profile])}
    described |= {"kind": kind, "seed": seed, "trained with": trained_with}
    generator = None
    if kind != CONTROL:
        generator = generators.trained(kind, profile, trained_with)
        described["generator"] = {name: entry["key"] for name, entry in generator.entries.items()}
    return kept_arrays(described, lambda: _verdict(generator, profile, seed, trained_with))


def _verdict(generator, profile, seed, trained_with):
    sizes = SIZES[profile]
    fresh = seed + _FRESH
    learned, test = (electrons(sizes.judged, fresh, part, sizes.window) for part in ("judge", "test"))
    if generator is None:
        others = [electrons(sizes.judged, fresh + APART, part, sizes.window) for part in ("judge", "test")]
    else:
        others = [like(generator, one, [seed, number]) for number, one in enumerate((learned, test))]
    pairs = (learned, others[0]), (test, others[1])
    rows = [[feature_rows(one) for one in pair] for pair in pairs]
    found = {
        "cells": cell_scores(*pairs, JUDGES[profile], seed, WINDOWS[sizes.window]),
        "features": tree_scores(*rows, list(features(test))),
    }
    arrays = {
        f"{classifier}_{name}": score
        for classifier, scores in found.items()
        for name, score in zip(("simulated", "generated"), scores, strict=True)
    }
    if generator is not None:
        own = electrons(min(sizes.judged, generator.learned), trained_with, "train", sizes.window)
        arrays |= learned_law(*rows[1], feature_rows(own), rows[0][0][: len(own)])
    return arrays


def like(generator, showers, seed):
    """Return generated `Showers` with the labels of simulated ones, whose energies and angles they were asked for."""
    return Showers(generator.like(showers, seed), None, showers.labels, showers.source)


# What is known of a shower


def features(showers):
    """Return the observables of showers, dict of float arrays of shape (showers,).

    The angle is the one on the image. How far it is from the one asked for is no feature: of simulated showers, whose
    images say what is asked, it is always 0. A shower without energy has zeros.

    Args:
        showers: `Showers` with "energy".
    """
    found = shower_observables(above_threshold(showers.ecal), showers["energy"]).features()
    return {name: np.nan_to_num(values) for name, values in found.items()}


def feature_rows(showers):
    """Return the `features` as a float array of shape (showers, features)."""
    return np.stack(list(features(showers).values()), axis=1)


def seen(showers):
    """Return the `Showers` as the network sees them: cells above the threshold, and the angle on the image."""
    cells = above_threshold(showers.ecal)
    theta, nothing = np.nan_to_num(measured_angle(cells), nan=np.pi / 2), np.zeros(len(cells))
    labels = {"energy": showers["energy"], "eta": nothing, "phi": nothing}
    labels |= {"reco_eta": -np.log(np.tan(theta / 2)), "reco_phi": nothing}
    return Showers(cells, None, labels, showers.source)


# Classifiers


def cell_scores(learned, test, judge, seed, side):
    """Train a dense network on cells, and return its scores of simulated and of generated showers of the test.

    Args:
        learned: pair of `Showers`, simulated and generated.
        test: pair of others.
        judge: `Judge`.
        seed: int.
        side: int. Cells of the window.

    Returns:
        list of two float arrays, shape (showers,).
    """
    import keras

    model = networks.network("dnn", ecal_shape=(side, side, 25), hcal_shape=None, **judge.arguments)
    trained = training.fit(
        model,
        ShowerStream(tuple(StoredShowers(seen(one)) for one in learned)),
        optimizer=keras.optimizers.Adam(1e-3),
        loss=ParticleLoss(energy_weight=0.0),
        metrics=networks.metrics()[:1],
        events=judge.events,
        seed=seed,
        batch_size=100,
        interval=100 * -(-judge.events // 1000),
    ).model
    return [_scored(trained, seen(one)) for one in test]


def _scored(model, showers):
    starts = range(0, len(showers), _BLOCK)
    parts = [training.predict(model, shower_inputs(showers.take(slice(one, one + _BLOCK)))) for one in starts]
    output = np.concatenate(parts)
    return output[:, 1] - output[:, 0]


def tree_scores(learned, test, names):
    """Boost trees on features, and return their scores of simulated and of generated showers of the test.

    Args:
        learned: pair of float arrays, shape (showers, features), simulated and generated.
        test: pair of others.
        names: list of str. The features.

    Returns:
        list of two float arrays, shape (showers,).
    """
    rows, labels = np.concatenate(learned), np.repeat([0.0, 1.0], [len(one) for one in learned])
    watched = np.arange(len(labels)) % WATCHED == 0
    trees = boosted_energy((rows[~watched], labels[~watched]), (rows[watched], labels[watched]), names)
    return [trees.score(one) for one in test]


# What was learned


def learned_law(true, generated, own, unseen):
    """Return whether a generator repeats its training, misses modes or correlations.

    Args:
        true: float array, shape (showers, features). Simulated showers of the test.
        generated: float array of the same shape. With their energies and angles.
        own: float array, shape (others, features). Simulated showers of the training.
        unseen: float array of the same shape. Simulated showers that it was not trained on.

    Returns:
        dict of float arrays (value, error): "too_near", the share of generated showers that lie nearer to one of the
        training than all but `NEAREST` of the simulated showers of the test do: `NEAREST` of a law, all if the training
        is repeated; "affinity", how often they lie nearer to one of the training than to an unseen one; "nearest",
        median distance of generated showers to the training over that of simulated ones; "coverage", the share of
        simulated showers with a generated one among their neighbours, and what is expected; "correlation", the mean
        absolute difference of correlations between features.
    """
    distances = [nearest_distances(one, own) for one in (generated, true)]
    parts = [[np.median(part) for part in np.array_split(one, 10)] for one in distances]
    one, other, _ = correlation_differences(*(_varying(part, true, generated) for part in (true, generated)))
    upper = np.triu_indices(len(one), 1)
    too_near = np.count_nonzero(distances[0] < np.quantile(distances[1], NEAREST))
    return {
        "too_near": np.array(estimates.fraction(too_near, len(generated))),
        "affinity": np.array(training_affinity(generated, own, unseen)),
        "nearest": np.array([np.median(distances[0]) / np.median(distances[1]), _spread(*parts)]),
        "coverage": np.array(coverage(true, generated)),
        "correlation": np.array([np.abs(one - other)[upper].mean(), 1 / np.sqrt(len(true) * len(upper[0]))]),
    }


def _varying(rows, *samples):
    """Return the features that vary in all samples."""
    return rows[:, np.all([sample.std(axis=0) > 0 for sample in samples], axis=0)]


def _spread(above, below):
    """Return the standard error of a ratio of medians, from those of ten parts of both samples."""
    ratios = np.array(above) / np.array(below)
    return ratios.std(ddof=1) / np.sqrt(len(ratios))
