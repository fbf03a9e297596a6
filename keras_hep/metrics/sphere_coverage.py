"""Whether the spheres that are predicted hold the next hits, how large they are, and what else lies inside."""

import dataclasses

import numpy as np
from scipy import spatial

from keras_hep.metrics.proportions import Proportion, proportion


@dataclasses.dataclass(frozen=True, eq=False)
class SphereCoverage:
    """How well predicted spheres (or ellipses) hold the true hits, for every step and head.

    Attributes:
        inside: `Proportion` of arrays of shape (steps, heads). Share of the true hits nearer than the surface.
        distance: float array, shape (steps, heads). Mean distance of the true hit from the centre, in the unit of the
            positions; NaN where there are no hits.
        size: float array, shape (steps, heads, sizes). Mean radius, or mean semi-axes; NaN where there are no hits.
    """

    inside: Proportion
    distance: np.ndarray
    size: np.ndarray


def sphere_coverage(centres, sizes, positions, present=None, level=0.6827):
    """Compare the spheres predicted at each step with the true hits.

    What head h predicts at step t is compared with the hit t + 1 + h of the track, where both this hit and the one
    read at step t are present.

    Args:
        centres: array, shape (tracks, steps, heads, dimensions). Predicted after the hit of each step has been read.
        sizes: array, shape (tracks, steps, heads, 1) of radii, or (tracks, steps, heads, dimensions) of semi-axes.
        positions: array, shape (tracks, hits, dimensions). True hits in order, at least as many as steps.
        present: bool array, shape (tracks, hits), or None for all.
        level: float. Confidence level of the intervals.

    Returns:
        `SphereCoverage`.

    Raises:
        ValueError: if shapes do not fit.

    Example:

    >>> positions = [[[0.0, 0], [1, 0], [2, 0]]]
    >>> centres = [[[[1.0, 0.1], [2, 0.5]], [[2, 0.2], [3, 0]]]]
    >>> coverage = sphere_coverage(centres, np.full((1, 2, 2, 1), 0.3), positions)
    >>> coverage.inside.count.tolist(), coverage.inside.total.tolist()
    ([[1, 0], [1, 0]], [[1, 1], [1, 0]])
    """
    centres, sizes, positions = (np.asarray(values, float) for values in (centres, sizes, positions))
    present = np.ones(positions.shape[:2], bool) if present is None else np.asarray(present, bool)
    _check(centres, sizes, positions, present)
    steps, heads = centres.shape[1:3]
    target = 1 + np.arange(steps)[:, None] + np.arange(heads)
    there = target < positions.shape[1]
    target = np.where(there, target, 0)
    counted = present[:, :steps, None] & present[:, target] & there
    away = positions[:, target] - centres
    total = np.count_nonzero(counted, axis=0)
    inside = np.count_nonzero(counted & _inside(away, sizes), axis=0)
    distance = _mean(np.linalg.norm(away, axis=-1), counted, total)
    return SphereCoverage(
        proportion(inside, total, level), distance, _mean(sizes, counted[..., None], total[..., None])
    )


def hits_inside(centres, sizes, positions):
    """Return how many hits lie in each predicted sphere or ellipse; the mean is the hit density of a search.

    Args:
        centres: array, shape (spheres, dimensions).
        sizes: array, shape (spheres, 1) of radii, or (spheres, dimensions) of semi-axes.
        positions: array, shape (hits, dimensions). All hits that the search may take, fake ones included.

    Returns:
        int array, shape (spheres,).

    Example:

    >>> hits_inside([[0, 0], [9, 9]], [[2, 1], [2, 1]], [[1, 0], [0, 1], [0, 0.9]]).tolist()  # one is on the edge
    [2, 0]
    """
    centres, sizes, positions = (np.asarray(values, float) for values in (centres, sizes, positions))
    if not len(positions) or not len(centres):
        return np.zeros(len(centres), int)
    near = spatial.cKDTree(positions).query_ball_point(centres, sizes.max(axis=-1), return_sorted=False)
    sphere = np.repeat(np.arange(len(centres)), [len(hits) for hits in near])
    away = positions[np.concatenate(near).astype(int)] - centres[sphere]
    return np.bincount(sphere[_inside(away, sizes[sphere])], minlength=len(centres))


def _inside(away, sizes):
    """Return whether points are inside, given where they are from the centres; nothing is in a size of 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.square(away / sizes).sum(axis=-1) < 1


def _mean(values, counted, total):
    return np.where(counted, values, 0.0).sum(axis=0) / np.where(total > 0, total, np.nan)


def _check(centres, sizes, positions, present):
    shapes = [values.shape for values in (centres, sizes, positions, present)]
    fits = centres.ndim == sizes.ndim == 4 and positions.ndim == 3 and present.shape == positions.shape[:2]
    fits = fits and centres.shape[:3] == sizes.shape[:3] and sizes.shape[-1] in (1, centres.shape[-1])
    fits = fits and len(centres) == len(positions) and centres.shape[-1] == positions.shape[-1]
    if not fits or centres.shape[1] > positions.shape[1]:
        raise ValueError(
            "sphere_coverage: centres (tracks, steps, heads, dimensions), sizes (tracks, steps, heads, 1 or "
            "dimensions), positions (tracks, hits, dimensions) and present (tracks, hits) belong together, with no "
            f"more steps than hits, got the shapes {', '.join(map(str, shapes))}; pass the same tracks."
        )
