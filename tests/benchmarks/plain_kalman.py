"""The combinatorial Kalman filter as a textbook writes it: a loop over events, layers, candidates and hits."""

import numpy as np

STEP = np.eye(4) + np.eye(4, k=2)  # x, y, slope x, slope y: one layer further
READ = np.eye(2, 4)


def grown(state, covariance, hits, variance, gate):
    """Yield hit, state, covariance and chi2 increase of each hit in the gate."""
    innovation = np.linalg.inv(READ @ covariance @ READ.T + variance * np.eye(2))
    gain = covariance @ READ.T @ innovation
    smaller = (np.eye(4) - gain @ READ) @ covariance
    for hit in hits:
        residual = hit + 0.5 - READ @ state
        chi2 = residual @ innovation @ residual
        if chi2 <= gate:
            yield hit, state + gain @ residual, smaller, chi2


def find(image, seed_layers=3, variance=1 / 12, gate=24.0, branches=16):
    """Return the flat pixel of the best candidate in each layer (-1 where its gate was empty), and its chi2."""
    hits = [np.argwhere(plane) for plane in image]
    first, second = hits[0][0] + 0.5, hits[1][0] + 0.5
    both = np.kron([[1.0, 1.0], [1.0, 2.0]], np.eye(2)) * variance
    candidates = [(0.0, [hits[0][0], hits[1][0]], np.concatenate([second, second - first]), both)]
    for layer in range(2, len(image)):
        branched = []
        for chi2, track, state, covariance in candidates:
            state, covariance = STEP @ state, STEP @ covariance @ STEP.T
            inside = list(grown(state, covariance, hits[layer], variance, gate if layer >= seed_layers else np.inf))
            branched += [(chi2 + more, [*track, hit], *fit) for hit, *fit, more in inside]
            if not inside:
                branched.append((chi2 + gate, [*track, None], state, covariance))
        candidates = sorted(branched, key=lambda candidate: candidate[0])[:branches]
    chi2, track, _, _ = candidates[0]
    return [-1 if hit is None else hit[0] * image.shape[2] + hit[1] for hit in track], chi2
