"""Showers of electrons, photons and pions in the barrel calorimeters, from parametrisations rather than from tracking.

Reference: the detector and the samples are those of D. Belayneh et al., Eur. Phys. J. C 80 (2020) 688, Section 2; the
    showers those of G. Grindhammer and S. Peters, hep-ex/0001020, and of R. K. Bock et al., Nucl. Instrum. Meth. 186
    (1981) 533.
"""

import concurrent.futures
import dataclasses
import functools
import multiprocessing

import numpy as np

from keras_hep.calorimetry.geometry import ECAL, GENERATION_WINDOW, HCAL, LARGE_WINDOW, RECONSTRUCTION_WINDOW, SIDES
from keras_hep.calorimetry.showers import PARTICLES, Showers
from keras_hep.simulation import shower_kinematics as kinematics
from keras_hep.simulation import shower_spots
from keras_hep.simulation.hadronic_showers import CHARGED_PION_MASS, PionHistories
from keras_hep.simulation.shower_deposits import electromagnetic_deposits, measured
from keras_hep.simulation.shower_physics import ShowerPhysics
from keras_hep.simulation.shower_windows import Barycentre, window

BLOCK = 1000  # showers that share the random stream of their directions and decays
BATCH = 50  # showers whose spots share a random stream and are in memory at once
WINDOWS = {"reconstruction": RECONSTRUCTION_WINDOW, "large": LARGE_WINDOW, "generation": GENERATION_WINDOW}
ENERGIES = {"reconstruction": (10.0, 510.0), "large": (10.0, 510.0), "generation": (100.0, 200.0)}  # GeV
ANGLES = {"fixed": (np.pi / 2, np.pi / 2), "random": (np.pi / 3, 2 * np.pi / 3)}  # rad
LOWEST_ENERGY = 5.0  # GeV; slower charged particles may not reach the calorimeter


@dataclasses.dataclass(frozen=True)
class ShowerSimulation:
    """Generator of showers.

    Args:
        particle: str. "electron", "photon", "pi0" or "charged_pion"; charged ones of either sign.
        window: str. "reconstruction": 25 x 25 cells of the electromagnetic and 11 x 11 of the hadronic calorimeter;
            "large": 51 x 51 and 11 x 11; "generation": 51 x 51 and none, energies of 100 to 200 GeV.
        angles: str or (float, float). Polar angles: "fixed", 90 degrees; "random", flat from 60 to 120 degrees; or the
            limits of a flat distribution, rad.
        energies: (float, float) or None. Limits of a flat distribution of the total energy, GeV; equal: all the same.
            None: as published for the window, 10 to 510 GeV or 100 to 200 GeV.
        azimuth: float. Largest azimuth from the middle of a side of the barrel, rad: flat, at most 15 degrees. 0: all
            leave towards the middle.
        physics: `ShowerPhysics`. The constants that may be varied.

    Raises:
        ValueError: if an argument is out of range.

    Example:

    >>> showers = ShowerSimulation("electron", energies=(50.0, 60.0)).showers(number=3, seed=1)
    >>> showers.ecal.shape, showers.hcal.shape, (showers.ecal.sums() / showers["energy"]).round().tolist()
    ((25, 25, 25), (11, 11, 60), [1.0, 1.0, 1.0])

    Reference: D. Belayneh et al., Eur. Phys. J. C 80 (2020) 688, Section 2.
    Differs: published showers are tracked by Geant4. Here cells of the hadronic calorimeter lie on the line from the
        collision through the barycentre, which the article leaves open; sides of the barrel have no edges; neutral
        pions decay into two photons only.
    """

    particle: str
    window: str = "reconstruction"
    angles: str | tuple = "fixed"
    energies: tuple | None = None
    azimuth: float = 0.0
    physics: ShowerPhysics = dataclasses.field(default_factory=ShowerPhysics)

    def __post_init__(self):
        _require(self.particle in PARTICLES, f"particle must be one of {', '.join(PARTICLES)}", self.particle)
        _require(self.window in WINDOWS, f"window must be one of {', '.join(WINDOWS)}", self.window)
        named = not isinstance(self.angles, str) or self.angles in ANGLES
        _require(named, f"angles must be {' or '.join(ANGLES)} or two limits in rad", self.angles)
        low, high = self.polar_range
        _require(
            np.pi / 6 <= low <= high <= 5 * np.pi / 6, "polar angles must rise within 30 to 150 degrees", (low, high)
        )
        low, high = self.energy_range
        _require(LOWEST_ENERGY <= low <= high, f"energies must rise from {LOWEST_ENERGY} GeV on", (low, high))
        half = np.pi / SIDES
        _require(0 <= self.azimuth <= half, f"azimuth must be from 0 to {half:.3f} rad, half a side", self.azimuth)

    @property
    def energy_range(self):
        """Limits of the energy, GeV."""
        return ENERGIES[self.window] if self.energies is None else self.energies

    @property
    def polar_range(self):
        """Limits of the polar angle, rad."""
        return ANGLES[self.angles] if isinstance(self.angles, str) else self.angles

    def showers(self, number, seed, workers=1):
        """Draw showers.

        Args:
            number: int. Fewer showers of the same seed are the first of more.
            seed: int or sequence of int. The same seed gives the same showers, whatever the number of workers.
            workers: int. Processes that draw blocks of 1,000 showers; they are started anew, so that a script that asks
                for several needs `if __name__ == "__main__":`.

        Returns:
            `Showers`, with all labels.

        Raises:
            ValueError: if `number` or `workers` is below 1.
        """
        _require(number >= 1, "number must be at least 1", number)
        _require(workers >= 1, "workers must be at least 1", workers)
        blocks = range(-(-number // BLOCK))
        sizes = [min(BLOCK, number - BLOCK * block) for block in blocks]
        part = functools.partial(self.block, seed)
        if workers == 1 or len(blocks) == 1:
            return Showers.joined([part(block, size) for block, size in zip(blocks, sizes, strict=True)])
        spawn = multiprocessing.get_context("spawn")  # a forked process would share the threads of a framework
        with concurrent.futures.ProcessPoolExecutor(min(workers, len(blocks)), spawn) as pool:
            return Showers.joined(list(pool.map(part, blocks, sizes)))

    def block(self, seed, number, size=BLOCK):
        """Draw the first `size` showers of block `number`, of up to 1,000.

        Args:
            seed: int or sequence of int.
            number: int. From 0 on: blocks are independent of each other.
            size: int.

        Returns:
            `Showers`.
        """
        labels, incoming = self.incoming(seed, number)
        parts = []
        for first in range(0, size, BATCH):
            chosen = slice(first, first + BATCH)
            random = self._random(seed, number, 1 + first // BATCH)
            shared = {name: values[chosen] for name, values in labels.items()}
            parts.append(self._measured(random, incoming[chosen], shared))
        return Showers.joined(parts).take(slice(0, size))

    def incoming(self, seed, number):
        """Draw the particles of a block of 1,000 up to the calorimeter.

        Args:
            seed: int or sequence of int.
            number: int. Of the block.

        Returns:
            dict of their labels, and `Electrons` that make up their showers, or `PionHistories`.
        """
        random = self._random(seed, number, 0)
        energy = random.uniform(*self.energy_range, BLOCK)
        theta = random.uniform(*self.polar_range, BLOCK)
        phi = self.azimuth * random.uniform(-1, 1, BLOCK)
        charge = random.choice([-1, 1], BLOCK)
        nothing = np.zeros(BLOCK)
        labels = {"energy": energy, "theta": theta, "eta": -np.log(np.tan(theta / 2)), "phi": phi}
        labels |= {"opening_angle": nothing - 1, "conversion": nothing}
        labels["pdg_id"] = np.full(BLOCK, PARTICLES[self.particle])
        rays = kinematics.at_origin(random, theta, phi)
        if self.particle == "electron":
            labels["pdg_id"] = -charge * labels["pdg_id"]  # the electron has the positive number
            return labels, kinematics.electrons_at_front(random, energy, charge, rays, self.physics)
        if self.particle == "charged_pion":
            labels["pdg_id"] = charge * labels["pdg_id"]
            momentum = np.sqrt(energy**2 - CHARGED_PION_MASS**2)
            rays, _ = rays.moved(ECAL.inner_radius, kinematics.curvature(momentum, charge, rays))
            return labels, self._histories(random, energy, rays)
        energies, rays = energy[:, None], rays[:, None]
        if self.particle == "pi0":
            energies, rays, labels["opening_angle"] = kinematics.pions_decayed(random, energy, rays[:, 0])
        photons, labels["conversion"] = kinematics.photons_at_front(random, energies, rays, self.physics)
        return labels, photons

    def _random(self, seed, block, stream):
        return np.random.default_rng([*np.ravel(seed).tolist(), PARTICLES[self.particle], block, stream])

    def _histories(self, random, energy, rays):
        return PionHistories.drawn(random, energy, rays, self.physics.hadrons)

    def _measured(self, random, incoming, labels):
        """Return the `Showers` of one batch."""
        if isinstance(incoming, PionHistories):
            electromagnetic, rest = incoming.deposits(random, self.physics)
        else:
            electromagnetic, rest = electromagnetic_deposits(random, incoming, self.physics), None
        (ecal, hcal), portion = self._spots(random, electromagnetic, rest, labels["energy"])
        side, behind = WINDOWS[self.window]
        front, back = (portion[:, layers] for layers in measured())
        centre = Barycentre.of(ecal, front)
        hcal_cells = None if behind is None else window(hcal, _padded(back, len(HCAL)), centre.behind(HCAL), behind)
        ecal_cells = window(ecal, front, centre.ecal_centres(), side)
        return Showers(ecal_cells, hcal_cells, labels | centre.labels(), "simulation")

    def _spots(self, random, electromagnetic, rest, energy):
        """Return lists of the `Spots` in both calorimeters, and the energy of the spots of each layer."""
        laws = [(electromagnetic, shower_spots.power_law_radii), (rest, shower_spots.exponential_radii)]
        laws = [(deposits, law) for deposits, law in laws if deposits is not None]
        layers = np.concatenate([deposits.energy for deposits, _ in laws], axis=1)
        counts, portion = shower_spots.spot_counts(random, layers, self.physics.spot_budget(energy))
        spots = [], []
        first = 0
        for deposits, law in laws:
            parts = slice(first, first + deposits.energy.shape[1])
            first = parts.stop
            for calorimeter, layers, stack in zip(spots, measured(), (ECAL, HCAL), strict=True):
                own = counts[:, layers, parts], deposits.layers(layers)
                calorimeter.append(shower_spots.place(random, *own, len(stack), law))
        return spots, portion


def _padded(values, layers):
    """Return values of the first layers with zeros up to all layers of a calorimeter, shape (showers, layers)."""
    return np.pad(values, ((0, 0), (0, layers - values.shape[1])))


def _require(holds, rule, value):
    if not holds:
        raise ValueError(f"ShowerSimulation: {rule}, got {value!r}.")
