"""Time slices as their descriptions read: loops over events, tracks and stations, with one hit at a time."""

import math
import random

RADII = [150 + 700 / 34 * station for station in range(35)]


def interval(event, events, resolution):
    """Return the ends of the drift-time interval of an event."""
    width = 0.999 / 2 if resolution + 1 >= events - 1 else 0.999 * (resolution + 1) / (events - 1) / 2
    centre = event / (events - 1)
    return max(0, centre - width), min(1, centre + width)


def number_of_events(draw, mean):
    """Return a Poisson number, at least 2."""
    number, product = 0, draw.random()
    while product > math.exp(-mean):
        number, product = number + 1, product * draw.random()
    return max(number, 2)


def spd_track(draw, vertex):
    """Return the smeared hits of one new track, list of (x, y, z)."""
    vx, vy, vz = vertex
    pt, phi = draw.uniform(100, 1000), draw.uniform(0, 2 * math.pi)
    theta, charge = math.acos(draw.uniform(-1, 1)), draw.choice((-1, 1))
    radius = pt / (0.29 * 0.8)
    hits = []
    for station in RADII:
        chord = station - math.hypot(vx, vy)
        if chord > 2 * radius:
            continue
        turn = 2 * math.asin(chord / (2 * radius))
        azimuth = phi - charge * turn / 2
        x, y = vx + chord * math.cos(azimuth), vy + chord * math.sin(azimuth)
        z = vz + radius / math.tan(theta) * turn
        if abs(z) < 2386 and draw.random() < 0.95:
            shift = draw.gauss(0, 0.1) / math.hypot(x, y)
            hits.append((x + shift * x, y - shift * y, z + draw.gauss(0, 0.1)))
    return hits


def spd_slice(seed, mean_events=15, resolution=2):
    """Return the tracks of a time slice in random order, list of (hits, event, interval)."""
    draw = random.Random(seed)
    events, tracks = number_of_events(draw, mean_events), []
    for event in range(events):
        vertex = draw.gauss(0, 10), draw.gauss(0, 10), draw.uniform(-300, 300)
        for _ in range(draw.randint(2, 5)):
            hits = []
            while len(hits) < 3:
                hits = spd_track(draw, vertex)
            tracks.append((hits, event, interval(event, events, resolution)))
    draw.shuffle(tracks)
    return tracks


def trackml_slice(seed, pool, mean_events=15, resolution=2):
    """Return such tracks of particles of `pool`: for each event a dict of particle to its hits, list of (x, y, z)."""
    draw = random.Random(seed)
    events, tracks = number_of_events(draw, mean_events), []
    for event in range(events):
        particles = pool[event % len(pool)]
        shift = draw.uniform(-20, 20), draw.uniform(-20, 20), draw.uniform(-350, 350)
        for particle in draw.sample(list(particles), draw.randint(2, 5)):
            hits = sorted(particles[particle], key=lambda hit: hit[0] ** 2 + hit[1] ** 2 + hit[2] ** 2)
            moved = [tuple(value + by for value, by in zip(hit, shift, strict=True)) for hit in hits]
            tracks.append((moved, event, interval(event, events, resolution)))
    draw.shuffle(tracks)
    return tracks
