"""Sparse planes as lists of what fired."""

import numpy as np


def fired_positions(planes):
    """Return the fired positions of each detector layer, as `HitDense` and `HitLSTM` read them.

    Args:
        planes: array, shape (events, layers, positions) or (events, layers, pixels, pixels), not 0 where a pixel fired.

    Returns:
        int32 array, shape (events, layers, largest number of hits in a layer): the positions (x * pixels + y of two
        axes) in ascending order, then -1.

    Example:

    >>> fired_positions(np.array([[[0, 1, 0, 1], [0, 0, 1, 0]]])).tolist()
    [[[1, 3], [2, -1]]]
    """
    planes = np.asarray(planes)
    events, layers = planes.shape[:2]
    plane, position = np.nonzero(planes.reshape(events * layers, -1))
    counts = np.bincount(plane, minlength=events * layers)
    slot = np.arange(len(plane)) - (np.cumsum(counts) - counts)[plane]
    hits = np.full((events * layers, counts.max(initial=0)), -1, np.int32)
    hits[plane, slot] = position
    return hits.reshape(events, layers, -1)
