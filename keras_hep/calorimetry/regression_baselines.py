"""Energies of showers from few numbers: by a linear regression and by boosted decision trees.

Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, appendix D.
"""

import dataclasses

import numpy as np

from keras_hep.calorimetry.boosted_trees import BoostedTrees

SUMS = ("ECAL_E", "HCAL_E")
ELECTROMAGNETIC = (*SUMS, "ECALmomentZ1")
HADRONIC = (*ELECTROMAGNETIC, "ECALmomentX2", "HCAL_RMSXY", "HCALmomentZ1")
ENERGY_FEATURES = {  # that the article gives to the trees, for each of `PARTICLES`
    "electron": ELECTROMAGNETIC,
    "photon": ELECTROMAGNETIC,
    "pi0": ELECTROMAGNETIC,
    "charged_pion": HADRONIC,
}


@dataclasses.dataclass(frozen=True, eq=False)
class LinearEnergy:
    """Energy as a sum of numbers with coefficients and a constant. Made by `linear_energy`.

    Attributes:
        coefficients: float array, shape (columns,).
        constant: float. GeV.
    """

    coefficients: np.ndarray
    constant: float

    def energy(self, table):
        """Return energies in GeV, float64 array of shape (showers,), of a table of shape (showers, columns)."""
        return np.asarray(table, np.float64) @ self.coefficients + self.constant


def linear_energy(table, energy):
    """Fit E = a ECAL + b HCAL + c by least squares.

    Args:
        table: array, shape (showers, columns). In the article the energies of ECAL and HCAL, `SUMS`.
        energy: array, shape (showers,). True energies, GeV.

    Returns:
        `LinearEnergy`. Columns that the others already determine, such as an HCAL without energy, get the smallest
        coefficients possible.

    Raises:
        ValueError: if there is not one energy per row, or there are no more rows than columns.

    Reference: article, equation 2.

    Example:

    >>> sums = np.array([[10.0, 0.0], [10.0, 5.0], [50.0, 0.0], [80.0, 2.0]])
    >>> fit = linear_energy(sums, energy=1.5 * sums[:, 0] + 2.0 * sums[:, 1] + 3.0)
    >>> fit.coefficients.round(6).tolist(), round(fit.constant, 6)
    ([1.5, 2.0], 3.0)
    """
    table, energy = _checked(table, energy)
    mean = table.mean(axis=0)
    coefficients = np.linalg.lstsq(table - mean, energy - energy.mean(), rcond=None)[0]
    return LinearEnergy(coefficients, float(energy.mean() - mean @ coefficients))


def with_hcal_width(features):
    """Return features with the RMS of the shower in the (x, y) plane of the HCAL, "HCAL_RMSXY", in cells.

    Args:
        features: dict of str to array, such as `shower_features` returns.

    Returns:
        dict with one feature more.

    Reference: article, appendix D.
    Differs: the authors' code takes the square root of the sum of the squared variances.

    Example:

    >>> with_hcal_width({"HCALmomentX2": np.array([9.0]), "HCALmomentY2": np.array([16.0])})["HCAL_RMSXY"].tolist()
    [5.0]
    """
    return features | {"HCAL_RMSXY": np.sqrt(features["HCALmomentX2"] + features["HCALmomentY2"])}


def boosted_energy(train, watched, names, rounds=1000, patience=10, threads=1):
    """Fit energies with boosted trees; stop when those of other showers no longer get better.

    The article watches the test set, so that its results are chosen by it; the honest way is a third set. The trees
    know no energies beyond those of the training.

    Args:
        train: (table, energy): arrays of shape (showers, columns) and (showers,), GeV.
        watched: (table, energy) of other showers, whose root mean square error stops the training.
        names: sequence of str. The columns.
        rounds: int. Most trees.
        patience: int. Rounds without improvement after which it stops; the trees up to the best round are kept.
        threads: int. With one the same data give the same trees on every machine; sums of several may round otherwise.

    Returns:
        `BoostedTrees`, whose scores are energies in GeV.

    Raises:
        ValueError: if shapes do not fit together.
        ImportError: without XGBoost.

    Reference: article, appendix D: depth 3, learning rate 0.3, least weight of a child 1, up to 1,000 rounds, stop
        after 10 without improvement. Every threshold is tried ("exact"), as XGBoost did by default at the time in
        samples of this size; its present default, 256 quantiles, is coarser than the resolution at low energies.
    """
    import xgboost

    names = tuple(names)
    train, watched = (_checked(*part) for part in (train, watched))
    for table, _ in (train, watched):
        _require(table.shape[1] == len(names), f"tables must have the {len(names)} columns of names", table.shape)
    settings = {"max_depth": 3, "eta": 0.3, "min_child_weight": 1, "objective": "reg:squarederror"}
    settings |= {"tree_method": "exact", "nthread": threads}
    matrices = [
        xgboost.DMatrix(table.astype(np.float32), energy, nthread=threads) for table, energy in (train, watched)
    ]
    booster = xgboost.train(
        settings,
        matrices[0],
        num_boost_round=rounds,
        evals=[(matrices[1], "watched")],
        early_stopping_rounds=patience,
        verbose_eval=False,
    )
    return BoostedTrees.of_xgboost(booster[: booster.best_iteration + 1], names)


def _checked(table, energy):
    table, energy = np.asarray(table, np.float64), np.asarray(energy, np.float64)
    _require(table.ndim == 2, "a table must have the axes (shower, column)", table.shape)
    _require(energy.shape == (len(table),), f"there must be one energy for each of {len(table)} rows", energy.shape)
    _require(len(table) > table.shape[1], f"{table.shape[1]} columns need more showers", len(table))
    return table, energy


def _require(holds, rule, value):
    if not holds:
        raise ValueError(f"Regression: {rule}, got {value}.")
