"""Time slices of reconstructed tracks in the Spin Physics Detector: 35 stations, several hits missing, no fake hits.

Reference: TrackGANN slides (2025), "Datasets", and the event generator of its authors.
"""

import dataclasses

import numpy as np

from keras_hep.simulation.drift_times import drift_intervals
from keras_hep.simulation.slice_composition import composition_faults, draw_composition
from keras_hep.simulation.spd import (
    HALF_LENGTH,
    RADIUS_PER_PT,
    RESOLUTION,
    TRANSVERSE_MOMENTUM,
    VERTEX_HALF_LENGTH,
    VERTEX_WIDTH,
)
from keras_hep.simulation.time_slice import TimeSlice

STATIONS = 35
RADII = np.linspace(150.0, 850.0, STATIONS)  # mm

_TURN = 2 * np.pi


@dataclasses.dataclass(frozen=True)
class SPDSlices:
    """Generator of time slices of SPD tracks.

    A time slice has a Poisson number of events, at least 2, with a vertex each and 2 to `most_tracks` tracks: helices
    with isotropic directions and uniform transverse momenta. As in the published generator, the hit of a track on a
    station is where the chord from its vertex is as long as the radius of the station less the vertex's distance from
    the axis: it lies inside of the station, by up to twice that distance. A track with fewer hits than `minimum_hits`
    is drawn again.

    With one seed, tracks are the same at every `resolution` and `jitter`, and their hits with every smearing.

    Args:
        mean_events: float. Mean number of events (before the least number of 2).
        resolution: int. Number of events to each side that a track's drift-time interval overlaps with.
        jitter: float. Largest shift of a track's interval, in spacings of events: `drift_times.drift_intervals`. 0, as
            published: all tracks of an event have the same interval.
        most_tracks: int. Largest number of tracks of an event, inclusive.
        efficiency: float. Probability that a station sees a track that crosses it.
        minimum_hits: int. The slides say 28, which the authors do not enforce; 3 are needed for a curved track. At most
            the mean number of hits of a central track, 35 times `efficiency`.
        smearing: str. "published", shifts by d (x, -y) / r since the azimuth is taken from the wrong axis; "azimuthal",
            shifts along the cylinder; or "none", which leaves z as it is, too.

    Raises:
        ValueError: if an argument is out of range.

    Example:

    >>> slice_ = SPDSlices(mean_events=3.0).slice(seed=2)
    >>> slice_.events, slice_.event.tolist(), slice_.hits.shape
    (3, [2, 2, 2, 2, 1, 2, 0, 1, 0, 1, 0, 1], (397, 3))

    Reference: TrackGANN slides (2025), "Datasets".
    """

    mean_events: float = 15.0
    resolution: int = 2
    jitter: float = 0.0
    most_tracks: int = 5
    efficiency: float = 0.95
    minimum_hits: int = 3
    smearing: str = "published"

    def __post_init__(self):
        for rule, value in composition_faults(self.mean_events, self.resolution, self.jitter, self.most_tracks):
            _require(False, rule, value)
        _require(0 < self.efficiency <= 1, "efficiency is a probability above 0", self.efficiency)
        possible = isinstance(self.minimum_hits, int) and 1 <= self.minimum_hits <= STATIONS * self.efficiency
        _require(possible, f"minimum_hits must be an int from 1 to {STATIONS} times efficiency", self.minimum_hits)
        shifts = ("published", "azimuthal", "none")
        _require(self.smearing in shifts, f"smearing must be one of {', '.join(shifts)}", self.smearing)

    def slice(self, seed):
        """Draw one time slice.

        Args:
            seed: int or sequence of int. The same seed gives the same time slice.

        Returns:
            `TimeSlice`. Tracks are in random order.
        """
        random = np.random.default_rng(seed)
        event, events = draw_composition(random, self.mean_events, self.most_tracks)
        transverse = random.normal(0, VERTEX_WIDTH, (2, events))
        along = random.uniform(-VERTEX_HALF_LENGTH, VERTEX_HALF_LENGTH, (1, events))
        vertex = np.concatenate([transverse, along])[:, event]
        positions, present = self._hits(random, vertex)
        redraw = np.flatnonzero(present.sum(axis=1) < self.minimum_hits)
        while len(redraw):
            positions[redraw], present[redraw] = self._hits(random, vertex[:, redraw])
            redraw = redraw[present[redraw].sum(axis=1) < self.minimum_hits]
        intervals = drift_intervals(event, events, self.resolution, self.jitter, random)
        counts = present.sum(axis=1, dtype=np.int32)
        return TimeSlice(positions[present].astype(np.float32), counts, event, intervals, events)

    def _hits(self, random, vertex):
        """Return measured positions of one new track per vertex, (tracks, stations, 3), and which are present."""
        points = chord_points(*_draw_tracks(random, vertex.shape[1]), vertex)
        present = np.abs(points[2]) < HALF_LENGTH
        present &= random.random(present.shape) < self.efficiency
        transverse, along = random.normal(0, RESOLUTION, (2, *present.shape))
        if self.smearing != "none":
            x, y, _ = points
            shift = transverse / np.hypot(x, y)
            across = (shift * x, -shift * y) if self.smearing == "published" else (-shift * y, shift * x)
            points += np.stack([*across, along])
        return np.moveaxis(points, 0, -1), present


def chord_points(pt, cotangent, phi, charge, vertex):
    """Return where helices are as far from their vertex as the stations are from its circle around the axis.

    Args:
        pt: float array, shape (tracks,). Transverse momentum, GeV.
        cotangent: float array. Cotangent of the polar angle of the momentum at the vertex.
        phi: float array. Its azimuth, radian.
        charge: array, 1 or -1: positive turns clockwise, seen against the field.
        vertex: float array, shape (3, tracks). x, y, z in mm; within the first station.

    Returns:
        float64 array, shape (3, tracks, 35): x, y, z in mm; nan where a helix never is as far.

    Example:

    >>> one, axis = np.ones(1), np.zeros((3, 1))
    >>> chord_points(one, one, 0 * one, one, axis)[:, 0, 0].round(2)  # 150 mm from the axis, behind a longer arc
    array([149.98,  -2.61, 150.01])
    """
    radius = RADIUS_PER_PT * pt[:, None]
    chord = RADII - np.hypot(vertex[0], vertex[1])[:, None]
    with np.errstate(invalid="ignore"):
        half_turn = np.arcsin(chord / (2 * radius))
    azimuth = phi[:, None] - charge[:, None] * half_turn
    x, y = chord * np.cos(azimuth), chord * np.sin(azimuth)
    return np.stack([x, y, 2 * cotangent[:, None] * radius * half_turn]) + vertex[:, :, None]


def _draw_tracks(random, number):
    """Return pt in GeV, cotangent of the polar angle, azimuth and charge of tracks, arrays of shape (number,)."""
    pt, phi, cosine, charge = random.random((4, number))
    low, high = TRANSVERSE_MOMENTUM
    cosine = 2 * cosine - 1
    cotangent = cosine / np.sqrt(np.maximum(1 - cosine * cosine, np.finfo(float).tiny))
    return low + (high - low) * pt, cotangent, _TURN * phi, np.where(charge < 0.5, -1, 1)


def _require(holds, rule, value):
    if not holds:
        raise ValueError(f"SPDSlices: {rule}, got {value!r}.")
