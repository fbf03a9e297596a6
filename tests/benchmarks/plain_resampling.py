"""Resampling as its description reads: overlaps of areas cell by cell, and one matrix for all cells of an image."""

import math

import numpy as np


def edges(cells, scale):
    """Return the edges of the fewest cells of a width that cover `cells` of width 1, about the same centre."""
    number = math.ceil(cells / scale - 1e-9)
    return [(cell - number / 2) * scale for cell in range(number + 1)]


def overlap(first, second):
    return max(0.0, min(first[1], second[1]) - max(first[0], second[0]))


def rectangles(x_edges, y_edges):
    return [
        ((x_edges[i], x_edges[i + 1]), (y_edges[j], y_edges[j + 1]))
        for i in range(len(x_edges) - 1)
        for j in range(len(y_edges) - 1)
    ]


def area_fractions(sources, targets):
    """Return the fraction of each source's area that each target covers, array of shape (sources, targets)."""
    fractions = np.zeros((len(sources), len(targets)))
    for i, (x, y) in enumerate(sources):
        area = (x[1] - x[0]) * (y[1] - y[0])
        for j, (other_x, other_y) in enumerate(targets):
            fractions[i, j] = overlap(x, other_x) * overlap(y, other_y) / area
    return fractions


def there_and_back(shape, scales):
    """Return where the energy of each cell of an image ends, array of shape (cells, cells)."""
    old = rectangles(*(edges(cells, 1.0) for cells in shape))
    new = rectangles(*(edges(cells, scale) for cells, scale in zip(shape, scales, strict=True)))
    return area_fractions(old, new) @ area_fractions(new, old)


def resampled(images, matrices, layers):
    """Return images with groups of layers summed, moved by their matrix, and spread over the layers again."""
    result, start = np.zeros(images.shape), 0
    for matrix, number in zip(matrices, layers, strict=True):
        for image, out in zip(images, result, strict=True):
            summed = image[:, :, start : start + number].sum(axis=2).ravel()
            moved = (summed @ matrix).reshape(image.shape[:2])
            for layer in range(start, start + number):
                out[:, :, layer] = moved / number
        start += number
    return result
