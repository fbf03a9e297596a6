"""Units of what a network corrects: the first hit of a track leaves much more open than later ones."""

from keras import ops


def in_units(corrections, first, later):
    """Multiply the corrections of each track by one number at its first hit and by another one after it.

    With both of the order of what is left open there, the gradients of all steps are of one size.

    Args:
        corrections: float tensor, shape (batch, hits, coordinates).
        first: float.
        later: float.

    Example:

    >>> import numpy as np
    >>> np.asarray(in_units(np.ones((1, 3, 1)), 0.5, 0.25)).ravel().tolist()
    [0.5, 0.25, 0.25]
    """
    is_first = ops.arange(ops.shape(corrections)[1])[None, :, None] == 0
    return corrections * ops.where(is_first, first, later)
