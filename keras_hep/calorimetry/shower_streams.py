"""Showers as the input of networks: lists of their cells, and batches of two kinds of particles for a training."""

import dataclasses
import hashlib

import numpy as np

from keras_hep.calorimetry import selections
from keras_hep.calorimetry.showers import Showers
from keras_hep.graphs.padding import bucket
from keras_hep.simulation.showers import BLOCK

SELECTIONS = ("little_hcal_energy", "merged_photons", "energy_in_window", "whole_electromagnetic")
_LARGEST_PLACE = np.iinfo(np.int32).max


def shower_inputs(showers, padded=True):
    """Return what the networks of `keras_hep.models` read of showers.

    Args:
        showers: `Showers` with the labels "reco_phi" and "reco_eta".
        padded: bool. Fill the lists of cells up to one of few sizes, by energies of 0 in the first cell, so that
            programs compiled for a size are used again.

    Returns:
        dict of arrays: `measured`, float32, shape (showers, 4): phi and eta of the barycentre, energies in ECAL and
        HCAL; and of both calorimeters ("ecal", "hcal") the cells with energy of all showers: `ecal_place`, int32, shape
        (hits,), number of the shower times the cells of the window plus the cell; and `ecal_energy`, float32.

    Raises:
        KeyError: if a label is missing.
        ValueError: if there are more showers than 32-bit places can tell apart.

    Example:

    >>> from keras_hep.calorimetry.cells import Cells
    >>> ecal, hcal = (Cells((1, 1, 5), [1, 2], [4, 0, 2], energy) for energy in ([1.0, 2.0, 3.0], [0.5, 0.0, 0.25]))
    >>> labels = {"reco_phi": [0.1, 0.2], "reco_eta": [0.3, 0.4]}
    >>> inputs = shower_inputs(Showers(ecal, hcal, labels, source="simulation"))
    >>> inputs["ecal_place"].tolist(), inputs["measured"].round(2).tolist()[1]
    ([4, 5, 7], [0.20000000298023224, 0.4000000059604645, 5.0, 0.25])
    """
    ecal, hcal = showers.ecal, showers.hcal
    energies = _sums(ecal), np.zeros(len(showers)) if hcal is None else _sums(hcal)
    measured = [showers["reco_phi"], showers["reco_eta"], *energies]
    inputs = {"measured": np.stack(measured, axis=1).astype(np.float32)}
    for part, cells in (("ecal", ecal), ("hcal", hcal)):
        inputs |= zip((f"{part}_place", f"{part}_energy"), _listed(cells, padded), strict=True)
    return inputs


def shower_targets(showers, classes):
    """Return what the networks learn of showers, float32 array of shape (showers, 4): class, energy, eta, phi.

    Args:
        showers: `Showers` with the labels "energy", "eta" and "phi".
        classes: int array, shape (showers,). 0 or 1.

    Example:

    >>> from keras_hep.calorimetry.cells import Cells
    >>> labels = {"energy": [50.0], "eta": [0.5], "phi": [0.0]}
    >>> shower_targets(Showers(Cells((1, 1, 1), [0], [], []), None, labels, source="simulation"), [1]).tolist()
    [[1.0, 50.0, 0.5, 0.0]]
    """
    known = [showers[name] for name in ("energy", "eta", "phi")]
    return np.stack([np.asarray(classes, np.float32), *known], axis=1)


@dataclasses.dataclass(frozen=True)
class SimulatedShowers:
    """New showers for every batch.

    Args:
        simulation: `keras_hep.simulation.showers.ShowerSimulation`.
        selection: str or None. Name of a selection of `keras_hep.calorimetry.selections`; None: all showers.

    Raises:
        ValueError: if there is no such selection.

    Example:

    >>> from keras_hep.simulation.showers import ShowerSimulation
    >>> pions = SimulatedShowers(ShowerSimulation("pi0", energies=(20.0, 40.0)), "merged_photons").draw(20, seed=1)
    >>> len(pions), bool(pions["opening_angle"].max() < 0.01)
    (20, True)
    """

    simulation: object
    selection: str | None = None

    def __post_init__(self):
        known = self.selection is None or self.selection in SELECTIONS
        _require(known, f"selection must be one of {', '.join(SELECTIONS)}, or None", self.selection)

    def draw(self, number, seed):
        """Return so many `Showers`; `seed` is an int or a list of int."""
        parts, missing, block = [], number, 0
        while missing > 0:
            drawn = self.simulation.block(seed, block, min(BLOCK, missing))
            if self.selection is not None:
                drawn = drawn.take(getattr(selections, self.selection)(drawn))
            parts.append(drawn)
            missing, block = missing - len(drawn), block + 1
        return Showers.joined(parts)


@dataclasses.dataclass(frozen=True, init=False)
class StoredShowers:
    """Showers in memory, drawn from at random: no shower twice in a batch, unless they have weights.

    Args:
        showers: `Showers`.
        weights: float array, shape (showers,), or None. Showers are drawn in proportion to them, and again and again,
            so that those drawn all weigh the same.

    Attributes:
        sha256: str. Of the cells, labels and weights: it names the showers in the key of a training.

    Raises:
        ValueError: if there are not as many weights as showers, or one is negative.

    Differs: the article's trainings go through their showers in a shuffled order, once an epoch; here every batch is
        drawn for itself.

    Example:

    >>> from keras_hep.simulation.showers import ShowerSimulation
    >>> stored = StoredShowers(ShowerSimulation("photon").showers(number=50, seed=1))
    >>> len(stored.draw(20, seed=2)), len(stored.sha256)
    (20, 64)
    """

    sha256: str

    def __init__(self, showers, weights=None):
        chances = None
        if weights is not None:
            weights = np.asarray(weights, np.float64)
            right = weights.shape == (len(showers),) and len(weights) and weights.min() >= 0 and weights.sum() > 0
            _require(right, f"weights must be {len(showers)} numbers, none negative, not all 0", weights.shape)
            chances = weights / weights.sum()
        for name, value in (("_showers", showers), ("_chances", chances), ("sha256", _digest(showers, chances))):
            object.__setattr__(self, name, value)

    def draw(self, number, seed):
        """Return so many `Showers`; `seed` is an int or a list of int."""
        random, stored = np.random.default_rng(seed), len(self._showers)
        if self._chances is not None:
            return self._showers.take(random.choice(stored, number, p=self._chances))
        _require(number <= stored, f"a batch has at most the {stored} showers stored of its class", number)
        return self._showers.take(random.choice(stored, number, replace=False, shuffle=False))


@dataclasses.dataclass(frozen=True)
class ShowerStream:
    """Batches of showers for a training by `keras_hep.training.fit`: as many of each class.

    Args:
        sources: tuple of one or two objects with `draw(number, seed)`, such as `StoredShowers` and `SimulatedShowers`;
            the class of a shower is the position of its source. In the article a photon is 1 against a neutral pion, an
            electron 1 against a charged pion.

    Raises:
        ValueError: if there are other numbers of sources.

    Example:

    >>> from keras_hep.simulation.showers import ShowerSimulation
    >>> pions, photons = (SimulatedShowers(ShowerSimulation(name)) for name in ("pi0", "photon"))
    >>> inputs, targets = ShowerStream((pions, photons)).batch(events=4, seed=1)
    >>> inputs["measured"].shape, targets[:, 0].tolist()
    ((4, 4), [0.0, 0.0, 1.0, 1.0])
    """

    sources: tuple

    def __post_init__(self):
        _require(len(self.sources) in (1, 2), "sources must be one or two", len(self.sources))

    def batch(self, events, seed):
        """Return (inputs, targets) of so many showers, those of class 0 first.

        Args:
            events: int. Of an odd number, the last class has one more.
            seed: int or list of int.

        Returns:
            (dict of arrays as from `shower_inputs`, padded; array as from `shower_targets`).
        """
        numbers = [(events + place) // len(self.sources) for place in range(len(self.sources))]
        drawn = [
            (source.draw(number, [*np.ravel(seed).tolist(), place]), place)
            for place, (source, number) in enumerate(zip(self.sources, numbers, strict=True))
            if number
        ]
        showers = Showers.joined([part for part, _ in drawn])
        classes = np.concatenate([np.full(len(part), place) for part, place in drawn])
        return shower_inputs(showers), shower_targets(showers, classes)


def _listed(cells, padded):
    """Return places in the batch and energies of all hits of `Cells`, or of none; zeros behind them if padded."""
    hits = 0 if cells is None else len(cells.energy)
    size = bucket(hits) if padded else hits
    place, energy = np.zeros(size, np.int32), np.zeros(size, np.float32)
    if cells is not None:
        _require(len(cells) * cells.cells <= _LARGEST_PLACE, "a batch must have fewer than 2^31 cells", len(cells))
        first = np.arange(len(cells), dtype=np.int32) * np.int32(cells.cells)
        np.add(cells.index, np.repeat(first, cells.counts), out=place[:hits])
        energy[:hits] = cells.energy
    return place, energy


def _sums(cells):
    """Return the energy of each shower; where all cells are listed, as of resampled showers, five times faster."""
    if len(cells.energy) != len(cells) * cells.cells or (cells.counts != cells.cells).any():
        return cells.sums()
    return cells.energy.reshape(len(cells), cells.cells).sum(axis=1, dtype=np.float64)


def _digest(showers, chances):
    """Return the SHA-256 of all arrays, as hexadecimal digits."""
    digest = hashlib.sha256()
    arrays = {f"label {name}": values for name, values in showers.labels.items()} | {"chances": chances}
    for part, cells in (("ecal", showers.ecal), ("hcal", showers.hcal)):
        if cells is not None:
            arrays |= {f"{part} {name}": getattr(cells, name) for name in ("shape", "counts", "index", "energy")}
    for name in sorted(arrays):
        if arrays[name] is not None:
            digest.update(name.encode())
            digest.update(np.ascontiguousarray(arrays[name]))
    return digest.hexdigest()


def _require(holds, rule, value):
    if not holds:
        raise ValueError(f"Showers of a stream: {rule}, got {value}.")
