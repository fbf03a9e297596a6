"""Charged particles in the field of a dipole that bends in x: from plane to plane of z."""

import dataclasses

import numpy as np
from scipy.special import erf

from keras_hep.simulation.solenoid import CURVATURE

LONGEST_STEP = 15.0  # mm
_BLOCK = 4096  # particles moved at once: the intermediate arrays stay in the processor's cache


@dataclasses.dataclass(frozen=True)
class Dipole:
    """Vertical field that depends on z alone, By = field * exp(-((z - centre) / width)^2).

    The Lorentz force turns the momentum in the x-z plane and keeps its absolute value there. As By depends on z alone,
    px falls by charge * CURVATURE times the integral of By over z, which is exact at every z; x and y follow from the
    slopes by the midpoint rule in steps of at most `LONGEST_STEP`.

    Args:
        field: float. By at the centre, tesla; 0: straight lines.
        centre: float. mm.
        width: float. Where By has fallen by a factor e, mm.

    Raises:
        ValueError: if `width` is not positive.

    Example:

    >>> dipole = Dipole(field=0.6, centre=1250.0, width=800.0)
    >>> round(float(dipole.integral(-np.inf, np.inf)))  # tesla mm
    851
    """

    field: float
    centre: float
    width: float

    def __post_init__(self):
        if not self.width > 0:
            raise ValueError(f"Dipole: width must be positive, got {self.width!r}; for a straight line set field=0.")

    def at(self, z):
        """Return By at `z` (array, mm), tesla."""
        return self.field * np.exp(-(((np.asarray(z) - self.centre) / self.width) ** 2))

    def integral(self, low, high):
        """Return the integral of By from `low` to `high` (arrays, mm), tesla mm."""
        low, high = ((np.asarray(z) - self.centre) / self.width for z in (low, high))
        return 0.5 * np.sqrt(np.pi) * self.field * self.width * (erf(high) - erf(low))

    def moved(self, position, momentum, charge, z):
        """Follow particles to a plane, forwards in z.

        Args:
            position: float array, shape (particles, 3): mm.
            momentum: float array, shape (particles, 3): GeV.
            charge: array, shape (particles,).
            z: float. The plane, mm; no particle starts behind it.

        Returns:
            (position, momentum): float arrays of the same shapes on the plane; NaN for a particle that the field turns
            back before it, or that flies backwards.
        """
        position, momentum = np.array(position, float), np.array(momentum, float)
        for start in range(0, len(position), _BLOCK):
            block = slice(start, start + _BLOCK)
            self._move(position[block], momentum[block], np.asarray(charge)[block], z)
        return position, momentum

    def _move(self, position, momentum, charge, z):
        """Move a block of particles in place."""
        (x, y, start), (px, py, pz) = position.T, momentum.T
        squared = px**2 + pz**2
        push = -CURVATURE * charge
        steps = int(np.ceil(np.max(z - start, initial=0) / LONGEST_STEP))
        step = (z - start) / max(steps, 1)
        one_plane = start[:1] if np.ptp(start) == 0 else start  # then the field is asked once, not per particle
        along, across, up = np.zeros_like(x), np.zeros_like(x), np.where(pz > 0, 0.0, np.nan)
        for number in range(steps):
            middle = one_plane + (number + 0.5) * (z - one_plane) / steps
            np.add(px, push * self.integral(one_plane, middle), out=along)
            with np.errstate(invalid="ignore", divide="ignore"):
                inverse = 1 / np.sqrt(squared - along**2)
            across += along * inverse
            up += inverse
        px += push * self.integral(start, z)
        with np.errstate(invalid="ignore"):
            pz[:] = np.sqrt(squared - px**2)
        x += step * across
        y += step * up * py
        lost = ~np.isfinite(x + y + pz)
        position[:, 2] = z
        position[lost], momentum[lost] = np.nan, np.nan
