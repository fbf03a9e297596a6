"""Showers of charged pions: a track up to the first interaction, then neutral pions in clusters and a hadronic rest.

Reference: R. K. Bock et al., Nucl. Instrum. Meth. 186 (1981) 533, for the profile of the rest; R. Wigmans,
    "Calorimetry", for the electromagnetic fraction.
Differs: no neutrons that arrive late, no tracks of single secondaries, no particles scattered back.
"""

import dataclasses

import numpy as np
from scipy import special

from keras_hep.simulation.calorimeter_depths import (
    CELLS,
    ECAL_LAYERS,
    FIRST_HCAL,
    HCAL_LAYERS,
    INTERACTION_EDGES,
    LAYERS,
    RADIATION_EDGES,
    responses,
)
from keras_hep.simulation.electromagnetic_profiles import STEEL_SCINTILLATOR, TUNGSTEN_SILICON, Medium
from keras_hep.simulation.shower_deposits import Deposits, axes_in_cells, electromagnetic_deposits
from keras_hep.simulation.shower_kinematics import Electrons, Rays

CHARGED_PION_MASS = 0.13957  # GeV
# Chosen: shares of the electromagnetic energy in clusters from the first interaction on (Dirichlet law), their mean
# distance in interaction lengths, and their scatter in mm in either calorimeter.
CLUSTER_SHARES = 2.2, 0.6, 0.4, 0.3
CLUSTER_STEP = 0.6
CLUSTER_SCATTER = 12.0, 24.0
EXCHANGE_FRACTION = 19.0, 1.0  # Beta law of the electromagnetic fraction after a charge exchange. Chosen
NEUTRAL_FLUCTUATION_POWER = -0.12  # of the energy over 10 GeV, in the spread of the electromagnetic fraction. Chosen
# Profile s^(a - 1) exp(-d s) of the rest in interaction lengths: constant and slope in ln E. Bock et al.
LONG_SHAPE, LONG_SLOPE = (0.6165, 0.3183), (0.9099, -0.0237)
SHAPE_FLUCTUATION = 0.25  # of ln a. Chosen
# Radial laws exp(-r / b): b in mm and part of the energy. Chosen, after the core and halo seen by CALICE.
RADIAL_SCALES = (26.0, 0.65), (78.0, 0.35)
HADRON_GRANULARITY = 0.12, 0.15  # GeV, in silicon and scintillator: as `shower_deposits.granularities`. Chosen
# Of minimum ionising particles: 0.5 mm of silicon and 3 mm of scintillator, in stored energy; PDG mean energy losses
# 3.88 and 2.05 MeV / cm. The shape of the Gamma law stands for the Landau fluctuations. Chosen.
TRACK_ENERGY, TRACK_SHAPE = (0.0097, 0.0308), (6.0, 8.0)


@dataclasses.dataclass(frozen=True, eq=False)
class PionHistories:
    """What happens to pions, apart from the sampling: arrays of shape (showers,) or (showers, clusters).

    Args:
        energy: float array. GeV.
        rays: `Rays` at the front.
        interaction: float array. Depth of the first interaction along the track, interaction lengths.
        exchange: bool array. Whether nearly all energy goes into neutral pions there.
        neutral: float array. Electromagnetic fraction of the energy.
        clusters: float array, shape (showers, clusters). Shares of that fraction.
        depths: float array, shape (showers, clusters). Where clusters begin, as `interaction`.
    """

    energy: np.ndarray
    rays: Rays
    interaction: np.ndarray
    exchange: np.ndarray
    neutral: np.ndarray
    clusters: np.ndarray
    depths: np.ndarray

    @classmethod
    def drawn(cls, random, energy, rays, hadrons):
        """Draw the histories of pions of given energies (GeV) and `Rays`; `hadrons` is `HadronPhysics`."""
        interaction = hadrons.pion_length * random.standard_exponential(energy.shape)
        exchange = random.random(energy.shape) < exchange_probability(energy, hadrons)
        return cls.after(random, energy, rays, interaction, exchange, hadrons)

    @classmethod
    def after(cls, random, energy, rays, interaction, exchange, hadrons, tilt=(0.0, 0.0)):
        """Draw what follows a first interaction at given depths, with or without charge exchange.

        Args:
            random: `numpy.random.Generator`.
            energy: float array, shape (showers,). GeV.
            rays: `Rays` at the front.
            interaction: float array. Depth of the first interaction, interaction lengths.
            exchange: bool array.
            hadrons: `HadronPhysics`.
            tilt: two floats or arrays of shape (showers,). Without charge exchange, added to the first parameter of the
                laws of the electromagnetic fraction and of the clusters, to draw rare histories often; 0 is natural.
        """
        more, leading = (np.where(exchange, 0.0, each) for each in tilt)
        one, other = neutral_law(energy, hadrons)
        one, other = (np.where(exchange, *laws) for laws in zip(EXCHANGE_FRACTION, (one + more, other), strict=True))
        neutral = random.beta(one, other)
        parameters = np.tile(CLUSTER_SHARES, (len(energy), 1))
        parameters[:, 0] += leading
        weights = random.standard_gamma(parameters)
        weights[exchange, 1:] = 0.0
        shares = weights / np.maximum(weights.sum(axis=1, keepdims=True), np.finfo(float).tiny)
        steps = CLUSTER_STEP * random.standard_exponential(shares.shape)
        steps[:, 0] = interaction
        return cls(energy, rays, interaction, exchange, neutral, shares, np.cumsum(steps, axis=1))

    def __getitem__(self, key):
        return PionHistories(*(getattr(self, field.name)[key] for field in dataclasses.fields(self)))

    def deposits(self, random, physics):
        """Draw what the pions leave in the layers.

        Returns:
            Two `Deposits`: those with the radial law of electromagnetic showers and tracks, and those of the rest.
        """
        path = np.sqrt(1 + sum(slope**2 for slope in self.rays.slopes))[:, None]
        depths = path * INTERACTION_EDGES
        axes = [axis.astype(np.float32)[:, None] for axis in axes_in_cells(self.rays)]
        clusters = electromagnetic_deposits(random, self._electrons(random, path), physics, self._media(path), LAYERS)
        track = self._tracks(random, path, depths, axes)
        return Deposits.joined([clusters, track]), self._rest(random, depths, axes, physics)

    def _media(self, path):
        behind = self.depths > path * INTERACTION_EDGES[FIRST_HCAL]
        return Medium.choice(behind, TUNGSTEN_SILICON, STEEL_SCINTILLATOR)

    def _electrons(self, random, path):
        """Return the clusters as `Electrons`."""
        normal = self.depths / path
        start = path * np.interp(normal, INTERACTION_EDGES, RADIATION_EDGES)
        inside = normal < INTERACTION_EDGES[-1]
        energy = np.where(inside, (self.energy * self.neutral)[:, None] * self.clusters, 0.0)
        scatter = np.where(normal < INTERACTION_EDGES[FIRST_HCAL], *CLUSTER_SCATTER)
        scatter[:, 0] = 0.0
        x, y = random.normal(0, scatter, (2, *scatter.shape))
        rays = self.rays[:, None]
        rays = Rays(rays.x + x, rays.y + y, *(np.broadcast_to(one, x.shape) for one in (rays.angle, rays.cotangent)))
        return Electrons(energy, rays, start)

    def _tracks(self, random, path, depths, axes):
        """Return the `Deposits` of the track before the first interaction."""
        number = [ECAL_LAYERS, FIRST_HCAL - ECAL_LAYERS, HCAL_LAYERS]
        mean = np.repeat([TRACK_ENERGY[0], 0.0, TRACK_ENERGY[1]], number)
        shape = np.repeat([TRACK_SHAPE[0], 1.0, TRACK_SHAPE[1]], number)
        energy = path * mean * random.standard_gamma(shape, (len(path), LAYERS)) / shape
        energy = np.where(depths[:, 1:] < self.interaction[:, None], energy, 0.0)[:, None]
        nothing = np.zeros_like(axes[0])
        return Deposits(energy.astype(np.float32), *axes, nothing, nothing)

    def _rest(self, random, depths, axes, physics):
        """Return the `Deposits` that are not electromagnetic."""
        log_energy = np.log(self.energy)
        shape = (LONG_SHAPE[0] + LONG_SHAPE[1] * log_energy) * np.exp(
            SHAPE_FLUCTUATION * random.standard_normal(log_energy.shape)
        )
        slope = LONG_SLOPE[0] + LONG_SLOPE[1] * log_energy
        behind = np.maximum(depths - self.interaction[:, None], 0)
        before = special.gammainc(shape[:, None], slope[:, None] * behind)
        visible = np.clip(random.normal(*physics.hadrons.visible, self.energy.shape), 0, 1)
        absorbed = (self.energy * (1 - self.neutral) * visible)[:, None] * np.diff(before, axis=1)
        grain = np.repeat([HADRON_GRANULARITY[0], HADRON_GRANULARITY[1]], [FIRST_HCAL, HCAL_LAYERS])
        stored = random.standard_gamma(absorbed / grain) * (grain * responses(physics))
        energy = np.stack([part * stored for _, part in RADIAL_SCALES], axis=1).astype(np.float32)
        stretches = [np.sqrt(1 + slope**2)[:, None, None] for slope in self.rays.slopes]
        scales = np.array([scale for scale, _ in RADIAL_SCALES])[:, None] / CELLS
        widths = [np.broadcast_to(stretch * scales, energy.shape).astype(np.float32) for stretch in stretches]
        return Deposits(energy, *(np.broadcast_to(axis, energy.shape) for axis in axes), *widths)


def exchange_probability(energy, hadrons):
    """Return the probability of a charge exchange of pions, float array."""
    return np.minimum(hadrons.charge_exchange * (energy / 10) ** hadrons.charge_exchange_power, 1)


def neutral_law(energy, hadrons):
    """Return both parameters of the Beta law of electromagnetic fractions without charge exchange, float arrays."""
    mean = np.clip(1 - energy ** (hadrons.neutral_power - 1), 0.02, 0.98)
    spread = hadrons.neutral_fluctuation * np.sqrt(mean) * (energy / 10) ** NEUTRAL_FLUCTUATION_POWER
    weight = np.maximum(mean * (1 - mean) / spread**2 - 1, 0.5)
    return mean * weight, (1 - mean) * weight
