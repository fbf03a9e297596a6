"""What time slices of the SPD toy hold on average, and how much they differ, computed and not simulated.

All numbers follow from the generator's law. They are exact up to the quadrature (1e-7), so they test the generator and
tell what one time slice, or a few, can say about it.
"""

import math

import numpy as np

from keras_hep.simulation.spd import (
    HALF_LENGTH,
    RADII,
    RADIUS_PER_PT,
    STATIONS,
    TRANSVERSE_MOMENTUM,
    VERTEX_HALF_LENGTH,
)

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(48)
_WEIGHTS = _WEIGHTS / 2  # of a mean


def reach(toy):
    """Return the probability that a generated track has a hit on each station.

    A track leaves through an end of the detector: at a vertex and a momentum given, up to the limits in cos(theta) that
    the straight line of z over the turn gives.

    Args:
        toy: `keras_hep.simulation.spd.SPDToy` with vertices on the axis.

    Returns:
        float array, shape (35,).

    Raises:
        ValueError: if vertices are off the axis.

    Example:

    >>> from keras_hep.simulation.spd import SPDToy
    >>> probability = reach(SPDToy())
    >>> probability[[0, -1]].round(4), (probability.sum() / probability[0]).round(2)  # hits of a track with any
    (array([0.9935, 0.9389]), np.float64(34.19))
    """
    return _WEIGHTS @ _reach_from(toy)


def slice_moments(toy):
    """Return mean and covariance of what one time slice holds: tracks, their hits, fake hits.

    Args:
        toy: `keras_hep.simulation.spd.SPDToy` with vertices on the axis.

    Returns:
        (mean, covariance): float arrays, shape (3,) and (3, 3). Tracks that hit no station are counted.

    Raises:
        ValueError: if vertices are off the axis.

    Example:

    >>> from keras_hep.simulation.spd import SPDToy
    >>> mean, covariance = slice_moments(SPDToy())
    >>> mean.round(1)
    array([  200. ,  6793.3, 33224.4])
    >>> (covariance[1:, 1:].sum() ** 0.5).round(1)  # of all hits
    np.float64(5111.3)
    """
    n = np.arange(1, toy.most_tracks + 1)
    hits, spread, shared = _track_hits(toy)
    fakes, fakes_spread = _fakes(n) if toy.fakes else np.zeros((2, len(n)))
    given_n = np.stack([n, hits * n, fakes])
    within = np.diag([0.0, np.mean(n * spread + n * (n - 1) * shared), np.mean(fakes_spread)])
    return toy.events * given_n.mean(axis=1), toy.events * (np.cov(given_n, bias=True) + within)


def fake_fraction(toy):
    """Return the fraction of fakes among the hits of many time slices, and the spread of that of one slice.

    Args:
        toy: `keras_hep.simulation.spd.SPDToy` with vertices on the axis.

    Returns:
        (fraction, spread): floats. The spread is a standard deviation, to first order.

    Raises:
        ValueError: if vertices are off the axis.

    Example:

    >>> from keras_hep.simulation.spd import SPDToy
    >>> [round(number, 4) for number in fake_fraction(SPDToy())]
    [0.8302, 0.0097]
    """
    (_, real, fakes), covariance = slice_moments(toy)
    fraction, slope = fakes / (real + fakes), np.array([0.0, -fakes, real]) / (real + fakes) ** 2
    return float(fraction), math.sqrt(slope @ covariance @ slope)


def _reach_from(toy):
    """Return the reach from each node of the vertex z, float array (nodes, stations)."""
    if toy.vertex != "z_only":
        raise ValueError(f'Expectations are of vertices on the axis, vertex="z_only", got {toy.vertex!r}.')
    low, high = TRANSVERSE_MOMENTUM
    radius = RADIUS_PER_PT * ((low + high) / 2 + (high - low) / 2 * _NODES)[:, None]
    arc = 2 * radius * np.arcsin(RADII / (2 * radius))
    ends = np.array([-HALF_LENGTH, HALF_LENGTH])[:, None, None, None]
    cotangent = (ends - VERTEX_HALF_LENGTH * _NODES[:, None, None]) / arc
    cosine = cotangent / np.sqrt(1 + cotangent**2)
    return toy.efficiency * np.einsum("p,vps->vs", _WEIGHTS, (cosine[1] - cosine[0]) / 2)


def _track_hits(toy):
    """Return mean and variance of the hits of a track, and the covariance of two tracks of one vertex."""
    from_vertex = _reach_from(toy)
    reached = _WEIGHTS @ from_vertex
    mean = reached.sum()
    # A track that reaches a station was on all before it: both of two stations have a hit as often as the outer one.
    pairs = toy.efficiency * np.sum(2 * np.arange(STATIONS) * reached)
    shared = _WEIGHTS @ (from_vertex.sum(axis=1) - mean) ** 2
    return mean, mean + pairs - mean**2, shared


def _fakes(tracks):
    """Return mean and variance of the fakes of an event: uniform whole numbers from half of 35 n^2, to below that."""
    most = STATIONS * tracks**2
    values = most - most // 2
    return (most // 2 + most - 1) / 2, (values**2 - 1) / 12
