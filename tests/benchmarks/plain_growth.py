"""Growth candidate by candidate: at each station the network reads all hits again, all hits of the next are compared.

So did the published programs, which read and searched many candidates at once, on a GPU.
"""

import numpy as np


def grow(cell, positions, station, stations, seeds, first_radius, minimum_hits=4):
    """Return the hits of each candidate with enough of them, list of lists; one nearest hit, no step ahead."""
    hits_of = [np.flatnonzero(station == number) for number in range(stations)]
    found = []
    for seed in seeds:
        track = [seed]
        for number in range(1, stations):
            centre, radius = predict(cell, positions[track])
            radius *= first_radius if number == 1 else 1
            hits = hits_of[number]
            distance = np.sqrt(((positions[hits] - centre) ** 2).sum(axis=1))
            if not len(hits) or not distance.min() < radius:
                break
            track.append(hits[np.argmin(distance)])
        if len(track) >= minimum_hits:
            found.append([int(hit) for hit in track])
    return found


def grow_freely(cell, positions, seeds, most_hits=20, minimum_hits=4):
    """Return the hits of each candidate that grows outwards through hits without stations."""
    from_origin = np.linalg.norm(positions, axis=1)
    found = []
    for seed in seeds:
        track = [seed]
        while len(track) < most_hits:
            centre, radius = predict(cell, positions[track])
            distance = np.sqrt(((positions - centre) ** 2).sum(axis=1))
            nearest = np.argmin(distance)
            if not distance[nearest] < radius or from_origin[nearest] <= from_origin[track[-1]]:
                break
            track.append(nearest)
        if len(track) >= minimum_hits:
            found.append([int(hit) for hit in track])
    return found


def predict(cell, points):
    """Return centre and radius of the first region after all of a candidate's points."""
    state = cell.start(points[:1])
    for point in points:
        state, centres, sizes = cell.step(state, point[None])
    return centres[0, 0], float(sizes[0, 0, 0])


def greedy_deduplication(hits, distance, shared):
    """Return the rows that are kept, by comparing the hits of each candidate with all claimed ones."""
    number = (hits >= 0).sum(axis=1)
    claimed, kept = np.empty(0, int), []
    for row in sorted(range(len(hits)), key=lambda row: (-number[row], distance[row])):
        own = hits[row][hits[row] >= 0]
        if own[0] not in claimed and np.isin(own, claimed).sum() <= shared * len(own):
            kept.append(row)
            claimed = np.concatenate([claimed, own])
    return sorted(kept)
