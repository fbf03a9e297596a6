"""Proportions, such as an efficiency, with intervals that hold for any number of trials."""

import dataclasses

import numpy as np
from scipy import special


@dataclasses.dataclass(frozen=True, eq=False)
class Proportion:
    """Successes among trials, with a confidence interval; one number each, or arrays over bins.

    Attributes:
        count: int or int array. Trials that succeeded.
        total: int or int array. Trials.
        low: float or float array. Lower end of the interval.
        high: float or float array. Upper end.
    """

    count: np.ndarray
    total: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @property
    def value(self):
        """Fraction of trials that succeeded, NaN without any."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.true_divide(self.count, self.total)


def proportion(count, total, level=0.6827):
    """Return a proportion with its Clopper-Pearson interval, which covers the truth with probability `level` or more.

    Args:
        count: int, or int array of any shape. Trials that succeeded.
        total: int, or int array of that shape. Trials. Without trials the interval is 0 to 1.
        level: float. Confidence level of the interval, both tails being equal.

    Returns:
        `Proportion`.

    Raises:
        ValueError: if a count is negative or above its total, or the level is not between 0 and 1.

    Reference: C. J. Clopper and E. S. Pearson, Biometrika 26 (1934) 404.

    Example:

    >>> none = proportion(0, 10, level=0.95)
    >>> float(none.low), round(float(none.high), 4)  # 1 - 0.025^(1/10)
    (0.0, 0.3085)
    """
    count, total = np.asarray(count), np.asarray(total)
    if np.any((count < 0) | (count > total)):
        raise ValueError(f"proportion: count is between 0 and total, got {count.tolist()} of {total.tolist()}.")
    if not 0 < level < 1:
        raise ValueError(f"proportion: level is between 0 and 1, got {level}.")
    tail = (1 - level) / 2
    # The beta distribution needs positive parameters; where they are 0 the end of the interval is 0 or 1.
    low = special.betaincinv(np.maximum(count, 1), total - count + 1, tail)
    high = special.betaincinv(count + 1, np.maximum(total - count, 1), 1 - tail)
    return Proportion(count, total, np.where(count > 0, low, 0.0), np.where(count < total, high, 1.0))


def proportion_in_bins(success, values, edges, level=0.6827):
    """Return the proportion of trials that succeeded in bins of a quantity.

    Args:
        success: bool array, shape (trials,).
        values: array, shape (trials,). The quantity; trials where it is not finite, or outside the edges, are left out.
        edges: array, shape (bins + 1,). The last edge is inside, the others belong to the bin above.
        level: float. Confidence level of the intervals.

    Returns:
        `Proportion` of arrays of shape (bins,).

    Raises:
        ValueError: if successes and values are not as many.

    Example:

    >>> proportion_in_bins([True, False, True], [0.2, 0.4, 0.9], edges=[0, 0.5, 1]).value.tolist()
    [0.5, 1.0]
    """
    success, values = np.asarray(success, bool), np.asarray(values, float)
    if success.shape != values.shape or success.ndim != 1:
        raise ValueError(
            f"proportion_in_bins: one value per trial, got shapes {success.shape} and {values.shape}; take both from "
            "the same trials."
        )
    counts = [np.histogram(values[chosen & np.isfinite(values)], edges)[0] for chosen in (success, True)]
    return proportion(*counts, level)
