"""Particles of the BM@N look-alike: those of an Ar + Pb collision at 3.2 GeV per nucleon, and secondaries of them.

All spectra are ours: the authors' events come from the generator LAQGSM, and only their multiplicity is published.
"""

import dataclasses

import numpy as np
from scipy.special import gammainc, gammaincinv

from keras_hep.simulation.bmn_detector import PLANE_Z, SILICON, STATIONS, VERTEX, inside

PROTON_MASS, PION_MASS = 0.93827, 0.13957  # GeV
MOST_PRIMARIES = 100
_MULTIPLICITY = (2.5, 39.02)  # shape and mean of a gamma law, of which 1 to 100 are drawn: 37 on average
_VERTEX_SPREAD = (3.0, 3.0, 1.0)  # mm
_PROTONS = 0.55  # share; the others are charged pions, as many positive as negative
_RAPIDITY = (1.08, 0.8)  # mean, that of the centre of mass of two nucleons, and standard deviation
_TRANSVERSE_MASS = (2.0, 0.105)  # shape and scale of the gamma law of mT - m, GeV

# Secondaries: number per primary that crosses a station, of silicon and of GEM; slopes relative to the primary's.
_SECONDARIES = (0.26, 0.22)
_SECONDARY_SLOPE = 0.2
_SECONDARY_MOMENTUM = (2.0, 0.15)  # shape and scale of a gamma law, GeV
_LONGEST_SECONDARY = 3  # stations
_UPSTREAM = 100.0  # mm before station 0, from where secondaries reach it


@dataclasses.dataclass
class Particles:
    """Particles where they start.

    Attributes:
        event: int array, shape (particles,), ascending in a list of primaries.
        position: float array, shape (particles, 3): mm.
        momentum: float array, shape (particles, 3): GeV.
        charge: int array: +1 or -1.
        mass: float array: GeV.
        first, last: int arrays: the first and the last station that it can reach.
    """

    event: np.ndarray
    position: np.ndarray
    momentum: np.ndarray
    charge: np.ndarray
    mass: np.ndarray
    first: np.ndarray
    last: np.ndarray

    def __getitem__(self, index):
        return Particles(*(getattr(self, field.name)[index] for field in dataclasses.fields(self)))


def joined(parts):
    """Return one `Particles` of a list of them."""
    names = [field.name for field in dataclasses.fields(Particles)]
    return Particles(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def primaries(events, random):
    """Draw the charged particles of collisions in the target.

    Args:
        events: int.
        random: `numpy.random.Generator`.

    Returns:
        `Particles`, ordered by event.

    Example:

    >>> particles = primaries(events=1000, random=np.random.default_rng(1))
    >>> 35 < len(particles.event) / 1000 < 39
    True
    """
    event = np.repeat(np.arange(events), _multiplicities(events, random))
    vertex = VERTEX + random.standard_normal((events, 3)) * _VERTEX_SPREAD
    proton = random.random(len(event)) < _PROTONS
    charge = np.where(proton | (random.random(len(event)) < 0.5), 1, -1)
    mass = np.where(proton, PROTON_MASS, PION_MASS)
    momentum = _thermal_momenta(mass, random)
    first = np.zeros(len(event), int)
    return Particles(event, vertex[event], momentum, charge, mass, first, first + STATIONS - 1)


def secondaries(event, positions, momenta, random):
    """Draw secondaries of primaries, which reach one to three stations in a row.

    A secondary starts at a random point of its parent's way from the plane before to the station that it reaches first.

    Args:
        event: int array, shape (primaries,).
        positions: float array, shape (primaries, stations, 3): of the primaries on the planes, mm, NaN where they are
            not.
        momenta: float array of the same shape: GeV.
        random: `numpy.random.Generator`.

    Returns:
        `Particles`.
    """
    rate = np.where(np.arange(STATIONS) < SILICON, *_SECONDARIES)
    drawn = random.random(positions.shape[:2]) < rate
    parent, station = np.nonzero(drawn & inside(positions, np.arange(STATIONS)))
    count = len(parent)
    slopes = momenta[parent, station] / momenta[parent, station, 2:]
    back = np.diff(PLANE_Z, prepend=PLANE_Z[0] - _UPSTREAM)[station] * random.random(count)
    position = positions[parent, station] - slopes * back[:, None]
    slopes[:, :2] += _SECONDARY_SLOPE * random.standard_normal((count, 2))
    size = random.gamma(*_SECONDARY_MOMENTUM, count) / np.sqrt((slopes**2).sum(axis=1))
    charge = random.integers(0, 2, count) * 2 - 1
    last = np.minimum(station + random.integers(0, _LONGEST_SECONDARY, count), STATIONS - 1)
    return Particles(event[parent], position, slopes * size[:, None], charge, np.full(count, PION_MASS), station, last)


def _multiplicities(events, random):
    shape, mean = _MULTIPLICITY
    low, high = gammainc(shape, np.array([0.5, MOST_PRIMARIES + 0.5]) * shape / mean)
    return np.rint(gammaincinv(shape, random.uniform(low, high, events)) * mean / shape).astype(int)


def _thermal_momenta(mass, random):
    """Return momenta, float array of shape (particles, 3), GeV."""
    count, (shape, scale) = len(mass), _TRANSVERSE_MASS
    transverse_mass = mass + random.gamma(shape, scale, count)
    pt = np.sqrt(transverse_mass**2 - mass**2)
    rapidity = random.normal(*_RAPIDITY, count)
    phi = random.uniform(-np.pi, np.pi, count)
    return np.stack([pt * np.cos(phi), pt * np.sin(phi), transverse_mass * np.sinh(rapidity)], axis=1)
