"""Grouping by distance: tracks whose embeddings are close are joined, the closest first."""

import numpy as np

from keras_hep.metrics.clustering import adjusted_rand_index
from keras_hep.tracking.grouping.louvain import numbered_by_first


def linkage_groups(points, groups=None, distance=None):
    """Group points by joining, again and again, the two groups whose union has the least additional spread (Ward).

    Args:
        points: float array, shape (points, features).
        groups: int or None. Number of groups to stop at, where it is known. With fewer points each is one.
        distance: float or None. Without a known number: the distance at which joining stops.

    Returns:
        int32 array, shape (points,): number of each point's group, by its first member.

    Raises:
        ValueError: if not exactly one of `groups` and `distance` is given, there is no point, a value is not finite, or
            `groups` is below 1.

    Reference: J. H. Ward, J. Am. Stat. Assoc. 58 (1963) 236; computed by SciPy.

    Example:

    >>> points = np.array([[0.0], [9.0], [0.1], [9.2], [5.0]])
    >>> linkage_groups(points, groups=2).tolist(), linkage_groups(points, distance=1.0).tolist()
    ([0, 1, 0, 1, 1], [0, 1, 0, 1, 2])
    """
    if (groups is None) == (distance is None):
        raise ValueError(f"linkage_groups needs either groups or distance, got groups={groups}, distance={distance}.")
    if groups is not None and groups < 1:
        raise ValueError(f"groups must be at least 1, got {groups}.")
    return _cut(ward_linkage(points), groups, distance)


def ward_linkage(points):
    """Return the order in which Ward's method joins points, as from `scipy.cluster.hierarchy.linkage`.

    Args:
        points: float array, shape (points, features).

    Returns:
        float array, shape (points - 1, 4), as SciPy's `fcluster` takes it.

    Raises:
        ValueError: if there is no point or a value is not finite.

    Example:

    >>> ward_linkage(np.array([[0.0], [3.0], [1.0]]))[:, :2].tolist()
    [[0.0, 2.0], [1.0, 3.0]]
    """
    from scipy.cluster.hierarchy import linkage

    points = np.asarray(points, float)
    if points.ndim != 2 or not len(points) or not np.isfinite(points).all():
        raise ValueError(f"Points must be finite, one row for each, got an array of shape {points.shape}.")
    return linkage(points, "ward") if len(points) > 1 else np.zeros((0, 4))


def best_distance(linkages, truths, distances):
    """Choose the distance at which joining stops: the one with the highest mean adjusted Rand index.

    Args:
        linkages: sequence of arrays from `ward_linkage`, one for each slice of a sample for this choice.
        truths: sequence of int arrays. True group of each point.
        distances: float array. Distances to choose from.

    Returns:
        float, one of `distances`; the smallest of equally good ones.

    Raises:
        ValueError: if there is no slice or no distance.

    Example:

    >>> slices = [np.array([[0.0], [0.1], [5.0]]), np.array([[0.0], [2.0], [2.1]])]
    >>> best_distance([ward_linkage(one) for one in slices], [[0, 0, 1], [0, 1, 1]], distances=[0.05, 0.5, 9.0])
    0.5
    """
    if not len(linkages) or not len(distances):
        raise ValueError(f"There must be slices and distances, got {len(linkages)} and {len(distances)}.")
    means = [
        np.mean([adjusted_rand_index(true, _cut(one, None, at)) for one, true in zip(linkages, truths, strict=True)])
        for at in distances
    ]
    return float(distances[int(np.argmax(means))])


def _cut(joined, groups, distance):
    from scipy.cluster.hierarchy import fcluster

    if not len(joined):
        return np.zeros(1, np.int32)
    limit, criterion = (groups, "maxclust") if distance is None else (distance, "distance")
    return numbered_by_first(fcluster(joined, limit, criterion))
