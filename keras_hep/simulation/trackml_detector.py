"""The detector of the TrackML challenge: all 18,728 silicon modules, made from its radii, rings and rows.

The innermost volumes are pixels (7, 8, 9), around them lie short strips (12, 13, 14) and long strips (16, 17, 18); of
each three the middle one is the barrel, the others are discs at negative and positive z.

Reference: the detector of the TrackML Particle Tracking Challenge, S. Amrouche et al., "The Tracking Machine Learning
    challenge: Accuracy phase", The NeurIPS '18 Competition (2020) 231. The numbers below describe its published module
    table; they reproduce every centre within 0.004 mm and every axis within 0.000001.
"""

import dataclasses
import functools

import numpy as np


@dataclasses.dataclass(frozen=True)
class Sensor:
    """Lengths common to the modules of one kind, in mm.

    Attributes:
        module_t: float. Column of that name: half the thickness.
        pitch_u: float. Cell size along u, across the bending direction.
        pitch_v: float. Cell size along v.
        half_length: float. Half of the extension along v (column `module_hv`).
    """

    module_t: float
    pitch_u: float
    pitch_v: float
    half_length: float


@dataclasses.dataclass(frozen=True)
class Barrel:
    """A cylinder of rectangular modules in rows along z: `per_row` modules around each of `rows` rings.

    Rows lie alternately outside and inside of the nominal radius, the first outside, so that neighbours overlap along
    z; modules are turned about their own axis, so that neighbours overlap along phi.

    Attributes:
        volume, layer: int.
        radius: float. Nominal radius, mm.
        stagger: float. Distance of a row from the nominal radius, mm.
        rows, per_row: int.
        row_distance: float. Distance of neighbouring rows along z, mm.
        tilt: float. Angle from the radial direction to the module's normal, radian.
        half_width: float. Half of the extension along u, mm.
        sensor: `Sensor`.
    """

    volume: int
    layer: int
    radius: float
    stagger: float
    rows: int
    per_row: int
    row_distance: float
    tilt: float
    half_width: float
    sensor: Sensor

    @property
    def half_length_z(self):
        """Largest abs(z) of an active point, mm."""
        return (self.rows - 1) / 2 * self.row_distance + self.sensor.half_length


@dataclasses.dataclass(frozen=True)
class Ring:
    """Modules at one radius of a disc, trapezoids with v pointing outwards.

    Attributes:
        modules: int.
        radius: float. Of the module centres, mm.
        min_half_width, max_half_width: float. Half of the extension along u at the inner and outer edge, mm.
        stagger: tuple of float. Distances from the disc along abs(z), mm, of consecutive modules, repeated around.
    """

    modules: int
    radius: float
    min_half_width: float
    max_half_width: float
    stagger: tuple


@dataclasses.dataclass(frozen=True)
class Disc:
    """A plane of rings of modules.

    Attributes:
        volume, layer: int.
        z: float. Nominal position, mm.
        rings: tuple of `Ring`, inner first.
        numbering: (int, float). Modules are numbered by sector of phi, then by ring: sectors in a turn, and the phase
            in sectors.
        sensor: `Sensor`.
    """

    volume: int
    layer: int
    z: float
    rings: tuple
    numbering: tuple
    sensor: Sensor


def _barrels(volume, sensor, stagger, rows, row_distance, tilt, half_width, radii, per_row):
    arrangement = zip(range(2, 2 * len(radii) + 1, 2), radii, per_row, strict=True)
    return tuple(
        Barrel(volume, layer, radius, stagger, rows, modules, row_distance, tilt, half_width, sensor)
        for layer, radius, modules in arrangement
    )


def _discs(volume, sensor, distances, rings, numbering):
    """Return the discs at negative and at positive z, whose volumes are `volume` and `volume` + 2."""
    signed = sorted(-z for z in distances), sorted(distances)
    return tuple(
        Disc(volume + 2 * side, 2 * number, z, rings, numbering, sensor)
        for side, positions in enumerate(signed)
        for number, z in enumerate(positions, 1)
    )


_PIXEL = Sensor(module_t=0.15, pitch_u=0.05, pitch_v=0.05625, half_length=36.0)
_SHORT_STRIP = Sensor(module_t=0.25, pitch_u=0.08, pitch_v=1.2, half_length=54.0)
_LONG_STRIP = Sensor(module_t=0.35, pitch_u=0.12, pitch_v=10.8, half_length=54.0)
_SHORT_STRIP_DISC = Sensor(module_t=0.25, pitch_u=0.08, pitch_v=1.2, half_length=78.0)
_LONG_STRIP_DISC = Sensor(module_t=0.35, pitch_u=0.12, pitch_v=10.4, half_length=78.0)
_STRIP_DISC_DISTANCES = (1220.0, 1500.0, 1800.0, 2150.0, 2550.0, 2950.0)

BARRELS = (
    *_barrels(8, _PIXEL, 0.25, 14, 70.0, 0.14, 8.4, (32.0, 72.0, 116.0, 172.0), (16, 32, 52, 78)),
    *_barrels(13, _SHORT_STRIP, 1.5, 21, 103.0, -0.15, 24.0, (260.0, 360.0, 500.0, 660.0), (40, 56, 78, 102)),
    *_barrels(17, _LONG_STRIP, 1.5, 21, 103.0, -0.15, 24.0, (820.0, 1020.0), (120, 152)),
)
DISCS = (
    *_discs(
        7,
        _PIXEL,
        (600.0, 700.0, 820.0, 960.0, 1100.0, 1300.0, 1500.0),
        (Ring(40, 66.0, 8.4, 8.4, (2.5, -2.0, 2.0, -2.5)), Ring(68, 140.0, 8.4, 8.4, (2.0, -2.0))),
        (40, 0.0),
    ),
    *_discs(
        12,
        _SHORT_STRIP_DISC,
        _STRIP_DISC_DISTANCES,
        (
            Ring(54, 318.0, 16.4, 24.2, (-1.5, -4.5)),
            Ring(56, 470.0, 24.2, 32.2, (4.5, 1.5)),
            Ring(60, 622.0, 32.2, 40.0, (-1.5, -4.5)),
        ),
        (270, 0.0),
    ),
    *_discs(
        16,
        _LONG_STRIP_DISC,
        _STRIP_DISC_DISTANCES,
        (Ring(48, 828.0, 54.0, 64.2, (-2.5, -5.5)), Ring(50, 942.0, 66.0, 72.0, (5.5, 2.5))),
        (143, 0.68),
    ),
)


@dataclasses.dataclass(frozen=True)
class Modules:
    """Arrays over all modules, ordered by volume, layer and module number.

    Attributes:
        volume, layer, module: int32 arrays, shape (modules,).
        centre: float array, shape (modules, 3): mm.
        rotation: float array, shape (modules, 3, 3): global = rotation @ local + centre; its columns are u, v and w.
        module_t: float array, shape (modules,): half the thickness, mm.
        min_half_width, max_half_width, half_length: float arrays, shape (modules,): outline along u at the two ends of
            v, and along v, mm.
        pitch_u, pitch_v: float arrays, shape (modules,): mm.
        places: dict of (volume, layer) to tuple of int arrays: indices of the modules of each ring of a disc, in the
            order of phi; for a barrel one array of shape (rows, per_row).
    """

    volume: np.ndarray
    layer: np.ndarray
    module: np.ndarray
    centre: np.ndarray
    rotation: np.ndarray
    module_t: np.ndarray
    min_half_width: np.ndarray
    max_half_width: np.ndarray
    half_length: np.ndarray
    pitch_u: np.ndarray
    pitch_v: np.ndarray
    places: dict


@functools.cache
def modules():
    """Return the `Modules` of the whole detector.

    Example:

    >>> len(modules().volume)
    18728
    >>> modules().centre[modules().places[8, 2][0][0, 0]].round(2).tolist()
    [-31.63, -6.29, -455.0]
    """
    layers = sorted((*BARRELS, *DISCS), key=lambda layer: (layer.volume, layer.layer))
    parts = [_barrel_modules(layer) if isinstance(layer, Barrel) else _disc_modules(layer) for layer in layers]
    places, first = {}, 0
    for layer, (columns, arrays) in zip(layers, parts, strict=True):
        places[layer.volume, layer.layer] = tuple(first + array for array in arrays)
        first += len(columns["module"])
    columns = {name: np.concatenate([columns[name] for columns, _ in parts]) for name in parts[0][0]}
    return Modules(**columns, places=places)


def detectors():
    """Return the table of all modules as the challenge publishes it.

    Returns:
        dict of column name to array, shape (18728,): volume_id, layer_id, module_id (int32), cx, cy, cz (mm),
        rot_xu, rot_xv ... rot_zw, module_t, module_minhu, module_maxhu, module_hv, pitch_u, pitch_v (mm), float64.

    Example:

    >>> table = detectors()
    >>> {int(volume): int((table["volume_id"] == volume).sum()) for volume in (7, 8, 13, 17)}
    {7: 756, 8: 2492, 13: 5796, 17: 5712}
    """
    every = modules()
    table = {"volume_id": every.volume, "layer_id": every.layer, "module_id": every.module}
    table |= {f"c{axis}": every.centre[:, row] for row, axis in enumerate("xyz")}
    table |= {
        f"rot_{axis}{local}": every.rotation[:, row, column]
        for row, axis in enumerate("xyz")
        for column, local in enumerate("uvw")
    }
    table |= {"module_t": every.module_t, "module_minhu": every.min_half_width, "module_maxhu": every.max_half_width}
    table |= {"module_hv": every.half_length, "pitch_u": every.pitch_u, "pitch_v": every.pitch_v}
    return {name: column.copy() for name, column in table.items()}


def ring_angles(count):
    """Return the angles of `count` modules around a ring, radian: the first lies half a step above -pi."""
    return -np.pi + (np.arange(count) + 0.5) * (2 * np.pi / count)


def _barrel_modules(barrel):
    """Return columns of `Modules` and the index arrays of one barrel layer."""
    row, around = np.divmod(np.arange(barrel.rows * barrel.per_row), barrel.per_row)
    angle = ring_angles(barrel.per_row)[around]
    radius = barrel.radius + np.where(row % 2, -barrel.stagger, barrel.stagger)
    z = (row - (barrel.rows - 1) / 2) * barrel.row_distance
    normal = angle + barrel.tilt
    rotation = np.zeros((len(row), 3, 3))
    rotation[:, 0, 0], rotation[:, 1, 0] = -np.sin(normal), np.cos(normal)
    rotation[:, 2, 1] = 1
    rotation[:, 0, 2], rotation[:, 1, 2] = np.cos(normal), np.sin(normal)
    centre = np.stack([radius * np.cos(angle), radius * np.sin(angle), z], axis=1)
    widths = np.full((2, len(row)), barrel.half_width)
    columns = _columns(barrel, centre, rotation, *widths)
    return columns, (np.arange(len(row)).reshape(barrel.rows, barrel.per_row),)


def _disc_modules(disc):
    """Return columns of `Modules` and the index arrays, one per ring, of one disc."""
    rings, side = disc.rings, np.sign(disc.z)
    ring = np.repeat(np.arange(len(rings)), [ring.modules for ring in rings])
    angle = np.concatenate([ring_angles(ring.modules) for ring in rings])
    z = np.concatenate([np.resize(ring.stagger, ring.modules) for ring in rings]) * side + disc.z
    radius, inner, outer = (
        np.array([getattr(ring, name) for ring in rings])[ring]
        for name in ("radius", "min_half_width", "max_half_width")
    )
    rotation = np.zeros((len(ring), 3, 3))
    rotation[:, 0, 0], rotation[:, 1, 0] = side * np.sin(angle), -side * np.cos(angle)
    rotation[:, 0, 1], rotation[:, 1, 1] = np.cos(angle), np.sin(angle)
    rotation[:, 2, 2] = side
    centre = np.stack([radius * np.cos(angle), radius * np.sin(angle), z], axis=1)
    order = _numbering(disc, ring, angle)
    columns = _columns(disc, centre[order], rotation[order], inner[order], outer[order])
    places = np.argsort(order)
    return columns, tuple(places[ring == number] for number in range(len(rings)))


def _numbering(disc, ring, angle):
    """Return the order in which the modules of a disc are numbered: by sector of phi, then by ring.

    Modules on the border of two sectors, on the diagonals, count to the one that sin(2 phi) points to.
    """
    sectors, phase = disc.numbering
    sector = np.floor((angle / (2 * np.pi) + 0.5) * sectors + phase + 1e-6 * np.sin(2 * angle))
    return np.lexsort((ring, sector))


def _columns(layer, centre, rotation, min_half_width, max_half_width):
    count, sensor = len(centre), layer.sensor
    names = {"volume": layer.volume, "layer": layer.layer}
    lengths = {name: getattr(sensor, name) for name in ("module_t", "half_length", "pitch_u", "pitch_v")}
    columns = {name: np.full(count, value, np.int32) for name, value in names.items()}
    columns |= {name: np.full(count, value, float) for name, value in lengths.items()}
    columns |= {"module": np.arange(1, count + 1, dtype=np.int32), "centre": centre, "rotation": rotation}
    return columns | {"min_half_width": min_half_width, "max_half_width": max_half_width}
