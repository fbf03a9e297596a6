"""Regressions of the energies of showers: samples, fits, and what is drawn and checked of them."""

import dataclasses

import numpy as np

from keras_hep.calorimetry.features import feature_table
from keras_hep.calorimetry.regression_baselines import (
    ELECTROMAGNETIC,
    HADRONIC,
    SUMS,
    boosted_energy,
    linear_energy,
    with_hcal_width,
)
from keras_hep.metrics import estimates
from keras_hep.metrics.energy_regression import TERMS, energy_regression, resolution_fit
from keras_hep.suite import shower_samples
from keras_hep.suite.record import Curve, Quantity

LABELS = {"electron": "electrons", "photon": "photons", "pi0": "neutral pions", "charged_pion": "charged pions"}
TERM_UNITS = ("% GeV^0.5", "%", "% GeV")
LOW, HIGH = (0, 100), (300, 500)  # GeV


@dataclasses.dataclass(frozen=True, eq=False)
class EnergySample:
    """Showers for fitting energies, for ending the fit of trees, and for measuring: half, a sixth, a third.

    Args:
        train, watched, test: dict of str to array of shape (showers,), as of `shower_samples.features`.
    """

    train: dict
    watched: dict
    test: dict

    @classmethod
    def of(cls, table):
        """Split a table in its order.

        Example:

        >>> sample = EnergySample.of({"energy": np.arange(6.0)})
        >>> [part["energy"].tolist() for part in (sample.train, sample.watched, sample.test)]
        [[0.0, 1.0, 2.0], [3.0], [4.0, 5.0]]
        """
        showers = len(table["energy"])
        ends = showers // 2, showers * 2 // 3
        parts = slice(ends[0]), slice(*ends), slice(ends[1], None)
        return cls(*({name: column[part] for name, column in table.items()} for part in parts))

    @classmethod
    def drawn(cls, particle, showers, seed, data=None, energies=None):
        """Return showers at 90 degrees; charged pions that leave little energy are left out, as in the article.

        Arguments as of `shower_samples.features`.
        """
        table = shower_samples.features(particle, "fixed", showers, seed, data, energies)
        if particle == "charged_pion":
            table = shower_samples.selected(table, "energy_in_window")
        return cls.of(with_hcal_width(table))

    def only(self, choose):
        """Return the showers of all parts for which `choose`, a function of a table, is true (bool array)."""
        parts = (self.train, self.watched, self.test)
        return EnergySample(*({name: column[choose(part)] for name, column in part.items()} for part in parts))

    def fit_linear(self):
        """Fit energies linearly to those of ECAL and HCAL, on all showers but those of the test.

        Returns:
            (`LinearEnergy`, float array of shape (2,)): the fit, and standard errors of its coefficients.
        """
        table = np.concatenate([feature_table(part, SUMS) for part in (self.train, self.watched)]).astype(float)
        true = np.concatenate([self.train["energy"], self.watched["energy"]]).astype(float)
        fit = linear_energy(table, true)
        return fit, _errors(table - table.mean(axis=0), true - fit.energy(table))

    def fit_boosted(self, names):
        """Fit energies by boosted trees on some features (sequence of str), and return the `BoostedTrees`."""
        train, watched = ((feature_table(part, names), part["energy"]) for part in (self.train, self.watched))
        return boosted_energy(train, watched, names)

    def measured(self, fit):
        """Return the `EnergyRegression` of a fit, `LinearEnergy` or `BoostedTrees`, on the showers of the test."""
        return energy_regression(self.test["energy"], predicted(fit, self.test))


def predicted(fit, table):
    """Return the energies in GeV, array of shape (showers,), that a fit predicts for showers of a table."""
    if hasattr(fit, "score"):
        return fit.score(feature_table(table, fit.names))
    return fit.energy(feature_table(table, SUMS))


def curves(name, regression):
    """Return bias and resolution in bins of the true energy, and the fitted resolution, as list of `Curve`.

    Args:
        name: str. What the names of the curves begin with: "<name>_bias", "<name>_resolution", "<name>_fit"; there is
            no fit of too few points.
        regression: `EnergyRegression`.
    """
    some = regression.resolution > 0
    at, units, of = regression.centres[some], ("GeV", "%"), "of (true - predicted) / true in bins of the true energy"
    spread = f"standard deviation, tails included, {of}"
    found = [
        Curve(f"{name}_bias", at, regression.bias[some], regression.bias_error[some], *units, f"mean {of}"),
        Curve(f"{name}_resolution", at, regression.resolution[some], regression.resolution_error[some], *units, spread),
    ]
    if len(at) > len(TERMS):
        smooth = np.geomspace(at[0], at[-1], 80)
        law = "sqrt(a^2 / E + b^2 + (c / E)^2), fitted to the resolutions, all bins alike"
        found.append(Curve(f"{name}_fit", smooth, fitted(regression).at(smooth), None, *units, law))
    return found


def fitted(regression):
    """Return the `ResolutionFit` of a regression, with all bins alike, as in the article."""
    some = regression.resolution > 0
    return resolution_fit(regression.centres[some], regression.resolution[some])


def terms(name, regression):
    """Return the three terms of the resolution as list of `Quantity`: "stochastic_<name>", "constant_<name>", ..."""
    fit = fitted(regression)
    definitions = [
        f"{term} term of the resolution" + (", at its boundary: the error is an upper limit" if edge else "")
        for term, edge in zip(TERMS, fit.at_boundary, strict=True)
    ]
    columns = zip(TERMS, fit.values, fit.errors, TERM_UNITS, definitions, strict=True)
    return [Quantity(f"{term}_{name}", *rest) for term, *rest in columns]


def fit_improvement(name, regression):
    """Return how much of the resolutions' scatter about a constant the fit of three terms takes away, as `Quantity`."""
    some = regression.resolution > 0
    resolution = regression.resolution[some]
    left = np.sum((resolution - fitted(regression).at(regression.centres[some])) ** 2)
    definition = "1 - sum of squares about the fit / sum of squares about a constant"
    total = np.sum((resolution - resolution.mean()) ** 2)
    return Quantity(f"fit_improvement_{name}", 1 - left / total, definition=definition)


def bias(name, regression, low, high):
    """Return the mean bias of the bins between two energies in GeV, as `Quantity` in percent."""
    value, error = _mean(regression, regression.bias, regression.bias_error, low, high)
    return Quantity(name, value, error, "%", f"mean of (true - predicted) / true, {_interval(low, high)}")


def absolute_bias(name, regression, low, high):
    """Return the mean absolute bias of the bins between two energies in GeV, as `Quantity` in percent."""
    value, error = _mean(regression, np.abs(regression.bias), regression.bias_error, low, high)
    return Quantity(name, value, error, "%", f"absolute bias, {_interval(low, high)}")


def resolution(name, regression, low, high):
    """Return the mean resolution of the bins between two energies in GeV, as `Quantity` in percent."""
    value, error = _mean(regression, regression.resolution, regression.resolution_error, low, high)
    return Quantity(name, value, error, "%", f"standard deviation of (true - predicted) / true, {_interval(low, high)}")


def ratio(name, above, below, low, high, definition):
    """Return the ratio of the resolutions of two `EnergyRegression`s between two energies in GeV, as `Quantity`."""
    above, below = (resolution("", regression, low, high) for regression in (above, below))
    value = above.value / below.value
    error = value * np.hypot(above.error / above.value, below.error / below.value)
    return Quantity(name, value, error, "1", f"{definition}; errors as of different showers")


def ratio_curve(name, above, below):
    """Return the ratio of the resolutions of two `EnergyRegression`s in bins of the true energy, as `Curve`."""
    some = (above.resolution > 0) & (below.resolution > 0)
    ratios = above.resolution[some] / below.resolution[some]
    parts = (one.resolution_error[some] / one.resolution[some] for one in (above, below))
    errors = ratios * np.hypot(*parts)
    definition = "ratio of resolutions in bins of the true energy; errors as of different showers"
    return Curve(name, above.centres[some], ratios, errors, "GeV", "1", definition)


def compared(particle, linear, boosted):
    """Return what is asked of boosted trees and linear regression of one particle, list of `Quantity`.

    Args:
        particle: str.
        linear: `EnergyRegression` of the linear regression.
        boosted: `EnergyRegression` of the trees.
    """
    of = "resolution of linear regression / of boosted trees"
    return [
        resolution(f"boosted_{particle}_first", boosted, 0, 25),
        resolution(f"boosted_{particle}_last", boosted, 475, 500),
        ratio(f"ratio_{particle}_low", linear, boosted, *LOW, of),
        ratio(f"ratio_{particle}_high", linear, boosted, *HIGH, of),
    ]


def improvement(name, linear, boosted):
    """Return by how much boosted trees improve on linear regression above 300 GeV, as two `Quantity`s.

    They are "<name>", of the best bin, which chance makes larger, and "<name>_mean", of the mean resolutions.
    """
    bins, mean = ratio_curve("", linear, boosted), ratio("", linear, boosted, *HIGH, "")
    best = max((y, error) for x, y, error in zip(bins.x, bins.y, bins.error, strict=True) if x > HIGH[0])
    of = "1 - resolution of boosted trees / of linear regression"
    found = {name: (*best, "best bin above 300 GeV"), f"{name}_mean": (mean.value, mean.error, "means above 300 GeV")}
    return [
        Quantity(key, 1 - 1 / value, error / value**2, definition=f"{of}, {which}")
        for key, (value, error, which) in found.items()
    ]


def wide_range(showers, seed):
    """Return what trees do for charged pions where the training does not end at the energies that are measured.

    Args:
        showers: int. Of 10 to 710 GeV.
        seed: int or sequence of int.

    Returns:
        list of `Quantity`: "wide_pion_last", the resolution of trees in the last bin, and `improvement` as
        "wide_pion_improvement".
    """
    sample = EnergySample.drawn("charged_pion", showers, seed, energies=(10.0, 710.0))
    linear, boosted = (sample.measured(fit) for fit in (sample.fit_linear()[0], sample.fit_boosted(HADRONIC)))
    last = resolution("wide_pion_last", boosted, 475, 500)
    found = [last, *improvement("wide_pion_improvement", linear, boosted)]
    return [dataclasses.replace(one, definition=f"{one.definition}; trained on 10 to 710 GeV") for one in found]


def without_losses(particle, sample):
    """Return the first resolution of boosted trees on showers that are mostly in the window, and what the others are.

    Args:
        particle: str. An electromagnetic one.
        sample: `EnergySample`.

    Returns:
        list of `Quantity`: "boosted_<particle>_first_whole"; "lost_<particle>_first", the share that is left out; and
        where some are left out and photons convert, "lost_<particle>_converted", the share of these that did.
    """
    whole = sample.only(lambda table: table["whole_electromagnetic"] > 0)
    first = resolution(f"boosted_{particle}_first_whole", whole.measured(whole.fit_boosted(ELECTROMAGNETIC)), 0, 25)
    definition = f"{first.definition}; showers with more than 66 % of the energy in the cells"
    low = sample.test["energy"] < 25
    lost = low & (sample.test["whole_electromagnetic"] == 0)
    of = "showers below 25 GeV that have less than 66 % of the energy in the cells"
    found = [dataclasses.replace(first, definition=definition), share(f"lost_{particle}_first", lost[low], of)]
    conversion = sample.test.get("conversion", np.zeros(len(lost)))
    if lost.any() and conversion.any():
        of = "these that have a photon converted in front"
        found.append(share(f"lost_{particle}_converted", conversion[lost] > 0, of))
    return found


def share(name, chosen, definition):
    """Return the share of true values (bool array) as `Quantity` with its binomial error."""
    value = np.mean(chosen)
    return Quantity(name, value, np.sqrt(value * (1 - value) / len(chosen)), "1", f"share of {definition}", len(chosen))


def pions_lost(showers, seed, data=None):
    """Return the share of charged pions with less than 30 % of their energy in the windows, as `Quantity`."""
    kept = shower_samples.features("charged_pion", "fixed", showers, seed, data)["energy_in_window"]
    return share("pions_lost", kept == 0, "charged pions with less than 30 % of the energy in the cells")


def beyond_training(trees, showers, seed):
    """Return largest and mean prediction for electrons of 600 to 800 GeV, and their mean energy, list of `Quantity`."""
    table = shower_samples.features("electron", "fixed", showers, seed, energies=(600.0, 800.0))
    found, of = predicted(trees, table), "electrons of 600 to 800 GeV"
    return [
        Quantity("largest_prediction", found.max(), None, "GeV", f"largest predicted energy of {of}", showers),
        Quantity("mean_prediction", *estimates.mean(found), "GeV", f"mean predicted energy of {of}", showers),
        Quantity("mean_beyond", *estimates.mean(table["energy"]), "GeV", f"mean energy of {of}", showers),
    ]


def largest_over_smallest(name, quantities, pattern, particles):
    """Return the largest over the smallest of the quantities whose names `pattern` makes of particles."""
    found = {one.name: one for one in quantities}
    chosen = sorted((found[pattern.format(particle)] for particle in particles), key=lambda one: one.value)
    value = chosen[-1].value / chosen[0].value
    error = value * np.hypot(*(one.error / one.value for one in (chosen[0], chosen[-1])))
    return Quantity(name, value, error, definition=f"largest over smallest of {', '.join(one.name for one in chosen)}")


def _interval(low, high):
    return f"mean of the bins from {low} to {high} GeV"


def _mean(regression, values, errors, low, high):
    """Return the mean over the bins between two energies, and its error."""
    inside = (regression.centres > low) & (regression.centres < high) & (regression.resolution > 0)
    return values[inside].mean(), np.sqrt(np.sum(errors[inside] ** 2)) / np.count_nonzero(inside)


def _errors(columns, residuals):
    """Return the errors of coefficients of centred columns; the spread of the residuals may change with the columns."""
    inverse = np.linalg.pinv(columns.T @ columns)
    scaled = columns * residuals[:, None]
    return np.sqrt(np.diag(inverse @ (scaled.T @ scaled) @ inverse))
