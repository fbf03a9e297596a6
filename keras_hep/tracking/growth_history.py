"""Which hit each candidate took at each step, as links to the step before: branches share their past."""

import numpy as np


class GrowthHistory:
    """Steps of growing candidates. Row r of a step is a candidate; its parent is a row of the step before.

    Example:

    >>> history = GrowthHistory(np.int32([7, 8]))
    >>> history.step(parent=np.array([0, 0, 1]), hit=np.int32([3, 4, 3]))
    >>> history.end(np.array([1]))
    >>> history.step(parent=np.array([0, 2]), hit=np.int32([5, 6]))
    >>> history.end(np.array([0, 1]))
    >>> history.hits(slots=4).tolist()
    [[7, 4, -1, -1], [7, 3, 5, -1], [8, 3, 6, -1]]
    """

    def __init__(self, seeds):
        self._steps = [(None, seeds)]
        self._ended = [np.empty(0, int)]

    def step(self, parent, hit):
        """Note a step: int arrays of one entry for each candidate that goes on; hit -1 is a virtual point."""
        self._steps.append((parent, hit))
        self._ended.append(np.empty(0, int))

    def end(self, rows):
        """Note which rows of the last step (int array) are finished candidates."""
        self._ended[-1] = rows

    def hits(self, slots):
        """Return the hits of the finished candidates, int32 array of shape (candidates, slots), by step of their end.

        Slots behind the last step of a candidate hold -1.
        """
        first = np.cumsum([0, *map(len, self._ended)])
        table = np.full((slots, first[-1]), -1, np.int32)
        rows = np.empty(0, int)
        for number in reversed(range(len(self._steps))):
            parent, hit = self._steps[number]
            rows = np.concatenate([self._ended[number], rows])
            table[number, first[number] :] = hit[rows]
            rows = rows if parent is None else parent[rows]
        return np.ascontiguousarray(table.T)
