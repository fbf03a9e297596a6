"""Bookkeeping of detector layers that differ in their number of pixels."""

import numpy as np
from keras import initializers, ops


def checked_widths(widths, pixels):
    """Return the widths as a list of int.

    Raises:
        ValueError: if a width is not between 1 and `pixels`.
    """
    widths = [int(width) for width in widths]
    if not widths or min(widths) < 1 or max(widths) > pixels:
        raise ValueError(f"widths must lie between 1 and pixels={pixels}, one per detector layer, got {widths}.")
    return widths


def active_mask(widths, pixels):
    """Return which pixels exist, bool array of shape (layers, pixels): the active ones are centred."""
    widths = np.asarray(widths)[:, None]
    first = (pixels - widths) // 2
    return (np.arange(pixels) >= first) & (np.arange(pixels) < first + widths)


def row_index(mask):
    """Return where the weights of a pixel stand in the packed rows, int32 array of the shape of `mask`.

    Pixels that do not exist point at the row behind the last, which `unpack` fills with zeros.
    """
    return np.where(mask, np.cumsum(mask).reshape(mask.shape) - 1, mask.sum()).astype("int32")


def unpack(packed, index):
    """Spread packed weights of shape (active pixels, ...) over the padded pixels, (layers, pixels, ...)."""
    return ops.take(ops.pad(packed, [[0, 1]] + [[0, 0]] * (len(packed.shape) - 1)), index, axis=0)


def glorot_rows(widths, units):
    """Return an initializer of packed weights: Glorot uniform with the fans of each detector layer."""
    limits = np.repeat(np.sqrt(6.0 / (np.asarray(widths) + units)), widths)[:, None]

    def initialize(shape, dtype=None):
        return initializers.RandomUniform(-1.0, 1.0)(shape, dtype) * ops.cast(limits, dtype)

    return initialize
