"""Pairs of overlapping tracks, equal neighbourhoods and communities, pair by pair and trial by trial."""

import random


def overlapping_pairs(intervals):
    """Return senders and receivers as lists."""
    senders, receivers = [], []
    for first, (left, right) in enumerate(intervals):
        for second, (other_left, other_right) in enumerate(intervals):
            if first != second and left < other_right and right > other_left:
                senders.append(first)
                receivers.append(second)
    return senders, receivers


def equal_neighbourhoods(senders, receivers, tracks):
    """Return a list of bools."""
    seen = [{track} for track in range(tracks)]
    for sender, receiver in zip(senders, receivers, strict=True):
        seen[sender].add(receiver)
    return [seen[sender] == seen[receiver] for sender, receiver in zip(senders, receivers, strict=True)]


def communities(senders, receivers, tracks, seed=0, sweeps=20):
    """Move tracks one by one, each trial with the modularity of the whole graph."""
    joined = [[0] * tracks for _ in range(tracks)]
    for sender, receiver in zip(senders, receivers, strict=True):
        joined[sender][receiver] = 1
    degree = [sum(row) for row in joined]
    edges = sum(degree)
    group, order = list(range(tracks)), list(range(tracks))
    for _ in range(sweeps):
        random.Random(seed).shuffle(order)
        moved = False
        for track in order:
            best, home = modularity(joined, degree, edges, group), group[track]
            for other in {group[near] for near in range(tracks) if joined[track][near]} - {home}:
                start, group[track] = group[track], other
                value = modularity(joined, degree, edges, group)
                if value > best + 1e-12:
                    best, moved = value, True
                else:
                    group[track] = start
        if not moved:
            break
    return group


def modularity(joined, degree, edges, group):
    """Return the modularity of a grouping."""
    total = 0.0
    for first in range(len(group)):
        for second in range(len(group)):
            if group[first] == group[second]:
                total += joined[first][second] - degree[first] * degree[second] / edges
    return total / edges
