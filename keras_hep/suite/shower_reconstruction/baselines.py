"""What networks are compared with: boosted trees and linear regression on expert features of the same showers."""

import dataclasses
import functools

import numpy as np

from keras_hep.calorimetry.boosted_classifier import Boosting, boosted_classifier
from keras_hep.calorimetry.features import FEATURES, feature_table, shower_features
from keras_hep.calorimetry.regression_baselines import (
    ENERGY_FEATURES,
    SUMS,
    boosted_energy,
    linear_energy,
    with_hcal_width,
)
from keras_hep.calorimetry.resampling import resampled_features
from keras_hep.suite.shower_reconstruction.samples import GEOMETRIES

BOOSTING = Boosting(trees=400, bins=256)
WATCHED = 4  # one of so many showers ends the growth of trees for energies


def classifier_scores(task, profile, seed):
    """Return scores of boosted trees on the showers of the test.

    Args:
        task: `keras_hep.suite.shower_reconstruction.courses.Task` of two particles.
        profile: str.
        seed: int.

    Returns:
        list of two float arrays, shape (showers,): of class 0 and of class 1.
    """
    tables = [features(sample) for sample in task.samples("train", profile, seed)]
    names = [name for name in FEATURES if all(name in table for table in tables)]
    rows = [feature_table(table, names) for table in tables]
    labels = np.repeat([False, True], [len(part) for part in rows])
    trees = boosted_classifier(np.concatenate(rows), labels, names, BOOSTING)
    tests = task.samples("test", profile, seed)
    return [trees.score(feature_table(features(sample), names)) for sample in tests]


@dataclasses.dataclass(frozen=True, eq=False)
class EnergyBaselines:
    """Energies by the two baselines, GeV: float arrays of shape (showers,) of the test."""

    linear: np.ndarray
    boosted: np.ndarray


def energies(train, test, eta=True):
    """Return the `EnergyBaselines` of one particle.

    Args:
        train: `ShowerSample`. A fourth of it ends the growth of the trees.
        test: `ShowerSample`.
        eta: bool. Whether the trees know the pseudorapidity of the barycentre: for showers at different angles.
    """
    particle = train.particle
    tables = features(train), features(test)
    names = (*ENERGY_FEATURES[particle], *(("recoEta",) if eta else ()))
    true = train.showers()["energy"]
    linear = linear_energy(feature_table(tables[0], SUMS), true)
    rows = feature_table(tables[0], names)
    watched = np.arange(len(rows)) % WATCHED == 0
    trees = boosted_energy((rows[~watched], true[~watched]), (rows[watched], true[watched]), names)
    return EnergyBaselines(linear.energy(feature_table(tables[1], SUMS)), trees.score(feature_table(tables[1], names)))


@functools.lru_cache(maxsize=8)
def features(sample):
    """Return the expert features of a `ShowerSample`, as its geometry sees them, dict of arrays of shape (showers,)."""
    target, showers = GEOMETRIES[sample.geometry], sample.showers()
    found = shower_features(showers) if target is None else resampled_features(showers, target, keep_hcal=True)
    return with_hcal_width(found)
