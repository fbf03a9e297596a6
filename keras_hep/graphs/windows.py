"""Ranges of rows, written out."""

import numpy as np


def written_out(first, counts):
    """Write ranges out row by row.

    Args:
        first: int array, shape (ranges,). First row of each range.
        counts: int array, shape (ranges,). Rows of each range.

    Returns:
        (range, row): int32 arrays, shape (sum of counts,): the number of the range and the row.

    Example:

    >>> number, row = written_out(np.array([5, 0, 2]), np.array([2, 0, 3]))
    >>> number.tolist(), row.tolist()
    ([0, 0, 2, 2, 2], [5, 6, 2, 3, 4])
    """
    number = np.repeat(np.arange(len(first), dtype=np.int32), counts)
    row = np.arange(len(number), dtype=np.int32)
    row += np.repeat((first - np.cumsum(counts) + counts).astype(np.int32), counts)
    return number, row
