"""Charged pions that look like electrons, drawn often and weighted: one in a few hundred leaves little in the HCAL."""

import dataclasses

import numpy as np

from keras_hep.calorimetry.shower_shapes import hadronic_ratio
from keras_hep.calorimetry.showers import Showers
from keras_hep.simulation.hadronic_showers import PionHistories, exchange_probability
from keras_hep.simulation.showers import BLOCK, ShowerSimulation

_OWN_STREAMS = 1000  # beyond those of unweighted pions of the same seed


@dataclasses.dataclass(frozen=True)
class EarlyProposal:
    """The law that histories are drawn from instead of the natural one.

    Args:
        depth: float. First interactions within so many mean free paths are early.
        early: float. Probability that an interaction is drawn early; otherwise it is drawn naturally.
        exchange: float. Probability of a charge exchange.
    """

    depth: float = 0.4
    early: float = 0.5
    exchange: float = 0.5

    def drawn(self, random, number):
        """Return first interactions in mean free paths, and whether charge is exchanged: arrays of shape (number,)."""
        natural = random.standard_exponential(number)
        early = -np.log1p(-random.random(number) * -np.expm1(-self.depth))
        interaction = np.where(random.random(number) < self.early, early, natural)
        return interaction, random.random(number) < self.exchange

    def weights(self, interaction, exchange, probability):
        """Return natural over drawn density, float array.

        Args:
            interaction: float array. Mean free paths.
            exchange: bool array.
            probability: float array. Of a charge exchange, by nature.

        Example:

        >>> EarlyProposal().weights(np.array([0.1, 2.0]), np.array([True, False]), np.array([0.05, 0.05])).round(3)
        array([0.05, 3.8  ])
        """
        more = np.where(interaction < self.depth, self.early / -np.expm1(-self.depth), 0.0)
        charges = np.where(exchange, probability / self.exchange, (1 - probability) / (1 - self.exchange))
        return charges / (1 - self.early + more)


@dataclasses.dataclass(frozen=True)
class EarlyPionSimulation(ShowerSimulation):
    """Generator of charged pions of which many pass a cut on HCAL / ECAL, each with a weight.

    Without the weights, showers are not as nature has them.

    Args:
        particle: str. "charged_pion".
        window, angles, energies, azimuth, physics: as of `ShowerSimulation`.
        proposal: `EarlyProposal`.

    Raises:
        ValueError: if the particle is another one.

    Example:

    >>> showers, weights = EarlyPionSimulation(energies=(50.0, 50.0)).passing(number=250, seed=1)
    >>> 10 < len(showers) < 150, weights.sum() / 250 < 0.02  # natural pions pass at this rate
    (True, np.True_)

    Differs: the article filters what Geant4 gives; expectations are the same with the weights.
    """

    particle: str = "charged_pion"
    proposal: EarlyProposal = dataclasses.field(default_factory=EarlyProposal)

    def __post_init__(self):
        super().__post_init__()
        if self.particle != "charged_pion":
            raise ValueError(f"EarlyPionSimulation: particle must be charged_pion, got {self.particle!r}.")

    def weights(self, seed, number):
        """Return natural over drawn density of the showers of a block, float64 array, shape (1000,)."""
        _, histories = self.incoming(seed, number)
        hadrons = self.physics.hadrons
        probability = exchange_probability(histories.energy, hadrons)
        return self.proposal.weights(histories.interaction / hadrons.pion_length, histories.exchange, probability)

    def passing(self, number, seed, largest_ratio=0.1):
        """Draw pions and keep those with small HCAL / ECAL.

        Args:
            number: int. Pions to draw: sums of the weights over it are natural rates.
            seed: int or sequence of int.
            largest_ratio: float. Of HCAL over ECAL energy.

        Returns:
            `Showers` that pass and their weights, float64 array.
        """
        parts, weights = [], []
        for block in range(-(-number // BLOCK)):
            size = min(BLOCK, number - BLOCK * block)
            showers = self.block(seed, block, size)
            kept = np.flatnonzero(hadronic_ratio(showers) < largest_ratio)
            parts.append(showers.take(kept))
            weights.append(self.weights(seed, block)[kept])
        return Showers.joined(parts), np.concatenate(weights)

    def _random(self, seed, block, stream):
        return super()._random(seed, block, _OWN_STREAMS + stream)

    def _histories(self, random, energy, rays):
        interaction, exchange = self.proposal.drawn(random, len(energy))
        hadrons = self.physics.hadrons
        return PionHistories.after(random, energy, rays, hadrons.pion_length * interaction, exchange, hadrons)


def unweighted(weights, random):
    """Return which of weighted showers to keep so that all weigh the same, bool array.

    Args:
        weights: float array, shape (showers,).
        random: `numpy.random.Generator`.

    Example:

    >>> kept = unweighted(np.array([0.5, 2.0] * 5000), np.random.default_rng(1))
    >>> kept[1::2].all().item(), kept[::2].mean().round(1).item()
    (True, 0.2)
    """
    return random.random(len(weights)) * weights.max(initial=0.0) < weights
