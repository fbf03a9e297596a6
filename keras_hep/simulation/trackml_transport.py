"""Particles on their way through the TrackML detector: crossings of layers, energy loss, scattering, interactions.

The genuine events come from a fast simulation whose navigation shows in the data, and is followed here. Inside a
volume (pixel, short strips, long strips, barrel or discs) cylinders are only crossed in the radial direction in which
the volume was entered, so a particle that turns back leaves no hits until it has left the volume. A particle ends after
a little more than half the length of a loop in the central field.
"""

import dataclasses

import numpy as np

from keras_hep.simulation.solenoid import CURVATURE, Helices
from keras_hep.simulation.trackml_material import BANDS, CYLINDERS, FIELD, OUTER_RADIUS, PLANES, volume_of

MASS = 0.13957  # GeV: genuine particles lose energy and scatter as pions, also the protons
LOWEST_PT = 0.15  # GeV: particles below end at the next surface with material, after its hits
_SCATTERING = 1.95e-3  # GeV per root of MeV of lost momentum: the angle times momentum and velocity
_LOSS_WIDTH, _LANDAU_MEDIAN = 0.067, 1.3558  # relative width of the Landau law of the loss; its median
_LOSS_POWER = 2.2  # of the inverse velocity
_LONGEST_WAY = 3.4  # radian in the central field
_MOST_STEPS = 80
_ON_SURFACE = 1e-6  # mm
# Modules lie before or behind the surface of their layer, so a crossing so far beyond its end may hit one, mm.
_SLACK, _DISC_SLACK = 54.0, 30.0
_NEAR = 12.0  # mm: how far modules lie from the surface of their layer, at most
_STEEPEST = 0.05  # cosine of incidence below which interactions grow no further
_FIRST_LAYER = 1  # cylinder of the innermost barrel layer, which genuine particles with abs(eta) > 3 never hit
_STEEPEST_SLOPE = np.sinh(3.0)
_RADIUS = np.append(CYLINDERS.radius, 0.0)  # number -1: no cylinder inside
_FIELD_ABOVE = FIELD.field(np.concatenate([PLANES.z[:1] - 1, (PLANES.z[1:] + PLANES.z[:-1]) / 2, PLANES.z[-1:] + 1]))


def _volumes():
    """Return the volume by cylinders inside and planes below, int array."""
    radius = np.concatenate([[0], (CYLINDERS.radius[1:] + CYLINDERS.radius[:-1]) / 2, [OUTER_RADIUS + 1]])
    z = np.concatenate([PLANES.z[:1] - 1, (PLANES.z[1:] + PLANES.z[:-1]) / 2, PLANES.z[-1:] + 1])
    return volume_of(radius[:, None], np.zeros_like(radius)[:, None], z[None, :])


_VOLUME = _volumes()


@dataclasses.dataclass
class Crossings:
    """Where particles cross a layer.

    Attributes:
        particle: int array, shape (crossings,).
        layer: int array: index in `trackml_material.LAYERS`.
        helix: `Helices`: the incoming trajectory, where it crosses the layer's surface.
        momentum: float array: absolute, before the surface, GeV.
        momentum_behind: float array: behind it.
        travelled: float array: transverse path from the start of the particle, mm.
    """

    particle: np.ndarray
    layer: np.ndarray
    helix: Helices
    momentum: np.ndarray
    momentum_behind: np.ndarray
    travelled: np.ndarray


@dataclasses.dataclass
class Interactions:
    """Where particles end in an inelastic interaction.

    Attributes:
        particle: int array, shape (interactions,).
        crossing: int array: index of the crossing of the same surface, or -1 if it carries no modules.
        position: float array, shape (interactions, 3): on the surface, mm.
    """

    particle: np.ndarray
    crossing: np.ndarray
    position: np.ndarray


@dataclasses.dataclass
class _Flight:
    """Particles under way: `outside` and `above` count the cylinders and planes behind, `left` is the path, mm."""

    particle: np.ndarray
    charge: np.ndarray
    helix: Helices
    pt: np.ndarray
    outside: np.ndarray
    above: np.ndarray
    volume: np.ndarray
    outwards: np.ndarray
    left: np.ndarray
    travelled: np.ndarray

    def __getitem__(self, index):
        return _Flight(*(getattr(self, field.name)[index] for field in dataclasses.fields(self)))


def transport(particle, position, momentum, charge, random, material=True):
    """Follow particles until they leave, end or turn back.

    Args:
        particle: int array, shape (particles,): numbers to be given back.
        position: float array, shape (particles, 3): start, mm.
        momentum: float array, shape (particles, 3): GeV.
        charge: array, shape (particles,): +1 or -1.
        random: `numpy.random.Generator`.
        material: bool. Whether energy loss, scattering and interactions happen.

    Returns:
        (crossings, interactions): `Crossings` and `Interactions`.
    """
    flight = _start(particle, position, momentum, charge)
    crossings = [_crossings(flight, _layer_behind(flight))]
    interactions, noted = [Interactions(*(np.empty(0, int),) * 2, np.empty((0, 3)))], len(crossings[0].particle)
    for _ in range(_MOST_STEPS):
        radial, number, path = _next_surface(flight)
        left = flight.left - path * np.sqrt(1 + flight.helix.slope**2)
        on = np.flatnonzero(left > 0)
        if not len(on):
            break
        flight, radial, number, path = flight[on], radial[on], number[on], path[on]
        flight.left, flight.travelled, flight.helix = left[on], flight.travelled + path, flight.helix.moved(path)
        layer, loss, reactions = _surface(flight, radial, number, LOWEST_PT if material else 0)
        crossings.append(_crossings(flight, layer))
        _enter(flight, radial, number)
        stay = (flight.outside < len(CYLINDERS.radius)) & (flight.above > 0) & (flight.above < len(PLANES.z))
        if material:
            hit = np.flatnonzero((loss > 0) & stay)
            struck = hit[random.random(len(hit)) < -np.expm1(-reactions[hit])]
            _pass_material(flight, hit, loss[hit], random)
            crossings[-1].momentum_behind = _momentum(flight)[layer >= 0]
            crossing = np.where(layer >= 0, noted + np.cumsum(layer >= 0) - 1, -1)[struck]
            interactions.append(Interactions(flight.particle[struck], crossing, _position(flight.helix[struck])))
            stay[struck] = False
            stay[hit] &= flight.pt[hit] > LOWEST_PT
        noted += len(crossings[-1].particle)
        flight = flight[stay]
    return _joined(Crossings, crossings), _joined(Interactions, interactions)


def _position(helix):
    return np.stack([helix.x, helix.y, helix.z], axis=1)


def _crossings(flight, layer):
    """Return the `Crossings` of those in flight whose `layer` is not -1."""
    seen = np.flatnonzero(layer >= 0)
    flight = flight[seen]
    momentum = _momentum(flight)
    return Crossings(flight.particle, layer[seen], flight.helix, momentum, momentum, flight.travelled)


def _layer_behind(flight):
    """Return the layer whose surface particles that start near it leave behind, though not its modules, or -1."""
    helix = flight.helix
    cylinder = np.where(flight.outwards, flight.outside - 1, np.minimum(flight.outside, len(CYLINDERS.radius) - 1))
    near = np.abs(np.hypot(helix.x, helix.y) - CYLINDERS.radius[cylinder]) < _NEAR
    near &= np.abs(helix.z) < CYLINDERS.half_length[cylinder] + _SLACK
    layer = np.where(near, CYLINDERS.layer[cylinder], -1)
    plane = np.where(helix.slope >= 0, flight.above - 1, flight.above)
    disc = PLANES.layer[plane, np.searchsorted(BANDS, np.hypot(helix.x, helix.y))]
    return np.where(np.abs(helix.z - PLANES.z[plane]) < _NEAR, disc, layer)


def _start(particle, position, momentum, charge):
    """Return the `_Flight` of particles at their start."""
    x, y, z = np.asarray(position, float).T
    px, py, pz = np.asarray(momentum, float).T
    pt = np.hypot(px, py)
    field = FIELD.field(z)
    helix = Helices(x, y, z, px / pt, py / pt, pz / pt, -CURVATURE * charge * field / pt)
    half_loop = _LONGEST_WAY * np.hypot(pt, pz) / (CURVATURE * FIELD.fields[0])
    outwards = x * px + y * py >= 0
    # On a surface the direction decides on which side a particle is.
    outside = np.searchsorted(CYLINDERS.radius, np.hypot(x, y) + np.where(outwards, _ON_SURFACE, -_ON_SURFACE))
    above = np.searchsorted(PLANES.z, z + np.where(pz >= 0, _ON_SURFACE, -_ON_SURFACE))
    flight = _Flight(particle, charge, helix, pt, outside, above, outside, outwards, half_loop, np.zeros(len(pt)))
    flight.volume = _VOLUME[outside, above]
    flight.outwards = outwards | (outside == 0)  # inside the beam pipe all ways lead outwards
    inside = (outside < len(CYLINDERS.radius)) & (above > 0) & (above < len(PLANES.z))
    return flight[np.flatnonzero(inside)]


def _momentum(flight):
    return flight.pt * np.sqrt(1 + flight.helix.slope**2)


def _next_surface(flight):
    """Return whether the next surface is a cylinder, its number, and the transverse path to it.

    A particle that moves outwards reaches the cylinder outside if at all, else it comes back to the one inside; one
    that moves inwards the other way round.
    """
    helix = flight.helix
    outwards = helix.x * helix.tx + helix.y * helix.ty >= 0
    number = np.where(outwards, flight.outside, flight.outside - 1)
    path = helix.path_to_cylinder(_RADIUS[number], outwards)
    other = np.flatnonzero(~np.isfinite(path))
    number[other] = np.where(outwards[other], flight.outside[other] - 1, flight.outside[other])
    path[other] = helix[other].path_to_cylinder(_RADIUS[number[other]], ~outwards[other])
    plane = np.where(helix.slope >= 0, flight.above, flight.above - 1)
    along = helix.path_to_disc(PLANES.z[plane])
    radial = path < along
    return radial, np.where(radial, number, plane), np.where(radial, path, along)


def _surface(flight, radial, number, lowest_pt):
    """Return the layer that is crossed, or -1, the median loss, MeV, and the mean number of interactions."""
    layer, loss, reactions = np.full(len(number), -1), *np.zeros((2, len(number)))
    for at, cross in ((np.flatnonzero(radial), _cross_cylinder), (np.flatnonzero(~radial), _cross_plane)):
        layer[at], loss[at], reactions[at] = cross(flight[at], number[at], lowest_pt)
    return layer, loss, reactions


def _cross_cylinder(flight, cylinder, lowest_pt):
    """Return layer, loss and interactions at cylinders.

    A slow particle, which ends in the support, only hits the modules if it comes to them first.
    """
    helix = flight.helix
    radial = helix.x * helix.tx + helix.y * helix.ty
    followed = ((radial >= 0) == flight.outwards) | (CYLINDERS.layer[cylinder] < 0)
    beyond = np.abs(helix.z) - CYLINDERS.half_length[cylinder]
    seen = followed & (beyond < _SLACK) & ((cylinder != _FIRST_LAYER) | (np.abs(helix.slope) < _STEEPEST_SLOPE))
    seen &= (flight.pt > lowest_pt) | (CYLINDERS.support_inside[cylinder] != (radial >= 0))
    cosine = np.abs(radial) / (CYLINDERS.radius[cylinder] * np.sqrt(1 + helix.slope**2))
    passed = followed & (beyond < 0)
    reactions = np.where(passed, CYLINDERS.interactions[cylinder] / np.maximum(cosine, _STEEPEST), 0)
    return np.where(seen, CYLINDERS.layer[cylinder], -1), np.where(passed, CYLINDERS.loss[cylinder], 0), reactions


def _cross_plane(flight, plane, lowest_pt):
    """Return layer, loss and interactions at planes; modules lie on both sides of a disc's support."""
    helix = flight.helix
    radius = np.hypot(helix.x, helix.y)
    place = plane, np.searchsorted(BANDS, radius)
    beyond = np.maximum(PLANES.inner[place] - radius, radius - PLANES.outer[place])
    cosine = np.abs(helix.slope) / np.sqrt(1 + helix.slope**2)
    reactions = np.where(beyond < 0, PLANES.interactions[place] / np.maximum(cosine, _STEEPEST), 0)
    layer = np.where(beyond < _DISC_SLACK, PLANES.layer[place], -1)
    return layer, np.where(beyond < 0, PLANES.loss[place], 0), reactions


def _enter(flight, radial, number):
    """Let particles enter what lies behind the surface they are on, in place."""
    helix = flight.helix
    outwards = helix.x * helix.tx + helix.y * helix.ty >= 0
    flight.outside = np.where(radial, number + outwards, flight.outside)
    flight.above = np.where(radial, flight.above, number + (helix.slope >= 0))
    edge = np.flatnonzero(~radial)
    _cross_field_edge(flight, edge[PLANES.jump[number[edge]] != 0], number)
    volume = _VOLUME[flight.outside, flight.above]
    entered = volume != flight.volume
    flight.outwards = np.where(entered, outwards, flight.outwards)
    flight.volume = volume


def _cross_field_edge(flight, edge, number):
    """Give particles the impulse of the radial field at an edge of the field, or turn them back, in place."""
    helix, pt, charge = flight.helix[edge], flight.pt[edge], flight.charge[edge]
    step = np.where(helix.slope >= 0, PLANES.jump[number[edge]], -PLANES.jump[number[edge]])
    impulse = -0.5 * CURVATURE * charge * step  # per mm of radius, along phi
    px, py = pt * helix.tx - impulse * helix.y, pt * helix.ty + impulse * helix.x
    squared = px * px + py * py
    rest = (pt * helix.slope) ** 2 + pt * pt - squared
    passed = rest > 0
    new_pt = np.where(passed, np.sqrt(squared), pt)
    slope = np.copysign(np.sqrt(np.where(passed, rest, (pt * helix.slope) ** 2)) / new_pt, helix.slope)
    flight.helix.tx[edge] = np.where(passed, px / new_pt, helix.tx)
    flight.helix.ty[edge] = np.where(passed, py / new_pt, helix.ty)
    flight.helix.slope[edge] = np.where(passed, slope, -slope)
    flight.pt[edge] = new_pt
    flight.above[edge] += np.where(passed, 0, np.where(helix.slope >= 0, -1, 1))
    flight.helix.curvature[edge] = -CURVATURE * charge * _FIELD_ABOVE[flight.above[edge]] / new_pt


def _pass_material(flight, hit, loss, random):
    """Let the particles `hit` lose momentum and scatter, in place."""
    helix, momentum = flight.helix[hit], _momentum(flight)[hit]
    beta = momentum / np.hypot(momentum, MASS)
    lost = 1e-3 * loss * (1 + _LOSS_WIDTH * (_landau(len(hit), random) - _LANDAU_MEDIAN)) / beta**_LOSS_POWER
    width = _SCATTERING * np.sqrt(loss) / (momentum * beta)
    in_plane, across = random.standard_normal((2, len(hit))) * width
    rise = np.clip(in_plane, -0.3, 0.3)
    slope = (helix.slope + rise) / np.maximum(1 - helix.slope * rise, 0.2)
    turn = across * np.sqrt(1 + helix.slope**2)
    cosine, sine = np.cos(turn), np.sin(turn)
    flight.helix.tx[hit] = helix.tx * cosine - helix.ty * sine
    flight.helix.ty[hit] = helix.ty * cosine + helix.tx * sine
    flight.helix.slope[hit] = slope
    pt = np.maximum(momentum - lost, 1e-3) / np.sqrt(1 + slope**2)
    flight.helix.curvature[hit] = helix.curvature * flight.pt[hit] / pt
    flight.pt[hit] = pt


def _landau(count, random):
    """Draw from the Landau law: the stable one of index 1 and full skewness (Chambers, Mallows and Stuck, 1976)."""
    angle, waiting = random.uniform(-np.pi / 2, np.pi / 2, count), random.exponential(size=count)
    share = np.pi / 2 + angle
    return share * np.tan(angle) - np.log(waiting * np.cos(angle) / share)


def _joined(record, parts):
    """Return one record of type `record` from a list of such."""
    values = []
    for field in dataclasses.fields(record):
        arrays = [getattr(part, field.name) for part in parts]
        values.append(_joined(Helices, arrays) if isinstance(arrays[0], Helices) else np.concatenate(arrays))
    return record(*values)
