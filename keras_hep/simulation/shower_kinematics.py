"""Particles on their way from the collision to the front of the calorimeter: field, conversions, bremsstrahlung.

Coordinates are those of one side of the barrel: depth away from the beam, x across (r-phi), y along the beam, mm.
"""

import dataclasses

import numpy as np

from keras_hep.calorimetry.geometry import ECAL, FIELD
from keras_hep.simulation.pi0_decays import decay

CURVATURE = 2.99792458e-4 * FIELD  # GeV / mm: over the transverse momentum, 1 / radius in the field
CONVERSION_DELAY = 9 / 7  # radiation lengths, mean free path of photons; Review of Particle Physics, "Passage..."
# Where photons and electrons meet the material in front, mm before the calorimeter: anywhere in the tracker. Chosen.
MATERIAL = 100.0, 1400.0
BREMSSTRAHLUNG_FRACTION = 0.35, 1.8  # of a Beta distribution: mostly soft. Chosen
STEEPEST = 0.9  # sine of the angle across at which a track is taken to curl up before the calorimeter
COUNTED_PAIR = 1.0  # GeV, least energy of a pair that the label `conversion` counts


@dataclasses.dataclass(frozen=True, eq=False)
class Rays:
    """Places and directions of particles at some depth: arrays of one shape.

    Args:
        x: float array. mm.
        y: float array. mm.
        angle: float array. From the normal of the side, in the plane across the beam, rad.
        cotangent: float array. Of the polar angle: the field leaves it as it is.
    """

    x: np.ndarray
    y: np.ndarray
    angle: np.ndarray
    cotangent: np.ndarray

    def moved(self, distance, curvature=0.0):
        """Return the `Rays` farther from the beam, and whether they get there rather than curl up.

        Args:
            distance: float or array. mm, along the normal of the side.
            curvature: float or array. 1 / mm, with the sign of the turn; 0 for neutral particles.

        Returns:
            `Rays` and bool array. On a circle the sine of the angle grows in proportion to the distance.

        Example:

        >>> ray = Rays(*np.zeros((3, 1)), np.ones(1))
        >>> end, arrived = ray.moved(1500.0, CURVATURE / 10.0)  # 10 GeV
        >>> end.x.round().tolist(), end.angle.round(3).tolist(), end.y.round().tolist(), arrived.tolist()
        ([136.0], [0.181], [1508.0], [True])
        """
        sine = np.sin(self.angle) + curvature * distance
        arrived = np.abs(sine) < STEEPEST
        angle = np.arcsin(np.clip(sine, -STEEPEST, STEEPEST))
        middle, half_turn = (angle + self.angle) / 2, (angle - self.angle) / 2
        arc = distance / np.cos(middle) / np.sinc(half_turn / np.pi)
        return Rays(self.x + distance * np.tan(middle), self.y + self.cotangent * arc, angle, self.cotangent), arrived

    def __getitem__(self, key):
        return Rays(self.x[key], self.y[key], self.angle[key], self.cotangent[key])

    @property
    def slopes(self):
        """How far rays move in x and y per depth, float arrays."""
        return np.tan(self.angle), self.cotangent / np.cos(self.angle)


@dataclasses.dataclass(frozen=True, eq=False)
class Electrons:
    """Electron-like showers that make up the showers of particles: arrays of shape (showers, parts).

    Args:
        energy: float array. GeV; 0: there is no such part.
        rays: `Rays` at the front of the calorimeter.
        start: float array. Where the part begins behind the front, radiation lengths along the ray.
    """

    energy: np.ndarray
    rays: Rays
    start: np.ndarray

    def __getitem__(self, key):
        return Electrons(self.energy[key], self.rays[key], self.start[key])


def at_origin(random, theta, phi):
    """Return `Rays` that leave the collision in given directions.

    Where the collision lies against the cells is not the same for all: it is spread over one cell.

    Args:
        random: `numpy.random.Generator`.
        theta: float array. Polar angle, rad.
        phi: float array. Azimuth from the normal of the side, rad.
    """
    x, y = ECAL.cell * (random.random((2, *np.shape(theta))) - 0.5)
    return Rays(x, y, np.asarray(phi, float), 1 / np.tan(theta))


def curvature(momentum, charge, rays):
    """Return 1 / radius of tracks, with the sign of their turn, 1 / mm.

    Args:
        momentum: float array. GeV.
        charge: array. Positive ones turn towards negative x.
        rays: `Rays`.
    """
    return -charge * CURVATURE * np.sqrt(1 + rays.cotangent**2) / np.maximum(momentum, 1e-6)


def photons_at_front(random, energy, rays, physics):
    """Let photons convert, in front or within the calorimeter.

    Args:
        random: `numpy.random.Generator`.
        energy: float array, shape (showers, photons). GeV.
        rays: `Rays` of that shape, at the collision.
        physics: `ShowerPhysics`.

    Returns:
        `Electrons`, shape (showers, 2 photons), and int array of the pairs made in front, shape (showers,). Pairs share
        the energy evenly distributed, which is nearly so at high energies. Electrons that curl up are lost.
    """
    converted = random.random(energy.shape) < physics.conversion
    lever = np.where(converted, random.uniform(*MATERIAL, energy.shape), 0.0)
    split = random.random(energy.shape)
    start = np.where(converted, 0.0, random.exponential(CONVERSION_DELAY, energy.shape))
    rays, _ = rays.moved(ECAL.inner_radius - lever)
    pairs, arrived, shared = pair_at_front(energy, split, rays, lever)
    shape = len(energy), -1
    start = np.broadcast_to(start[..., None], shared.shape)
    electrons = Electrons(np.where(arrived, shared, 0.0), pairs, start)
    flat = Electrons(*(electrons.energy.reshape(shape), _reshaped(pairs, shape), electrons.start.reshape(shape)))
    return flat, (converted & (energy > COUNTED_PAIR)).sum(axis=1)


def pair_at_front(energy, split, rays, lever):
    """Return `Rays` of electron and positron at the front, whether they arrive, and energies: one more axis."""
    shared = np.stack([split, 1 - split], axis=-1) * energy[..., None]
    both = rays[..., None]
    pairs, arrived = both.moved(lever[..., None], curvature(shared, np.array([-1, 1]), both))
    return Rays(pairs.x, pairs.y, pairs.angle, np.broadcast_to(pairs.cotangent, pairs.x.shape)), arrived, shared


def electrons_at_front(random, energy, charge, rays, physics):
    """Bend electrons on their way, some of which lose a hard photon.

    Args:
        random: `numpy.random.Generator`.
        energy: float array, shape (showers,). GeV.
        charge: array, 1 or -1.
        rays: `Rays` at the collision.
        physics: `ShowerPhysics`.

    Returns:
        `Electrons`, shape (showers, 3): the electron and the pair that the photon makes in the calorimeter.
    """
    radiates = random.random(energy.shape) < physics.bremsstrahlung
    fraction = np.where(radiates, random.beta(*BREMSSTRAHLUNG_FRACTION, energy.shape), 0.0)
    lever = np.where(radiates, random.uniform(*MATERIAL, energy.shape), 0.0)
    split, delay = random.random(energy.shape), random.exponential(CONVERSION_DELAY, energy.shape)
    there, _ = rays.moved(ECAL.inner_radius - lever, curvature(energy, charge, rays))
    photon, _ = there.moved(lever)
    electron, arrived = there.moved(lever, curvature(energy * (1 - fraction), charge, rays))
    energies = [np.where(arrived, 1 - fraction, 0.0), fraction * split, fraction * (1 - split)]
    starts = [np.zeros_like(energy), delay, delay]
    names = [field.name for field in dataclasses.fields(Rays)]
    parts = [np.stack([getattr(ray, name) for ray in (electron, photon, photon)], axis=1) for name in names]
    return Electrons(np.stack(energies, axis=1) * energy[:, None], Rays(*parts), np.stack(starts, axis=1))


def pions_decayed(random, energy, rays):
    """Let neutral pions decay at the collision.

    Args:
        random: `numpy.random.Generator`.
        energy: float array, shape (showers,). GeV.
        rays: `Rays` of the pions.

    Returns:
        Photon energies, shape (showers, 2), their `Rays`, and opening angles in rad, shape (showers,).
    """
    energies, angles = decay(energy, random)
    turn = 2 * np.pi * random.random(energy.shape)
    sine = np.sin(angles) * [1.0, -1.0]
    across, along = (np.sin(turn)[:, None] * sine, np.cos(turn)[:, None] * sine)
    polar, azimuth = np.arctan2(1, rays.cotangent)[:, None], rays.angle[:, None]
    # The direction of the pion, that of growing polar angle and that of growing azimuth.
    transverse = np.cos(angles) * np.sin(polar) + along * np.cos(polar)
    beam = np.cos(angles) * np.cos(polar) - along * np.sin(polar)
    photon_azimuth = azimuth + np.arctan2(across, transverse)
    cotangent = beam / np.hypot(transverse, across)
    places = [np.repeat(place[:, None], 2, axis=1) for place in (rays.x, rays.y)]
    return energies, Rays(*places, photon_azimuth, cotangent), angles.sum(axis=1)


def _reshaped(rays, shape):
    return Rays(*(getattr(rays, field.name).reshape(shape) for field in dataclasses.fields(rays)))
