"""Spots: the energy of a layer in equal portions, each in one cell."""

import dataclasses

import numpy as np

FAINTEST = 1e-3  # least stored energy of a layer that surely gets a spot: a tenth of a minimum ionising particle
_CUT = 0.998  # of the radial profile, at 22 of its scales; the means of both components have no limit otherwise
_TURN = np.float32(2 * np.pi)


@dataclasses.dataclass(frozen=True, eq=False)
class Spots:
    """Cells of portions of energy in one calorimeter, in the order of showers and layers.

    Args:
        counts: int array, shape (showers, layers). Spots.
        x: int array, shape (spots,). Cell across, 0 in the middle of the side.
        y: int array, shape (spots,). Cell along the beam, 0 where the collision is.
    """

    counts: np.ndarray
    x: np.ndarray
    y: np.ndarray

    def repeated(self, values):
        """Return for each spot the value of its shower and layer; `values` has shape (showers, layers)."""
        return np.repeat(values.ravel(), self.counts.ravel())

    def sums(self, values):
        """Return the sums of int32 `values` of spots over each shower and layer, int32, shape (showers, layers)."""
        counts = self.counts.ravel()
        filled = np.flatnonzero(counts)
        sums = np.zeros(len(counts), np.int32)
        if len(filled):
            starts = np.cumsum(counts[filled]) - counts[filled]
            sums[filled] = np.add.reduceat(values, starts, dtype=np.int32)
        return sums.reshape(self.counts.shape)


def spot_counts(random, energy, budget):
    """Draw the number of spots of every part in every layer.

    A layer's number depends on its energy alone, not on the number of parts that share it: otherwise the number of
    cells would tell photons from neutral pions.

    Args:
        random: `numpy.random.Generator`.
        energy: float array, shape (showers, parts, layers).
        budget: float array, shape (showers,). Mean number of spots of a shower.

    Returns:
        int array, shape (showers, layers, parts), and energy of the spots of each layer, shape (showers, layers).

    Example:

    >>> energy = np.array([[[9.0, 0.0, 1.0], [0.0, 0.0, 1.0]]])
    >>> counts, portion = spot_counts(np.random.default_rng(2), energy, np.array([100.0]))
    >>> counts.shape, counts[0, 0, 1].item(), (counts.sum(axis=2) * portion)[0].round(6).tolist()
    ((1, 3, 2), 0, [9.0, 0.0, 2.0])
    """
    layers = energy.sum(axis=1, dtype=np.float64)
    total = np.maximum(layers.sum(axis=1, keepdims=True), np.finfo(float).tiny)
    numbers = random.poisson(budget[:, None] * layers / total)
    numbers = np.maximum(numbers, layers > FAINTEST)
    parts = np.moveaxis(energy, 1, 2).astype(np.float64)
    parts /= np.maximum(layers, np.finfo(float).tiny)[..., None]
    return random.multinomial(numbers, parts), layers / np.maximum(numbers, 1)


def power_law_radii(random, number):
    """Return radii of the density 2 r / (r^2 + 1)^2, float32 array of shape (number,)."""
    below = random.random(number, np.float32)
    below *= np.float32(_CUT)
    below /= 1 - below
    return np.sqrt(below, out=below)


def exponential_radii(random, number):
    """Return radii of the density r exp(-r), float32 array of shape (number,): energy per area falls exponentially."""
    return random.standard_gamma(2.0, number, np.float32)


def place(random, counts, deposits, depth, radii=power_law_radii):
    """Draw the cells of spots.

    Args:
        random: `numpy.random.Generator`.
        counts: int array, shape (showers, layers, parts).
        deposits: `Deposits` of the parts.
        depth: int. Layers of the calorimeter, of which `counts` has the first ones.
        radii: callable (random, number). The radial law.

    Returns:
        `Spots`.
    """
    filled = np.flatnonzero(counts > 0)
    repeats = counts.ravel()[filled]

    def of_parts(values):
        return np.repeat(np.moveaxis(values, 1, 2).ravel()[filled], repeats)

    number = int(repeats.sum())
    radius, turn = radii(random, number), random.random(number, np.float32)
    turn *= _TURN
    cells = []
    for axis, width, projection in ((deposits.x, deposits.width_x, np.cos), (deposits.y, deposits.width_y, np.sin)):
        place = of_parts(width)
        place *= radius
        place *= projection(turn)
        place += of_parts(axis)
        cells.append(np.rint(place, out=place).astype(np.int32))
    missing = depth - counts.shape[1]
    return Spots(np.pad(counts.sum(axis=2), ((0, 0), (0, missing))), *cells)
