"""Events like those of the TrackML challenge at full pile-up: about 11,000 particles and 113,000 hits, with all tables.

Everything is drawn: collisions along the beam, their charged particles, decays, the way of each particle through field
and material of the whole detector with interactions and secondaries, the modules it crosses, the cells it charges, and
noise. Event sizes, spectra, occupancies and resolutions are those of genuine events within 5 % unless said below.

Reference: the TrackML Particle Tracking Challenge, S. Amrouche et al., "The Tracking Machine Learning challenge:
    Accuracy phase", The NeurIPS '18 Competition (2020) 231.
"""

import dataclasses

import numpy as np

from keras_hep.metrics.hit_weights import hit_weights
from keras_hep.simulation import trackml_detector
from keras_hep.simulation.trackml_cells import clusters
from keras_hep.simulation.trackml_module_hits import module_hits
from keras_hep.simulation.trackml_particles import MEAN_PARTICLES, joined, primaries, secondaries
from keras_hep.simulation.trackml_transport import LOWEST_PT, transport

_ENDS_AT_START = 0.5  # probability, of a slow secondary: it comes from a module, and ends in the support beside it
_EFFICIENCY = 0.99
_NOISE_ANGLE = np.pi / 4  # largest difference of a noise hit's direction from that of its position, each of two angles
_NOISE_MOMENTUM = 1e6
_MOST_GENERATIONS = 6
_BARREL_NOISE = (184, 378, 677, 978, 723, 1075, 1459, 1979, 2427, 3156)  # hits per layer
_DISC_NOISE = 0.955  # hits per module


@dataclasses.dataclass(frozen=True)
class Event:
    """Tables of one event, as dicts of column name to array, with the names and types of the genuine files.

    Attributes:
        hits: hit_id (int32), x, y, z (float32, mm), volume_id, layer_id, module_id (int32).
        truth: hit_id (int32), particle_id (int64, 0 for noise), tx, ty, tz (float32, mm), tpx, tpy, tpz (float32, GeV),
            weight (float32).
        particles: particle_id (int64), vx, vy, vz (float32, mm), px, py, pz (float32, GeV), q, nhits (int32).
        cells: hit_id, ch0, ch1 (int32), value (float32); None if they were not asked for.
    """

    hits: dict
    truth: dict
    particles: dict
    cells: dict | None = None


@dataclasses.dataclass(frozen=True)
class TrackMLLike:
    """Generator of TrackML-like events.

    Args:
        particles: float. Mean number of particles of an event; that of the challenge by default.
        noise: float. Mean number of noise hits over that of the challenge, 0.93 per module; 0: none.
        cells: bool. Whether events carry the table of cells.
        volumes: sequence of int, or None. Keep the hits of these volumes only.
        z_window: float, or None. Keep the hits with abs(z) below it only, mm.

    Raises:
        ValueError: if an argument is out of range.

    Example:

    >>> event = TrackMLLike(particles=100, noise=0).event(seed=1)
    >>> sorted(event.hits)
    ['hit_id', 'layer_id', 'module_id', 'volume_id', 'x', 'y', 'z']
    """

    particles: float = MEAN_PARTICLES
    noise: float = 1.0
    cells: bool = False
    volumes: tuple | None = None
    z_window: float | None = None

    def event(self, seed):
        """Draw an event.

        Args:
            seed: int or sequence of int. The same seed gives the same event.

        Returns:
            `Event`.
        """
        random = np.random.default_rng(seed)
        particles, hits = _signal(self.particles, random)
        if self.noise:
            hits = _joined_hits([hits, _noise(self.noise, random)])
        order = np.lexsort((random.random(len(hits.module)), hits.module))
        hits = hits[order]
        read_out = clusters(hits.module, hits.u, hits.v, hits.direction, random)
        tables = _tables(particles, hits, read_out)
        return self._selected(Event(*tables, _cell_table(read_out) if self.cells else None))

    def scaled(self, density):
        """Return the same generator with so many times as many particles and noise hits on average."""
        return dataclasses.replace(self, particles=density * self.particles, noise=density * self.noise)

    def detectors(self):
        """Return the table of all modules: `trackml_detector.detectors()`."""
        return trackml_detector.detectors()

    def _selected(self, event):
        """Return the event without the hits outside of `volumes` and `z_window`."""
        if self.volumes is None and self.z_window is None:
            return event
        keep = np.ones(len(event.hits["hit_id"]), bool)
        if self.volumes is not None:
            keep &= np.isin(event.hits["volume_id"], self.volumes)
        if self.z_window is not None:
            keep &= np.abs(event.hits["z"]) < self.z_window
        hits, truth = ({name: column[keep] for name, column in table.items()} for table in (event.hits, event.truth))
        cells = event.cells
        if cells is not None:
            kept = keep[cells["hit_id"] - 1]
            cells = {name: column[kept] for name, column in cells.items()}
        return Event(hits, truth, event.particles, cells)


@dataclasses.dataclass
class _Hits:
    """Hits before read-out: row of the particle or -1 for noise, module, true local and global position, motion."""

    owner: np.ndarray
    module: np.ndarray
    u: np.ndarray
    v: np.ndarray
    position: np.ndarray
    direction: np.ndarray
    momentum: np.ndarray

    def __getitem__(self, index):
        return _Hits(*(getattr(self, field.name)[index] for field in dataclasses.fields(self)))


def _joined_hits(parts):
    names = [field.name for field in dataclasses.fields(_Hits)]
    return _Hits(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def _signal(mean_particles, random):
    """Return the `Particles` of an event, ordered by identifier, and their hits."""
    generation = primaries(mean_particles, random)
    particles, hits, first = [], [], 0
    for _ in range(_MOST_GENERATIONS):
        particles.append(generation)
        number = np.flatnonzero(_followed(generation, random))
        start = generation[number]
        crossings, interactions = transport(number, start.position, start.momentum, start.charge, start.mass, random)
        hits.append(_seen(crossings, first, random))
        first += len(generation.vertex)
        generation = secondaries(generation[interactions.particle], interactions.position, random)
    particles, hits = joined(particles), _joined_hits(hits)
    order = np.argsort(particles.identifiers())
    hits.owner = np.argsort(order)[hits.owner]
    return particles[order], hits


def _followed(particles, random):
    """Return which particles leave the place where they were made: slow secondaries often end in it, bool array."""
    slow = np.hypot(particles.momentum[:, 0], particles.momentum[:, 1]) < LOWEST_PT
    return ~slow | (particles.generation == 0) | (random.random(len(slow)) > _ENDS_AT_START)


def _seen(crossings, first, random):
    """Return the hits that efficient modules see of `Crossings`; `first` is added to the number of the particle."""
    found = module_hits(crossings.layer, crossings.helix)
    keep = np.flatnonzero(random.random(len(found.module)) < _EFFICIENCY)
    crossing, direction = found.crossing[keep], found.direction[keep]
    owner, momentum = first + crossings.particle[crossing], crossings.momentum[crossing]
    return _Hits(owner, found.module[keep], found.u[keep], found.v[keep], found.position[keep], direction, momentum)


def _noise(share, random):
    """Return noise hits: uniform on every module, with a direction around that of the position."""
    every = trackml_detector.modules()
    module = np.repeat(np.arange(len(every.module)), random.poisson(share * _NOISE_RATES[every.volume, every.layer]))
    inner, outer, length = (array[module] for array in (every.min_half_width, every.max_half_width, every.half_length))
    # On a trapezoid v is not uniform: the width at a uniform area is a root.
    area, slope = random.random(len(module)), outer - inner
    root = np.sqrt(inner**2 + area * (outer**2 - inner**2))
    v = np.where(slope > 0, 2 * (root - inner) / np.where(slope > 0, slope, 1) - 1, 2 * area - 1) * length
    u = random.uniform(-1, 1, len(module)) * (inner + slope * (v / length + 1) / 2)
    rotation = every.rotation[module]
    position = every.centre[module] + rotation[:, :, 0] * u[:, None] + rotation[:, :, 1] * v[:, None]
    theta = np.arctan2(np.hypot(position[:, 0], position[:, 1]), position[:, 2])
    theta = theta + random.uniform(-_NOISE_ANGLE, _NOISE_ANGLE, len(module))
    phi = np.arctan2(position[:, 1], position[:, 0]) + random.uniform(-_NOISE_ANGLE, _NOISE_ANGLE, len(module))
    direction = np.stack([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)], axis=1)
    return _Hits(np.full(len(module), -1), module, u, v, position, direction, np.full(len(module), _NOISE_MOMENTUM))


def _tables(particles, hits, read_out):
    """Return the tables hits, truth and particles."""
    every = trackml_detector.modules()
    rotation = every.rotation[hits.module]
    measured = rotation[:, :, 0] * read_out.u[:, None] + rotation[:, :, 1] * read_out.v[:, None]
    measured += every.centre[hits.module]
    hit_id = np.arange(1, len(hits.module) + 1, dtype=np.int32)
    hit_table = {"hit_id": hit_id} | _float_columns("xyz", measured)
    hit_table |= {f"{name}_id": getattr(every, name)[hits.module] for name in ("volume", "layer", "module")}
    identifiers = particles.identifiers()
    signal = hits.owner >= 0
    truth = {"hit_id": hit_id.copy(), "particle_id": np.where(signal, np.append(identifiers, 0)[hits.owner], 0)}
    truth |= _float_columns(("tx", "ty", "tz"), hits.position)
    truth |= _float_columns(("tpx", "tpy", "tpz"), hits.direction * hits.momentum[:, None])
    table = {"particle_id": identifiers}
    table |= _float_columns(("vx", "vy", "vz"), particles.position)
    table |= _float_columns(("px", "py", "pz"), particles.momentum)
    counts = np.bincount(hits.owner[signal], minlength=len(identifiers))
    table |= {"q": particles.charge.astype(np.int32), "nhits": counts.astype(np.int32)}
    truth["weight"] = hit_weights(truth, table).astype(np.float32)
    return hit_table, truth, table


def _cell_table(read_out):
    hit_id = (read_out.hit + 1).astype(np.int32)
    value = read_out.value.astype(np.float32)
    return {"hit_id": hit_id, "ch0": read_out.channel_u, "ch1": read_out.channel_v, "value": value}


def _float_columns(names, values):
    return {name: values[:, number].astype(np.float32) for number, name in enumerate(names)}


def _noise_rates():
    """Return the mean noise hits per module, float array indexed by volume and layer."""
    rates = np.full((19, 15), _DISC_NOISE)
    for layer, hits in zip(trackml_detector.BARRELS, _BARREL_NOISE, strict=True):
        rates[layer.volume, layer.layer] = hits / (layer.rows * layer.per_row)
    return rates


_NOISE_RATES = _noise_rates()
