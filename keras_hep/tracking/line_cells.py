"""All hit patterns that a straight line can leave in rows of pixels, with their exact probabilities."""

import dataclasses
import fractions
import functools
import itertools
import math

import numpy as np


@dataclasses.dataclass(frozen=True)
class LineCells:
    """Cells of the unit square (position in layer 0, position in layer 1), one for each pattern of pixels.

    The square is cut layer by layer: a cell of layer l holds the lines with one pattern of pixels in layers 0 to l.
    Lines that start at another pixel or rise faster by whole pixels per layer have the same patterns, shifted.

    Attributes:
        first: tuple of int arrays, one per layer from 2 on, with one entry per cell of the layer before: its first
            cell in the layer; the others follow.
        count: the same: how many cells it is cut into.
        lowest: the same: the pixel of the first; it rises by one from each to the next.
        paths: int array, shape (cells of the last layer, layers): their pixels; 0 in layers 0 and 1.
        area: float array, shape (cells of the last layer,): their areas, exact to one rounding. Their sum is 1.
    """

    first: tuple
    count: tuple
    lowest: tuple
    paths: np.ndarray
    area: np.ndarray


@functools.lru_cache(maxsize=8)
def line_cells(layers):
    """Return the `LineCells` of a number of layers.

    Args:
        layers: int, at least 2. The number of cells grows with its third power.

    Example:

    >>> cells = line_cells(3)
    >>> cells.paths.tolist(), cells.area.tolist()
    ([[0, 0, -1], [0, 0, 0], [0, 0, 1]], [0.25, 0.5, 0.25])
    """
    zero, one = fractions.Fraction(0), fractions.Fraction(1)
    polygons = [[(zero, zero), (one, zero), (one, one), (zero, one)]]
    paths, first, count, lowest = [(0, 0)], [], [], []
    for layer in range(2, layers):
        cuts = [_cut(polygon, layer) for polygon in polygons]
        count.append(np.array([len(cut) for cut in cuts]))
        first.append(np.cumsum(count[-1]) - count[-1])
        lowest.append(np.array([cut[0][0] for cut in cuts]))
        paths = [(*path, pixel) for path, cut in zip(paths, cuts, strict=True) for pixel, _ in cut]
        polygons = [part for cut in cuts for _, part in cut]
    area = np.array([float(_area(polygon)) for polygon in polygons])
    return LineCells(tuple(first), tuple(count), tuple(lowest), np.array(paths), area)


def next_layer_limit(layers, seed_layers):
    """Return how often the best guess of a track's next pixel is right when all its pixels before are known.

    No finder that does not read a layer can be better in it, on average over tracks in planes of two axes so wide that
    their edges tell nothing.

    Args:
        layers: int.
        seed_layers: int, at least 2. First layers, which are not guessed.

    Returns:
        float array, shape (layers - seed_layers,): for each layer behind the seed the probability of its most probable
        pixel, averaged over the tracks.

    Example:

    >>> next_layer_limit(layers=3, seed_layers=2).tolist()
    [0.25]
    """
    cells = line_cells(layers)
    limits = []
    for layer in range(seed_layers, layers):
        patterns, pattern = np.unique(cells.paths[:, : layer + 1], axis=0, return_inverse=True)
        area = np.bincount(pattern, weights=cells.area)
        before, history = np.unique(patterns[:, :-1], axis=0, return_inverse=True)
        best = np.zeros(len(before))
        np.maximum.at(best, history, area)
        limits.append(best.sum() ** 2)  # the two axes are independent
    return np.array(limits)


def _cut(polygon, layer):
    """Return (pixel in a layer, part of the polygon) of the pixels that its lines cross, a list in rising order."""
    positions = [before + (after - before) * layer for before, after in polygon]
    pixels = range(math.floor(min(positions)), math.ceil(max(positions)))
    return [(pixel, _above(_above(polygon, layer, pixel, 1), layer, pixel + 1, -1)) for pixel in pixels]


def _above(polygon, layer, edge, sign):
    """Return the part of a convex polygon whose lines cross the layer above (sign 1) or below (-1) an edge."""
    height = [sign * (before + (after - before) * layer - edge) for before, after in polygon]
    corners = list(zip(polygon, height, strict=True))
    part = []
    for (corner, here), (other, there) in zip(corners, corners[1:] + corners[:1], strict=True):
        if here >= 0:
            part.append(corner)
        if here * there < 0:
            share = here / (here - there)
            part.append(tuple(a + share * (b - a) for a, b in zip(corner, other, strict=True)))
    return part


def _area(polygon):
    """Return the area of a polygon, exactly."""
    edges = itertools.pairwise([*polygon, polygon[0]])
    return abs(sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in edges)) / 2
