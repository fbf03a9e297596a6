"""What is measured on generated showers and on true ones, shower by shower, and how far the two are apart.

Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, Section 4.2, Figures 9 and 10, and the authors' public code.
"""

import dataclasses

import numpy as np

from keras_hep.calorimetry.moments import axis_moments, quotient

UNIT = 1 / 50  # GeV of deposit in one unit of the public files
HIT_ENERGY = 3e-7  # GeV of deposit: the threshold of Figure 9
THIRDS = (8, 16)  # first layers of the second and third part in depth: chosen, since the article only says three parts
SPECTRUM_EDGES = np.logspace(-7, 0, 71)  # GeV of deposit
AXES = ("across", "along", "depth")
VALIDATION_ENERGIES = (110.0, 150.0, 190.0)  # GeV, of the authors' code
VALIDATION_ANGLES = (62.0, 90.0, 118.0)  # degrees, the columns of Figure 9
ENERGY_HALF_WIDTH, ANGLE_HALF_WIDTH = 5.0, 0.1  # GeV, rad
_LEAST_ENERGY, _LEAST_DISTANCE = 1e-6, 0.1  # as in `keras_hep.layers.ShowerAngle`


@dataclasses.dataclass(frozen=True, eq=False)
class ShowerObservables:
    """Observables of showers, arrays with one entry per shower. Made by `shower_observables`.

    Attributes:
        energy: float array, shape (showers,). True energy, or the one that was asked for; GeV.
        angle: float array, shape (showers,). Measured on the image, rad; NaN for a shower without energy.
        hits: int array, shape (showers,). Cells above 3e-4 MeV of deposit.
        profiles: tuple of three float arrays, shape (showers, places). Deposit along each of `AXES`, GeV.
        spectrum: int array, shape (showers, bins). Cells in the bins of `SPECTRUM_EDGES`.
    """

    energy: np.ndarray
    angle: np.ndarray
    hits: np.ndarray
    profiles: tuple
    spectrum: np.ndarray

    def __len__(self):
        return len(self.energy)

    @classmethod
    def joined(cls, parts):
        """Return the observables of a list of parts, one behind the other."""
        profiles = tuple(np.concatenate(axis) for axis in zip(*(part.profiles for part in parts), strict=True))
        columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in _COLUMNS}
        return cls(profiles=profiles, **columns)

    def take(self, showers):
        """Return those of chosen showers: a slice, an int array, or a bool array of shape (showers,)."""
        columns = {name: getattr(self, name)[showers] for name in _COLUMNS}
        return ShowerObservables(profiles=tuple(axis[showers] for axis in self.profiles), **columns)

    def near(self, energy=None, degrees=None):
        """Return which showers lie in a bin of the authors' validation, bool array of shape (showers,).

        Args:
            energy: float or None. GeV; showers up to 5 GeV away count. None: all energies.
            degrees: float or None. Showers with an angle up to 0.1 rad away count. None: all angles.
        """
        chosen = np.ones(len(self), bool)
        if energy is not None:
            chosen &= np.abs(self.energy - energy) <= ENERGY_HALF_WIDTH
        if degrees is not None:
            chosen &= np.abs(self.angle - np.radians(degrees)) <= ANGLE_HALF_WIDTH
        return chosen

    @property
    def deposit(self):
        """Energy deposited, GeV, float array of shape (showers,)."""
        return self.profiles[2].sum(axis=1)

    @property
    def sampling_fraction(self):
        """Deposit over true energy, float array of shape (showers,)."""
        return self.deposit / self.energy

    @property
    def moments(self):
        """Mean place and variance along each of `AXES`, cells, float array of shape (showers, 3, 2)."""
        return np.stack([axis_moments(profile, orders=2) for profile in self.profiles], axis=1)

    @property
    def thirds(self):
        """Fractions of the deposit in three parts of the depth, float array of shape (showers, 3)."""
        sums = np.add.reduceat(self.profiles[2], (0, *THIRDS), axis=1)
        return quotient(sums, self.deposit[:, None] + np.zeros_like(sums))

    def features(self):
        """Return the observables that are one number per shower, dict of str to float array of shape (showers,)."""
        moments, thirds = self.moments, self.thirds
        features = {"sampling_fraction": self.sampling_fraction, "hits": self.hits.astype(float), "angle": self.angle}
        for number, axis in enumerate(AXES):
            features |= {f"mean_{axis}": moments[:, number, 0], f"variance_{axis}": moments[:, number, 1]}
        return features | {f"third_{number}": thirds[:, number - 1] for number in (1, 2, 3)}


_COLUMNS = tuple(field.name for field in dataclasses.fields(ShowerObservables) if field.name != "profiles")


def shower_observables(cells, energy):
    """Measure showers.

    Args:
        cells: `Cells`. In the unit of the public files.
        energy: float array, shape (showers,). GeV.

    Returns:
        `ShowerObservables`.

    Raises:
        ValueError: if there is not one energy per shower, or the window has too few layers for three parts.

    Example:

    >>> from keras_hep.calorimetry.cells import Cells
    >>> cells = Cells((3, 3, 25), counts=[2], index=[25 * 4, 25 * 4 + 20], energy=[75.0, 25.0])
    >>> measured = shower_observables(cells, [100.0])
    >>> measured.sampling_fraction.round(4).tolist(), measured.hits.tolist(), measured.thirds.tolist()
    ([0.02], [2], [[0.75, 0.0, 0.25]])
    """
    energy = np.asarray(energy, np.float64)
    _require(energy.shape == (len(cells),), f"energy must have shape ({len(cells)},)", energy.shape)
    _require(cells.shape[2] > THIRDS[1], f"three parts need more than {THIRDS[1]} layers", cells.shape[2])
    deposit = cells.energy.astype(np.float64) * UNIT
    profiles = [_summed(cells, place, deposit, length) for place, length in zip(cells.places, cells.shape, strict=True)]
    bin_ = np.searchsorted(SPECTRUM_EDGES, deposit, side="right") - 1
    bins = len(SPECTRUM_EDGES) - 1
    inside = (bin_ >= 0) & (bin_ < bins)
    spectrum = np.bincount((cells.shower * bins + bin_)[inside], minlength=len(cells) * bins).reshape(-1, bins)
    hits = np.bincount(cells.shower[deposit > HIT_ENERGY], minlength=len(cells))
    return ShowerObservables(energy, measured_angle(cells), hits, tuple(profiles), spectrum)


def measured_angle(cells):
    """Return the angle between the axis of each shower and the beam, from the barycentres of its layers.

    It is what `keras_hep.layers.ShowerAngle` measures, where the formula stands, and what files for generation call the
    measured angle.

    Args:
        cells: `Cells`.

    Returns:
        float64 array, shape (showers,), rad. pi/2 for a shower in one layer, NaN for one without energy.

    Example:

    >>> from keras_hep.calorimetry.cells import Cells
    >>> cells = Cells((1, 3, 3), counts=[3], index=[0, 4, 8], energy=[1.0, 1.0, 1.0])
    >>> np.degrees(measured_angle(cells)).round(3).tolist()
    [45.0]
    """
    layers = cells.shape[2]
    x, y, layer = cells.places
    energy = cells.energy.astype(np.float64)
    sums = _summed(cells, layer, energy, layers)
    across, along = (_summed(cells, layer, energy * (place + 0.5), layers) for place in (x, y))
    total = sums.sum(axis=1, keepdims=True)
    seen, filled = total > _LEAST_ENERGY, sums > _LEAST_ENERGY
    depths = np.arange(layers) + 0.5
    with np.errstate(divide="ignore", invalid="ignore"):
        x, y = (moment / sums - moment.sum(axis=1, keepdims=True) / total for moment in (across, along))
        z = depths - sums @ depths[:, None] / total
        distance = np.hypot(x, z)
        directed = filled & seen & (distance > _LEAST_DISTANCE)
        angles = np.pi / 2 - np.arctan(np.where(z < 0, -y, y) / distance)
        weights = np.where(directed, depths, 0.0)
        mean = (weights * np.where(directed, angles, 0.0)).sum(axis=1) / weights.sum(axis=1)
    mean = np.where(directed.any(axis=1), mean, np.pi / 2)
    return np.where(seen[:, 0], mean, np.nan)


@dataclasses.dataclass(frozen=True)
class GenerationMetric:
    """How far generated showers are from true ones; 0 where the means agree. Made by `generation_metric`.

    Attributes:
        moments: float. Mean relative error of the mean first and second moments along the three axes.
        profiles: float. Mean relative error of the mean profiles along the three axes.
        angle: float. Mean relative error of the angle, shower by shower.
    """

    moments: float
    profiles: float
    angle: float

    @property
    def total(self):
        """Their sum, by which the best epoch of a training is chosen."""
        return self.moments + self.profiles + self.angle


def generation_metric(true, generated, energies=VALIDATION_ENERGIES):
    """Compare generated showers with the true ones whose energies and angles they were asked for.

    Args:
        true: `ShowerObservables`.
        generated: `ShowerObservables` of as many showers, in the same order.
        energies: sequence of float. The errors are the means over all showers and over those near each of these, GeV.
            Energies that no shower is near are left out.

    Returns:
        `GenerationMetric`. Places without true energy have no relative error and are left out; a shower generated
        without energy has an error of its angle of 1.

    Raises:
        ValueError: if there are no showers, or not as many of both.

    Reference: the authors' public code, by which Belayneh et al. (2020) choose the epoch of a training.

    Example:

    >>> from keras_hep.calorimetry.cells import Cells
    >>> true, generated = (Cells((1, 1, 25), [1], [12], [energy]) for energy in (10.0, 9.0))
    >>> metric = generation_metric(shower_observables(true, [150.0]), shower_observables(generated, [150.0]))
    >>> round(metric.moments, 3), round(metric.profiles, 3), round(metric.angle, 3)
    (0.0, 0.1, 0.0)
    """
    _require(len(true) == len(generated) > 0, f"as many showers as the {len(true)} true ones", len(generated))
    samples = [np.ones(len(true), bool), *(true.near(energy=energy) for energy in energies)]
    parts = [_errors(true.take(sample), generated.take(sample)) for sample in samples if sample.any()]
    return GenerationMetric(*(float(values) for values in np.mean(parts, axis=0)))


def _errors(true, generated):
    """Return the errors of moments, profiles and angle of one sample."""
    moments = _relative_error(*(sample.moments.mean(axis=0) for sample in (true, generated)))
    profiles = [
        _relative_error(*(profile.mean(axis=0) for profile in pair))
        for pair in zip(true.profiles, generated.profiles, strict=True)
    ]
    known = np.isfinite(true.angle)
    angle = np.where(np.isfinite(generated.angle[known]), generated.angle[known], 0.0)
    return moments, np.mean(profiles), _relative_error(true.angle[known], angle)


def _relative_error(true, generated):
    defined = true != 0
    return np.mean(np.abs(generated[defined] / true[defined] - 1)) if defined.any() else 0.0


def _summed(cells, place, values, length):
    flat = np.repeat(np.arange(len(cells)) * length, cells.counts) + place
    return np.bincount(flat, values, minlength=len(cells) * length).reshape(len(cells), length)


def _require(holds, rule, value):
    if not holds:
        raise ValueError(f"Shower observables: {rule}, got {value}.")
