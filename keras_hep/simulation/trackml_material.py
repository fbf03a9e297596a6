"""Surfaces at which particles of the TrackML detector are followed: layers, beam pipe, supports, and their material.

A surface carries the material of a module layer with its support, at the radius or z of the support, where the genuine
secondary particles start. How much momentum particles lose at a surface, the same at all angles, was measured on
genuine events, from that at the hits of neighbouring layers; how many interact, from the places of the secondaries and
from the numbers of hits.
"""

import dataclasses

import numpy as np

from keras_hep.simulation.solenoid import Solenoid
from keras_hep.simulation.trackml_detector import BARRELS, DISCS

# Axial field from the canonical angular momentum x p_y - y p_x + q B r^2 / 2 of true hits against that of the vertex.
FIELD = Solenoid(
    edges=(300.0, 600.0, 700.0, 820.0, 960.0, 1100.0, 1220.0, 1300.0, 1400.0, 1650.0, 1975.0, 2350.0, 2750.0),
    fields=(2.0, 1.98, 1.97, 1.96, 1.945, 1.92, 1.89, 1.85, 1.83, 1.81, 1.70, 1.46, 1.13, 0.76),
)
PIXEL_RADIUS, SHORT_STRIP_RADIUS, OUTER_RADIUS = 200.0, 720.0, 1070.0  # edges of the pixel and strip volumes, mm
PIXEL_BARREL_END, STRIP_BARREL_END, END = 545.0, 1183.0, 2980.0  # abs(z) of edges of volumes, mm
BANDS = (PIXEL_RADIUS, SHORT_STRIP_RADIUS)

LAYERS = tuple(sorted((*BARRELS, *DISCS), key=lambda layer: (layer.volume, layer.layer)))
_LAYER = {(layer.volume, layer.layer): number for number, layer in enumerate(LAYERS)}
_TUBE = END + 1
_PIXEL_END, _STRIP_END = 491.0, 1084.0


@dataclasses.dataclass(frozen=True)
class Cylinders:
    """Cylinders about the z axis, by increasing radius.

    Attributes:
        radius: float array, shape (cylinders,), mm.
        half_length: float array: abs(z) up to which there is material and, in a layer, modules, mm.
        loss: float array: median loss of momentum of a fast particle, MeV.
        interactions: float array: mean number of inelastic interactions at normal incidence.
        layer: int array: index in `LAYERS`, or -1.
        support_inside: bool array: whether the support of a layer lies inside of its modules.
    """

    radius: np.ndarray
    half_length: np.ndarray
    loss: np.ndarray
    interactions: np.ndarray
    layer: np.ndarray
    support_inside: np.ndarray


@dataclasses.dataclass(frozen=True)
class Planes:
    """Planes perpendicular to the z axis, by increasing z.

    Attributes:
        z: float array, shape (planes,), mm.
        loss, interactions: float arrays, shape (planes, 3): as for cylinders, in the three bands of radius that
            `BANDS` divides.
        layer: int array, shape (planes, 3): index in `LAYERS`, or -1.
        inner, outer: float arrays, shape (planes, 3): radii between which there is material, mm.
        jump: float array, shape (planes,): step of the axial field towards positive z, tesla.
    """

    z: np.ndarray
    loss: np.ndarray
    interactions: np.ndarray
    layer: np.ndarray
    inner: np.ndarray
    outer: np.ndarray
    jump: np.ndarray


def _cylinders():
    rows = (
        (19.0, _TUBE, 0.25, 0.0032, None),
        (35.51, _PIXEL_END, 0.57, 0.0074, (8, 2)),
        (74.96, _PIXEL_END, 0.57, 0.0081, (8, 4)),
        (118.79, _PIXEL_END, 0.57, 0.0092, (8, 6)),
        (174.70, _PIXEL_END, 0.57, 0.0091, (8, 8)),
        (PIXEL_RADIUS, _TUBE, 0.50, 0.0086, None),
        (255.39, _STRIP_END, 0.78, 0.0169, (13, 2)),
        (355.08, _STRIP_END, 0.80, 0.0117, (13, 4)),
        (494.86, _STRIP_END, 0.80, 0.0128, (13, 6)),
        (654.72, _STRIP_END, 0.80, 0.0072, (13, 8)),
        (SHORT_STRIP_RADIUS, _TUBE, 0.0, 0.0, None),
        (814.59, _STRIP_END, 1.02, 0.0101, (17, 2)),
        (1014.59, _STRIP_END, 1.02, 0.0, (17, 4)),
        (OUTER_RADIUS, _TUBE, 0.0, 0.0, None),
    )
    radius, half_length, loss, interactions, layer = zip(*rows, strict=True)
    layer = [-1 if place is None else _LAYER[place] for place in layer]
    inside = [number >= 0 and LAYERS[number].radius > at for number, at in zip(layer, radius, strict=True)]
    columns = radius, half_length, loss, interactions, layer, inside
    return Cylinders(*(np.array(column) for column in columns))


def _planes():
    edges = {PIXEL_BARREL_END, STRIP_BARREL_END, END, *FIELD.edges, *(abs(disc.z) for disc in DISCS)}
    z = np.array(sorted({side * edge for side in (-1, 1) for edge in edges}))
    layer = np.full((len(z), 3), -1)
    loss, interactions, inner, outer = np.zeros((4, len(z), 3))
    bands = {7: 0, 9: 0, 12: 1, 14: 1, 16: 2, 18: 2}
    for disc in DISCS:
        place = int(np.searchsorted(z, disc.z)), bands[disc.volume]
        layer[place] = _LAYER[disc.volume, disc.layer]
        loss[place], interactions[place] = ((0.62, 0.0119), (0.95, 0.0191), (1.2, 0.0315))[place[1]]
        inner[place], outer[place] = ((31.0, 176.5), (240.0, 702.0), (751.0, 1023.0))[place[1]]
    for side in (-1, 1):  # a support without modules
        place = int(np.searchsorted(z, side * STRIP_BARREL_END))
        loss[place, 1:], interactions[place, 1:], inner[place, 1:], outer[place, 1:] = 0.3, 0.0068, 240.0, OUTER_RADIUS
    jump = FIELD.field(z + 1e-6) - FIELD.field(z - 1e-6)
    return Planes(z, loss, interactions, layer, inner, outer, jump)


CYLINDERS = _cylinders()
PLANES = _planes()


def volume_of(x, y, z):
    """Return the number of the tracking volume at a position: 3 per band of radius, barrel 0, discs 1 and 2.

    Args:
        x: array, mm.
        y: array, mm.
        z: array, mm.

    Returns:
        int array.
    """
    band = np.searchsorted(BANDS, np.hypot(x, y))
    end = np.where(band == 0, PIXEL_BARREL_END, STRIP_BARREL_END)
    return 3 * band + np.where(z < -end, 1, np.where(z > end, 2, 0))
