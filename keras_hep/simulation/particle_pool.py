"""Particles of a few events with the hits of each, from which time slices take their tracks."""

import dataclasses
import functools
import hashlib
import json
import os
import pathlib
import warnings

import numpy as np

from keras_hep import files
from keras_hep.formats.trackml import load_hits_with_truth
from keras_hep.simulation.trackml_like import TrackMLLike

CACHE_VARIABLE = "KERAS_HEP_CACHE"

_ARRAYS = ("hits", "hit_counts", "particle_counts")


@dataclasses.dataclass(frozen=True, eq=False)
class ParticlePool:
    """Particles of a few events, each with its hits in the order of their distance from the origin.

    Attributes:
        hits: float32 array, shape (hits, 3). x, y, z in mm. The hits of a particle are neighbours.
        hit_counts: int32 array, shape (particles,). Hits of each particle; the particles of an event are neighbours.
        particle_counts: int32 array, shape (events,). Particles of each event, at least 1.

    Raises:
        ValueError: if types are others, counts do not add up, or a value is not finite.

    Example:

    >>> event = {"x": np.array([9, 3, 6, 5]), "y": np.zeros(4), "z": np.zeros(4), "particle_id": np.array([7, 7, 7, 0])}
    >>> pool = ParticlePool.of_events([event, event])
    >>> pool.hits[:, 0].tolist(), pool.hit_counts.tolist(), pool.particle_counts.tolist()
    ([3.0, 6.0, 9.0, 3.0, 6.0, 9.0], [3, 3], [1, 1])
    """

    hits: np.ndarray
    hit_counts: np.ndarray
    particle_counts: np.ndarray

    def __post_init__(self):
        types = tuple(getattr(self, name).dtype.name for name in _ARRAYS)
        _require(types == ("float32", "int32", "int32"), "arrays are float32, int32 and int32", types)
        _require(self.hits.shape == (len(self.hits), 3), "hits have three coordinates", self.hits.shape)
        _require(np.isfinite(self.hits).all(), "hits must be finite", "nan or infinity")
        events, least = len(self.particle_counts), int(self.particle_counts.min(initial=1))
        _require(events and least >= 1, "there must be an event, and a particle in each", (events, least))
        sums = int(self.hit_counts.sum()), int(self.particle_counts.sum())
        expected = len(self.hits), len(self.hit_counts)
        _require(sums == expected, f"counts of hits and particles must add up to {expected}", sums)

    @functools.cached_property
    def first_hits(self):
        """Row of the first hit of each particle, int64 array of shape (particles,)."""
        return np.cumsum(self.hit_counts, dtype=np.int64) - self.hit_counts

    @functools.cached_property
    def first_particles(self):
        """Number of the first particle of each event, int64 array of shape (events,)."""
        return np.cumsum(self.particle_counts, dtype=np.int64) - self.particle_counts

    @classmethod
    def of_events(cls, events, minimum_hits=3):
        """Take all particles with enough hits from tables of hits.

        Args:
            events: iterable of mappings of arrays (or DataFrames) with x, y, z in mm and particle_id, 0: noise.
            minimum_hits: int. Particles with fewer are left out.

        Returns:
            `ParticlePool`.
        """
        hits, hit_counts = zip(*(_particles(event, minimum_hits) for event in events), strict=True)
        particle_counts = np.array([len(counts) for counts in hit_counts], np.int32)
        return cls(np.concatenate(hits), np.concatenate(hit_counts), particle_counts)

    def draw(self, random, event):
        """Draw a particle for each track, the tracks of one event being different particles of one event of the pool.

        Args:
            random: `np.random.Generator`.
            event: int array, shape (tracks,). Event k has particles of event k of the pool, which is gone through again
                where there are more events than in the pool.

        Returns:
            int64 array, shape (tracks,): numbers of particles, each set of them equally probable.
        """
        source = event % len(self.particle_counts)
        highest, chosen = self.particle_counts[source], np.empty(len(event), np.int64)
        redraw = np.ones(len(event), bool)
        while redraw.any():
            chosen[redraw] = random.integers(highest[redraw])
            order = np.lexsort((chosen, event))
            twice = (np.diff(event[order]) == 0) & (np.diff(chosen[order]) == 0)
            redraw = np.isin(event, event[order[1:][twice]])
        return self.first_particles[source] + chosen

    def hits_of(self, particles):
        """Return the hits of particles (int array), one after the other, float32 array of shape (hits, 3)."""
        counts = self.hit_counts[particles]
        start = self.first_hits[particles] - (np.cumsum(counts) - counts)
        return self.hits[np.repeat(start, counts) + np.arange(counts.sum())]


@functools.lru_cache(maxsize=4)
def genuine_pool(prefixes, minimum_hits=3):
    """Read the particles of event files of the TrackML challenge, once in a process.

    Args:
        prefixes: tuple of str. What the names of the files of each event begin with.
        minimum_hits: int. Particles with fewer hits are left out.

    Returns:
        `ParticlePool`.
    """
    return ParticlePool.of_events(map(load_hits_with_truth, prefixes), minimum_hits)


@functools.lru_cache(maxsize=4)
def drawn_pool(number, events, particles, minimum_hits=3):
    """Draw the particles of TrackML-like events, once: they are kept in memory and in a file.

    The file lies in the folder that the environment variable KERAS_HEP_CACHE names, else in `.cache/keras_hep` of the
    home folder. It is drawn again if it is damaged, and if the simulation or NumPy is another one; where it cannot be
    written, every process draws its own.

    Args:
        number: int. Number of the pool: pools with different numbers are independent.
        events: int.
        particles: float. Mean number of particles of an event, with or without hits.
        minimum_hits: int. Particles with fewer hits are left out.

    Returns:
        `ParticlePool`.
    """
    path = _cache_file({"pool": number, "events": events, "particles": particles, "minimum_hits": minimum_hits})
    pool = _kept(path)
    if pool is None:
        simulation = TrackMLLike(particles=particles, noise=0)
        drawn = (simulation.event((number, event)) for event in range(events))
        tables = (event.hits | {"particle_id": event.truth["particle_id"]} for event in drawn)
        pool = ParticlePool.of_events(tables, minimum_hits)
        _keep(path, pool)
    return pool


def _particles(event, minimum_hits):
    """Return the hits of one event ordered by particle, then by distance, and the number of hits of each particle."""
    particle = np.asarray(event["particle_id"])
    positions = np.stack([np.asarray(event[name], np.float32) for name in "xyz"], axis=1)
    signal = particle != 0
    _, particle, counts = np.unique(particle[signal], return_inverse=True, return_counts=True)
    positions, enough = positions[signal], counts >= minimum_hits
    distance = np.linalg.norm(positions.astype(np.float64), axis=1)
    order = np.lexsort((distance, particle))
    return positions[order][enough[particle[order]]], counts[enough].astype(np.int32)


def _cache_file(arguments):
    """Return the path of the file of a pool; its name changes with the arguments, the simulation and NumPy."""
    here = pathlib.Path(__file__)
    sources = [*sorted(here.parent.glob("trackml_*.py")), here.with_name("solenoid.py"), here]
    content = [json.dumps(arguments | {"numpy": np.__version__}, sort_keys=True).encode()]
    key = hashlib.sha256(b"\0".join([*content, *(source.read_bytes() for source in sources)])).hexdigest()
    folder = pathlib.Path(os.environ.get(CACHE_VARIABLE) or "~/.cache/keras_hep").expanduser()
    return folder / f"trackml_like_pool_{key[:16]}.npz"


def _kept(path):
    """Return the pool in a file, or None if there is none that is whole: an archive has checksums of its arrays."""
    try:
        with open(path, "rb") as stream, np.load(stream, allow_pickle=False) as kept:
            return ParticlePool(*(kept[name] for name in _ARRAYS))
    except OSError:
        return None
    except Exception as error:  # whatever a damaged archive raises
        warnings.warn(f"{path} is damaged ({error}): its events are drawn again.", stacklevel=3)
        return None


def _keep(path, pool):
    try:
        with files.replacing(path) as temporary, open(temporary, "wb") as stream:
            np.savez(stream, **{name: getattr(pool, name) for name in _ARRAYS})
    except OSError as error:
        warnings.warn(f"{error} The TrackML-like events are drawn again by the next process.", stacklevel=3)


def _require(holds, rule, value):
    if not holds:
        raise ValueError(f"ParticlePool: {rule}, got {value}.")
