"""Toy of the Spin Physics Detector at NICA: tracks and fake hits in 35 cylinders, 40 events in a time slice.

Reference: Goncharov et al., "TrackNET: Deep Learning-Based Track Recognition in Pixel and Strip-Based Particle
Detectors" (2024), and the event generator of its authors.
"""

import dataclasses

import numpy as np

from keras_hep.simulation.hit_event import HitEvent

STATIONS = 35
RADII = np.linspace(270.0, 850.0, STATIONS)  # mm
HALF_LENGTH = 2386.0  # mm: every station ends there
FIELD = 0.8  # tesla, along z
RADIUS_PER_PT = 1 / (0.29e-3 * FIELD)  # mm per GeV: the authors' 0.29, not 0.2998
TRANSVERSE_MOMENTUM = (0.1, 1.0)  # GeV, uniform between them
VERTEX_HALF_LENGTH = 300.0  # mm, uniform in z
VERTEX_WIDTH = 10.0  # mm, standard deviation of x and of y
RESOLUTION = 0.1  # mm, standard deviation along z and of the transverse shift

_BLOCK_TRACKS = 4096  # tracks propagated at once: the intermediate arrays stay in the processor's cache
_TURN = 2 * np.pi


@dataclasses.dataclass(frozen=True)
class SPDToy:
    """Helices from a vertex through coaxial cylinders, with fake hits as of crossed strips.

    Each event has a vertex and 1 to `most_tracks` tracks; their directions are isotropic, their transverse momenta
    uniform. A track hits every station up to the one that it passes beyond the end; none curls back before the last
    (only with exact vertices some of the slowest do). What curls back behind the last station makes no second hit.
    An event with n tracks has between 35 n^2 / 2 and 35 n^2 fake hits, uniform on all cylinders. The events of a time
    slice are overlaid without a time that would tell them apart.

    The defaults are the published generator, which differs from its description in three ways. It never draws the tenth
    track of "1-10". It draws x and y of the vertex, but starts every track on the z axis: `vertex="exact"` uses them.
    And it takes the azimuth from the y axis, so that a hit moves by d (x, -y) / r, off its cylinder, instead of by
    d (-y, x) / r along the tangent: that is `smearing="azimuthal"`.

    Args:
        events: int. Number of events in a time slice.
        most_tracks: int. Largest number of tracks of an event.
        efficiency: float. Probability that a station sees a track that crosses it.
        smearing: str. "published", "azimuthal", or "none", which leaves z as it is, too.
        vertex: str. "z_only" or "exact".
        fakes: bool. Whether there are fake hits.

    Raises:
        ValueError: if an argument is out of range.

    Example:

    >>> slice_ = SPDToy(events=2).event(seed=1)
    >>> sorted(slice_.hits) == ["event", "station", "track", "x", "y", "z"]
    True
    >>> len(slice_.tracks["pt"]), len(slice_.hits["x"]), int((slice_.hits["track"] < 0).sum())
    (10, 1652, 1322)
    >>> positions, present = SPDToy(efficiency=0.98).tracks(1000, seed=1)
    >>> positions.shape, present.shape, positions.dtype.name
    ((1000, 35, 3), (1000, 35), 'float32')

    Reference: Goncharov et al. (2024), "Simulated Toy Data".
    """

    events: int = 40
    most_tracks: int = 9
    efficiency: float = 1.0
    smearing: str = "published"
    vertex: str = "z_only"
    fakes: bool = True

    def __post_init__(self):
        for name in ("events", "most_tracks"):
            value = getattr(self, name)
            _require(isinstance(value, int) and value >= 1, f"{name} must be a whole number of at least 1", value)
        _require(0 < self.efficiency <= 1, "efficiency is a probability above 0", self.efficiency)
        shifts = ("published", "azimuthal", "none")
        _require(self.smearing in shifts, f"smearing must be one of {', '.join(shifts)}", self.smearing)
        _require(self.vertex in ("z_only", "exact"), "vertex must be z_only or exact", self.vertex)
        _require(self.fakes in (True, False), "fakes must be True or False", self.fakes)

    def event(self, seed):
        """Draw one time slice.

        With one seed, the tracks are the same at every efficiency, and with or without fakes.

        Args:
            seed: int or sequence of int. The same seed gives the same slice.

        Returns:
            `HitEvent`. Hits are in random order; tracks are numbered through the slice, event by event, and include
            those that hit no station. vx and vy are 0 unless `vertex` is "exact".
        """
        random = np.random.default_rng(seed)
        counts = random.integers(1, self.most_tracks + 1, self.events)
        event = np.repeat(np.arange(self.events, dtype=np.int32), counts)
        tracks = self._draw_tracks(random, len(event), event)
        positions, present = self._hits(random, tracks)
        track, station = np.nonzero(present)
        columns = [*positions[present].T, station.astype(np.int32), track.astype(np.int32), event[track]]
        if self.fakes:
            columns = [np.concatenate(pair) for pair in zip(columns, _draw_fakes(random, counts), strict=True)]
        order = random.permutation(len(columns[0]))
        names = ("x", "y", "z", "station", "track", "event")
        hits = {name: column[order] for name, column in zip(names, columns, strict=True)}
        return HitEvent(hits, {"track": np.arange(len(event), dtype=np.int32), **tracks, "event": event})

    def tracks(self, number, seed):
        """Draw tracks alone, each of an event of its own; one that hits no station is drawn again.

        Args:
            number: int.
            seed: int or sequence of int.

        Returns:
            (positions, present): float32 array of shape (number, 35, 3), in mm, 0 where there is no hit, and bool array
            of shape (number, 35).

        Raises:
            ValueError: if `number` is negative.
        """
        _require(number >= 0, "the number of tracks must not be negative", number)
        random = np.random.default_rng(seed)
        positions = np.empty((number, STATIONS, 3), np.float32)
        present = np.empty((number, STATIONS), bool)
        for start in range(0, number, _BLOCK_TRACKS):
            redraw = np.arange(start, min(start + _BLOCK_TRACKS, number))
            while len(redraw):
                tracks = self._draw_tracks(random, len(redraw), np.arange(len(redraw)))
                positions[redraw], present[redraw] = self._hits(random, tracks)
                redraw = redraw[~present[redraw].any(axis=1)]
        return positions, present

    def _draw_tracks(self, random, number, event):
        """Return pt, theta, phi, charge, vx, vy, vz of tracks, dict of arrays, one vertex for each value of `event`."""
        pt, phi, cosine, charge = random.random((4, number))
        vertices = int(event[-1]) + 1
        z = random.uniform(-VERTEX_HALF_LENGTH, VERTEX_HALF_LENGTH, vertices)
        x, y = random.normal(0, VERTEX_WIDTH, (2, vertices)) if self.vertex == "exact" else np.zeros((2, vertices))
        low, high = TRANSVERSE_MOMENTUM
        drawn = {"pt": low + (high - low) * pt, "theta": np.arccos(2 * cosine - 1), "phi": _TURN * phi}
        drawn |= {"charge": np.where(charge < 0.5, -1, 1), "vx": x[event], "vy": y[event], "vz": z[event]}
        return {name: values.astype(np.int32 if name == "charge" else np.float32) for name, values in drawn.items()}

    def _hits(self, random, tracks):
        """Return measured positions, float32 array (tracks, stations, 3), 0 where absent, and which are present."""
        points = crossings(**tracks)
        present = np.abs(points[2]) < HALF_LENGTH
        present &= random.random(present.shape, np.float32) < self.efficiency
        transverse, along = random.standard_normal((2, *present.shape), np.float32) * np.float32(RESOLUTION)
        if self.smearing != "none":
            x, y, z = points
            shift = transverse / RADII.astype(np.float32)[:, None]
            change = (shift * x, -shift * y) if self.smearing == "published" else (-shift * y, shift * x)
            points = np.stack([x + change[0], y + change[1], z + along])
        return np.ascontiguousarray(np.where(present, points, np.float32(0)).T), present.T


def crossings(pt, theta, phi, charge, vx, vy, vz):
    """Return where helices first cross the stations, however long these are.

    Args:
        pt: float array, shape (tracks,). Transverse momentum, GeV.
        theta: float array. Polar angle of the momentum at the vertex, radian.
        phi: float array. Its azimuth, radian.
        charge: int array, 1 or -1: positive turns clockwise, seen against the field.
        vx: float array. Vertex, mm; within the first station.
        vy: float array.
        vz: float array.

    Returns:
        float array, shape (3, 35, tracks), of the type of the arguments: x, y, z in mm; nan at a station that a track
        does not reach.

    Example:

    >>> at_rest = np.zeros(1)
    >>> x, y, z = crossings(np.ones(1), np.full(1, np.pi / 4), at_rest, np.ones(1), at_rest, at_rest, at_rest)
    >>> x[0].round(1), y[0].round(1), z[0].round(1)  # 270 mm from the axis, behind an arc of a little more
    (array([269.9]), array([-8.5]), array([270.]))
    """
    radius, charge = RADIUS_PER_PT * pt, charge.astype(pt.dtype)
    tx, ty = np.cos(phi), np.sin(phi)
    # With g = tan(turn / 2) the squared distance to the axis is a quotient of quadratics in g, which is equal to the
    # squared radius of a station where square g^2 + linear g + constant = 0. The vertex is inside: constant < 0.
    # Along the track g grows from 0 to infinity and from minus infinity to 0; the root is the first on that way.
    constant = vx * vx + vy * vy - (RADII * RADII).astype(radius.dtype)[:, None]
    linear = 4 * radius * (vx * tx + vy * ty)
    square = 4 * radius * (radius + charge * (vx * ty - vy * tx)) + constant
    with np.errstate(invalid="ignore", divide="ignore"):
        g = -2 * constant / (linear + np.sqrt(linear * linear - 4 * square * constant))
    along = 2 * radius * g / (1 + g * g)
    across = charge * g * along
    turn = 2 * np.arctan(g)
    turn[turn < 0] += _TURN
    x = vx + along * tx + across * ty
    y = vy + along * ty - across * tx
    return np.stack([x, y, vz + radius / np.tan(theta) * turn])


def _draw_fakes(random, counts):
    """Return x, y, z, station, track, event of the fake hits of events with `counts` tracks."""
    most = STATIONS * counts * counts
    event = np.repeat(np.arange(len(counts), dtype=np.int32), random.integers(most // 2, most))
    station = random.integers(0, STATIONS, len(event), dtype=np.uint8).astype(np.int32)
    azimuth, z = random.random((2, len(event)), np.float32)
    azimuth *= np.float32(_TURN)
    z = (2 * z - 1) * np.float32(HALF_LENGTH)
    radius = RADII.astype(np.float32)[station]
    return radius * np.cos(azimuth), radius * np.sin(azimuth), z, station, np.full(len(event), -1, np.int32), event


def _require(holds, rule, value):
    if not holds:
        raise ValueError(f"SPDToy: {rule}, got {value!r}.")
