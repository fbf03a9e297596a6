"""Events like those of the TrackML challenge at full pile-up: about 11,000 particles and 113,000 hits, with all tables.

Everything is drawn: collisions along the beam, their charged particles, decays, the way of each particle through field
and material of the whole detector with interactions and secondaries, the modules it crosses, the cells it charges, and
noise. The numbers behind it were measured on genuine events; nothing of these is contained.

Agreement: spectra, shares, occupancies, double hits, resolutions and the graphs of the barrel are those of genuine
    events within 5 %, or within what the one genuine event that a number comes from fluctuates. Where they are not:
    particles with exactly two hits are 2.9 % of all, 2.7 % in 21 genuine events; the layers of long strips have 15 %
    less to 10 % more hits than in event 1001, but the same as event 1000 in its barrel and as a third event in its
    discs; clusters have 3.5 cells on average, 3.36 in the third event.

Differs: particles scatter and lose energy at one surface per layer, with Gaussian angles; all as pions, as in the
    genuine events; the two hits of one crossing have the same momentum. The particles of a vertex are independent, but
    for its multiplicity, which their momenta follow, and an asymmetry of its two ends: there are no jets or resonances
    other than neutral kaons and Lambda baryons.

Reference: the TrackML Particle Tracking Challenge, S. Amrouche et al., "The Tracking Machine Learning challenge:
    Accuracy phase", The NeurIPS '18 Competition (2020) 231.
"""

import dataclasses

import numpy as np

from keras_hep.metrics.hit_weights import hit_weights
from keras_hep.simulation import trackml_detector
from keras_hep.simulation.trackml_cells import clusters
from keras_hep.simulation.trackml_noise import noise
from keras_hep.simulation.trackml_particles import MEAN_PARTICLES, MOST_PARTICLES
from keras_hep.simulation.trackml_true_hits import joined_hits, signal


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
        noise: float. Mean number of noise hits over that of the challenge, 0.94 per module; 0: none.
        cells: bool. Whether events carry the table of cells.
        volumes: sequence of int, or None. Keep the hits of these volumes only. They are those of the whole event with
            the same seed, with its hit_id and weight; nhits counts all hits. Drawing takes as long as the whole event.
        z_window: float, or None. Keep the hits with abs(z) below it only, mm; as for volumes.

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

    def __post_init__(self):
        rule = f"particles must lie between 0 and {MOST_PARTICLES}, as many as identifiers can name"
        _require(0 <= self.particles <= MOST_PARTICLES, rule, self.particles)
        _require(0 <= self.noise < np.inf, "noise is a share of at least 0", self.noise)
        known = {layer.volume for layer in (*trackml_detector.BARRELS, *trackml_detector.DISCS)}
        _require(self.volumes is None or known >= {*self.volumes}, f"volumes are of {sorted(known)}", self.volumes)
        _require(self.z_window is None or self.z_window > 0, "z_window must be positive or None", self.z_window)

    def event(self, seed):
        """Draw an event.

        Args:
            seed: int or sequence of int. The same seed gives the same event.

        Returns:
            `Event`.
        """
        random = np.random.default_rng(seed)
        particles, hits = signal(self.particles, random)
        if self.noise:
            hits = joined_hits([hits, noise(self.noise, random)])
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


def _require(holds, rule, value):
    if not holds:
        raise ValueError(f"TrackMLLike: {rule}, got {value!r}.")
