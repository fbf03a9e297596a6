"""The BM@N look-alike in plain Python: a loop over events, tracks, stations and steps, and over pairs of hits."""

import math
import random as plain_random

from keras_hep.simulation import bmn, bmn_detector, bmn_fakes, bmn_particles
from keras_hep.simulation.solenoid import CURVATURE

PLANES = bmn_detector.PLANE_Z.tolist()
WINDOWS = bmn_detector.WINDOWS.tolist()
RESOLUTION = bmn_detector.RESOLUTION.tolist()
SLOPES = bmn_fakes._SLOPE.tolist()
STEP = 15.0


def push(charge, low, high, field=0.6, centre=1250.0, width=800.0):
    """Return the change of px between two z, GeV."""
    area = math.erf((high - centre) / width) - math.erf((low - centre) / width)
    return -CURVATURE * charge * 0.5 * math.sqrt(math.pi) * field * width * area


def moved(position, momentum, charge, z):
    """Return position and momentum on a plane, or None for a particle that turns back."""
    (x, y, start), (px, py, pz) = position, momentum
    squared = px * px + pz * pz
    steps = math.ceil((z - start) / STEP)
    for number in range(steps):
        middle = start + (number + 0.5) * (z - start) / steps
        along = px + push(charge, start, middle)
        if along * along >= squared:
            return None
        inverse = 1 / math.sqrt(squared - along * along)
        x += (z - start) / steps * along * inverse
        y += (z - start) / steps * py * inverse
    px += push(charge, start, z)
    if px * px >= squared:
        return None
    return (x, y, z), (px, py, math.sqrt(squared - px * px))


def scattered(momentum, mass):
    """Return the momentum behind a station."""
    size = math.sqrt(sum(value * value for value in momentum))
    angle = 0.0136 * math.sqrt(0.005) * math.sqrt(size * size + mass * mass) / size**2
    direction = [value / size for value in momentum]
    kick = [angle * plain_random.gauss(0, 1) for _ in range(3)]
    along = sum(one * other for one, other in zip(kick, direction, strict=True))
    turned = [one + other - along * one for one, other in zip(direction, kick, strict=True)]
    norm = math.sqrt(sum(value * value for value in turned))
    return tuple(value * size / norm for value in turned)


def inside(x, y, station):
    """Return whether a point lies in the window."""
    (left, right), (low, high) = WINDOWS[station]
    return left <= x <= right and low <= y <= high


def follow(position, momentum, charge, mass, first, last, efficiency):
    """Return the hits (station, x, y) and the crossings (station, position, momentum) of one particle."""
    hits, crossings = [], []
    for station in range(first, last + 1):
        there = moved(position, momentum, charge, PLANES[station]) if momentum[2] > 0 else None
        if there is None:
            break
        position, momentum = there
        if inside(*position[:2], station):
            crossings.append((station, position, momentum))
            if plain_random.random() < efficiency:
                smeared = [plain_random.gauss(*pair) for pair in zip(position[:2], RESOLUTION[station], strict=True)]
                if inside(*smeared, station):
                    hits.append((station, *smeared))
        momentum = scattered(momentum, mass)
    return hits, crossings


def primary(vertex):
    """Return the arguments of `follow` of one particle of the collision."""
    proton = plain_random.random() < 0.55
    mass = bmn_particles.PROTON_MASS if proton else bmn_particles.PION_MASS
    charge = 1 if proton or plain_random.random() < 0.5 else -1
    transverse_mass = mass + plain_random.gammavariate(*bmn_particles._TRANSVERSE_MASS)
    pt = math.sqrt(transverse_mass**2 - mass**2)
    phi = plain_random.uniform(-math.pi, math.pi)
    pz = transverse_mass * math.sinh(plain_random.gauss(*bmn_particles._RAPIDITY))
    return vertex, (pt * math.cos(phi), pt * math.sin(phi), pz), charge, mass, 0, 8


def secondary(station, position, momentum):
    """Return the arguments of `follow` of a secondary of a particle that crosses a station."""
    before = PLANES[station - 1] if station else PLANES[0] - 100.0
    back = plain_random.random() * (PLANES[station] - before)
    slopes = [momentum[0] / momentum[2], momentum[1] / momentum[2], 1.0]
    start = tuple(value - slope * back for value, slope in zip(position, slopes, strict=True))
    slopes = [slopes[0] + plain_random.gauss(0, 0.2), slopes[1] + plain_random.gauss(0, 0.2), 1.0]
    size = plain_random.gammavariate(*bmn_particles._SECONDARY_MOMENTUM) / math.sqrt(sum(one * one for one in slopes))
    last = min(station + plain_random.randrange(3), 8)
    way = tuple(slope * size for slope in slopes)
    return start, way, plain_random.choice((-1, 1)), bmn_particles.PION_MASS, station, last


def multiplicity():
    """Return the number of primaries."""
    shape, mean = bmn_particles._MULTIPLICITY
    while True:
        number = round(plain_random.gammavariate(shape, mean / shape))
        if 1 <= number <= 100:
            return number


def event(fakes, efficiency):
    """Return (true hits, fake hits) of one event, lists of (station, x, y)."""
    vertex = tuple(
        plain_random.gauss(*pair) for pair in zip(bmn_detector.VERTEX, bmn_particles._VERTEX_SPREAD, strict=True)
    )
    true = []
    for _ in range(multiplicity()):
        hits, crossings = follow(*primary(vertex), efficiency)
        true += hits
        for crossing in crossings:
            if plain_random.random() < bmn_particles._SECONDARIES[crossing[0] > 2]:
                true += follow(*secondary(*crossing), efficiency)[0]
    return true, crossed_strips(true, fakes)


def crossed_strips(true, fakes):
    """Return the fake hits that true hits make."""
    found = []
    for station in range(9):
        here = [hit[1:] for hit in true if hit[0] == station]
        keep = bmn._KEEP_GEM[fakes] if station > 2 else bmn._KEEP_SILICON
        for one, (x, _) in enumerate(here):
            for two, (other, y) in enumerate(here):
                crossing = y + SLOPES[station] * (other - x)
                if one != two and plain_random.random() < keep and inside(x, crossing, station):
                    found.append((station, x, crossing))
    return found


def events(number, fakes, efficiency, seed):
    """Return the events of the loop, list of (true hits, fake hits)."""
    plain_random.seed(seed)
    return [event(fakes, efficiency) for _ in range(number)]
