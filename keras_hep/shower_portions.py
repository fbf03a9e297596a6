"""Showers as equal portions of energy: what `keras_hep.models.ShowerVAE` is trained on, and showers drawn of it."""

import dataclasses

import numpy as np

from keras_hep.calorimetry.shower_streams import StoredShowers
from keras_hep.models.shower_vae import FAINTEST

ENERGY_UNIT = 100.0  # GeV, of the network's input
_MOST_PARTS, _ACCURACY = 6, 1e-5  # portions in the least cell of a layer; relative, of energies of 32 bits


def portions(cells):
    """Return how many portions the energy of each hit is, int array of shape (hits,).

    The portion of a layer of a shower is its least cell, or half of it, a third, ...: the largest of these of which all
    cells of the layer are multiples.

    Args:
        cells: `Cells`. All energies positive.

    Example:

    >>> from keras_hep.calorimetry.cells import Cells
    >>> portions(Cells((1, 3, 2), [5], [0, 1, 2, 3, 4], [0.5, 0.2, 1.5, 0.3, 1.0])).tolist()
    [1, 2, 3, 3, 2]
    """
    rows = _rows(cells)
    least = np.full(len(cells) * cells.shape[2], np.inf, np.float32)
    np.minimum.at(least, rows, cells.energy)
    relative = cells.energy / least[rows]
    parts = np.zeros(len(least), np.int64)
    for number in range(_MOST_PARTS, 0, -1):  # of the least cell; the fewest that fit are kept
        off = np.abs(number * relative - np.rint(number * relative)) > _ACCURACY * number * relative
        fits = np.bincount(rows[off], minlength=len(parts)) == 0
        parts[fits] = number
    parts = np.where(parts, parts, 1)  # no equal portions: those nearest to it
    return np.maximum(np.rint(parts[rows] * relative), 1).astype(np.int64)


def layer_energies(cells):
    """Return the energies of layers, stored unit, float64 array of shape (showers, layers)."""
    layers = cells.shape[2]
    return np.bincount(_rows(cells), cells.energy, minlength=len(cells) * layers).reshape(len(cells), layers)


def _rows(cells):
    layers = cells.shape[2]
    return cells.shower * np.int64(layers) + cells.index % layers


def logarithms(energies, random):
    """Return the logarithms of layers' energies plus `FAINTEST`; an empty layer has one of up to a third of it.

    Args:
        energies: float array. Stored unit.
        random: `numpy.random.Generator`. Of the energies in the place of 0, so that their law is a density.
    """
    spread = random.uniform(0, FAINTEST / 3, energies.shape)
    return np.log(np.where(energies > 0, energies, spread) + FAINTEST).astype(np.float32)


def standards(showers):
    """Return what the training of a `ShowerVAE` starts from, its first three arguments.

    Returns:
        list: mean and standard deviation of the `logarithms` of each layer, two lists of float; and the number of
        portions per stored unit of energy, float.
    """
    cells = showers.ecal
    found = logarithms(layer_energies(cells), np.random.default_rng(0)).astype(np.float64)
    spread = [np.round(values, 3).tolist() for values in (found.mean(axis=0), found.std(axis=0))]
    return [*spread, round(float(portions(cells).sum() / cells.energy.sum(dtype=np.float64)), 3)]


@dataclasses.dataclass(frozen=True, init=False)
class PortionStream:
    """Batches of simulated showers as `ShowerVAE` reads them, for `keras_hep.training.fit`.

    Args:
        showers: `Showers` with "energy" and "measured_theta".
        latent: int. Latent variables of the network, for their noise.
    """

    sha256: str
    latent: int

    def __init__(self, showers, latent):
        counted, (across, along, layers) = portions(showers.ecal), showers.ecal.shape
        places, layer = np.divmod(showers.ecal.index, layers)
        counted = dataclasses.replace(showers.ecal, energy=counted, index=layer * across * along + places)
        asked = np.stack([showers["energy"] / ENERGY_UNIT, showers["measured_theta"]], axis=1)
        known = {"_asked": asked.astype(np.float32), "_energies": layer_energies(showers.ecal), "_counted": counted}
        known |= {"_window": (layers, across, along), "sha256": StoredShowers(showers).sha256, "latent": latent}
        for name, value in known.items():
            object.__setattr__(self, name, value)

    def batch(self, events, seed):
        """Return inputs, dict of arrays, and targets, zeros: the output is the loss."""
        random = np.random.default_rng(seed)
        chosen = random.choice(len(self._asked), events, replace=events > len(self._asked))
        inputs = {
            "asked": self._asked[chosen],
            "logarithms": logarithms(self._energies[chosen], random),
            "portions": self._counted.take(chosen).dense().reshape(events, *self._window),
            "noise": random.normal(size=(events, self.latent)).astype(np.float32),
        }
        return inputs, np.zeros(events, np.float32)
