"""Particles of a TrackML-like event: vertices along the beam, prompt particles, decays of neutral ones, secondaries.

Spectra are piecewise inverse distribution functions of quantiles. Numbers, shares and spectra are those of the genuine
events; what is not published about them (multiplicity of a vertex, momenta of secondaries) was measured on them.
"""

import dataclasses

import numpy as np
from scipy.special import ndtr

MEAN_PARTICLES = 11249.0  # per event
MEAN_VERTICES = 199.0
LOWEST_PT, LARGEST_ETA = 0.1, 4.0
MOST_PARTICLES = 80_000  # on average: their vertices, at most 2,047, leave the sign bit of an identifier alone

_MOST_VERTICES = 2047
_BEAM_SPOT = (0.015, 0.015, 5.58)  # mm
_VERTEX_SPREAD = 0.07  # relative, beyond the Poisson law
# Prompt particles of a vertex: quantiles of those of soft collisions; one vertex of each event is hard.
_MULTIPLICITY = np.array(
    ((0.0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98, 0.997, 1.0), (0.5, 5.0, 22.0, 56.0, 98.0, 131.0, 158.0, 186.0, 212.0))
)
_HARD_MULTIPLICITY = (160.0, 30.0)  # mean, standard deviation
_PROMPT_PT = np.array(
    (
        (0.0, 0.0027, 0.0247, 0.061, 0.1563, 0.3895, 0.685, 0.859, 0.875, 0.9383, 0.988, 0.9988, 1.0),
        (0.1, 0.105, 0.123, 0.15, 0.216, 0.360, 0.624, 1.0, 1.065, 1.481, 2.737, 7.463, 60.0),
    )
)
_HARDNESS = 0.2  # correlation of transverse momentum and multiplicity of the vertex, as normal scores
_MULTIPLICITY_LOGARITHM = (4.23, 0.83)  # mean and standard deviation over particles
_ETA_EDGES = np.linspace(0, LARGEST_ETA, 9)
# Shares of ranges of abs(eta) of prompt particles.
_ETA_SHARES = np.array((0.124, 0.121, 0.129, 0.134, 0.132, 0.128, 0.119, 0.113))
_TILT = 0.46  # spread over vertices of the asymmetry between positive and negative eta, at the largest eta
_PRIMARY_GAP = 2.7  # mean distance of the numbers of charged primaries within acceptance

# Neutral particles that decay: mass, mean decay length, masses of the two decay products; GeV and mm.
_PION_MASS, _PROTON_MASS = 0.13957, 0.93827  # GeV
_KAON = (0.4976, 26.84, _PION_MASS, _PION_MASS)
_LAMBDA = (1.1157, 78.9, _PROTON_MASS, _PION_MASS)
_DECAYS_PER_PROMPT = 0.065
_LAMBDA_SHARE = 0.3
_DECAYING_PT = 2.0  # their transverse momentum in units of that of a prompt particle
_DECAY_RADIUS, _DECAY_Z = 1000.0, 2950.0  # mm: particles born outside are not listed

# Secondaries: isotropic, with these quantiles of the absolute momentum in GeV.
_LISTED = (0.25, 0.343, 0.273, 0.093, 0.023, 0.013, 0.004, 0.001)  # probability of 0, 1, 2 ... listed per interaction
_PROTON_MOMENTUM = np.array(
    ((0.0, 0.02, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0), (0.1, 0.11, 0.123, 0.2, 0.255, 0.335, 0.41, 0.7))
)
_PION_MOMENTUM = np.array(
    ((0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0), (0.1, 0.11, 0.131, 0.178, 0.24, 0.367, 0.53, 0.9, 2.0))
)
_FORWARD = 0.1  # share of the secondaries whose abs(cos(theta)) is distributed linearly, not uniformly
_PROTON_SHARE = 0.46
_POSITIVE_PIONS = 0.52  # of the pions among secondaries


@dataclasses.dataclass
class Particles:
    """Particles before they are followed.

    Attributes:
        vertex, primary, generation, secondary: int64 arrays, shape (particles,): fields of the identifier.
        position: float array, shape (particles, 3): where they start, mm.
        momentum: float array, shape (particles, 3): GeV.
        charge: int64 array, shape (particles,): +1 or -1.
    """

    vertex: np.ndarray
    primary: np.ndarray
    generation: np.ndarray
    secondary: np.ndarray
    position: np.ndarray
    momentum: np.ndarray
    charge: np.ndarray

    def __getitem__(self, index):
        return Particles(*(getattr(self, field.name)[index] for field in dataclasses.fields(self)))

    def identifiers(self):
        """Return the genuine identifiers, int64 array.

        From the top: 12 bits of the vertex, 16 of the primary particle in it, 12 of the generation, 12 of the number
        among the secondaries of an interaction, 12 of the process, which is 1 for the first of them and 2 for others.
        """
        process = np.minimum(self.secondary, 2)
        fields = ((self.vertex, 52), (self.primary, 36), (self.generation, 24), (self.secondary, 12), (process, 0))
        return sum(value << shift for value, shift in fields)


def joined(parts):
    """Return one `Particles` of a list of them."""
    names = [field.name for field in dataclasses.fields(Particles)]
    return Particles(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def primaries(mean_particles, random):
    """Draw the particles that come from the collisions, or from decays of what comes from them.

    Args:
        mean_particles: float. Mean number of particles in an event, with the secondaries still to come.
        random: `numpy.random.Generator`.

    Returns:
        `Particles`, ordered by vertex.
    """
    density = mean_particles / MEAN_PARTICLES
    soft = random.poisson(MEAN_VERTICES * density * random.gamma(_VERTEX_SPREAD**-2, _VERTEX_SPREAD**2))
    counts = np.rint(np.interp(random.random(soft), *_MULTIPLICITY)).astype(int)
    if random.random() < density:
        counts = np.concatenate([[max(1, round(random.normal(*_HARD_MULTIPLICITY)))], counts])
    counts = counts[:_MOST_VERTICES]
    position = random.standard_normal((len(counts), 3)) * _BEAM_SPOT
    prompt = _prompt(np.repeat(np.arange(len(counts)), counts), position, random)
    decayed = _decay_products(random.poisson(_DECAYS_PER_PROMPT * counts), position, random)
    both = joined([prompt, decayed])
    both = both[np.lexsort((random.random(len(both.vertex)), both.vertex))]
    _number(both, random)
    return both


def secondaries(parents, interaction_position, random):
    """Draw the secondaries of interactions.

    Args:
        parents: `Particles`, shape (interactions,): those that interacted.
        interaction_position: float array, shape (interactions, 3), mm.
        random: `numpy.random.Generator`.

    Returns:
        `Particles`.
    """
    listed = random.choice(len(_LISTED), len(parents.vertex), p=_LISTED)
    # Those that come from one primary are numbered together, also where two of its secondaries interacted.
    parent = np.repeat(np.lexsort((parents.primary, parents.vertex)), listed)
    proton, uniform = random.random(len(parent)) < _PROTON_SHARE, random.random(len(parent))
    momentum = np.where(proton, _from_quantiles(uniform, _PROTON_MOMENTUM), _from_quantiles(uniform, _PION_MOMENTUM))
    # Directions among those that leave enough transverse momentum: isotropic, and some more along the beam.
    largest = np.sqrt(np.maximum(1 - (LOWEST_PT / momentum) ** 2, 0))
    along = random.random(len(parent))
    along = np.where(random.random(len(parent)) < _FORWARD, np.sqrt(along), along)
    cosine, phi = along * largest * _signs(len(parent), random), random.uniform(-np.pi, np.pi, len(parent))
    pt = momentum * np.sqrt(1 - cosine**2)
    charge = np.where(proton | (random.random(len(parent)) < _POSITIVE_PIONS), 1, -1)
    direction = _vector(pt, phi, momentum * cosine)
    family = parents[parent]
    number = _number_in_group(family.vertex << 16 | family.primary)
    return Particles(
        family.vertex,
        family.primary,
        family.generation + 1,
        number,
        interaction_position[parent],
        direction,
        charge,
    )


def _from_quantiles(uniform, quantiles):
    """Return values at probabilities, straight between the logarithms of quantiles."""
    probability, value = quantiles
    return np.exp(np.interp(uniform, probability, np.log(value)))


def _prompt(vertex, vertex_position, random):
    count = len(vertex)
    pt = _from_quantiles(_pt_probabilities(vertex, random), _PROMPT_PT)
    cumulative = np.concatenate([[0], np.cumsum(_ETA_SHARES)])
    eta = np.interp(random.random(count) * cumulative[-1], cumulative, _ETA_EDGES)
    tilt = np.clip(_TILT * random.standard_normal(len(vertex_position)), -1, 1)[vertex]
    eta *= np.where(random.random(count) < 0.5 + 0.5 * tilt * eta / LARGEST_ETA, 1, -1)
    momentum = _vector(pt, random.uniform(-np.pi, np.pi, count), pt * np.sinh(eta))
    return _generation_zero(vertex, vertex_position[vertex], momentum, _signs(count, random))


def _pt_probabilities(vertex, random):
    """Return uniform numbers that are higher, on average, for particles of vertices with many of them."""
    multiplicity = np.log(np.bincount(vertex)[vertex])
    score = (multiplicity - _MULTIPLICITY_LOGARITHM[0]) / _MULTIPLICITY_LOGARITHM[1]
    return ndtr(_HARDNESS * score + np.sqrt(1 - _HARDNESS**2) * random.standard_normal(len(vertex)))


def _decay_products(counts, vertex_position, random):
    """Return the charged products, within acceptance, of neutral particles, `counts` of them at each vertex."""
    vertex = np.repeat(np.arange(len(counts)), counts)
    is_lambda = random.random(len(vertex)) < _LAMBDA_SHARE
    mass, length, first_mass, second_mass = np.where(is_lambda[:, None], _LAMBDA, _KAON).T
    pt = _DECAYING_PT * _from_quantiles(random.random(len(vertex)), _PROMPT_PT)
    eta = random.uniform(-LARGEST_ETA - 0.5, LARGEST_ETA + 0.5, len(vertex))
    momentum = _vector(pt, random.uniform(-np.pi, np.pi, len(vertex)), pt * np.sinh(eta))
    position = vertex_position[vertex] + momentum * (random.exponential(length) / mass)[:, None]
    first, second = _two_body_decay(momentum, mass, first_mass, second_mass, random)
    charge = _signs(len(vertex), random)
    both = _generation_zero(
        np.tile(vertex, 2),
        np.tile(position, (2, 1)),
        np.concatenate([first, second]),
        np.concatenate([charge, -charge]),
    )
    return both[_listed(both.position, both.momentum)]


def _two_body_decay(momentum, mass, first_mass, second_mass, random):
    """Return the momenta, two float arrays of shape (decays, 3), of the products of isotropic decays in flight."""
    energy = np.sqrt(mass**2 + (momentum**2).sum(axis=1))
    first_energy = (mass**2 + first_mass**2 - second_mass**2) / (2 * mass)
    size = np.sqrt(first_energy**2 - first_mass**2)
    cosine, phi = random.uniform(-1, 1, len(mass)), random.uniform(-np.pi, np.pi, len(mass))
    at_rest = _vector(size * np.sqrt(1 - cosine**2), phi, size * cosine)
    velocity = momentum / energy[:, None]
    boost = energy / mass
    along = (at_rest * velocity).sum(axis=1)
    first = at_rest + velocity * (boost * (first_energy + along * boost / (1 + boost)))[:, None]
    return first, momentum - first


def _listed(position, momentum):
    """Return which particles are within acceptance in momentum and are born inside of the detector, bool array."""
    pt = np.hypot(momentum[:, 0], momentum[:, 1])
    within = (pt > LOWEST_PT) & (np.abs(momentum[:, 2]) < pt * np.sinh(LARGEST_ETA))
    return within & (np.hypot(position[:, 0], position[:, 1]) < _DECAY_RADIUS) & (np.abs(position[:, 2]) < _DECAY_Z)


def _generation_zero(vertex, position, momentum, charge):
    zero = np.zeros(len(vertex), np.int64)
    return Particles(vertex, zero, zero, zero, position, momentum, charge)


def _number(particles, random):
    """Number vertices from 1, and the particles of each with gaps, in place: neutral ones are numbered too."""
    total = np.cumsum(random.geometric(1 / _PRIMARY_GAP, len(particles.vertex)))
    _, first, count = np.unique(particles.vertex, return_index=True, return_counts=True)
    particles.primary = total - np.repeat(np.append(0, total)[first], count)
    particles.vertex = particles.vertex + 1


def _number_in_group(group):
    """Return 1, 2 ... within each run of equal values of an array in which equal values stand together."""
    position = np.arange(len(group))
    first = np.maximum.accumulate(np.where(np.diff(group, prepend=-1) != 0, position, 0))
    return 1 + position - first


def _vector(pt, phi, pz):
    return np.stack([pt * np.cos(phi), pt * np.sin(phi), pz], axis=1)


def _signs(count, random):
    return random.integers(0, 2, count) * 2 - 1
