"""The point near the beam from which two tracks may both come, for many pairs at once."""

import dataclasses

import numpy as np

_ITERATIONS = 3


@dataclasses.dataclass(frozen=True, eq=False)
class PairVertices:
    """Points of best agreement of pairs of helices with each other and with the beam spot; NaN where a fit failed.

    Attributes:
        position: float array, shape (pairs, 3), mm.
        z_difference: float array, shape (pairs,). z of the first less z of the second track there, mm.
        z_error: float array. Standard deviation of that difference, of both fits, mm.
        chi2: float array. Squared distances of the tracks from the point in units of their errors: transverse ones of
            either track, and the difference in z. One degree of freedom where the tracks cross at an angle.
        beam_chi2: float array. Squared distance of the point from the beam in units of the beam's width.
        path: float array, shape (pairs, 2). Of either track to the point, from where it is closest to the beam, mm.
        path_error: float array, shape (pairs, 2). Its standard deviation, with the beam's width as a measurement, mm.
    """

    position: np.ndarray
    z_difference: np.ndarray
    z_error: np.ndarray
    chi2: np.ndarray
    beam_chi2: np.ndarray
    path: np.ndarray
    path_error: np.ndarray


def pair_vertices(helices, first, second, beam_width):
    """Find the transverse point that minimises `chi2 + beam_chi2` for each pair, and z there.

    Tracks that cross at an angle fix the point; of nearly parallel ones the beam spot chooses where along them it lies.
    z is the mean of both tracks, weighted by their errors. Gauss-Newton, three steps from the beam.

    Args:
        helices: `keras_hep.tracking.helix_fit.FittedHelices`.
        first: int array, shape (pairs,). Index of the first track of each pair.
        second: int array, shape (pairs,).
        beam_width: float. Standard deviation of vertices in x and in y, mm.

    Returns:
        `PairVertices`.

    Raises:
        ValueError: if the beam's width is not positive.

    Example:

    >>> from keras_hep.tracking.helix_fit import fit_helices
    >>> path, at = np.linspace(100, 800, 8)[:, None], np.array([3.0, -1.0, 40.0])
    >>> hits = np.concatenate([at + path * [1.0, 0.0, 0.5], at + path * [0.0, 1.0, -2.0]])
    >>> pair = pair_vertices(fit_helices(hits, [8, 8]), [0], [1], beam_width=10.0)
    >>> pair.position.round(1).tolist(), bool(abs(pair.z_difference[0]) < 0.1)
    ([[3.0, -1.0, 40.0]], True)
    """
    if not beam_width > 0:
        raise ValueError(f"pair_vertices: the width of the beam must be positive, got {beam_width}.")
    pair = [helices[np.asarray(index)] for index in (first, second)]
    x, y = np.zeros((2, len(pair[0].z)))
    for _ in range(_ITERATIONS):
        tracks = [_at(track, x, y) for track in pair]
        (xx, xy, yy), (down_x, down_y) = _normal_equations(tracks, x, y, beam_width**-2)
        determinant = xx * yy - xy * xy
        x, y = x + (yy * down_x - xy * down_y) / determinant, y + (xx * down_y - xy * down_x) / determinant
    one, two = tracks = [_at(track, x, y) for track in pair]
    difference, variance = one.z - two.z, one.z_variance + two.z_variance
    chi2 = one.left**2 / one.variance + two.left**2 / two.variance + difference**2 / variance
    z = (one.z * two.z_variance + two.z * one.z_variance) / variance
    beam_chi2 = (x * x + y * y) / beam_width**2
    path = np.stack([track.path for track in tracks], axis=1)
    squares = [(yy * t.tx**2 - 2 * xy * t.tx * t.ty + xx * t.ty**2) / determinant for t in tracks]
    path_error = np.sqrt(np.stack(squares, axis=1))
    return PairVertices(np.stack([x, y, z], axis=1), difference, np.sqrt(variance), chi2, beam_chi2, path, path_error)


@dataclasses.dataclass(frozen=True, eq=False)
class _Nearest:
    """Tracks where they are nearest to a transverse point: path, the point's distance to the left, and so on."""

    path: np.ndarray
    left: np.ndarray
    tx: np.ndarray
    ty: np.ndarray
    z: np.ndarray
    slope: np.ndarray
    variance: np.ndarray
    z_variance: np.ndarray


def _at(helices, x, y):
    path, left = helices.nearest(x, y)
    direction = helices.azimuth + helices.curvature * path
    z = helices.z + helices.slope * path
    return _Nearest(path, left, np.cos(direction), np.sin(direction), z, helices.slope, *helices.variances(path))


def _normal_equations(tracks, x, y, beam_weight):
    """Return matrix (xx, xy, yy) and right side of the Gauss-Newton step in x and y; the common z is eliminated."""
    one, two = tracks
    slope_x, slope_y = one.slope * one.tx - two.slope * two.tx, one.slope * one.ty - two.slope * two.ty
    terms = [(track.left, -track.ty, track.tx, 1 / track.variance) for track in tracks]
    terms.append((one.z - two.z, slope_x, slope_y, 1 / (one.z_variance + two.z_variance)))
    xx = yy = beam_weight
    xy, down_x, down_y = 0.0, -beam_weight * x, -beam_weight * y
    for residual, by_x, by_y, weight in terms:
        xx, xy, yy = xx + weight * by_x * by_x, xy + weight * by_x * by_y, yy + weight * by_y * by_y
        down_x, down_y = down_x - weight * residual * by_x, down_y - weight * residual * by_y
    return (xx, xy, yy), (down_x, down_y)
