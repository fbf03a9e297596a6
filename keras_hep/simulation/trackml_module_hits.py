"""Which modules of a layer a particle crosses, and where: neighbours overlap, so one crossing can give several hits."""

import dataclasses

import numpy as np

from keras_hep.simulation.trackml_detector import Barrel, modules
from keras_hep.simulation.trackml_material import LAYERS

_NEIGHBOURS = np.array([-1, 0, 1])[:, None]


@dataclasses.dataclass
class ModuleHits:
    """Crossings of module planes inside the modules' outlines.

    Attributes:
        crossing: int array, shape (hits,): index of the layer crossing.
        module: int array: index in `trackml_detector.modules()`.
        u, v: float arrays: local position in the plane, mm.
        position: float array, shape (hits, 3): global, mm.
        direction: float array, shape (hits, 3): global unit vector of the momentum.
    """

    crossing: np.ndarray
    module: np.ndarray
    u: np.ndarray
    v: np.ndarray
    position: np.ndarray
    direction: np.ndarray


def module_hits(layer, helix):
    """Return the modules that trajectories cross near a layer.

    Args:
        layer: int array, shape (crossings,): index in `trackml_material.LAYERS`.
        helix: `Helices` of the same shape: the trajectory where it crosses the layer.

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
    crossing, module, u, v, x, y, z, tx, ty = (np.concatenate(values) for values in zip(*parts, strict=True))
    slope = helix.slope[crossing]
    direction = np.stack([tx, ty, slope], axis=1) / np.sqrt(1 + slope**2)[:, None]
    return ModuleHits(crossing, module, u, v, np.stack([x, y, z], axis=1), direction)


def _barrel_hits(barrel, helix):
    """Yield (crossing, module, u, v, x, y, z, tx, ty) for the inner and the outer rows of a barrel layer."""
    place = modules().places[barrel.volume, barrel.layer][0]
    step = 2 * np.pi / barrel.per_row
    column = np.floor((np.arctan2(helix.y, helix.x) + np.pi) / step).astype(int)
    column = (column + _NEIGHBOURS) % barrel.per_row
    angle = -np.pi + (column + 0.5) * step
    centre_x, centre_y = np.cos(angle), np.sin(angle)
    normal_x = centre_x * np.cos(barrel.tilt) - centre_y * np.sin(barrel.tilt)
    normal_y = centre_y * np.cos(barrel.tilt) + centre_x * np.sin(barrel.tilt)
    height = helix.x * normal_x + helix.y * normal_y
    for first_row, stagger in ((0, barrel.stagger), (1, -barrel.stagger)):
        radius = barrel.radius + stagger
        path = helix.path_to_upright_plane(height - radius * np.cos(barrel.tilt), normal_x, normal_y)
        z = helix.z + helix.slope * path
        row = (z / barrel.row_distance + (barrel.rows - 1) / 2 - first_row) / 2
        with np.errstate(invalid="ignore"):
            row = first_row + 2 * np.rint(row)
            v = z - (row - (barrel.rows - 1) / 2) * barrel.row_distance
            inside = (np.abs(v) < barrel.sensor.half_length) & (row >= 0) & (row < barrel.rows)
        neighbour, crossing = np.nonzero(inside)
        moved = helix[crossing].moved(path[neighbour, crossing])
        offset_x = moved.x - radius * centre_x[neighbour, crossing]
        offset_y = moved.y - radius * centre_y[neighbour, crossing]
        u = offset_y * normal_x[neighbour, crossing] - offset_x * normal_y[neighbour, crossing]
        on = np.flatnonzero(np.abs(u) < barrel.half_width)
        neighbour, crossing, moved = neighbour[on], crossing[on], moved[on]
        module = place[row[neighbour, crossing].astype(int), column[neighbour, crossing]]
        yield crossing, module, u[on], v[neighbour, crossing], moved.x, moved.y, moved.z, moved.tx, moved.ty


def _disc_hits(disc, helix):
    """Yield (crossing, module, u, v, x, y, z, tx, ty) for each ring of a disc."""
    radius, phi = np.hypot(helix.x, helix.y), np.arctan2(helix.y, helix.x)
    for ring, place in zip(disc.rings, modules().places[disc.volume, disc.layer], strict=True):
        near = np.flatnonzero(np.abs(radius - ring.radius) < disc.sensor.half_length + 25)
        step = 2 * np.pi / ring.modules
        column = np.floor((phi[near] + np.pi) / step).astype(int)
        column = (column + _NEIGHBOURS) % ring.modules
        side = np.sign(disc.z)
        z = disc.z + side * np.resize(ring.stagger, ring.modules)[column]
        path = (z - helix.z[near]) / helix.slope[near]
        moved = helix[near].moved(path)
        angle = -np.pi + (column + 0.5) * step
        cosine, sine = np.cos(angle), np.sin(angle)
        u = side * (moved.x * sine - moved.y * cosine)
        v = moved.x * cosine + moved.y * sine - ring.radius
        middle = (ring.max_half_width + ring.min_half_width) / 2
        half_width = middle + (ring.max_half_width - middle) * v / disc.sensor.half_length
        on = np.nonzero((np.abs(v) < disc.sensor.half_length) & (np.abs(u) < half_width))
        module, crossing = place[column[on]], near[on[1]]
        yield crossing, module, u[on], v[on], moved.x[on], moved.y[on], z[on], moved.tx[on], moved.ty[on]
