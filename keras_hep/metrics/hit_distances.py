"""How near hits lie to each other."""

import numpy as np
from scipy.spatial import KDTree


def nearest_distance(points, others):
    """Return how far each point is from the nearest of the others.

    Args:
        points: array, shape (points, dimensions).
        others: array, shape (others, dimensions).

    Returns:
        float array, shape (points,), infinite where there are no others.

    Example:

    >>> nearest_distance([[0.0, 0.0], [5.0, 0.0]], [[3.0, 0.0], [0.0, 4.0]])
    array([3., 2.])
    """
    others = np.asarray(others, float)
    if not len(others):
        return np.full(len(points), np.inf)
    return KDTree(others).query(np.asarray(points, float))[0]


def uniform_nearest_median(density):
    """Return the median distance to the nearest of points that lie at random on a surface.

    None lies within d with the probability exp(-pi d^2 density).

    Args:
        density: float or array. Points per area.

    Example:

    >>> uniform_nearest_median(1.0).round(3)
    np.float64(0.47)
    """
    return np.sqrt(np.log(2) / (np.pi * np.asarray(density)))
