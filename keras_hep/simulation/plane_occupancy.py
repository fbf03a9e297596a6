"""What chance alone gives in a `PlaneDetector`, computed and not simulated: occupied pixels and the level of guessing.

All numbers are expectations over events, per layer behind the seed. They are exact up to rounding (1e-12), so they test the
generator and tell how much of a network's accuracy is knowledge.
"""

import math

import numpy as np

from keras_hep.simulation.plane_detector import PlaneDetector

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(32)


def crossing_probability(detector, layer, signal=True):
    """Return the probability that a track crosses each pixel of a layer.

    The position in a layer is (1 - a) entry + a exit, a weighted sum of two uniform numbers: uniform in layer 0, triangular
    half-way, a trapezoid elsewhere.

    Args:
        detector: `PlaneDetector`.
        layer: int, 0 to layers - 1.
        signal: bool. A signal track; else a background track, which differs in a wedge only and is counted only
            where pixels exist.

    Returns:
        float array of shape (classes,). Sums to 1, or to less where background misses the wedge.

    Example:

    >>> crossing_probability(PlaneDetector(layers=2, pixels=4), layer=1)
    array([0.125, 0.375, 0.375, 0.125])
    """
    share = layer / (detector.layers if detector.dimensions == 2 else detector.layers - 1)
    spans = np.array([[0.0, detector.pixels]] * 2)
    if signal and detector.wedge:
        widths = detector.widths()[[0, -1]]
        first = (detector.pixels - widths) // 2
        spans = np.stack([first, first + widths], axis=1)
    edges = np.arange(detector.pixels + 1.0)
    row = np.diff(_sum_cumulative(edges, (1 - share) * spans[0], share * spans[1]))
    if detector.wedge:
        row = row * detector.active()[layer]
    return row if detector.dimensions == 2 else np.outer(row, row).ravel()


def mean_distinct_hits(detector):
    """Return the expected number of pixels that fire in each layer behind the seed, signal included.

    Args:
        detector: `PlaneDetector`.

    Returns:
        float array of shape (layers - seed_layers,).

    Example:

    >>> mean_distinct_hits(PlaneDetector(layers=2, pixels=4, seed_layers=1, background=1))
    array([1.6875])
    """
    means = []
    for layer in range(detector.seed_layers, detector.layers):
        signal, background = _probabilities(detector, layer)
        silent = (1 - detector.noise) * _without(detector, background)
        means.append(np.sum(1 - (1 - signal) * silent))
    return np.array(means)


def shared_signal_fraction(detector):
    """Return the expected fraction of signal pixels that something else fires too, per layer behind the seed.

    Args:
        detector: `PlaneDetector`.

    Returns:
        float array of shape (layers - seed_layers,).

    Example:

    >>> shared_signal_fraction(PlaneDetector(layers=2, pixels=4, seed_layers=1, background=1))
    array([0.3125])
    """
    shared = []
    for layer in range(detector.seed_layers, detector.layers):
        signal, background = _probabilities(detector, layer)
        shared.append(np.sum(signal * (1 - (1 - detector.noise) * _without(detector, background))))
    return np.array(shared)


def random_hit_level(detector):
    """Return the expected accuracy of picking one of the fired pixels at random, per layer behind the seed.

    It is the mean of 1 / D over events, D the number of distinct fired pixels: the integral over s from 0 to 1 of the
    generating function of D - 1, in which pixels factorise once the number of tracks is a power of an auxiliary variable.

    Args:
        detector: `PlaneDetector`. With background_law "fixed", up to about 30 background tracks (rounding beyond).

    Returns:
        float array of shape (layers - seed_layers,).

    Example:

    >>> random_hit_level(PlaneDetector(layers=2, pixels=4, seed_layers=1, background=1))
    array([0.65625])
    """
    levels = []
    for layer in range(detector.seed_layers, detector.layers):
        signal, background = _probabilities(detector, layer)
        generating = np.array([_others_generating(detector, signal, background, (node + 1) / 2) for node in _NODES])
        levels.append(float(np.dot(_WEIGHTS / 2, generating)))
    return np.array(levels)


def best_guess_level(detector):
    """Return the highest accuracy that any method can expect without seeing the seed, per layer behind the seed.

    Without the seed the signal is one of `background + 1` tracks that nothing tells apart, so the best choice is a pixel
    crossed by most of them: the mean over events of its number of tracks, divided by the number of tracks.

    Args:
        detector: `PlaneDetector` with a fixed background, without noise and wedge (there the signal differs).

    Returns:
        float array of shape (layers - seed_layers,).

    Raises:
        ValueError: for another background law, noise or a wedge.

    Example:

    >>> best_guess_level(PlaneDetector(layers=2, pixels=4, seed_layers=1, background=1))
    array([0.65625])
    """
    if detector.background_law != "fixed" or detector.noise or detector.wedge:
        raise ValueError(f"best_guess_level needs a fixed background, no noise and no wedge, got {detector}.")
    tracks = int(detector.background) + 1
    levels = []
    for layer in range(detector.seed_layers, detector.layers):
        crossing = crossing_probability(detector, layer)
        at_most = [_chance_of_at_most(crossing, tracks, most) for most in range(tracks)]
        levels.append((tracks - sum(at_most)) / tracks)
    return np.array(levels)


def _sum_cumulative(x, first, second):
    """Return P(u + v < x) for u and v uniform in the intervals `first` and `second` (low, high)."""
    x = x - first[0] - second[0]
    short, long = sorted((first[1] - first[0], second[1] - second[0]))
    if short < 1e-12 * long:
        return np.clip(x / long, 0, 1)
    area = sum(sign * np.maximum(x - corner, 0) ** 2 for sign, corner in
               ((1, 0), (-1, short), (-1, long), (1, short + long)))
    return area / (2 * short * long)


def _probabilities(detector, layer):
    return crossing_probability(detector, layer), crossing_probability(detector, layer, signal=False)


def _without(detector, background):
    """Return the probability that no background track crosses each pixel."""
    if detector.background_law == "fixed":
        return (1 - background) ** detector.background
    return np.exp(-detector.background * background)


def _others_generating(detector, signal, background, s):
    """Return E[s^(D - 1)]: each pixel but the signal's fires (weight s) or stays silent (weight 1)."""
    quiet = 1 - detector.noise
    if detector.background_law == "poisson":
        silent = quiet * np.exp(-detector.background * background)
        logarithm = np.log(s * (1 - silent) + silent)
        return float(np.sum(signal * np.exp(logarithm.sum() - logarithm)))
    tracks = int(detector.background)
    powers = _exponential_series(background, tracks)
    factors = s * powers
    factors[:, 0] += (1 - s) * quiet
    outside = _exponential_series(np.array([max(1 - background.sum(), 0.0)]), tracks)[0]
    total = 0.0
    for pixel in np.flatnonzero(signal):
        product = _multiply(outside, powers[pixel])
        for other in np.delete(factors, pixel, axis=0):
            product = _multiply(product, other)
        total += signal[pixel] * product[tracks] * math.factorial(tracks)
    return total


def _chance_of_at_most(crossing, tracks, most):
    """Return the probability that no pixel is crossed by more than `most` of the tracks."""
    product = np.eye(1, tracks + 1)[0]
    for series in _exponential_series(crossing, tracks):
        product = _multiply(product, np.where(np.arange(tracks + 1) <= most, series, 0.0))
    return product[tracks] * math.factorial(tracks)


def _exponential_series(rates, order):
    """Return the coefficients of exp(rate t) up to t^order, float array of shape (len(rates), order + 1)."""
    factorials = np.array([math.factorial(power) for power in range(order + 1)], float)
    return rates[:, None] ** np.arange(order + 1) / factorials


def _multiply(first, second):
    """Return the product of two power series, cut at their common order."""
    return np.convolve(first, second)[: len(first)]
