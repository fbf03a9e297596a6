"""What chance alone gives in a `PlaneDetector`, computed and not simulated: occupied pixels and the level of guessing.

All numbers are expectations over events, per layer behind the seed. They are exact up to rounding (1e-12), so they
test the generator and tell how much of a network's accuracy is knowledge.
"""

import math

import numpy as np

_NODES, _WEIGHTS = (np.polynomial.legendre.leggauss(32) + np.array([[1.0], [0.0]])) / 2  # on the interval 0 to 1


def crossing_probability(detector, layer, signal=True):
    """Return the probability that a track crosses each pixel of a layer.

    The position in a layer is (1 - a) entry + a exit, a weighted sum of two uniform numbers: uniform in layer 0,
    triangular half-way, a trapezoid elsewhere.

    Args:
        detector: `PlaneDetector`.
        layer: int, 0 to layers - 1.
        signal: bool. A signal track; else a background track, which differs in a wedge only and is counted only
            where pixels exist.

    Returns:
        float array of shape (classes,). Sums to 1, or to less where background misses the wedge.

    Example:

    >>> from keras_hep.simulation.plane_detector import PlaneDetector
    >>> crossing_probability(PlaneDetector(layers=2, pixels=4, seed_layers=1), layer=1)
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
    if detector.wedge and not signal:
        row = row * detector.active()[layer]
    return row if detector.dimensions == 2 else np.outer(row, row).ravel()


def mean_distinct_hits(detector):
    """Return the expected number of pixels that fire in each layer behind the seed, signal included.

    Args:
        detector: `PlaneDetector`.

    Returns:
        float array of shape (layers - seed_layers,).

    Example:

    >>> from keras_hep.simulation.plane_detector import PlaneDetector
    >>> mean_distinct_hits(PlaneDetector(layers=2, pixels=4, seed_layers=1, background=1))
    array([1.6875])
    """
    signal, background = _crossings(detector)
    return np.sum(1 - (1 - signal) * _silent(detector, background), axis=1)


def shared_signal_fraction(detector):
    """Return the expected fraction of signal pixels that something else fires too, per layer behind the seed.

    Args:
        detector: `PlaneDetector`.

    Returns:
        float array of shape (layers - seed_layers,).

    Example:

    >>> from keras_hep.simulation.plane_detector import PlaneDetector
    >>> shared_signal_fraction(PlaneDetector(layers=2, pixels=4, seed_layers=1, background=1))
    array([0.3125])
    """
    signal, background = _crossings(detector)
    return np.sum(signal * (1 - _silent(detector, background)), axis=1)


def random_hit_level(detector):
    """Return the expected accuracy of picking one of the fired pixels at random, per layer behind the seed.

    It is the mean of 1 / D over events, D the number of distinct fired pixels: the integral over s from 0 to 1 of the
    generating function of D - 1.

    Args:
        detector: `PlaneDetector`. With background_law "fixed", up to about 30 background tracks (rounding beyond).

    Returns:
        float array of shape (layers - seed_layers,).

    Example:

    >>> from keras_hep.simulation.plane_detector import PlaneDetector
    >>> random_hit_level(PlaneDetector(layers=2, pixels=4, seed_layers=1, background=1))
    array([0.65625])
    """
    signal, background = _crossings(detector)
    if detector.background_law == "poisson":
        generating = _poisson_generating(detector, signal, background)
    else:
        generating = _fixed_generating(detector, signal, background)
    return generating @ _WEIGHTS


def best_guess_level(detector):
    """Return the highest accuracy that any method can expect without seeing the seed, per layer behind the seed.

    Without the seed the signal is one of `background + 1` tracks that nothing tells apart, so the best choice is a
    pixel crossed by most of them: the mean over events of its number of tracks, divided by the number of tracks.

    Args:
        detector: `PlaneDetector` with a fixed background, without noise and wedge (there the signal differs).

    Returns:
        float array of shape (layers - seed_layers,).

    Raises:
        ValueError: for another background law, noise or a wedge.

    Example:

    >>> from keras_hep.simulation.plane_detector import PlaneDetector
    >>> best_guess_level(PlaneDetector(layers=2, pixels=4, seed_layers=1, background=1))
    array([0.65625])
    """
    if detector.background_law != "fixed" or detector.noise or detector.wedge:
        raise ValueError(f"best_guess_level needs a fixed background, no noise and no wedge, got {detector}.")
    tracks = int(detector.background) + 1
    series = _exponential_series(_crossings(detector)[0], tracks)
    largest = np.full(len(series), float(tracks))
    for most in range(tracks):  # the mean of a count is the sum of its chances to exceed 0, 1, 2, ...
        allowed = np.where(np.arange(tracks + 1) <= most, series, 0.0)
        product = allowed[:, 0]
        for pixel in range(1, allowed.shape[1]):
            product = _multiply(product, allowed[:, pixel])
        largest -= product[:, tracks] * math.factorial(tracks)
    return largest / tracks


def _sum_cumulative(x, first, second):
    """Return P(u + v < x) for u and v uniform in the intervals `first` and `second` (low, high)."""
    x = x - first[0] - second[0]
    short, long = sorted((first[1] - first[0], second[1] - second[0]))
    if short < 1e-12 * long:
        return np.clip(x / long, 0, 1)
    corners = ((1, 0), (-1, short), (-1, long), (1, short + long))
    area = sum(sign * np.maximum(x - corner, 0) ** 2 for sign, corner in corners)
    return area / (2 * short * long)


def _crossings(detector):
    """Return `crossing_probability` of signal and background behind the seed, each of shape (layers, classes)."""
    behind = range(detector.seed_layers, detector.layers)
    return tuple(
        np.array([crossing_probability(detector, layer, signal) for layer in behind]).reshape(-1, detector.classes)
        for signal in (True, False)
    )


def _silent(detector, background):
    """Return the probability that neither background nor noise fires each pixel."""
    if detector.background_law == "fixed":
        return (1 - detector.noise) * (1 - background) ** detector.background
    return (1 - detector.noise) * np.exp(-detector.background * background)


def _poisson_generating(detector, signal, background):
    """Return E[s^(D - 1)] at the nodes s, shape (layers, nodes): pixels fire independently of each other."""
    silent = _silent(detector, background)[..., None]
    logarithm = np.log(_NODES * (1 - silent) + silent)
    others = np.exp(logarithm.sum(axis=1, keepdims=True) - logarithm)
    return np.sum(signal[..., None] * others, axis=1)


def _fixed_generating(detector, signal, background):
    """Return E[s^(D - 1)] at the nodes s, shape (layers, nodes).

    A fixed number of tracks couples the pixels. They are independent in the power series in t whose coefficient of
    t^n / n! belongs to n tracks: exp(q t) for a pixel crossed with probability q, of which 1 - noise is
    silent.
    """
    tracks = int(detector.background)
    powers = _exponential_series(background, tracks)[:, :, None, :]
    factors = _NODES[:, None] * powers
    factors[..., 0] += (1 - _NODES) * (1 - detector.noise)
    outside = np.maximum(1 - background.sum(axis=1), 0.0)
    before = _exponential_series(outside, tracks)[:, None, :] * np.ones((len(_NODES), 1))
    after = [np.eye(1, tracks + 1)]
    for pixel in range(detector.classes - 1, 0, -1):
        after.append(_multiply(after[-1], factors[:, pixel]))
    total = 0.0
    for pixel in range(detector.classes):
        own = _multiply(_multiply(before, powers[:, pixel]), after.pop())
        total = total + signal[:, pixel, None] * own[..., tracks]
        before = _multiply(before, factors[:, pixel])
    return total * math.factorial(tracks)


def _exponential_series(rates, order):
    """Return the coefficients of exp(rate t) up to t^order, float array of shape (*rates.shape, order + 1)."""
    factorials = np.array([math.factorial(power) for power in range(order + 1)], float)
    return rates[..., None] ** np.arange(order + 1) / factorials


def _multiply(first, second):
    """Return the product of power series (coefficients along the last axis), cut at their common order."""
    product = np.zeros(np.broadcast_shapes(first.shape, second.shape))
    for power in range(product.shape[-1]):
        product[..., power:] += first[..., power, None] * second[..., : product.shape[-1] - power]
    return product
