"""Graph of segments hit by hit, organised as in the notebook: every inner hit against all hits of the next layer."""

import itertools

import numpy as np


def segments(position, layer, particle, phi_limit=0.5, z_limit=20):
    """Return senders, receivers and labels as lists."""
    phi, z = np.arctan2(position[:, 1], position[:, 0]), position[:, 2]
    senders, receivers, labels = [], [], []
    layers = np.unique(layer)
    for inner, outer in itertools.pairwise(layers):
        candidates = np.flatnonzero(layer == outer)
        for hit in np.flatnonzero(layer == inner):
            turn = np.abs(phi[candidates] - phi[hit])
            turn = np.where(turn > np.pi, 2 * np.pi - turn, turn)
            close = candidates[(turn < phi_limit) & (np.abs(z[candidates] - z[hit]) < z_limit)]
            for other in close:
                senders.append(hit)
                receivers.append(other)
                labels.append(1 if particle[hit] == particle[other] and particle[hit] != 0 else 0)
    return senders, receivers, labels
