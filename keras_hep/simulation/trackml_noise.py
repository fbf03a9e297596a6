"""Noise of a TrackML-like event: hits of no particle, about one per module."""

import numpy as np

from keras_hep.simulation.trackml_detector import BARRELS, modules
from keras_hep.simulation.trackml_true_hits import TrueHits

_BARREL_HITS = (184, 378, 677, 978, 723, 1075, 1459, 1979, 2427, 3156)  # per layer and event
_DISC_RATE = 0.955  # per module
_ANGLE = np.pi / 4  # largest difference of a direction from that of the position, each of two angles
_STEEPEST_SLOPE = np.sinh(3.0)  # of longitudinal over transverse motion in barrels
_MOMENTUM = 1e6  # that genuine tables give noise


def noise(share, random):
    """Draw noise hits, uniform on every module.

    Their directions, which shape the clusters, are spread around those of the positions.

    Args:
        share: float. Mean number of hits over that of the challenge.
        random: `numpy.random.Generator`.

    Returns:
        `TrueHits`.
    """
    every = modules()
    module = np.repeat(np.arange(len(every.module)), random.poisson(share * _RATES[every.volume, every.layer]))
    u, v = _positions(every.min_half_width[module], every.max_half_width[module], every.half_length[module], random)
    rotation = every.rotation[module]
    position = every.centre[module] + rotation[:, :, 0] * u[:, None] + rotation[:, :, 1] * v[:, None]
    direction = _directions(position, np.isin(every.volume[module], [barrel.volume for barrel in BARRELS]), random)
    owner, momentum = np.full(len(module), -1), np.full(len(module), _MOMENTUM)
    return TrueHits(owner, module, u, v, position, direction, momentum)


def _positions(inner, outer, length, random):
    """Return uniform positions u and v on trapezoids with the half widths `inner` and `outer` at the ends of v."""
    # The width at a uniformly drawn share of the area is a root.
    area, slope = random.random(len(inner)), outer - inner
    root = np.sqrt(inner**2 + area * (outer**2 - inner**2))
    v = np.where(slope > 0, 2 * (root - inner) / np.where(slope > 0, slope, 1) - 1, 2 * area - 1)
    return random.uniform(-1, 1, len(inner)) * (inner + slope * (v + 1) / 2), v * length


def _directions(position, in_barrel, random):
    theta = np.arctan2(np.hypot(position[:, 0], position[:, 1]), position[:, 2])
    phi = np.arctan2(position[:, 1], position[:, 0]) + random.uniform(-_ANGLE, _ANGLE, len(theta))
    drawn, redraw = theta.copy(), np.arange(len(theta))
    while len(redraw):
        drawn[redraw] = theta[redraw] + random.uniform(-_ANGLE, _ANGLE, len(redraw))
        steep = np.abs(np.cos(drawn[redraw])) > _STEEPEST_SLOPE * np.abs(np.sin(drawn[redraw]))
        redraw = redraw[steep & in_barrel[redraw]]
    return np.stack([np.sin(drawn) * np.cos(phi), np.sin(drawn) * np.sin(phi), np.cos(drawn)], axis=1)


def _rates():
    """Return the mean noise hits per module, float array indexed by volume and layer."""
    rates = np.full((19, 15), _DISC_RATE)
    for barrel, hits in zip(BARRELS, _BARREL_HITS, strict=True):
        rates[barrel.volume, barrel.layer] = hits / (barrel.rows * barrel.per_row)
    return rates


_RATES = _rates()
