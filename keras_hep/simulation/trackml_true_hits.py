"""Where the particles of a TrackML-like event cross modules, before read-out."""

import dataclasses

import numpy as np

from keras_hep.simulation.trackml_module_hits import module_hits
from keras_hep.simulation.trackml_particles import joined, primaries, secondaries
from keras_hep.simulation.trackml_transport import LOWEST_PT, transport

_EFFICIENCY = 0.99
_IN_MODULE = 0.5  # probability that an interaction in a layer happens in a module, not in the support
_ENDS_AT_START = 0.36  # probability, of a slow secondary: it comes from a module, and ends in the support beside it
_MOST_GENERATIONS = 6


@dataclasses.dataclass
class TrueHits:
    """Crossings of modules.

    Attributes:
        owner: int array, shape (hits,): row of the particle; -1 for noise.
        module: int array: index in `trackml_detector.modules()`.
        u, v: float arrays: local position in the middle of the sensor, mm.
        position: float array, shape (hits, 3): the same, global.
        direction: float array, shape (hits, 3): unit vector.
        momentum: float array: absolute, GeV.
    """

    owner: np.ndarray
    module: np.ndarray
    u: np.ndarray
    v: np.ndarray
    position: np.ndarray
    direction: np.ndarray
    momentum: np.ndarray

    def __getitem__(self, index):
        return TrueHits(*(getattr(self, field.name)[index] for field in dataclasses.fields(self)))


def joined_hits(parts):
    """Return one `TrueHits` of a list of them."""
    names = [field.name for field in dataclasses.fields(TrueHits)]
    return TrueHits(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def signal(mean_particles, random):
    """Draw the particles of an event and their hits.

    Args:
        mean_particles: float. Mean number of particles.
        random: `numpy.random.Generator`.

    Returns:
        (particles, hits): `trackml_particles.Particles`, ordered by identifier, and `TrueHits`.
    """
    generation = primaries(mean_particles, random)
    particles, hits, first = [], [], 0
    for _ in range(_MOST_GENERATIONS):
        particles.append(generation)
        number = np.flatnonzero(_leaves(generation, random))
        start = generation[number]
        crossings, interactions = transport(number, start.position, start.momentum, start.charge, random)
        found = module_hits(crossings.layer, crossings.helix, crossings.travelled)
        place, seen = _interaction_places(crossings, interactions, found, random)
        seen &= _first_if_slow(crossings, found)
        seen &= random.random(len(seen)) < _EFFICIENCY
        hits.append(_true_hits(crossings, found, np.flatnonzero(seen), first))
        first += len(generation.vertex)
        generation = secondaries(generation[interactions.particle], place, random)
    particles, hits = joined(particles), joined_hits(hits)
    order = np.argsort(particles.identifiers())
    hits.owner = np.argsort(order)[hits.owner]
    return particles[order], hits


def _interaction_places(crossings, interactions, found, random):
    """Return where particles interact, and which hits they reach before that.

    An interaction is in the support of the layer, where the surface is, or in one of the modules that are hit.

    Returns:
        (place, reached): float array, shape (interactions, 3), mm, and bool array, shape (hits,).
    """
    place, ends_at = interactions.position.copy(), np.full(len(crossings.layer), np.inf)
    at_layer = np.flatnonzero(interactions.crossing >= 0)
    ends_at[interactions.crossing[at_layer]] = 0.0
    in_module = at_layer[random.random(len(at_layer)) < _IN_MODULE]
    # The module is drawn: that with the smallest of uniform numbers.
    order = np.lexsort((random.random(len(found.crossing)), found.crossing))
    crossing, first = np.unique(found.crossing[order], return_index=True)
    in_module = in_module[np.isin(interactions.crossing[in_module], crossing)]
    hit = order[first[np.searchsorted(crossing, interactions.crossing[in_module])]]
    place[in_module] = found.position[hit]
    ends_at[interactions.crossing[in_module]] = found.path[hit]
    return place, found.path <= ends_at[found.crossing]


def _first_if_slow(crossings, found):
    """Return which hits a particle reaches that ends in the first material: all, or the first one, bool array."""
    slow = np.abs(crossings.momentum) < LOWEST_PT * np.sqrt(1 + crossings.helix.slope**2)
    first = np.full(len(slow), np.inf)
    np.minimum.at(first, found.crossing, np.where(slow[found.crossing], found.path, -np.inf))
    return ~slow[found.crossing] | (found.path == first[found.crossing])


def _leaves(particles, random):
    """Return which particles leave the place where they were made: slow secondaries often end in it, bool array."""
    slow = np.hypot(particles.momentum[:, 0], particles.momentum[:, 1]) < LOWEST_PT
    return ~slow | (particles.generation == 0) | (random.random(len(slow)) > _ENDS_AT_START)


def _true_hits(crossings, found, keep, first):
    """Return the hits `keep` of those found, as `TrueHits`; `first` is added to the number of the particle."""
    crossing, direction = found.crossing[keep], found.direction[keep]
    behind = found.path[keep] > 0
    momentum = np.where(behind, crossings.momentum_behind[crossing], crossings.momentum[crossing])
    owner = first + crossings.particle[crossing]
    return TrueHits(owner, found.module[keep], found.u[keep], found.v[keep], found.position[keep], direction, momentum)
