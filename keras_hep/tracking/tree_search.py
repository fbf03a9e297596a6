"""The nearest hits inside spheres out of a k-d tree, exact where distances are equal."""

import numpy as np

from keras_hep.tracking.hit_pairs import nearest_of_pairs, squared_distances

_ROUNDING = 1e-5  # relative; far more than distances in single and in double precision can differ


def nearest_in_tree(tree, positions, centres, k, radius):
    """Return the nearest hits inside spheres (circles, in two dimensions).

    The tree compares distances in double precision and takes any of equally distant hits. So it is asked for one hit
    more than needed, and again for twice as many where the last one is inside and fewer than k are nearer than it.

    Args:
        tree: `scipy.spatial.cKDTree` of `positions`.
        positions: float32 array, shape (hits, dimensions).
        centres: float32 array, shape (regions, dimensions).
        k: int. Number of hits wanted.
        radius: float32 array, shape (regions,). A hit is inside if its distance is smaller than that.

    Returns:
        (distance, hit): float32 and int32 arrays of shape (regions, k), nearest first, of equally distant hits the one
        with the lower index first; infinity and -1 where there are fewer.
    """
    pairs, rows, asked = [np.empty((2, 0), int)], np.arange(len(centres)), k + 1
    bound = float(radius.max(initial=0)) * (1 + _ROUNDING)
    while len(rows) and tree.n:
        distance, hit = tree.query(centres[rows], np.arange(1, asked + 1), distance_upper_bound=bound)
        counts = hit < tree.n
        hit[~counts] = 0
        last = distance[:, -1:]
        nearer = counts & (distance < last * (1 - _ROUNDING))
        done = (last[:, 0] > radius[rows] * (1 + _ROUNDING)) | (nearer.sum(axis=1) >= k)
        row, column = np.nonzero(counts & done[:, None])
        pairs.append(np.stack([rows[row], hit[row, column]]))
        rows, asked = rows[~done], 2 * asked
    region, hit = np.concatenate(pairs, axis=1)
    if len(pairs) > 2:
        order = np.argsort(region, kind="stable")
        region, hit = region[order], hit[order]
    squared = squared_distances(centres[region], positions[hit])
    inside = squared < (radius * radius)[region]
    return nearest_of_pairs(region[inside], hit[inside], squared[inside], len(centres), k)
