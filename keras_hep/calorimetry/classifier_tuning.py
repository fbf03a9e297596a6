"""Settings of boosted trees chosen by Bayesian optimisation; every trial is kept, and an interrupted search goes on.

Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, section 5.3.1, which only names the package.
"""

import dataclasses
import hashlib
import json
import math
import pathlib
import warnings

import numpy as np

from keras_hep.calorimetry.boosted_classifier import Boosting, boosted_classifier
from keras_hep.files import write_text
from keras_hep.metrics.edge_scores import roc_auc

# Chosen, for want of published ones: they hold the settings of the authors' code, 800 trees, 0.5 and 1.
TREES = (50, 800)
LEARNING_RATE = (0.05, 1.0)  # in equal steps of its logarithm
DEPTH = (1, 4)
RANDOM_TRIALS = 10  # before the first that the others suggest


@dataclasses.dataclass(frozen=True)
class Trial:
    """One setting that was tried.

    Attributes:
        boosting: `Boosting`.
        auc: float. Area under the ROC curve of the validation showers.
        error: float. Its standard error.
        data: str. Digest of showers and seed: trials of other ones are not taken up.
    """

    boosting: Boosting
    auc: float
    error: float
    data: str


def tuned_boosting(train, validation, names, folder, calls=20, seed=0, kind="real", bins=0):
    """Search the numbers of trees, learning rate and depth that tell two classes apart best.

    Each trial is written to `folder` when it is done. The same call with the same folder goes on behind the last one.
    The area under the curve of the best trial is chosen among `calls`: quote that of showers not used here.

    Args:
        train: (table, labels): arrays of shape (showers, columns) and (showers,), true for the signal.
        validation: (table, labels) of other showers, on which the trials are compared.
        names: sequence of str. The columns.
        folder: str or path. Of the trials of this search alone.
        calls: int. Trials. A search with more of them begins with the same ones, as long as both have
            `RANDOM_TRIALS` or more.
        seed: int. Of search and trees.
        kind: str. Of `Boosting`.
        bins: int. Of `Boosting`.

    Returns:
        list of `Trial`, in the order tried. The best: `best_trial`.

    Raises:
        ValueError: if the folder holds trials of other showers, seeds or settings.
        ImportError: without scikit-learn or scikit-optimize.
    """
    from skopt import gp_minimize
    from skopt.space import Integer, Real

    folder, data = pathlib.Path(folder), _digest(train, validation, names, seed)
    trials = []

    def negative_auc(point):
        boosting = Boosting(int(point[0]), float(point[1]), int(point[2]), kind, bins)
        path = folder / f"trial-{len(trials):03d}.json"
        if path.exists():
            trials.append(_taken_up(path, boosting, data))
        else:
            trials.append(_tried(train, validation, names, boosting, seed, data))
            write_text(path, json.dumps(dataclasses.asdict(trials[-1]), indent=1) + "\n")
        return -trials[-1].auc

    with warnings.catch_warnings():  # that a point was tried before, that a kernel met the bound of a length
        warnings.simplefilter("ignore")
        gp_minimize(
            negative_auc,
            [Integer(*TREES), Real(*LEARNING_RATE, prior="log-uniform"), Integer(*DEPTH)],
            n_calls=calls,
            n_initial_points=min(RANDOM_TRIALS, calls),
            random_state=seed,
        )
    return trials


def read_trials(folder):
    """Return the trials in a folder, list of `Trial` in the order tried; needs no library."""
    return [_read(path) for path in sorted(pathlib.Path(folder).glob("trial-*.json"))]


def best_trial(trials):
    """Return the trial with the largest area under the curve, of equal ones the first.

    Example:

    >>> trials = [Trial(Boosting(trees), auc, error=0.01, data="") for trees, auc in ((50, 0.7), (400, 0.8))]
    >>> best_trial(trials).boosting.trees
    400
    """
    return max(trials, key=lambda trial: trial.auc)


def _tried(train, validation, names, boosting, seed, data):
    trees = boosted_classifier(*train, names, boosting, seed)
    return Trial(boosting, *roc_auc(np.asarray(validation[1], bool), trees.score(validation[0])), data)


def _taken_up(path, boosting, data):
    trial = _read(path)
    same = trial.data == data and dataclasses.replace(trial.boosting, learning_rate=1.0) == dataclasses.replace(
        boosting, learning_rate=1.0
    )
    if not same or not math.isclose(trial.boosting.learning_rate, boosting.learning_rate, rel_tol=1e-9):
        raise ValueError(
            f"tuned_boosting: {path.name} must be of the same showers, seed and search, got {trial.boosting} where "
            f"{boosting} is due: choose an empty folder."
        )
    return trial


def _read(path):
    stored = json.loads(path.read_text(encoding="utf-8"))
    return Trial(Boosting(**stored.pop("boosting")), **stored)


def _digest(train, validation, names, seed):
    digest = hashlib.sha256(json.dumps([list(names), seed]).encode())
    for table, labels in (train, validation):
        digest.update(np.ascontiguousarray(table, np.float32).tobytes())
        digest.update(np.ascontiguousarray(labels, bool).tobytes())
    return digest.hexdigest()
