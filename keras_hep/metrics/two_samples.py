"""Whether two samples follow one law."""

import numpy as np
from scipy import stats


def same_law(one, other):
    """Return the Kolmogorov-Smirnov probability that two samples of one law are at least as far apart as these.

    Args:
        one: array, shape (sample,).
        other: array, shape (other sample,).

    Returns:
        float: small where the samples hardly follow one law.

    Raises:
        ValueError: if a sample is empty or not finite.

    Example:

    >>> round(same_law([1, 2, 3, 4], [1, 2, 3, 5]), 2), round(same_law([1, 2, 3, 4], [5, 6, 7, 8]), 2)
    (1.0, 0.03)

    Reference: J. L. Hodges, Arkiv för Matematik 3 (1958) 469.
    """
    samples = [np.asarray(values, float) for values in (one, other)]
    if not all(values.size and np.isfinite(values).all() for values in samples):
        sizes = [values.size for values in samples]
        raise ValueError(f"same_law: samples must have finite values, got {sizes} with NaN, infinity or nothing.")
    return float(stats.ks_2samp(*samples).pvalue)
