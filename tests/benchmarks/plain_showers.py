"""Showers of photons as a straightforward author would write them: loops over layers and spots, cells in a dictionary.

The same laws as `keras_hep.simulation.showers`, at 90 degrees and without conversions in front.
"""

import math
import random as _random

from scipy.special import gammainc

CRITICAL, FREQUENCY, SIGNAL, CHARGE = 0.00914, 1.185, 0.711, 70
THIN, THICK = (4.40, 0.648, 15.4), (6.80, 1.259, 12.9)  # mm, radiation lengths, Moliere radius in mm
LAYERS = [THIN] * 17 + [THICK] * 8
CELL, GAIN = 5.1, 1.228


def photon(seed, energy):
    """Return the cells of one photon, dict of (layer, x, y) to energy."""
    draw = _random.Random(seed)
    start = draw.expovariate(7 / 9)
    split = draw.random()
    x, y = draw.uniform(-CELL / 2, CELL / 2), draw.uniform(-CELL / 2, CELL / 2)
    budget = min(max(30 * energy, 300), 6000)
    cells = {}
    for part in (split * energy, (1 - split) * energy):
        electron(draw, part, start, x, y, budget / energy, cells)
    return window(cells)


def electron(draw, energy, start, x, y, spots_per_energy, cells):
    log_y = max(math.log(max(energy, 1e-6) / CRITICAL), 1)
    deepest = max(log_y - 0.812 - 0.55 / FREQUENCY - 0.69 * (1 - SIGNAL), 1)
    alpha = max(0.81 + (0.458 + 2.26 / CHARGE) * log_y - 0.476 / FREQUENCY, 1.2)
    spread, other = 0.75 / max(-2.5 + 1.25 * log_y, 2), 0.75 / max(-0.82 + 0.79 * log_y, 2)
    rho = 0.784 - 0.023 * log_y
    common, own = math.sqrt((1 + rho) / 2) * draw.gauss(0, 1), math.sqrt((1 - rho) / 2) * draw.gauss(0, 1)
    deepest, alpha = max(deepest * math.exp(spread * (common + own)), 1), alpha * math.exp(other * (common - own))
    alpha = max(alpha, 1.2)
    depth, before = -start, 0.0
    for layer, (_, lengths, moliere) in enumerate(LAYERS):
        after = gammainc(alpha, (alpha - 1) / deepest * max(depth + lengths, 0))
        grain = 0.0256 * (0.8 if layer < 17 else 1.6)
        absorbed = energy * (after - before)
        tau = min(max((depth + lengths / 2) / deepest, 0), 4)
        depth, before = depth + lengths, after
        if absorbed < 1e-6:
            continue
        stored = draw.gammavariate(absorbed / grain, grain) * GAIN * (1 if layer < 17 else 0.515)
        number = poisson(draw, spots_per_energy * stored)
        if number == 0 and stored > 1e-3:
            number = 1
        core, tail, fraction = widths(tau, energy)
        for _ in range(number):
            scale = (core if draw.random() < fraction else tail) * moliere
            below = 0.998 * draw.random()
            radius, turn = scale * math.sqrt(below / (1 - below)), 2 * math.pi * draw.random()
            key = (
                layer,
                round((x + radius * math.cos(turn)) / CELL),
                round((y + radius * math.sin(turn)) / CELL),
            )
            cells[key] = cells.get(key, 0.0) + stored / number


def widths(tau, energy):
    log_energy = math.log(min(max(energy, 0.1), 1000))
    decay = math.exp(-tau) / FREQUENCY
    core = 0.0251 + 0.00319 * log_energy + (0.1162 - 0.000381 * CHARGE) * tau - 0.0203 * (1 - SIGNAL) + 0.0397 * decay
    tail = math.exp(-2.59 * (tau - 0.645)) + math.exp((0.3585 + 0.0412 * log_energy) * (tau - 0.645))
    tail = (0.659 - 0.00309 * CHARGE) * tail - 0.14 * (1 - SIGNAL) - 0.495 * decay
    place = (0.401 + 0.00187 * CHARGE - tau) / (1.313 - 0.0686 * log_energy)
    fraction = (2.632 - 0.00094 * CHARGE) * math.exp(place - math.exp(place))
    fraction += (1 - SIGNAL) * (0.348 - 0.642 / FREQUENCY * math.exp(-((tau - 1) ** 2)))
    return min(max(core, 0.02), 0.5), min(max(tail, 0.15), 5), min(max(fraction, 0.05), 0.98)


def poisson(draw, mean):
    """Return a Poisson number; by the normal law above 50."""
    if mean > 50:
        return max(round(draw.gauss(mean, math.sqrt(mean))), 0)
    number, product, limit = 0, draw.random(), math.exp(-mean)
    while product > limit:
        product *= draw.random()
        number += 1
    return number


def window(cells):
    """Return the cells within 12 of the barycentre."""
    total = sum(cells.values())
    middle = [round(sum(energy * key[axis] for key, energy in cells.items()) / total) for axis in (1, 2)]
    return {
        key: energy for key, energy in cells.items() if abs(key[1] - middle[0]) <= 12 and abs(key[2] - middle[1]) <= 12
    }
