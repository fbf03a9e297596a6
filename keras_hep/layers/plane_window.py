"""Squares of pixels cut out of detector layers, each at a place of its own."""

import numpy as np
from keras import ops


def window(planes, corner, side):
    """Return squares of `side` pixels that start at `corner` in each plane; what lies outside of a plane is 0.

    Args:
        planes: tensor, shape (batch, layers, pixels, pixels).
        corner: tensor, shape (batch, layers, 2): pixel (x, y) at index (0, 0) of the square, in whole numbers.
        side: int.

    Returns:
        tensor, shape (batch, layers, side, side).

    Example:

    >>> planes = np.arange(4, dtype="float32").reshape(1, 1, 2, 2)
    >>> np.asarray(window(planes, np.array([[[1.0, 0.0]]], "float32"), side=2)).tolist()
    [[[[2.0, 3.0], [0.0, 0.0]]]]
    """
    layers, pixels = planes.shape[1:3]
    index = corner[:, :, None, :] + np.arange(side, dtype="float32")[:, None]
    inside = ops.cast((index >= 0) & (index < pixels), planes.dtype)
    index = ops.cast(ops.clip(index, 0, pixels - 1), "int32")
    flat = index[:, :, :, None, 0] * pixels + index[:, :, None, :, 1]
    values = ops.take_along_axis(
        ops.reshape(planes, (-1, layers, pixels**2)), ops.reshape(flat, (-1, layers, side**2)), axis=2
    )
    return ops.reshape(values, (-1, layers, side, side)) * inside[:, :, :, None, 0] * inside[:, :, None, :, 1]
