"""Sums of showers over depth and over layers, straight from the cells that have energy."""

import numpy as np


def depth_summed(cells):
    """Return the energy of each shower summed over the layers.

    Args:
        cells: `Cells`.

    Returns:
        float64 array, shape (showers, across, along).

    Example:

    >>> from keras_hep.calorimetry.cells import Cells
    >>> depth_summed(Cells((1, 2, 3), counts=[3], index=[0, 2, 3], energy=[1.0, 2.0, 4.0])).tolist()
    [[[3.0, 4.0]]]
    """
    across, along, layers = cells.shape
    return _summed(cells, cells.index // layers, across * along).reshape(-1, across, along)


def layer_energies(cells):
    """Return the energy of each shower in each layer.

    Args:
        cells: `Cells`.

    Returns:
        float64 array, shape (showers, layers).

    Example:

    >>> from keras_hep.calorimetry.cells import Cells
    >>> layer_energies(Cells((1, 2, 3), counts=[3], index=[0, 2, 3], energy=[1.0, 2.0, 4.0])).tolist()
    [[5.0, 0.0, 2.0]]
    """
    layers = cells.shape[2]
    return _summed(cells, cells.index % layers, layers)


def _summed(cells, place, places):
    first = np.repeat(np.arange(len(cells)) * places, cells.counts)
    return np.bincount(first + place, cells.energy, minlength=len(cells) * places).reshape(len(cells), places)
