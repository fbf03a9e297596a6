"""The SPD toy as its description reads: a loop over events, tracks and stations, with one hit at a time."""

import math
import random


def crossing(pt, theta, phi, charge, vertex_z, station_radius):
    """Return x, y, z in mm where a helix from the z axis crosses a cylinder; pt in MeV."""
    radius = pt / (0.29 * 0.8)
    turn = 2 * math.asin(station_radius / (2 * charge * radius))
    azimuth = phi - turn / 2
    z = vertex_z + radius / math.tan(theta) * turn
    return station_radius * math.cos(azimuth), station_radius * math.sin(azimuth), z


def track_hits(draw, vertex_z, radii, efficiency):
    """Return the smeared hits of one new track, list of (x, y, z, station)."""
    pt, phi = draw.uniform(100, 1000), draw.uniform(0, 2 * math.pi)
    theta, charge = math.acos(draw.uniform(-1, 1)), draw.choice((-1, 1))
    hits = []
    for station, radius in enumerate(radii):
        x, y, z = crossing(pt, theta, phi, charge, vertex_z, radius)
        if abs(z) < 2386 and draw.random() < efficiency:
            shift = draw.gauss(0, 0.1) / radius
            hits.append((x + shift * x, y - shift * y, z + draw.gauss(0, 0.1), station))
    return hits


def fake_hits(draw, tracks, radii):
    """Return the fake hits of one event, list of (x, y, z, station)."""
    most = len(radii) * tracks * tracks
    hits = []
    for _ in range(draw.randrange(most // 2, most)):
        station, azimuth = draw.randrange(len(radii)), draw.uniform(0, 2 * math.pi)
        radius = radii[station]
        hits.append((radius * math.cos(azimuth), radius * math.sin(azimuth), draw.uniform(-2386, 2386), station))
    return hits


def time_slice(seed, events=40, efficiency=1.0):
    """Return the hits of a time slice in random order, list of (x, y, z, station, track, event)."""
    draw = random.Random(seed)
    radii = [270 + 580 / 34 * station for station in range(35)]
    hits, number = [], 0
    for event in range(events):
        vertex_z, tracks = draw.uniform(-300, 300), draw.randint(1, 9)
        for track in range(number, number + tracks):
            hits += [(*hit, track, event) for hit in track_hits(draw, vertex_z, radii, efficiency)]
        hits += [(*hit, -1, event) for hit in fake_hits(draw, tracks, radii)]
        number += tracks
    draw.shuffle(hits)
    return hits
