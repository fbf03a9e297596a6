"""Showers drawn of a trained `keras_hep.models.ShowerVAE`, with the angle that was asked for."""

import dataclasses

import numpy as np

from keras_hep.calorimetry.cells import Cells
from keras_hep.models.shower_vae import FAINTEST
from keras_hep.shower_portions import ENERGY_UNIT

_ROUNDS = 100  # of draws, until all portions lie in the window
_TURNS = 4  # of corrections of the angle: one would do if angles were linear and cells small
_LEAST_VARIANCE = 1 / 12  # cells squared: of a place within its cell
_LEAST_DISTANCE = 0.1  # cells, as in `keras_hep.layers.ShowerAngle`


class ShowerSampler:
    """Function of energies, angles and a seed that draws showers of a trained network.

    The network gives the law of the portions. Two properties of the window and the angle asked for, which the law knows
    only to the accuracy of its learning, are then met by moves of whole layers along the beam and across: the
    barycentre lies in the middle cell, and the angle on the image is the one that was asked for, by the least likely
    move that leads there (`conditioned`).

    Args:
        model: `ShowerVAE`.
        batch_size: int. Showers at once; it belongs to the noise.
    """

    def __init__(self, model, batch_size=32):
        self.network, self.batch_size = model.generator(), batch_size
        self.network.compile(jit_compile="auto")
        self.side, self.layers, self.length = model.sizes["side"], len(model.means), model.parts["law"].components

    def __call__(self, energy, angle, seed):
        """Draw showers of given energies and angles.

        Args:
            energy: float array, shape (showers,). GeV.
            angle: float array, shape (showers,). As measured on images, rad.
            seed: int or list of int. Of the noise: the same seed gives the same showers.

        Returns:
            `Cells`, in the unit of the public files.

        Raises:
            ValueError: if there are not as many angles as energies, or none.
        """
        energy, angle = np.asarray(energy, np.float64), np.asarray(angle, np.float64)
        if energy.shape != angle.shape or energy.ndim != 1 or not len(energy):
            raise ValueError(f"A sampler needs one angle per energy, got shapes {angle.shape} and {energy.shape}.")
        asked = np.stack([energy / ENERGY_UNIT, angle], axis=1).astype(np.float32)
        parts = []
        for number, start in enumerate(range(0, len(energy), self.batch_size)):
            random = np.random.default_rng([*np.atleast_1d(seed), number])
            parts.append(self._batch(asked[start : start + self.batch_size], random))
        return Cells.joined(parts)

    def _batch(self, asked, random):
        laws = self._laws(asked, random)
        energies = np.exp(laws["logarithms"].astype(np.float64)) - FAINTEST
        energies[energies < FAINTEST] = 0.0
        numbers = portion_numbers(random, energies, laws["rates"])
        places = portion_places(random, numbers.ravel(), laws, self.side)
        cells = conditioned(places, numbers, energies, asked[:, 1].astype(np.float64), self.side)
        window = self.side, self.side, self.layers
        index, shower = (
            (cells.x * self.side + cells.y) * self.layers + cells.row % self.layers,
            cells.row // self.layers,
        )
        size = int(np.prod(window))
        counts = np.bincount(shower * size + index, minlength=len(asked) * size)
        hit = np.flatnonzero(counts)
        shower, index = np.divmod(hit, size)
        portion = energies / np.maximum(numbers, 1)
        energy = counts[hit] * portion[shower, index % self.layers]
        return Cells(window, np.bincount(shower, minlength=len(asked)), index, energy)

    def _laws(self, asked, random):
        """Return what the network says of a batch, filled up so that it is compiled for one size."""
        shape, showers = (self.batch_size, self.length), len(asked)
        noise = {"normal": random.standard_normal(shape, np.float32), "uniform": random.random(shape, np.float32)}
        filled = np.concatenate([asked, np.repeat(asked[-1:], self.batch_size - showers, axis=0)])
        found = self.network.predict_on_batch({"asked": filled, **noise})
        return {name: np.asarray(values)[:showers] for name, values in found.items()}


@dataclasses.dataclass(frozen=True, eq=False)
class Places:
    """Where portions are: arrays of shape (portions,).

    Args:
        row: int array. Shower times layers plus layer.
        x: array. Across, cells from the edge of the window; int: the cell.
        y: array. Along the beam.
    """

    row: np.ndarray
    x: np.ndarray
    y: np.ndarray

    def inside(self, side):
        """Return which lie in the window, bool array of shape (portions,)."""
        return (self.x >= 0) & (self.x < side) & (self.y >= 0) & (self.y < side)

    def moved(self, across, along):
        """Return the `Places` with rows moved by so many cells, float arrays of shape (rows,)."""
        return Places(self.row, self.x + np.float32(across)[self.row], self.y + np.float32(along)[self.row])

    def in_cells(self, side):
        """Return the cells, as `Places` of int; those moved out of the window are in the nearest one in it."""
        x, y = (np.clip(np.floor(place), 0, side - 1).astype(np.int64) for place in (self.x, self.y))
        return Places(self.row, x, y)


def portion_numbers(random, energies, rates):
    """Draw numbers of portions of a Poisson law without 0, which only layers without energy have.

    Args:
        random: `numpy.random.Generator`.
        energies: float array, shape (showers, layers).
        rates: float array of the same shape. Of the law: its mean if 0 was not left out.
    """
    rates = np.maximum(rates.astype(np.float64), 1e-6)
    # The first event of a Poisson process, if it comes within the time, and those after it.
    first = -np.log1p(random.random(rates.shape) * np.expm1(-rates))
    return np.where(energies > 0, 1 + random.poisson(np.maximum(rates - first, 0)), 0)


def portion_places(random, numbers, mixtures, side):
    """Draw where portions fall, each of a mixture of normal laws, again if outside the window.

    Args:
        random: `numpy.random.Generator`.
        numbers: int array, shape (rows,). Portions of each layer of each shower.
        mixtures: dict of "weights", "x", "y", "log_x" and "log_y" as of `ShowerVAE.generator`; rows times mixture.
        side: int. Cells a side.

    Returns:
        `Places`.
    """
    rows, mixture = len(numbers), mixtures["weights"].shape[-1]
    chances = np.exp(mixtures["weights"].reshape(rows, mixture).astype(np.float64))
    chances /= chances.sum(axis=1, keepdims=True)
    means = [mixtures[name].ravel() + np.float32(side / 2) for name in "xy"]
    widths = [np.exp(mixtures[f"log_{name}"]).ravel() for name in "xy"]
    found, missing = [], numbers
    for _ in range(_ROUNDS):
        parts = random.multinomial(missing, chances)
        law = np.repeat(np.arange(rows * mixture), parts.ravel())
        x, y = (
            mean[law] + width[law] * random.standard_normal(len(law), np.float32)
            for mean, width in zip(means, widths, strict=True)
        )
        drawn = Places(law // mixture, x, y)
        inside = drawn.inside(side)
        found.append(Places(*(values[inside] for values in (drawn.row, x, y))))
        missing = missing - np.bincount(found[-1].row, minlength=rows)
        if not missing.any():
            break
    return Places(*(np.concatenate([getattr(part, name) for part in found]) for name in ("row", "x", "y")))


def conditioned(places, numbers, energies, angle, side):
    """Return the cells of portions after the moves that centre the window and give the shower its angle.

    The mean place of a layer has a variance: that of its portions over their number. Of all moves of layers along the
    beam that give an angle, the one in proportion to variance times effect on the angle is the most likely, as in
    linear regression: layers with few portions move most.

    Args:
        places: `Places`, float.
        numbers: int array, shape (showers, layers). Portions.
        energies: float array of the same shape.
        angle: float array, shape (showers,). As measured on images, rad.
        side: int. Cells a side.

    Returns:
        `Places` of int.
    """
    total, middle = energies.sum(axis=1, keepdims=True), (side - 1) / 2
    cells = places.in_cells(side)
    means = [_means(values, places.row, numbers) for values in (cells.x, cells.y)]
    across, along = (
        np.zeros(energies.shape) - np.rint((energies * mean).sum(axis=1, keepdims=True) / total - middle)
        for mean in means
    )
    squares = _means(cells.y**2, places.row, numbers)
    variances = (np.maximum(squares - means[1] ** 2, 0) + _LEAST_VARIANCE) / np.maximum(numbers, 1)
    for _ in range(_TURNS):
        cells = places.moved(across.ravel(), along.ravel()).in_cells(side)
        means = [_means(values, places.row, numbers) for values in (cells.x, cells.y)]
        found, effect = angle_of_layers(energies, *means)
        pull = variances * effect
        strength = (pull * effect).sum(axis=1)
        along = along + pull * np.divide(angle - found, strength, out=np.zeros(len(angle)), where=strength > 0)[:, None]
    return places.moved(across.ravel(), along.ravel()).in_cells(side)


def angle_of_layers(energies, x, y):
    """Return the angles of showers as `keras_hep.metrics.showers.measured_angle`, and their derivatives.

    Args:
        energies: float array, shape (showers, layers).
        x: float array of the same shape. Barycentres of layers across, cells.
        y: float array of the same shape. Along the beam.

    Returns:
        two float arrays: rad, shape (showers,); and by which the angle grows with y of a layer, rad per cell, shape
        (showers, layers).
    """
    total = np.maximum(energies.sum(axis=1, keepdims=True), np.finfo(float).tiny)
    shares, depths = energies / total, np.arange(energies.shape[1]) + 0.5
    x, y, z = (
        values - (shares * values).sum(axis=1, keepdims=True)
        for values in (x, y, np.broadcast_to(depths, energies.shape))
    )
    distance, side = np.hypot(x, z), np.where(z < 0, -1.0, 1.0)
    weights = np.where((energies > 0) & (distance > _LEAST_DISTANCE), depths, 0.0)
    weights /= np.maximum(weights.sum(axis=1, keepdims=True), np.finfo(float).tiny)
    far = np.maximum(distance, _LEAST_DISTANCE)
    angle = (weights * (np.pi / 2 - np.arctan(side * y / far))).sum(axis=1)
    own = -weights * side * far / (far**2 + y**2)
    return angle, own - shares * own.sum(axis=1, keepdims=True)


def _means(values, row, numbers):
    sums = np.bincount(row, values, minlength=numbers.size).reshape(numbers.shape)
    return sums / np.maximum(numbers, 1)
