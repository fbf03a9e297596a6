"""Particles of a TrackML event as sequences of hits, and the evidence of candidates, one after the other."""

import itertools
import math

import numpy as np

SEED_LAYERS = {(8, 2), (7, 14), (9, 2)}


def sequences(hits, particle_id, compress):
    """Return dict of particle to its hits in order, one per layer, of those that start on a seed layer."""
    particles = {}
    for hit, particle in enumerate(particle_id.tolist()):
        if particle:
            particles.setdefault(particle, []).append(hit)
    found = {}
    for particle, own in particles.items():
        nearest = {}
        for hit in own:
            layer = int(hits["volume_id"][hit]), int(hits["layer_id"][hit])
            radius = math.hypot(hits["x"][hit], hits["y"][hit])
            if layer not in nearest or radius < nearest[layer][0]:
                nearest[layer] = radius, hit
        kept = [(hit, layer) for layer, (_, hit) in nearest.items()]
        distance = {
            hit: float(np.linalg.norm(compress([[hits["x"][hit], hits["y"][hit], hits["z"][hit]]]))) for hit, _ in kept
        }
        kept.sort(key=lambda pair: distance[pair[0]])
        if len(kept) >= 3 and kept[0][1] in SEED_LAYERS:
            found[particle] = [hit for hit, _ in kept][:20]
    return found


def evidence(cell, positions, hits, width, density):
    """Return the evidence of each candidate, list of float."""
    totals = []
    for row in hits:
        own = [hit for hit in row.tolist() if hit >= 0]
        state, total = cell.start(positions[own[:1]]), 0.0
        for hit, following in itertools.pairwise(own):
            state, centres, sizes = cell.step(state, positions[[hit]])
            distance = float(np.linalg.norm(centres[0, 0] - positions[following]))
            radius = float(sizes[0, 0, 0])
            total += math.log(width**3 / (8 * math.pi * radius**3 * density)) - width * distance / radius
        totals.append(total)
    return totals
