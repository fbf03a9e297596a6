"""Fake hits of the BM@N look-alike: strips of different particles that cross."""

import numpy as np

from keras_hep.simulation.bmn_detector import SILICON, STATIONS, inside, module_z

# Steps in y per distance in x of the hits whose strips cross. Silicon: strips at 2.5 degrees. GEM: ours, steeper strips
# than real ones, whose crossings are too few within the window to make the published share of fakes of our hits.
_SLOPE = np.where(np.arange(STATIONS) < SILICON, 22.9, 1.5)


def strip_fakes(group, position, keep, random):
    """Draw the fake hits that crossings of strips give.

    A station reads x with one layer of strips and, with strips that lean by a small angle, a mixture of x and y. The
    strips of n hits also cross at n (n - 1) places where nothing went through: at x of one hit and, for another one, at
    its y plus the cotangent of the angle times the distance of both in x. Those outside of the active window do not
    exist; of the others, each is kept with a probability that stands for what the read-out resolves.

    Args:
        group: int array, shape (hits,): event * STATIONS + station, ascending.
        position: float array, shape (hits, 2 or more): measured x and y, mm.
        keep: float array, shape (groups,): probability to keep a crossing; more groups than hits have are allowed.
        random: `numpy.random.Generator`.

    Returns:
        (group, position): int array, shape (fakes,), ascending; float array, shape (fakes, 3), x, y and z, mm.

    Example:

    >>> two = np.array([[0.0, 100.0], [10.0, 120.0]])
    >>> group, position = strip_fakes(np.array([4, 4]), two, np.ones(9), np.random.default_rng(1))
    >>> group.tolist(), position[:, :2].round(1).tolist()
    ([4, 4], [[0.0, 135.0], [10.0, 85.0]])
    """
    counts = np.bincount(group, minlength=len(keep)).astype(np.int32)
    crossings = counts * (counts - 1)
    chosen = random.random(crossings.sum(), dtype=np.float32) < np.repeat(np.asarray(keep, np.float32), crossings)
    fake = np.repeat(np.arange(len(keep), dtype=np.int32), crossings)[chosen]
    kept = np.flatnonzero(chosen).astype(np.int32)
    number = kept - (np.cumsum(crossings, dtype=np.int32) - crossings)[fake]
    upright, leaning = np.divmod(number, counts[fake] - 1)
    leaning += leaning >= upright
    first = (np.cumsum(counts, dtype=np.int32) - counts)[fake]
    upright, leaning, station = first + upright, first + leaning, fake % STATIONS
    x, y = np.ascontiguousarray(position[:, :2].T)
    of_crossing = x[upright]
    crossing = np.stack([of_crossing, y[leaning] + _SLOPE[station] * (x[leaning] - of_crossing)], axis=1)
    exists = inside(crossing, station)
    crossing, station = crossing[exists], station[exists]
    return fake[exists], np.column_stack([crossing, module_z(crossing, station)])
