"""Sparse planes as lists of what fired."""

import numpy as np


def fired_positions(planes, width=None):
    """Return the fired positions of each detector layer, as `HitDense` and `HitLSTM` read them.

    Args:
        planes: array, shape (events, layers, positions) or (events, layers, pixels, pixels), not 0 where a pixel fired.
        width: int. Length of the lists; by default the largest number of hits in a layer. A fixed one saves the
            backends that compile for each shape (JAX) from compiling for each batch.

    Returns:
        int32 array, shape (events, layers, width): the positions (x * pixels + y of two axes) in ascending order, then
        -1.

    Raises:
        ValueError: if a layer has more than `width` hits.

    Example:

    >>> fired_positions(np.array([[[0, 1, 0, 1], [0, 0, 1, 0]]])).tolist()
    [[[1, 3], [2, -1]]]
    """
    planes = np.asarray(planes)
    events, layers = planes.shape[:2]
    plane, position = np.nonzero(planes.reshape(events * layers, -1))
    counts = np.bincount(plane, minlength=events * layers)
    largest = int(counts.max(initial=0))
    width = largest if width is None else width
    if width < largest:
        raise ValueError(f"width must hold the {largest} hits of the fullest layer, got {width}: make the lists wider.")
    slot = np.arange(len(plane)) - (np.cumsum(counts) - counts)[plane]
    hits = np.full((events * layers, width), -1, np.int32)
    hits[plane, slot] = position
    return hits.reshape(events, layers, width)
