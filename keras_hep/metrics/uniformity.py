"""Whether values follow a uniform law."""

from scipy import stats


def uniformity(values, low, high):
    """Return the Kolmogorov-Smirnov probability that uniform values are at least as far from their law as these.

    Args:
        values: array, shape (sample,).
        low: float. Lower end of the law.
        high: float. Upper end.

    Returns:
        float: small where the values are hardly uniform between the ends.

    Example:

    >>> round(uniformity([0.1, 0.5, 0.9], 0, 1), 2), round(uniformity([0.1, 0.15, 0.2], 0, 1), 2)
    (0.99, 0.02)
    """
    return float(stats.kstest(values, "uniform", (low, high - low)).pvalue)
