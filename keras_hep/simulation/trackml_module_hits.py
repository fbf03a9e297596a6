"""Which modules of a layer a particle crosses, and where: neighbours overlap, so one crossing can give several hits."""

import dataclasses

import numpy as np

from keras_hep.simulation.trackml_detector import Barrel, modules, ring_angles
from keras_hep.simulation.trackml_material import LAYERS

_NEIGHBOURS = np.array([-1, 0, 1])[:, None]
_LONGEST_PATH = 60.0  # mm, between the surface of a layer and a module
_AT_START = 1e-3  # mm: a particle that starts on a module does not hit it


@dataclasses.dataclass
class ModuleHits:
    """Crossings of module planes inside the modules' outlines.

    Attributes:
        crossing: int array, shape (hits,): index of the layer crossing.
        path: float array: transverse path from there, mm.
        module: int array: index in `trackml_detector.modules()`.
        u, v: float arrays: local position in the plane, mm.
        position: float array, shape (hits, 3): global, mm.
        direction: float array, shape (hits, 3): global unit vector of the momentum.
    """

    crossing: np.ndarray
    path: np.ndarray
    module: np.ndarray
    u: np.ndarray
    v: np.ndarray
    position: np.ndarray
    direction: np.ndarray


def module_hits(layer, helix, travelled):
    """Return the modules that trajectories cross near the surface of a layer, before or behind it.

    Args:
        layer: int array, shape (crossings,): index in `trackml_material.LAYERS`.
        helix: `Helices` of the same shape: the trajectories where they cross the surface.
        travelled: float array of the same shape: transverse path since the particle started, mm; there is nothing
            before.

    Returns:
        `ModuleHits`, by layer.
    """
    order = np.argsort(layer, kind="stable")
    borders = np.searchsorted(layer[order], np.arange(len(LAYERS) + 1))
    parts = []
    for number, place in enumerate(LAYERS):
        crossing = order[borders[number] : borders[number + 1]]
        find = _barrel_hits if isinstance(place, Barrel) else _disc_hits
        parts += [(crossing[local], *rest) for local, *rest in find(place, helix[crossing])]
    crossing, *found = (np.concatenate(values) for values in zip(*parts, strict=True))
    keep = (np.abs(found[0]) < _LONGEST_PATH) & (found[0] > _AT_START - travelled[crossing])
    crossing, path, module, u, v = (values[keep] for values in (crossing, *found))
    there = helix[crossing].moved(path)
    direction = np.stack([there.tx, there.ty, there.slope], axis=1) / np.sqrt(1 + there.slope**2)[:, None]
    return ModuleHits(crossing, path, module, u, v, np.stack([there.x, there.y, there.z], axis=1), direction)


def _barrel_hits(barrel, helix):
    """Yield (crossing, path, module, u, v) for the inner and the outer rows of a barrel layer."""
    place = modules().places[barrel.volume, barrel.layer][0]
    column = (_column(helix, barrel.per_row) + _NEIGHBOURS) % barrel.per_row
    angle = ring_angles(barrel.per_row)[column]
    normal_x, normal_y = np.cos(angle + barrel.tilt), np.sin(angle + barrel.tilt)
    height = helix.x * normal_x + helix.y * normal_y
    for first_row, radius in ((0, barrel.radius + barrel.stagger), (1, barrel.radius - barrel.stagger)):
        path = helix.path_to_upright_plane(height - radius * np.cos(barrel.tilt), normal_x, normal_y)
        z = helix.z + helix.slope * path
        with np.errstate(invalid="ignore"):
            row = first_row + 2 * np.rint((z / barrel.row_distance + (barrel.rows - 1) / 2 - first_row) / 2)
            v = z - (row - (barrel.rows - 1) / 2) * barrel.row_distance
            on = np.nonzero((np.abs(v) < barrel.sensor.half_length) & (row >= 0) & (row < barrel.rows))
        there = helix[on[1]].moved(path[on])
        # The middle of the module lies beside the foot of its normal.
        u = there.y * normal_x[on] - there.x * normal_y[on] + radius * np.sin(barrel.tilt)
        module = place[row[on].astype(int), column[on]]
        inside = np.flatnonzero(np.abs(u) < barrel.half_width)
        yield tuple(values[inside] for values in (on[1], path[on], module, u, v[on]))


def _disc_hits(disc, helix):
    """Yield (crossing, path, module, u, v) for each ring of a disc."""
    radius, side, half_length = np.hypot(helix.x, helix.y), np.sign(disc.z), disc.sensor.half_length
    for ring, place in zip(disc.rings, modules().places[disc.volume, disc.layer], strict=True):
        near = np.flatnonzero(np.abs(radius - ring.radius) < half_length + _LONGEST_PATH)
        column = (_column(helix[near], ring.modules) + _NEIGHBOURS) % ring.modules
        z = disc.z + side * np.resize(ring.stagger, ring.modules)[column]
        path = (z - helix.z[near]) / helix.slope[near]
        there = helix[near].moved(path)
        angle = ring_angles(ring.modules)[column]
        cosine, sine = np.cos(angle), np.sin(angle)
        u, v = side * (there.x * sine - there.y * cosine), there.x * cosine + there.y * sine - ring.radius
        middle = (ring.max_half_width + ring.min_half_width) / 2
        half_width = middle + (ring.max_half_width - middle) * v / half_length
        on = np.nonzero((np.abs(v) < half_length) & (np.abs(u) < half_width))
        yield near[on[1]], path[on], place[column[on]], u[on], v[on]


def _column(helix, count):
    """Return the number of the module, of `count` around a ring, that lies at the azimuth of each helix."""
    return np.floor((np.arctan2(helix.y, helix.x) + np.pi) * (count / (2 * np.pi))).astype(int)
