"""Charged pions that look like electrons, drawn often and weighted: one in a few hundred leaves little in the HCAL."""

import dataclasses

import numpy as np
from scipy import special

from keras_hep.calorimetry.shower_shapes import hadronic_ratio
from keras_hep.calorimetry.showers import Showers
from keras_hep.simulation.hadronic_showers import CLUSTER_SHARES, PionHistories, exchange_probability, neutral_law
from keras_hep.simulation.showers import BATCH, BLOCK, ShowerSimulation

LARGEST_RATIO = 0.1  # of HCAL over ECAL energy
# Of pions that pass. Chosen: of 40,000 drawn 7,811 passed, with weights of at most 0.072; late ones weigh 8.
HEAVIEST = 0.1
_OWN_STREAMS = 1000  # beyond those of unweighted pions of the same seed
_CHOICE = 100  # stream of which pions of a block are simulated; those of their showers follow


@dataclasses.dataclass(frozen=True)
class EarlyProposal:
    """The law that histories are drawn from instead of the natural one.

    With a probability, a pion is drawn to be like an electron: it interacts early, and without charge exchange most of
    its energy is electromagnetic, most of that in the first cluster. Otherwise it is drawn naturally.

    Args:
        alike: float. That probability.
        depth: float. Early interactions are within so many mean free paths.
        neutral: float. Mean electromagnetic fraction of those pions.
        leading: float. Mean share of their first cluster in it.
        exchange: float. Probability of a charge exchange, of all pions.
    """

    alike: float = 0.8
    depth: float = 0.4
    neutral: float = 0.9
    leading: float = 0.9
    exchange: float = 0.5

    def drawn(self, random, energy, rays, hadrons):
        """Draw `PionHistories` of pions with energies in GeV and `Rays` at the front; `hadrons` is `HadronPhysics`."""
        alike = random.random(len(energy)) < self.alike
        early = -np.log1p(random.random(len(energy)) * np.expm1(-self.depth))
        interaction = np.where(alike, early, random.standard_exponential(len(energy)))
        exchange = random.random(len(energy)) < self.exchange
        tilt = [np.where(alike, each, 0.0) for each in self._tilt(energy, hadrons)]
        return PionHistories.after(random, energy, rays, hadrons.pion_length * interaction, exchange, hadrons, tilt)

    def weights(self, histories, hadrons):
        """Return natural over drawn density of `PionHistories`, float64 array of shape (showers,)."""
        early = histories.interaction < self.depth * hadrons.pion_length
        ratio = np.where(early, 1 / -np.expm1(-self.depth), 0.0)
        more, leading = self._tilt(histories.energy, hadrons)
        one, other = neutral_law(histories.energy, hadrons)
        rest = sum(CLUSTER_SHARES[1:])
        with np.errstate(divide="ignore"):  # a fraction of nothing has no chance to be drawn so
            log_ratio = (
                more * np.log(histories.neutral) + special.betaln(one, other) - special.betaln(one + more, other)
            )
            log_ratio += leading * np.log(histories.clusters[:, 0])
        log_ratio += special.betaln(CLUSTER_SHARES[0], rest) - special.betaln(CLUSTER_SHARES[0] + leading, rest)
        ratio *= np.where(histories.exchange, 1.0, np.exp(log_ratio))
        natural = exchange_probability(histories.energy, hadrons)
        charges = np.where(histories.exchange, natural / self.exchange, (1 - natural) / (1 - self.exchange))
        return charges / (1 - self.alike + self.alike * ratio)

    def _tilt(self, energy, hadrons):
        """Return what is added to the first parameters of both laws, for the wanted means."""
        one, other = neutral_law(energy, hadrons)
        more = np.maximum(self.neutral / (1 - self.neutral) * other - one, 0.0)
        rest = sum(CLUSTER_SHARES[1:])
        return more, max(self.leading / (1 - self.leading) * rest - CLUSTER_SHARES[0], 0.0)


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
    >>> len(showers) > 20, bool(weights.sum() / 250 < 0.01)  # one in 300 passes by nature
    (True, True)

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
        return self.proposal.weights(histories, self.physics.hadrons)

    def natural(self, number, seed):
        """Draw pions with HCAL / ECAL below 0.1 in the proportions of nature, all of one weight.

        They are chosen by the weights of their histories before their showers are simulated: five times as fast as
        `passing` and `unweighted`.

        Args:
            number: int. Pions that pass.
            seed: int or sequence of int.

        Returns:
            `Showers`.

        Example:

        >>> showers = EarlyPionSimulation(energies=(50.0, 50.0)).natural(number=5, seed=1)
        >>> len(showers), bool((hadronic_ratio(showers) < 0.1).all())
        (5, True)

        Differs: pions that weigh more than 0.1, none of which has been seen to pass, are left out.
        """
        parts, missing, block = [], number, 0
        while missing > 0:
            parts.append(self._natural_block(seed, block))
            missing, block = missing - len(parts[-1]), block + 1
        return Showers.joined(parts).take(slice(0, number))

    def _natural_block(self, seed, block):
        labels, histories = self.incoming(seed, block)
        weights = self.proposal.weights(histories, self.physics.hadrons)
        chances = np.where(weights <= HEAVIEST, weights / HEAVIEST, 0.0)
        chosen = np.flatnonzero(self._random(seed, block, _CHOICE).random(BLOCK) < chances)
        parts = []
        for place, first in enumerate(range(0, len(chosen), BATCH), 1):
            some = chosen[first : first + BATCH]
            random = self._random(seed, block, _CHOICE + place)
            parts.append(self._measured(random, histories[some], {name: one[some] for name, one in labels.items()}))
        showers = Showers.joined(parts)
        return showers.take(hadronic_ratio(showers) < LARGEST_RATIO)

    def passing(self, number, seed, largest_ratio=LARGEST_RATIO):
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
        return self.proposal.drawn(random, energy, rays, self.physics.hadrons)


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
