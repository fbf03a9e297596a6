"""Estimates from a sample, with their standard errors."""

import numpy as np


def mean(values):
    """Return the mean of independent values and its standard error.

    Args:
        values: array of shape (sample,), at least two values.

    Returns:
        (mean, error): floats.

    Example:

    >>> mean([1.0, 2.0, 3.0])
    (2.0, 0.5773502691896258)
    """
    values = np.asarray(values, float)
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))


def variance(values):
    """Return the variance of independent values and its standard error, from the fourth central moment.

    Args:
        values: array of shape (sample,), at least two values.

    Returns:
        (variance, error): floats.

    Example:

    >>> variance([0.0, 0.0, 2.0, 2.0])
    (1.3333333333333333, 0.5443310539518174)
    """
    squares = (np.asarray(values, float) - np.mean(values)) ** 2
    unbiased = squares.sum() / (len(squares) - 1)
    spread = max(np.mean(squares**2) - np.mean(squares) ** 2, 0.0)
    return float(unbiased), float(np.sqrt((spread + 2 * unbiased**2 / (len(squares) - 1)) / len(squares)))


def standard_deviation(values):
    """Return the standard deviation of independent values and its standard error.

    Args:
        values: array of shape (sample,), at least two values that are not all equal.

    Returns:
        (standard deviation, error): floats.
    """
    squared, error = variance(values)
    return float(np.sqrt(squared)), float(error / (2 * np.sqrt(squared)))


def fraction(count, trials):
    """Return a binomial fraction and its standard error, with one pseudo-trial on each side so that it is never zero.

    Args:
        count: int or int array. Trials that succeeded.
        trials: int.

    Returns:
        (fraction, error): floats, or float arrays.

    Example:

    >>> value, error = fraction(0, 98)
    >>> value, round(float(error), 4)
    (0.0, 0.0101)
    """
    smoothed = (count + 1) / (trials + 2)
    return count / trials, np.sqrt(smoothed * (1 - smoothed) / trials)


def ratio(parts, wholes):
    """Return the sum of parts over the sum of wholes, of independent events, and its standard error.

    Args:
        parts: array of shape (events,), at least two.
        wholes: array of shape (events,), of a sum that is not 0.

    Returns:
        (ratio, error): floats.

    Example:

    >>> ratio([1, 2, 3], [2, 4, 6])
    (0.5, 0.0)
    """
    parts, wholes = np.asarray(parts, float), np.asarray(wholes, float)
    value = parts.sum() / wholes.sum()
    influence = (parts - value * wholes) / wholes.mean()
    return float(value), float(np.sqrt((influence**2).sum() / (len(parts) - 1) / len(parts)))


def largest_rise(values, errors):
    """Return the largest step upwards between neighbours, in units of its combined standard error.

    Args:
        values: array of shape (points,), at least two.
        errors: array of shape (points,): independent standard errors. A step between two points without error is 0 if
            it is none, and infinite else.

    Returns:
        float, negative if every step goes down.

    Example:

    >>> largest_rise([3.0, 1.0, 1.5], [0.1, 0.3, 0.4])
    1.0
    """
    step = np.diff(np.asarray(values, float))
    combined = np.hypot(errors[:-1], errors[1:])
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.where(step == 0, 0.0, step / combined).max())
