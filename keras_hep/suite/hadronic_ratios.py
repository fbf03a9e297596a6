"""Ratio of HCAL to ECAL energy of showers, and the selection by it; showers may have weights."""

import dataclasses

import numpy as np

from keras_hep.calorimetry.shower_shapes import hadronic_ratio
from keras_hep.simulation.early_pions import EarlyPionSimulation
from keras_hep.simulation.showers import BLOCK
from keras_hep.suite import shower_samples
from keras_hep.suite.record import Curve, Quantity

CUT = 0.1  # the article's


@dataclasses.dataclass(frozen=True, eq=False)
class Ratios:
    """HCAL over ECAL energy of showers, all or those with a small ratio.

    Args:
        ratio: float array, shape (showers,). Infinite where the ECAL is empty.
        energy: float array, shape (showers,). True energy, GeV.
        weight: float array, shape (showers,). Natural over drawn frequency.
        energies: float array, shape (drawn,). True energies of all showers that were drawn, GeV: shares are of these.
    """

    ratio: np.ndarray
    energy: np.ndarray
    weight: np.ndarray
    energies: np.ndarray

    @classmethod
    def of(cls, particle, showers, seed, data=None):
        """Return the ratios of showers at random angles; arguments as of `shower_samples.features`."""
        table = shower_samples.features(particle, "random", showers, seed, data)
        ecal, hcal, energy = (table[name].astype(float) for name in ("ECAL_E", "HCAL_E", "energy"))
        ratio = np.where(ecal > 0, hcal / np.where(ecal > 0, ecal, 1.0), np.inf)
        return cls(ratio, energy, np.ones(len(energy)), energy)

    @classmethod
    def of_early_pions(cls, showers, seed, largest_ratio):
        """Return ratios below `largest_ratio` of charged pions, of which those with small ones are drawn often."""
        simulation = EarlyPionSimulation(angles="random")
        parts = []
        for block in range(-(-showers // BLOCK)):
            drawn = simulation.block(seed, block, min(BLOCK, showers - BLOCK * block))
            weight = simulation.weights(seed, block)[: len(drawn)]
            parts.append((hadronic_ratio(drawn), drawn["energy"].astype(float), weight))
        ratio, energy, weight = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        kept = ratio < largest_ratio
        return cls(ratio[kept], energy[kept], weight[kept], energy)

    def share(self, name, below=CUT, energies=(0.0, np.inf)):
        """Return the share of showers with a ratio below `below`, of an interval of energies in GeV, as `Quantity`."""
        low, high = energies
        inside = (self.energy >= low) & (self.energy < high) & (self.ratio < below)
        total = np.count_nonzero((self.energies >= low) & (self.energies < high))
        interval = "" if (low, high) == (0.0, np.inf) else f" of {low:g} to {high:g} GeV"
        value, error = _shares(*_sums(self.weight[inside]), total)
        return Quantity(name, value, error, definition=f"share of showers{interval} with HCAL / ECAL < {below:g}")

    def median(self, name):
        """Return the median ratio of showers that all weigh the same, as `Quantity`."""
        return Quantity(name, np.median(self.ratio), definition="median of HCAL / ECAL", count=len(self.ratio))

    def spectrum(self, name, edges):
        """Return the share of all showers in each bin of the ratio, as `Curve`."""
        values, squares = (np.histogram(self.ratio, edges, weights=self.weight**power)[0] for power in (1, 2))
        shares, error = _shares(values, squares, len(self.energies))
        return Curve(name, _centres(edges), shares, error, "1", "1", "share of all showers in bins of HCAL / ECAL")

    def passing_by_energy(self, name, edges, below=CUT):
        """Return the share of the showers in each bin of the energy with a ratio below `below`, as `Curve`."""
        passed = self.ratio < below
        energy, weight = self.energy[passed], self.weight[passed]
        values, squares = (np.histogram(energy, edges, weights=weight**power)[0] for power in (1, 2))
        shares, error = _shares(values, squares, np.histogram(self.energies, edges)[0])
        return Curve(name, _centres(edges), shares, error, "GeV", "1", f"share of showers with HCAL / ECAL < {below:g}")

    def mean_energy(self, name, low, high):
        """Return the mean energy of showers with a ratio from `low` to below `high`, as `Quantity`."""
        curve = self.mean_energies(name, [low, high])
        definition = f"mean energy of showers with HCAL / ECAL from {low:g} to {high:g}"
        value, error = (curve.y[0], curve.error[0]) if curve.y else (np.nan, None)
        return Quantity(name, value, error, "GeV", definition)

    def mean_energies(self, name, edges):
        """Return the mean energy of showers in those bins of the ratio that have some, as `Curve`."""
        bins = np.digitize(self.ratio, edges) - 1
        inside = (bins >= 0) & (bins < len(edges) - 1)
        bins, weight, energy = bins[inside], self.weight[inside], self.energy[inside]
        total, first = (np.bincount(bins, weight * energy**power, len(edges) - 1) for power in (0, 1))
        some = total > 0
        mean = first / np.where(some, total, 1.0)
        error = np.sqrt(np.bincount(bins, (weight * (energy - mean[bins])) ** 2, len(edges) - 1)[some]) / total[some]
        definition = "mean true energy in bins of HCAL / ECAL"
        return Curve(name, _centres(edges)[some], mean[some], error, "1", "GeV", definition)


def _sums(weight):
    return weight.sum(), (weight**2).sum()


def _shares(values, squares, total):
    """Return shares of weighted showers and their errors: binomial where all weights are 1."""
    total = np.maximum(total, 1)
    shares = values / total
    return shares, np.sqrt(np.maximum(squares / total - shares**2, 0) / total)


def _centres(edges):
    return np.round((np.asarray(edges)[1:] + np.asarray(edges)[:-1]) / 2, 10)
