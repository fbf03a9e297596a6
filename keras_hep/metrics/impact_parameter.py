"""How far a track passes from the beam axis."""

import numpy as np


def impact_parameter(first, middle, last):
    """Return the signed distance of the axis x = y = 0 from circles through three points each.

    Args:
        first: array, shape (tracks, 2) or more columns. x, y of a point of each track.
        middle: array, of that shape.
        last: array, of that shape.

    Returns:
        float array, shape (tracks,), in the unit of the points: above 0 where the axis lies inside the circle. NaN
        where the points lie on a line.

    Example:

    >>> impact_parameter([[2.0, 1.0]], [[3.0, 0.0]], [[2.0, -1.0]])  # the circle around (2, 0)
    array([-1.])
    """
    first, middle, last = (np.asarray(points, float)[:, :2] for points in (first, middle, last))
    left, right = middle - first, last - first
    squares = np.stack([(left**2).sum(axis=1), (right**2).sum(axis=1)])
    cross = 2 * (left[:, 0] * right[:, 1] - left[:, 1] * right[:, 0])
    with np.errstate(divide="ignore", invalid="ignore"):
        x = (right[:, 1] * squares[0] - left[:, 1] * squares[1]) / cross
        y = (left[:, 0] * squares[1] - right[:, 0] * squares[0]) / cross
        return np.hypot(x, y) - np.hypot(first[:, 0] + x, first[:, 1] + y)
