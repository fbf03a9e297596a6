"""Where tracks meet the beam line, without learning: by a straight line or by a helix."""

import numpy as np

from keras_hep.tracking.helix_fit import fit_helices


def z_by_line(hits, hit_counts):
    """Continue each track to the z axis on the straight line that fits z against the distance from the axis best.

    Args:
        hits: float array, shape (hits, 3). x, y, z in mm, those of a track together.
        hit_counts: int array, shape (tracks,), at least 1. A track whose hits are all equally far from the axis has the
            mean of their z.

    Returns:
        float array, shape (tracks,), mm.

    Raises:
        ValueError: if the counts do not add up to the hits, or a track has none.

    Example:

    >>> z_by_line([[10.0, 0, 5], [0, 30, 9], [0, 20, 7]], [2, 1]).tolist()
    [3.0, 7.0]
    """
    hits, counts = np.asarray(hits, float).reshape(-1, 3), np.asarray(hit_counts, np.int64)
    if counts.sum() != len(hits) or np.any(counts < 1):
        raise ValueError(
            f"z_by_line: hit_counts must be at least 1 and add up to the {len(hits)} hits, got a sum of {counts.sum()}."
        )
    track = np.repeat(np.arange(len(counts)), counts)
    radius, z = np.hypot(hits[:, 0], hits[:, 1]), hits[:, 2]
    mean_radius, mean_z = (np.bincount(track, values, len(counts)) / counts for values in (radius, z))
    radius, z = radius - mean_radius[track], z - mean_z[track]
    squares, products = (np.bincount(track, radius * other, len(counts)) for other in (radius, z))
    slope = np.divide(products, squares, out=np.zeros(len(counts)), where=squares > 0)
    return mean_z - slope * mean_radius


def z_by_helix(hits, hit_counts):
    """Return z where the helix of each track is closest to the z axis; by a straight line where no helix fits.

    Arguments, result and errors as of `z_by_line`; the hits of a track are in their order.

    Example:

    >>> turn = np.linspace(0.1, 0.5, 9)  # a circle of 1 m through the axis
    >>> hits = np.stack([1000 * np.sin(turn), 1000 * np.cos(turn) - 1000, 5 + 300 * turn], axis=1)
    >>> z_by_helix(hits, [9]).round(3).tolist(), z_by_line(hits, [9]).round(3).tolist()
    ([5.0], [4.398])
    """
    line = z_by_line(hits, hit_counts)
    helix = fit_helices(hits, hit_counts)
    return np.where(helix.valid, helix.z, line)
