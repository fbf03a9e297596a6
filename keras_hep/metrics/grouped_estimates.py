"""Estimates from values that are correlated within groups, such as the tracks of an event, with their standard errors.

An error is that of the sum of the values' influences on the estimate, added up within each group first. It is infinite
for a single group.
"""

import numpy as np

from keras_hep.metrics import estimates

ONE_SIGMA = 0.15865525393145707  # of a normal law below minus one standard deviation


def mean(values, group):
    """Return the mean and its standard error.

    Args:
        values: array, shape (sample,).
        group: int array, shape (sample,), not negative: the group of each value.

    Returns:
        (mean, error): floats.

    Example:

    >>> mean([1.0, 1.0, 3.0, 3.0], group=np.array([0, 0, 1, 1]))
    (2.0, 1.0)
    """
    values = np.asarray(values, float)
    average = values.mean()
    return float(average), _error(values - average, group)


def rms(values, group):
    """Return the root of the mean square and its standard error; arguments as of `mean`.

    Example:

    >>> rms([1.0, -1.0, 1.0, -1.0], group=np.array([0, 0, 1, 1]))
    (1.0, 0.0)
    """
    return _root(*mean(np.square(values), group))


def standard_deviation(values, group):
    """Return the standard deviation around the mean and its standard error; arguments as of `mean`.

    Example:

    >>> standard_deviation([1.0, 3.0], group=np.array([0, 1]))
    (1.0, 0.0)
    """
    return rms(np.asarray(values, float) - np.mean(values), group)


def quantile(values, probability, group):
    """Return the value below which a fraction `probability` of the values lies, and its standard error.

    Example:

    >>> quantile([1.0, 2.0, 3.0], 0.5, group=np.arange(3))[0]
    2.0
    """
    values = np.asarray(values, float)
    return float(np.quantile(values, probability)), _error(_quantile_influence(values, probability), group)


def half_width(values, group):
    """Return half the width of the central 68.27 %, one standard deviation of a normal law, and its standard error.

    Example:

    >>> round(half_width(np.linspace(-1, 1, 2001), group=np.arange(2001))[0], 4)
    0.6827
    """
    values = np.asarray(values, float)
    low, high = np.quantile(values, [ONE_SIGMA, 1 - ONE_SIGMA])
    influence = _quantile_influence(values, 1 - ONE_SIGMA) - _quantile_influence(values, ONE_SIGMA)
    return float(high - low) / 2, _error(influence / 2, group)


def fraction(chosen, group):
    """Return the fraction of values that are true and its standard error, which is never zero.

    Args:
        chosen: bool array, shape (sample,).
        group: as of `mean`.

    Example:

    >>> value, error = fraction(np.ones(98, bool), group=np.arange(98))
    >>> value, round(error, 4)
    (1.0, 0.0101)
    """
    value, error = mean(chosen, group)
    binomial = estimates.fraction(np.count_nonzero(chosen), len(chosen))[1]
    return value, max(error, float(binomial))


def _error(influence, group):
    sums = np.bincount(group, influence)
    groups = np.count_nonzero(np.bincount(group))
    return float(np.sqrt(groups / (groups - 1) * np.sum(sums**2)) / len(influence)) if groups > 1 else float("inf")


def _root(square, error):
    root = float(np.sqrt(square))
    return root, error / (2 * root) if root > 0 else error


def _quantile_influence(values, probability):
    """Return each value's influence on a quantile: the density there is taken from two neighbouring quantiles."""
    step = min(probability / 2, (1 - probability) / 2, len(values) ** (-1 / 3) / 2)
    low, value, high = np.quantile(values, [probability - step, probability, probability + step])
    return (probability - (values <= value)) * (high - low) / (2 * step)
