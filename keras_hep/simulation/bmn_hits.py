"""True hits of the BM@N look-alike: particles on their way through the dipole and the stations."""

import numpy as np

from keras_hep.simulation.bmn_detector import PLANE_Z, RADIATION_LENGTHS, RESOLUTION, STATIONS, inside, module_z

_SCATTERING = 0.0136  # GeV: angle times momentum and velocity, per root of the radiation lengths


def crossings(particles, dipole, random):
    """Follow particles from plane to plane.

    Args:
        particles: `keras_hep.simulation.bmn_particles.Particles`.
        dipole: `keras_hep.simulation.dipole.Dipole`.
        random: `numpy.random.Generator`, for the scattering in the stations.

    Returns:
        (positions, momenta): float arrays, shape (particles, stations, 3), mm and GeV, on the planes `PLANE_Z`, before
        the scattering there; NaN where a particle is not.
    """
    shape = (len(particles.event), STATIONS, 3)
    positions, momenta = np.full(shape, np.nan), np.full(shape, np.nan)
    position, momentum = particles.position.copy(), particles.momentum.copy()
    forwards = momentum[:, 2] > 0
    for station, z in enumerate(PLANE_Z):
        index = np.flatnonzero(forwards & (particles.first <= station) & (station <= particles.last))
        there, slower = dipole.moved(position[index], momentum[index], particles.charge[index], z)
        positions[index, station], momenta[index, station] = there, slower
        position[index], momentum[index] = there, scattered(slower, particles.mass[index], random)
        forwards[index] = np.isfinite(there[:, 0])
    return positions, momenta


def scattered(momentum, mass, random):
    """Return momenta behind a station: turned by a Gaussian angle in each of two planes.

    Args:
        momentum: float array, shape (particles, 3): GeV.
        mass: float array, shape (particles,): GeV.
        random: `numpy.random.Generator`.

    Returns:
        float array, shape (particles, 3): of the same absolute momentum.
    """
    size = np.sqrt((momentum**2).sum(axis=1))
    angle = _SCATTERING * np.sqrt(RADIATION_LENGTHS) * np.sqrt(size**2 + mass**2) / size**2
    direction = momentum / size[:, None]
    # A small kick in a random direction across the momentum: what is along it is taken off again.
    kick = angle[:, None] * random.standard_normal(momentum.shape)
    kick -= direction * (kick * direction).sum(axis=1, keepdims=True)
    turned = direction + kick
    return turned * (size / np.sqrt((turned**2).sum(axis=1)))[:, None]


def measured(positions, momenta, efficiency, random):
    """Return what the stations measure of crossings.

    Args:
        positions: float array, shape (particles, stations, 3): as `crossings` returns them, mm.
        momenta: float array of the same shape: GeV.
        efficiency: float. Probability that a station sees a particle in its window.
        random: `numpy.random.Generator`.

    Returns:
        (positions, present): float array, shape (particles, stations, 3), x and y smeared, z of the module, mm, zeros
        where there is no hit; bool array, shape (particles, stations): where there is one.
    """
    station = np.arange(STATIONS)
    present = inside(positions, station) & (random.random(positions.shape[:2]) < efficiency)
    particle, station = np.nonzero(present)
    position, momentum = positions[particle, station], momenta[particle, station]
    z = module_z(position, station)
    hits = position + momentum * ((z - position[:, 2]) / momentum[:, 2])[:, None]
    hits[:, :2] += RESOLUTION[station] * random.standard_normal((len(station), 2))
    kept = inside(hits, station)
    present[particle, station] = kept
    found = np.zeros_like(positions)
    found[particle[kept], station[kept]] = hits[kept]
    return found, present


def reconstructable(present, holes, minimum_hits=4):
    """Return which tracks count as true tracks.

    Args:
        present: bool array, shape (particles, stations): where there is a hit.
        holes: bool. Whether stations may be missing behind station 0; if not, a track has a hit on every station up to
            its last one.
        minimum_hits: int.

    Returns:
        bool array, shape (particles,).

    Example:

    >>> present = np.array([[1, 1, 0, 1, 1], [1, 1, 1, 1, 0], [0, 1, 1, 1, 1]], bool)
    >>> reconstructable(present, holes=True).tolist(), reconstructable(present, holes=False).tolist()
    ([True, True, False], [False, True, False])
    """
    hits = present.sum(axis=1)
    wanted = (hits >= minimum_hits) & present[:, 0]
    return (
        wanted if holes else wanted & (hits == np.max(np.where(present, np.arange(1, present.shape[1] + 1), 0), axis=1))
    )
