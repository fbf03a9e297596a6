"""Track building edge by edge; the walk is organised as in the notebook and scans all edges at every step."""

import numpy as np


def connected_components(nodes, senders, receivers, scores, threshold):
    """Return the number of each node's component, walking from neighbour to neighbour."""
    labels = list(range(nodes))
    neighbours = [[] for _ in range(nodes)]
    for sender, receiver, score in zip(senders.tolist(), receivers.tolist(), scores.tolist(), strict=True):
        if score > threshold:
            neighbours[sender].append(receiver)
            neighbours[receiver].append(sender)
    seen, found = [False] * nodes, 0
    for start in range(nodes):
        if seen[start]:
            continue
        waiting, seen[start] = [start], True
        while waiting:
            node = waiting.pop()
            labels[node] = found
            for other in neighbours[node]:
                if not seen[other]:
                    seen[other] = True
                    waiting.append(other)
        found += 1
    return np.array(labels)


def greedy_walk(layer, radius, senders, receivers, scores, threshold, max_tracks, max_steps=15, min_hits=3):
    """Return the tracks as lists of nodes; radius in metres."""
    used, tracks = np.zeros(len(layer), bool), []
    for seed in np.flatnonzero(layer == layer.min()):
        if len(tracks) >= max_tracks:
            break
        if used[seed]:
            continue
        track = [seed]
        for _ in range(max_steps):
            leaving = np.flatnonzero(senders == track[-1])
            targets = receivers[leaving]
            allowed = (scores[leaving] > threshold) & ~used[targets]
            allowed &= radius[targets] > radius[track[-1]] + np.float32(1e-4)
            if not allowed.any():
                break
            track.append(targets[allowed][np.argmax(scores[leaving][allowed])])
        if len(track) >= min_hits:
            used[track] = True
            tracks.append(track)
    return tracks


def matched_edges(nodes, senders, receivers, scores, threshold):
    """Return the numbers of the edges that are the best one of both their ends."""
    best_out, best_in = [-1] * nodes, [-1] * nodes
    for edge, (sender, receiver, score) in enumerate(
        zip(senders.tolist(), receivers.tolist(), scores.tolist(), strict=True)
    ):
        if score > threshold:
            for best, node in ((best_out, sender), (best_in, receiver)):
                if best[node] < 0 or score > scores[best[node]]:
                    best[node] = edge
    return [edge for edge in best_out if edge >= 0 and best_in[receivers[edge]] == edge]
