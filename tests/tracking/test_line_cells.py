"""Patterns of straight lines: by hand, against drawn lines, and their sums."""

import collections
import itertools

import numpy as np
import pytest

from keras_hep.tracking.line_cells import line_cells, next_layer_limit


def test_two_layers_have_one_pattern():
    cells = line_cells(2)
    assert (cells.paths.tolist(), cells.area.tolist(), cells.first) == ([[0, 0]], [1.0], ())


def test_four_layers_by_hand():
    """Behind (0, 0, 0) a line is uniform in its positions u and v of layers 0 and 2, and 3 v / 2 - u / 2 in layer 3."""
    cells = line_cells(4)
    area = dict(zip(map(tuple, cells.paths.tolist()), cells.area, strict=True))
    straight = [area[0, 0, 0, pixel] for pixel in (-1, 0, 1)]
    assert straight == pytest.approx([1 / 12, 1 / 3, 1 / 12], abs=1e-15)
    assert sum(weight for path, weight in area.items() if path[2] == 1) == pytest.approx(1 / 4, abs=1e-15)


@pytest.mark.parametrize("layers", [3, 5, 10])
def test_cells_are_the_frequencies_of_drawn_lines(layers):
    lines = 100_000
    before, after = np.random.default_rng(layers).random((2, lines, 1))
    drawn = np.floor(before + (after - before) * np.arange(layers)).astype(int)
    counts = collections.Counter(map(tuple, drawn.tolist()))
    cells = line_cells(layers)
    paths = list(map(tuple, cells.paths.tolist()))
    assert len(set(paths)) == len(paths)
    assert set(counts) <= set(paths)
    expected = lines * cells.area
    chi2 = np.sum((np.array([counts[path] for path in paths]) - expected) ** 2 / expected)
    assert abs(chi2 - len(paths)) < 5 * np.sqrt(2 * len(paths))


@pytest.mark.parametrize("layers", [3, 6, 12])
def test_the_tree_leads_to_the_paths(layers):
    cells = line_cells(layers)
    paths = {0: (0, 0)}
    for first, count, lowest in zip(cells.first, cells.count, cells.lowest, strict=True):
        assert count.min() >= 1
        paths = {
            first[cell] + part: (*path, lowest[cell] + part)
            for cell, path in paths.items()
            for part in range(count[cell])
        }
    np.testing.assert_array_equal([paths[cell] for cell in range(len(paths))], cells.paths)
    assert cells.area.sum() == pytest.approx(1, abs=1e-14)
    assert cells.area.min() > 0


def test_patterns_read_backwards_are_patterns_of_the_same_area():
    """The last two layers as the first, shifted to 0: the map of the lines keeps areas."""
    cells = line_cells(7)
    area = dict(zip(map(tuple, cells.paths.tolist()), cells.area, strict=True))
    for path, weight in area.items():
        start, step = path[-1], path[-2] - path[-1]
        backwards = tuple(pixel - start - step * layer for layer, pixel in enumerate(path[::-1]))
        assert area[backwards] == pytest.approx(weight, rel=1e-14)
    assert all(abs(a - b) <= 3 for path in area for a, b in itertools.pairwise(path))


def test_the_limit_of_guessing_the_next_layer_is_reached_by_its_own_rule():
    random, layers, seed_layers = np.random.default_rng(5), 10, 3
    entry, gaps = random.random(200_000), random.random(200_000) - 0.5
    pixels = np.floor(entry[:, None] + gaps[:, None] * 4 * np.arange(layers)).astype(int)
    limit = next_layer_limit(layers, seed_layers)
    assert np.all((limit > 0.4) & (limit < 0.8))
    for layer in (seed_layers, layers - 1):
        slopes = pixels[:, 1:2] - pixels[:, :1]
        relative = pixels - pixels[:, :1] - slopes * np.arange(layers)
        _, history = np.unique(relative[:, :layer], axis=0, return_inverse=True)
        offset = relative[:, layer] - relative[:, layer].min()
        counts = np.zeros((history.max() + 1, offset.max() + 1))
        np.add.at(counts, (history, offset), 1)
        assert abs((counts.max(axis=1).sum() / len(entry)) ** 2 - limit[layer - seed_layers]) < 0.01
