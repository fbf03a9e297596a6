"""Bias and resolution of reconstructed energies against the true energy, and the resolution's three terms."""

import dataclasses

import numpy as np
from scipy import optimize

EDGES = np.arange(0.0, 501.0, 25.0)  # GeV, as in the figures of Belayneh et al. (2020)
TERMS = ("stochastic", "constant", "noise")


@dataclasses.dataclass(frozen=True, eq=False)
class EnergyRegression:
    """Bias and resolution in bins of true energy, arrays of shape (bins,). Made by `energy_regression`.

    Bins with fewer than two showers have NaN, but for `count`.

    Attributes:
        edges: float array, shape (bins + 1,). GeV.
        count: int array. Showers.
        mean_energy: float array. Mean true energy, GeV.
        bias: float array. Mean of (true - predicted) / true, percent: positive where the prediction is too low.
        bias_error: float array. Standard error.
        resolution: float array. Standard deviation of the same, all tails included, percent.
        resolution_error: float array. Standard error; heavy tails make it larger.
    """

    edges: np.ndarray
    count: np.ndarray
    mean_energy: np.ndarray
    bias: np.ndarray
    bias_error: np.ndarray
    resolution: np.ndarray
    resolution_error: np.ndarray

    @property
    def centres(self):
        """Middle of each bin, GeV, float array of shape (bins,)."""
        return (self.edges[1:] + self.edges[:-1]) / 2

    def fit(self, weighted=False):
        """Fit the three terms of `resolution_fit` to the resolution at the centres of the bins.

        Args:
            weighted: bool. With the errors as weights; False, as in the article, counts all bins alike.
        """
        filled = np.isfinite(self.resolution)
        errors = self.resolution_error[filled] if weighted else None
        return resolution_fit(self.centres[filled], self.resolution[filled], errors)


def energy_regression(true, predicted, edges=EDGES):
    """Measure bias and resolution of predicted energies in bins of the true energy.

    Args:
        true: array, shape (showers,). True energies, GeV.
        predicted: array, shape (showers,). GeV.
        edges: array, shape (bins + 1,). GeV, rising. Showers outside are left out. A shower at an edge belongs to the
            bin above, at the last edge to the last bin.

    Returns:
        `EnergyRegression`.

    Raises:
        ValueError: if there are not as many predictions as energies, an energy is not positive, or a prediction not
            finite.

    Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, appendix D, and the code named there.
    Differs: errors are ours, the article has none: the error of the standard deviation is that of the sample's fourth
        moment, so that it holds for tails.

    Example:

    >>> measured = energy_regression([10.0, 10.0, 40.0, 40.0], [9.0, 10.0, 44.0, 36.0], edges=[0, 25, 50])
    >>> measured.bias.round(3).tolist(), measured.resolution.round(3).tolist()
    ([5.0, 0.0], [5.0, 10.0])
    """
    true, predicted = np.asarray(true, np.float64), np.asarray(predicted, np.float64)
    edges = np.asarray(edges, np.float64)
    _check(true, predicted)
    bins = len(edges) - 1
    bin_ = np.searchsorted(edges, true, side="right") - 1
    bin_[true == edges[-1]] = bins - 1
    inside = (bin_ >= 0) & (bin_ < bins)
    bin_, true, predicted = bin_[inside], true[inside], predicted[inside]
    count = np.bincount(bin_, minlength=bins)
    number = np.where(count > 1, count, np.nan)

    def mean(values):
        return np.bincount(bin_, values, minlength=bins) / number

    relative = 100 * (true - predicted) / true
    bias = mean(relative)
    squares = (relative - bias[bin_]) ** 2
    variance = mean(squares)
    spread = np.maximum(mean(squares**2) - variance**2, 0) + 2 * variance**2 / (number - 1)
    return EnergyRegression(
        edges,
        count,
        mean(true),
        bias,
        np.sqrt(variance / (number - 1)),
        np.sqrt(variance),
        np.sqrt(_quotient(spread, 4 * variance * number)),
    )


@dataclasses.dataclass(frozen=True, eq=False)
class ResolutionFit:
    """The three terms of a resolution, arrays of shape (3,) in the order of `TERMS`. Made by `resolution_fit`.

    Attributes:
        values: float array. Stochastic term a, percent sqrt(GeV); constant term b, percent; noise term c, percent GeV.
        errors: float array. How far upwards each is compatible with the points at one standard deviation of its
            square: the standard error of a term far from 0, and finite for one at 0.
        covariance: float array, shape (3, 3), linearised: far too large for a term near 0, and 0 for one at 0.
        at_boundary: bool array. Terms that the points would have below 0, and that are therefore 0.
    """

    values: np.ndarray
    errors: np.ndarray
    covariance: np.ndarray
    at_boundary: np.ndarray

    def at(self, energy):
        """Return the resolution in percent at energies in GeV, float array of the shape of `energy`."""
        return np.sqrt(_design(energy) @ self.values**2)


def resolution_fit(energy, resolution, errors=None):
    """Fit sqrt(a^2 / E + b^2 + (c / E)^2) with terms that are not negative.

    The fit is one of the squares of the terms, in which the squared resolution is linear: a term at 0 then has a
    gradient, and is found there exactly.

    Args:
        energy: array, shape (points,). GeV, above 0.
        resolution: array, shape (points,). Percent, above 0.
        errors: array, shape (points,), or None. Standard errors of the resolution. Without them all points count alike,
            and the scatter about the curve gives their error.

    Returns:
        `ResolutionFit`.

    Raises:
        ValueError: if there are fewer than four points, or one is not positive.

    Reference: Belayneh et al. (2020), equation 3, whose fit is not weighted.

    Example:

    >>> energy = np.linspace(12.5, 487.5, 20)
    >>> fit = resolution_fit(energy, np.hypot(15.6 / np.sqrt(energy), 1.0))
    >>> fit.values.round(3).tolist(), fit.at_boundary.tolist()
    ([15.6, 1.0, 0.0], [False, False, True])
    """
    energy, resolution = np.asarray(energy, np.float64), np.asarray(resolution, np.float64)
    weights = np.ones_like(resolution) if errors is None else 1 / np.asarray(errors, np.float64)
    _require(len(energy) > len(TERMS), "three terms need four points or more", len(energy))
    _require((energy > 0).all() and (resolution > 0).all(), "points must be positive", resolution.min())
    _require((weights > 0).all() and np.isfinite(weights).all(), "errors must be positive", errors)
    scale = np.array([energy.min(), 1.0, energy.min() ** 2])  # makes the three columns alike
    design = _design(energy) * scale
    squares = _fitted_squares(design, resolution, weights)
    fitted = np.sqrt(design @ squares)
    jacobian = design / (2 * fitted[:, None]) * weights[:, None]
    chi2 = np.sum((weights * (resolution - fitted)) ** 2)
    variance = 1.0 if errors is not None else chi2 / (len(energy) - len(TERMS))
    return _terms(squares, np.linalg.pinv(jacobian.T @ jacobian) * variance, scale)


def _design(energy):
    energy = np.asarray(energy, np.float64)
    return np.stack([1 / energy, np.ones_like(energy), 1 / energy**2], axis=-1)


def _fitted_squares(design, resolution, weights):
    """Return the squares of the scaled terms, by Gauss-Newton steps that end where a term would turn negative."""
    start, _ = optimize.nnls(design * (weights / resolution)[:, None], weights * resolution)

    def residuals(squares):
        return weights * (np.sqrt(np.maximum(design @ squares, 1e-300)) - resolution)

    def jacobian(squares):
        return design * (weights / (2 * np.sqrt(np.maximum(design @ squares, 1e-300))))[:, None]

    found = optimize.least_squares(
        residuals, start, jacobian, bounds=(0, np.inf), method="dogbox", xtol=1e-15, ftol=1e-15, gtol=1e-15
    )
    negligible = found.x < 1e-10 * found.x.sum()  # on points without noise a term of 0 is met to rounding only
    return np.where((found.active_mask < 0) | negligible, 0.0, found.x)


def _terms(squares, covariance, scale):
    """Return the fit of the terms from that of their squares, all scaled."""
    at_boundary = squares <= 0
    free = ~at_boundary
    known = np.zeros_like(covariance)  # terms at 0 do not move: the others are known as if those were not there
    known[np.ix_(free, free)] = np.linalg.pinv(np.linalg.pinv(covariance)[np.ix_(free, free)])
    values = np.sqrt(squares)
    spread = np.sqrt(np.where(free, np.diag(known), np.diag(covariance)))
    errors = np.sqrt(squares + spread) - values
    slope = np.divide(0.5, values, out=np.zeros_like(values), where=free)
    covariance = known * np.outer(slope, slope)
    scale = np.sqrt(scale)
    return ResolutionFit(values * scale, errors * scale, covariance * np.outer(scale, scale), at_boundary)


def _quotient(numerator, denominator):
    """Return numerator / denominator, 0 where both are 0."""
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator != 0)


def _check(true, predicted):
    _require(true.shape == predicted.shape and true.ndim == 1, "one prediction per energy", predicted.shape)
    _require(np.all(true > 0), "true energies must be positive", true.min(initial=np.inf))
    _require(np.isfinite(predicted).all(), "predictions must be finite", "NaN or infinity")


def _require(holds, rule, value):
    if not holds:
        raise ValueError(f"Energy regression: {rule}, got {value}.")
