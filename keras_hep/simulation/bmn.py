"""BM@N look-alike: a parametric simulation of events like those of the spectrometer BM@N in its Run 7, Ar + Pb.

Known of the authors' events, and kept: the stations with their planes and windows, the vertex, the multiplicity, the
mean numbers of true and of fake hits per silicon and per GEM station, the share of fakes, and the number of tracks to
be reconstructed. Everything else is ours, foremost the field of the magnet, 0.6 T at its centre and with a Gaussian
fall along z in place of the measured map, the spectra of particles, secondaries, efficiencies, resolutions and where
fakes lie. So numbers of networks on these events are not those of BM@N, and are never called so.

Differs: GEM stations far from the target have fewer true and fake hits than near ones, whereas only the mean over the
six is known. Particles scatter, but lose no energy, do not decay, and never come back to a station.

Reference: Goncharov et al., "TrackNET: Deep Learning-Based Track Recognition in Pixel and Strip-Based Particle
Detectors" (2024), "Simulation of BM@N Run 7 Data", and the notebooks and settings of its authors.
"""

import dataclasses
import itertools

import numpy as np

from keras_hep.simulation import bmn_detector
from keras_hep.simulation.bmn_detector import STATIONS
from keras_hep.simulation.bmn_fakes import strip_fakes
from keras_hep.simulation.bmn_hits import crossings, measured, reconstructable
from keras_hep.simulation.bmn_particles import joined, primaries, secondaries
from keras_hep.simulation.dipole import Dipole
from keras_hep.simulation.hit_event import HitEvent

NOMINAL_Z = bmn_detector.NOMINAL_Z.astype(np.float32)  # mm, one per station
NORMALISATION = bmn_detector.NORMALISATION  # lowest and highest x, y, z, mm, for the range -1 to 1

_BLOCK_EVENTS = 256  # events drawn at once: 10 MB
_TRACK_BLOCK_EVENTS = 80  # the same where tracks are wanted: some 600 or more, what a batch of a training needs
_FIELD_CENTRE, _FIELD_WIDTH = 1250.0, 800.0  # mm
_EFFICIENCY = {"easy": 0.97, "hard": 0.95}
_KEEP_SILICON = 0.397  # of the crossings of strips within the window
_KEEP_GEM = {"fakes68": 0.407, "fakes76": 0.643}


@dataclasses.dataclass(frozen=True)
class BMNLike:
    """Generator of BM@N look-alike events.

    Tracks and their true hits do not depend on `fakes`: with the same seed they are the same in both presets.

    Args:
        data: str. What counts as a track to be reconstructed: "easy", at least four hits and none missing up to the
            last one; "hard", at least four hits, one of them on station 0.
        fakes: str. "fakes68", 68 % of the hits as published, or "fakes76", 76 % as in the authors' files.
        nominal_z: bool. Whether z of each hit is replaced by that of its station, `NOMINAL_Z`, as the authors do before
            they train.
        efficiency: float, or None. Probability that a station sees a particle in its window; None: 0.97 for easy and
            0.95 for hard data.
        field: float. Field at the centre of the magnet, tesla.

    Raises:
        ValueError: if an argument is out of range.

    Example:

    >>> event = BMNLike(data="easy").event(seed=1)
    >>> sorted(event.hits)
    ['event', 'station', 'track', 'x', 'y', 'z']
    >>> wanted = event.tracks["track"][event.tracks["reconstructable"]]
    >>> positions, present = BMNLike(data="hard").tracks(100, seed=1)
    >>> positions.shape, bool(present[:, 0].all()), int(present.sum(axis=1).min())
    ((100, 9, 3), True, 4)
    """

    data: str = "easy"
    fakes: str = "fakes68"
    nominal_z: bool = False
    efficiency: float | None = None
    field: float = 0.6

    def __post_init__(self):
        _require(self.data in _EFFICIENCY, "data must be easy or hard", self.data)
        _require(self.fakes in _KEEP_GEM, "fakes must be fakes68 or fakes76", self.fakes)
        _require(self.nominal_z in (True, False), "nominal_z must be True or False", self.nominal_z)
        probability = self.efficiency is None or 0 < self.efficiency <= 1
        _require(probability, "efficiency must be a probability above 0, or None", self.efficiency)
        _require(np.isfinite(self.field), "field must be a finite number of tesla", self.field)

    def event(self, seed):
        """Draw one event.

        Args:
            seed: int or sequence of int. The same seed gives the same event.

        Returns:
            `HitEvent`: hits in random order. Beside what every `HitEvent` has, tracks tell which are `primary` and
            which are `reconstructable`, bool arrays; hits of other tracks keep their number.
        """
        return self.events(1, seed)[0]

    def events(self, number, seed):
        """Draw events.

        Args:
            number: int.
            seed: int or sequence of int. The same seed and number give the same events.

        Returns:
            list of `HitEvent`, as `event` draws them.

        Raises:
            ValueError: if `number` is negative.
        """
        return _apart(self.sample(number, seed), number)

    def sample(self, number, seed):
        """Draw events into one record: the same as `events` does, as whole arrays.

        Args:
            number: int.
            seed: int or sequence of int.

        Returns:
            `HitEvent`: hits and tracks ordered by event; tracks are numbered through all events.

        Raises:
            ValueError: if `number` is negative.
        """
        _require(number >= 0, "the number of events must not be negative", number)
        starts = range(0, max(number, 1), _BLOCK_EVENTS)
        blocks, first_track = [], 0
        for start, random in zip(starts, np.random.default_rng(seed).spawn(len(starts)), strict=True):
            blocks.append(self._block(min(_BLOCK_EVENTS, number - start), start, first_track, random))
            first_track += len(blocks[-1].tracks["track"])
        return HitEvent(*(_concatenated([getattr(block, table) for block in blocks]) for table in ("hits", "tracks")))

    def tracks(self, number, seed):
        """Draw reconstructable tracks alone, with their true hits.

        Args:
            number: int.
            seed: int or sequence of int.

        Returns:
            (positions, present): float32 array of shape (number, 9, 3), in mm, 0 where there is no hit, and bool array
            of shape (number, 9).

        Raises:
            ValueError: if `number` is negative.
        """
        _require(number >= 0, "the number of tracks must not be negative", number)
        random = np.random.default_rng(seed)
        found = [(np.empty((0, STATIONS, 3), np.float32), np.empty((0, STATIONS), bool))]
        missing = number
        while missing > 0:
            positions, present = self._true_hits(primaries(_TRACK_BLOCK_EVENTS, random), random)[2:]
            wanted = reconstructable(present, holes=self.data == "hard")
            found.append((self._recorded(positions[wanted], np.arange(STATIONS)), present[wanted]))
            found[-1][0][~present[wanted]] = 0
            missing -= int(wanted.sum())
        positions, present = (np.concatenate(parts)[:number] for parts in zip(*found, strict=True))
        return positions, present

    def _true_hits(self, particles, random):
        """Return crossings, momenta there, and measured positions with where they are, of particles."""
        dipole = Dipole(self.field, _FIELD_CENTRE, _FIELD_WIDTH)
        efficiency = _EFFICIENCY[self.data] if self.efficiency is None else self.efficiency
        crossed, momenta = crossings(particles, dipole, random)
        return crossed, momenta, *measured(crossed, momenta, efficiency, random)

    def _block(self, number, first_event, first_track, random):
        """Draw a block of events whose events and tracks are numbered from `first_event` and `first_track`."""
        prompt = primaries(number, random)
        crossed, momenta, *of_prompt = self._true_hits(prompt, random)
        later = secondaries(prompt.event, crossed, momenta, random)
        particles = joined([prompt, later])
        positions, present = map(np.concatenate, zip(of_prompt, self._true_hits(later, random)[2:], strict=True))
        order = np.argsort(particles.event, kind="stable")
        particles, positions, present = particles[order], positions[order], present[order]
        tracks = _track_table(particles, order < len(prompt.event), present, self.data == "hard")
        hits = self._hit_table(particles.event, positions, present, number, random.spawn(1)[0])
        hits["track"][hits["track"] >= 0] += first_track
        tracks["track"] += np.int32(first_track)
        for table in (hits, tracks):
            table["event"] += np.int32(first_event)
        return HitEvent(hits, tracks)

    def _hit_table(self, event, positions, present, number, random):
        """Return the hits of all particles and the fakes that they make, shuffled within each event."""
        particle, station = np.nonzero(present)
        group = event[particle] * STATIONS + station
        order = np.argsort(group, kind="stable")
        group, track, position = group[order], particle[order], positions[particle, station][order]
        fake_group, fake_position = strip_fakes(group, position, self._keep(number), random)
        group = np.concatenate([group, fake_group])
        track = np.concatenate([track, np.full(len(fake_group), -1)])
        of_event, station = np.divmod(group, STATIONS)
        order = np.argsort(of_event + random.random(len(group)))
        position = self._recorded(np.concatenate([position, fake_position])[order], station[order])
        hits = dict(zip("xyz", np.ascontiguousarray(position.T), strict=True))
        whole = {"station": station, "track": track, "event": of_event}
        return hits | {name: column[order].astype(np.int32) for name, column in whole.items()}

    def _keep(self, events):
        """Return the probability to keep a crossing of strips, for each station of each event, flat."""
        silicon = np.arange(STATIONS) < bmn_detector.SILICON
        return np.tile(np.where(silicon, _KEEP_SILICON, _KEEP_GEM[self.fakes]), events)

    def _recorded(self, positions, station):
        """Return positions of hits on `station` as they are given away, float32."""
        positions = positions.astype(np.float32)
        if self.nominal_z:
            positions[..., 2] = NOMINAL_Z[station]
        return positions


def _track_table(particles, primary, present, holes):
    px, py, pz = particles.momentum.T
    pt = np.hypot(px, py)
    columns = {"pt": pt, "theta": np.arctan2(pt, pz), "phi": np.arctan2(py, px)}
    columns |= dict(zip(("vx", "vy", "vz"), particles.position.T, strict=True))
    table = {name: column.astype(np.float32) for name, column in columns.items()}
    table |= {"charge": particles.charge.astype(np.int32), "event": particles.event.astype(np.int32)}
    table |= {"primary": primary, "reconstructable": reconstructable(present, holes)}
    return {"track": np.arange(len(pt), dtype=np.int32), **table}


def _concatenated(tables):
    return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}


def _apart(sampled, number):
    """Return the events of one record, list of `HitEvent`, each numbered for itself."""
    events = np.arange(number + 1)
    hit_ends, track_ends = (np.searchsorted(table["event"], events) for table in (sampled.hits, sampled.tracks))
    first = track_ends.astype(np.int32)
    hits, tracks = dict(sampled.hits), dict(sampled.tracks)
    hits["track"] = np.where(hits["track"] < 0, hits["track"], hits["track"] - first[hits["event"]])
    tracks["track"] = tracks["track"] - first[tracks["event"]]
    hits["event"], tracks["event"] = np.zeros_like(hits["event"]), np.zeros_like(tracks["event"])
    pairs = zip(_cut(hits, hit_ends), _cut(tracks, track_ends), strict=True)
    return [HitEvent(*tables) for tables in pairs]


def _cut(table, ends):
    """Return the parts of a table between `ends`, list of dicts of arrays."""
    return [{name: column[low:high] for name, column in table.items()} for low, high in itertools.pairwise(ends)]


def _require(holds, rule, value):
    if not holds:
        raise ValueError(f"BMNLike: {rule}, got {value!r}.")
