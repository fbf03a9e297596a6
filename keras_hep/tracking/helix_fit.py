"""Helices fitted to the hits of many tracks at once: a circle across the beam, a straight line along it in z."""

import dataclasses

import numpy as np

from keras_hep.simulation.solenoid import Helices

FEWEST_HITS = 3
_PRIOR_HITS = 4  # the assumed resolution counts as so many residuals beside those of the track
_STRAIGHT = 1e-15  # 1/mm: put in place of no curvature at all


@dataclasses.dataclass(frozen=True, eq=False)
class FittedHelices:
    """Helices by their point closest to the beam, the z axis; NaN where the fit failed.

    Attributes:
        curvature: float array, shape (tracks,). Turn of the direction per transverse path, 1/mm, above 0 anticlockwise.
        azimuth: float array. Of the transverse direction at the closest point, radian.
        offset: float array. Distance of that point from the beam, mm: above 0 to the left of the direction.
        z: float array. Of that point, mm.
        slope: float array. Longitudinal over transverse momentum.
        transverse_covariance: float array, shape (tracks, 3, 3). Of curvature, azimuth and offset.
        longitudinal_covariance: float array, shape (tracks, 2, 2). Of z and slope.
    """

    curvature: np.ndarray
    azimuth: np.ndarray
    offset: np.ndarray
    z: np.ndarray
    slope: np.ndarray
    transverse_covariance: np.ndarray
    longitudinal_covariance: np.ndarray

    def __getitem__(self, index):
        return FittedHelices(*(getattr(self, field.name)[index] for field in dataclasses.fields(self)))

    @property
    def valid(self):
        """Where the fit succeeded, bool array, shape (tracks,)."""
        finite = np.isfinite(self.curvature) & np.isfinite(self.slope)
        return finite & np.isfinite(self.transverse_covariance).all(axis=(1, 2))

    @property
    def closest(self):
        """`keras_hep.simulation.solenoid.Helices` at the points closest to the beam."""
        tx, ty = np.cos(self.azimuth), np.sin(self.azimuth)
        curvature = np.where(self.curvature == 0, _STRAIGHT, self.curvature)
        return Helices(-self.offset * ty, self.offset * tx, self.z, tx, ty, self.slope, curvature)

    def nearest(self, x, y):
        """Return where the circles are nearest to a transverse point.

        Args:
            x: float array, shape (tracks,), mm. One point for each track.
            y: float array.

        Returns:
            (path, left): float arrays, mm: path from the point closest to the beam, within half a turn, and distance of
            the transverse point to the left of the circle.
        """
        tx, ty = np.cos(self.azimuth), np.sin(self.azimuth)
        along, across = tx * x + ty * y, tx * y - ty * x - self.offset
        return _on_circle(self.curvature, along, across)

    def variances(self, path):
        """Return the variances of the transverse distance and of z at a path (array, mm), two float arrays, mm^2."""
        design = _design(self.curvature, self.offset, *_from_closest(self.curvature, path))
        transverse = np.einsum("ti,tij,tj->t", design, self.transverse_covariance, design)
        first, both, last = (self.longitudinal_covariance[:, row, column] for row, column in ((0, 0), (0, 1), (1, 1)))
        return transverse, first + path * (2 * both + path * last)


def fit_helices(hits, hit_counts, resolution=0.1):
    """Fit a helix around the z direction to the hits of each track.

    The circle is Karimaki's, without iterations: it minimises the squares of distances that are exact on the circle and
    tells straight tracks from no others. z is then a straight line in the path along it. All hits weigh alike; their
    spread is that of the residuals together with the assumed resolution, which counts as four residuals, so that a
    track with the fewest hits has errors and a badly measured one has larger ones. Hits are followed in their order
    from one to the next, so that a track may turn around more than once.

    A fit fails, and all values of the track are NaN, where there are fewer than three hits, where all hits are equally
    far from the z axis, or where the hits fix no direction.

    Args:
        hits: float array, shape (hits, 3). x, y, z in mm, those of a track together and in their order along it.
        hit_counts: int array, shape (tracks,).
        resolution: float. Assumed standard deviation of a hit across the track and in z, mm.

    Returns:
        `FittedHelices`.

    Raises:
        ValueError: if the counts do not add up to the hits, or the resolution is not positive.

    Reference: V. Karimaki, Nucl. Instrum. Methods A 305 (1991) 187.

    Example:

    >>> turn = np.linspace(0.1, 0.5, 9)  # a circle of 1 m through (0, 2), to the right
    >>> hits = np.stack([1000 * np.sin(turn), 1000 * np.cos(turn) - 998, 5 + 300 * turn], axis=1)
    >>> fitted = fit_helices(hits, [9])
    >>> [float(round(values[0], 6)) + 0.0 for values in (fitted.curvature, fitted.offset, fitted.z, fitted.slope)]
    [-0.001, 2.0, 5.0, 0.3]
    """
    hits, counts = np.asarray(hits, float).reshape(-1, 3), np.asarray(hit_counts, np.int64)
    if counts.sum() != len(hits) or np.any(counts < 0):
        raise ValueError(f"fit_helices: hit_counts must add up to the {len(hits)} hits, got {counts.sum()}.")
    if not resolution > 0:
        raise ValueError(f"fit_helices: the resolution must be positive, got {resolution}.")
    track = np.repeat(np.arange(len(counts)), counts)
    with np.errstate(divide="ignore", invalid="ignore"):
        sums = _Sums(track, counts)
        curvature, azimuth, offset = _circles(hits, sums, counts >= FEWEST_HITS)
        tx, ty = np.cos(azimuth)[track], np.sin(azimuth)[track]
        along = tx * hits[:, 0] + ty * hits[:, 1]
        across = tx * hits[:, 1] - ty * hits[:, 0] - offset[track]
        path, left = _on_circle(curvature[track], along, across)
        path = _followed(path, curvature, sums)
        transverse = _transverse_covariance(curvature, offset, along, across, left, sums, resolution)
        z, slope, longitudinal = _lines(path, hits[:, 2], sums, resolution)
    fitted = FittedHelices(curvature, azimuth, offset, z, slope, transverse, longitudinal)
    return _blanked(fitted, ~fitted.valid)


class _Sums:
    """Sums over the hits of each track."""

    def __init__(self, track, counts):
        self.track, self.counts = track, counts

    def __call__(self, values):
        return np.bincount(self.track, weights=values, minlength=len(self.counts))

    def centred(self, values):
        """Return the means of each track and the values less the mean of their track."""
        mean = self(values) / self.counts
        return mean, values - mean[self.track]

    def residual_variance(self, residuals, parameters, resolution):
        squares = self(residuals * residuals) + _PRIOR_HITS * resolution**2
        return squares / (self.counts - parameters + _PRIOR_HITS)


def _circles(hits, sums, enough):
    """Return curvature, azimuth and offset of the circles."""
    x, y = hits[:, 0], hits[:, 1]
    (mean_x, x), (mean_y, y), (mean_r, r) = (sums.centred(values) for values in (x, y, x * x + y * y))
    xx, xy, yy, xr, yr, rr = (sums(a * b) for a, b in ((x, x), (x, y), (y, y), (x, r), (y, r), (r, r)))
    enough = enough & (rr > 1e-18 * sums.counts * mean_r * mean_r)
    rr = np.where(enough, rr, np.nan)
    azimuth = 0.5 * np.arctan2(2 * (xy - xr * yr / rr), (xx - yy) - (xr * xr - yr * yr) / rr)
    inwards = np.cos(azimuth) * mean_x + np.sin(azimuth) * mean_y < 0
    azimuth = np.where(inwards, azimuth - np.copysign(np.pi, azimuth), azimuth)
    tx, ty = np.cos(azimuth), np.sin(azimuth)
    # The distance to the left of the line through the beam is kappa r^2 + delta on a circle.
    kappa = (tx * yr - ty * xr) / rr
    delta = tx * mean_y - ty * mean_x - kappa * mean_r
    root = np.sqrt(1 - 4 * delta * kappa)
    return 2 * kappa / root, azimuth, 2 * delta / (1 + root)


def _on_circle(curvature, along, across):
    """Return path and left distance of points given along and across the direction at the closest point."""
    ahead, side = 1 - curvature * across, curvature * along
    left = (2 * across - curvature * (along * along + across * across)) / (1 + np.hypot(ahead, side))
    straight = np.abs(curvature) < _STRAIGHT
    return np.where(straight, along, np.arctan2(side, ahead) / np.where(straight, 1, curvature)), left


def _followed(path, curvature, sums):
    """Return the paths of hits with whole turns added, so that no step from hit to hit exceeds half a turn."""
    length = 2 * np.pi / np.maximum(np.abs(curvature), _STRAIGHT)[sums.track]
    steps = np.diff(path, prepend=path[:1])
    first = np.diff(sums.track, prepend=-1) != 0
    turns = np.cumsum(np.where(first, 0, -np.round(np.nan_to_num(steps / length))))
    at_first = np.maximum.accumulate(np.where(first, np.arange(len(path)), 0))
    return path + (turns - turns[at_first]) * length


def _from_closest(curvature, path):
    """Return squared chord and distance along the first direction at a path from the closest point."""
    half = 0.5 * curvature * path
    chord = path * np.sinc(half / np.pi)
    return chord * chord, chord * np.cos(half)


def _design(curvature, offset, chord_squared, along):
    """Return how the left side of circles moves with curvature, azimuth and offset, shape (points, 3)."""
    turned = 1 - 0.5 * curvature * curvature * chord_squared
    return np.stack([0.5 * chord_squared, along * (1 + curvature * offset), turned], axis=1)


def _transverse_covariance(curvature, offset, along, across, left, sums, resolution):
    """Return the covariance of curvature, azimuth and offset, shape (tracks, 3, 3)."""
    design = _design(curvature[sums.track], offset[sums.track], along * along + across * across, along)
    information = np.empty((len(curvature), 3, 3))
    for row in range(3):
        for column in range(row + 1):
            information[:, row, column] = information[:, column, row] = sums(design[:, row] * design[:, column])
    # Curvatures are small numbers: in units of their own size the inversion is well conditioned.
    units = np.sqrt(np.einsum("tii->ti", information))
    scaled = information / (units[:, :, None] * units[:, None, :])
    fixed = np.isfinite(scaled).all(axis=(1, 2))
    fixed &= np.linalg.det(np.where(fixed[:, None, None], scaled, 0)) > 1e-15
    covariance = np.linalg.inv(np.where(fixed[:, None, None], scaled, np.eye(3)))
    covariance /= units[:, :, None] * units[:, None, :]
    covariance[~fixed] = np.nan
    return covariance * sums.residual_variance(left, 3, resolution)[:, None, None]


def _lines(path, z, sums, resolution):
    """Return z at no path, slope, and their covariance, shape (tracks, 2, 2), of straight lines."""
    (mean_path, path), (mean_z, z) = sums.centred(path), sums.centred(z)
    squares = sums(path * path)
    slope = sums(path * z) / squares
    variance = sums.residual_variance(z - slope[sums.track] * path, 2, resolution)
    per_slope, both = variance / squares, -variance * mean_path / squares
    first = variance / sums.counts + mean_path * mean_path * per_slope
    covariance = np.stack([first, both, both, per_slope], axis=1).reshape(-1, 2, 2)
    return mean_z - slope * mean_path, slope, covariance


def _blanked(fitted, failed):
    """Return the helices with NaN in place of all that belongs to failed ones."""
    values = {field.name: getattr(fitted, field.name).copy() for field in dataclasses.fields(fitted)}
    for array in values.values():
        array[failed] = np.nan
    return FittedHelices(**values)
