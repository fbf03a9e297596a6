"""Sums and means over the edges of each node: the one file that calls Keras' segment operations.

Their behaviour differs between backends where the number of segments is not given or the indices are said to be
sorted; so the number is always given here, and nothing is said about the order.
"""

from keras import ops


def segment_sum(values, segments, number):
    """Add up values by segment.

    Args:
        values: tensor, shape (values, ...).
        segments: int tensor, shape (values,). Segment of each value, from 0 to number - 1.
        number: int or int tensor. Number of segments.

    Returns:
        tensor, shape (number, ...): 0 for a segment without values.

    Example:

    >>> import numpy as np
    >>> np.asarray(segment_sum(np.array([[1.0], [2.0], [4.0]]), np.array([0, 2, 2]), 4)).ravel().tolist()
    [1.0, 0.0, 6.0, 0.0]
    """
    return ops.segment_sum(values, segments, num_segments=number)


def segment_mean(values, segments, number):
    """Average values by segment; arguments and result as of `segment_sum`, for float values of shape (values, width).

    Example:

    >>> import numpy as np
    >>> np.asarray(segment_mean(np.array([[1.0], [2.0], [4.0]]), np.array([0, 2, 2]), 4)).ravel().tolist()
    [1.0, 0.0, 3.0, 0.0]
    """
    counts = segment_sum(ops.ones_like(values[:, :1]), segments, number)
    return segment_sum(values, segments, number) / ops.maximum(counts, 1)
