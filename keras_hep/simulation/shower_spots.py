"""Spots: the energy of a layer in equal portions, each in one cell."""

import dataclasses

import numpy as np

FAINTEST = 1e-3  # least stored energy of a layer that surely gets a spot: a tenth of a minimum ionising particle
_CUT = 0.998  # of the radial profile, at 22 of its scales; the means of both components have no limit otherwise
_TURN = np.float32(2 * np.pi)


@dataclasses.dataclass(frozen=True, eq=False)
class Spots:
    """Portions of energy in cells of one calorimeter.

    Args:
        column: int array, shape (spots,). Shower times the number of layers, plus layer.
        x: int array. Cell across, 0 in the middle of the side.
        y: int array. Cell along the beam, 0 where the collision is.
        energy: float array. Stored energy.
    """

    column: np.ndarray
    x: np.ndarray
    y: np.ndarray
    energy: np.ndarray


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
    # Whatever is left over by rounding goes to the last part, as `multinomial` does.
    numbers[layers <= 0] = 0
    return random.multinomial(numbers, parts), layers / np.maximum(numbers, 1)


def power_law_radii(random, number):
    """Return radii of the density 2 r / (r^2 + 1)^2, float32 array of shape (number,)."""
    below = _CUT * random.random(number, np.float32)
    return np.sqrt(below / (1 - below))


def exponential_radii(random, number):
    """Return radii of the density r exp(-r), float32 array of shape (number,): energy per area falls exponentially."""
    return random.standard_gamma(2.0, number, np.float32)


def place(random, counts, portion, deposits, depth, radii=power_law_radii):
    """Draw the cells of spots.

    Args:
        random: `numpy.random.Generator`.
        counts: int array, shape (showers, layers, parts).
        portion: float array, shape (showers, layers). Energy of each spot.
        deposits: `Deposits` of the parts.
        depth: int. Layers of the calorimeter, of which `counts` has the first ones.
        radii: callable (random, number). The radial law.

    Returns:
        `Spots`.
    """
    _, layers, parts = counts.shape
    filled = np.flatnonzero(counts > 0)
    repeats = counts.ravel()[filled]
    row = filled // parts
    shower, layer = np.divmod(row, layers)
    column = (depth * shower + layer).astype(np.int32)

    def repeated(values):
        return np.repeat(values, repeats)

    def of_parts(values):
        return repeated(np.moveaxis(values, 1, 2).ravel()[filled])

    number = int(repeats.sum())
    radius, turn = radii(random, number), _TURN * random.random(number, np.float32)
    x = of_parts(deposits.x) + of_parts(deposits.width_x) * radius * np.cos(turn)
    y = of_parts(deposits.y) + of_parts(deposits.width_y) * radius * np.sin(turn)
    energy = portion.astype(np.float32).ravel()[row]
    return Spots(repeated(column), np.rint(x).astype(np.int32), np.rint(y).astype(np.int32), repeated(energy))


def joined(parts):
    """Return a list of `Spots` of the same calorimeter as one."""
    names = [field.name for field in dataclasses.fields(Spots)]
    return Spots(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
