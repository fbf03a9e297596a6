"""What is exactly expected of the tracks of SPD time slices, by integrals over the law of the generator.

The stations that a track reaches are the first ones, up to the last before it leaves through an end; it has a hit on
each with the probability `efficiency`, and is drawn again if it has too few.
"""

import numpy as np
from scipy import special, stats

from keras_hep.simulation.spd import (
    HALF_LENGTH,
    RADIUS_PER_PT,
    TRANSVERSE_MOMENTUM,
    VERTEX_HALF_LENGTH,
    VERTEX_WIDTH,
)
from keras_hep.simulation.spd_slices import RADII, STATIONS

_POINTS = 24  # of each quadrature: exact to 2e-6


def reach_by_station():
    """Return the probability that a track reaches each station inside of the ends.

    Returns:
        float array, shape (35,).

    Example:

    >>> reach_by_station()[[0, 17, 34]].round(4)
    array([0.9983, 0.9792, 0.9407])
    """
    node, weight = special.roots_legendre(_POINTS)
    low, high = TRANSVERSE_MOMENTUM
    radius = RADIUS_PER_PT * (low + (high - low) * (1 + node[:, None, None]) / 2)
    z = VERTEX_HALF_LENGTH * node[:, None]
    # The distance of the vertex from the axis: its square is exponential.
    square, square_weight = special.roots_laguerre(_POINTS)
    chord = RADII[:, None, None, None] - VERTEX_WIDTH * np.sqrt(2 * square)
    arc = 2 * radius * np.arcsin(chord / (2 * radius))
    within = (_cosine((HALF_LENGTH - z) / arc) + _cosine((HALF_LENGTH + z) / arc)) / 2
    return np.einsum("spzv,p,z,v->s", within, weight / 2, weight / 2, square_weight)


def hits_law(efficiency=0.95, minimum_hits=3):
    """Return the probability of each number of hits of a track.

    Args:
        efficiency: float.
        minimum_hits: int. Tracks with fewer are drawn again.

    Returns:
        float array, shape (36,): of 0 to 35 hits.

    Example:

    >>> law = hits_law()
    >>> round(float(law @ np.arange(36)), 2), round(float(law[:28].sum()), 4)
    (32.54, 0.0423)
    """
    reach = np.concatenate([[1.0], reach_by_station(), [0.0]])
    reached = reach[:-1] - reach[1:]  # probability of 0 to 35 stations
    number = np.arange(STATIONS + 1)
    law = reached @ stats.binom.pmf(number, number[:, None], efficiency)
    law[:minimum_hits] = 0
    return law / law.sum()


def _cosine(cotangent):
    return cotangent / np.sqrt(1 + cotangent * cotangent)
