"""Hits of particles in the TrackML detector by a loop: particle by particle, layer by layer, module by module.

It does less than the generator: a uniform field, no material, no cells and no noise.
"""

import math

from keras_hep.simulation.trackml_detector import BARRELS, DISCS, modules

FIELD = 2.0
CURVATURE = 2.99792458e-4


def hits(particles):
    """Return (particle, module, u, v) of the hits of particles, a list of (x, y, z, px, py, pz, charge)."""
    found = []
    for number, particle in enumerate(particles):
        for barrel in BARRELS:
            found += [(number, *hit) for hit in _barrel_hits(particle, barrel)]
        for disc in DISCS:
            found += [(number, *hit) for hit in _disc_hits(particle, disc)]
    return found


def _point(particle, path):
    x, y, z, px, py, pz, charge = particle
    pt = math.hypot(px, py)
    curvature = -CURVATURE * charge * FIELD / pt
    sine, cosine = math.sin(curvature * path), math.cos(curvature * path)
    tx, ty = px / pt, py / pt
    return (
        x + (tx * sine - ty * (1 - cosine)) / curvature,
        y + (ty * sine + tx * (1 - cosine)) / curvature,
        z + pz / pt * path,
        tx * cosine - ty * sine,
        ty * cosine + tx * sine,
    )


def _barrel_hits(particle, barrel):
    radius = math.hypot(particle[3], particle[4]) / (CURVATURE * FIELD)
    if barrel.radius > 2 * radius:
        return
    path = 2 * radius * math.asin(barrel.radius / (2 * radius))
    x, y, z, tx, ty = _point(particle, path)
    if abs(z) > barrel.half_length_z + 20:
        return
    (places,) = modules().places[barrel.volume, barrel.layer]
    column = math.floor((math.atan2(y, x) + math.pi) / (2 * math.pi) * barrel.per_row)
    row = round(z / barrel.row_distance + (barrel.rows - 1) / 2)
    for this_row in (row - 1, row, row + 1):
        if 0 <= this_row < barrel.rows:
            for this_column in (column - 1, column, column + 1):
                index = places[this_row, this_column % barrel.per_row]
                hit = _crossing(particle, path, (x, y, tx, ty), index)
                if hit:
                    yield hit


def _crossing(particle, path, there, index):
    every = modules()
    x, y, tx, ty = there
    normal, centre = every.rotation[index, :, 2], every.centre[index]
    ahead = (x - centre[0]) * normal[0] + (y - centre[1]) * normal[1]
    x, y, z, _, _ = _point(particle, path - ahead / (tx * normal[0] + ty * normal[1]))
    return _local(index, x, y, z)


def _disc_hits(particle, disc):
    _, _, z, px, py, pz, _ = particle
    path = (disc.z - z) / pz * math.hypot(px, py)
    if path < 0 or path > math.pi * math.hypot(px, py) / (CURVATURE * FIELD):
        return
    x, y, _, _, _ = _point(particle, path)
    radius = math.hypot(x, y)
    for ring, places in zip(disc.rings, modules().places[disc.volume, disc.layer], strict=True):
        if abs(radius - ring.radius) < disc.sensor.half_length:
            column = math.floor((math.atan2(y, x) + math.pi) / (2 * math.pi) * ring.modules)
            for this_column in (column - 1, column, column + 1):
                index = places[this_column % ring.modules]
                step = (modules().centre[index, 2] - disc.z) / pz * math.hypot(px, py)
                hit = _local(index, *_point(particle, path + step)[:3])
                if hit:
                    yield hit


def _local(index, x, y, z):
    every = modules()
    rotation, centre = every.rotation[index], every.centre[index]
    offset = x - centre[0], y - centre[1], z - centre[2]
    u = sum(rotation[axis, 0] * offset[axis] for axis in range(3))
    v = sum(rotation[axis, 1] * offset[axis] for axis in range(3))
    length = every.half_length[index]
    if abs(v) > length:
        return None
    share = (v / length + 1) / 2
    width = every.min_half_width[index] * (1 - share) + every.max_half_width[index] * share
    return (index, u, v) if abs(u) < width else None
