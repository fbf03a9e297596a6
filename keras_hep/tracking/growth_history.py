"""Which hit each candidate took at each step, as links to the step before: branches share their past."""

import numpy as np

from keras_hep.tracking.candidates import Candidates


class GrowthHistory:
    """Steps of growing candidates. Row r of a step is a candidate; its parent is a row of the step before.

    Args:
        seeds: int32 array, shape (candidates,). Their first hits.
        minimum_hits: int. Finished candidates with fewer hits are forgotten.

    Example:

    >>> from keras_hep.tracking.live_candidates import LiveCandidates
    >>> first = LiveCandidates.seeds(np.zeros(2, int), np.zeros((2, 3), np.float32), state=())
    >>> history = GrowthHistory(seeds=np.int32([7, 8]), minimum_hits=1)
    >>> parent = np.array([0, 0, 1])
    >>> history.step(parent, hit=np.int32([3, 4, 3]))
    >>> second = first.continued(parent, np.zeros((3, 3), np.float32), np.float32([1, 2, 3]), np.zeros(3, bool))
    >>> history.end(second, rows=np.array([1, 2]))
    >>> event, candidates = history.finished(slots=3)
    >>> candidates.hits.tolist(), candidates.distance.tolist()
    ([[7, 4, -1], [8, 3, -1]], [2.0, 3.0])
    """

    def __init__(self, seeds, minimum_hits):
        self._steps, self._minimum_hits = [(None, seeds)], minimum_hits
        self._ended = [_NOBODY]

    def step(self, parent, hit):
        """Note a step: int arrays of one entry for each candidate that goes on; hit -1 is a virtual point."""
        self._steps.append((parent, hit))
        self._ended.append(_NOBODY)

    def end(self, live, rows):
        """Note that candidates end at the last step noted.

        Args:
            live: `LiveCandidates`, the rows of that step.
            rows: int array. Which of them end.
        """
        rows = rows[live.number_of_hits[rows] >= self._minimum_hits]
        self._ended[-1] = rows, live.event[rows], live.mean_distance()[rows]

    def finished(self, slots):
        """Return the candidates that ended, earlier ends first.

        Args:
            slots: int, at least the number of steps and one more. Slots behind the last step of a candidate hold -1.

        Returns:
            (event, candidates): int32 array, the number of each candidate's event, and `Candidates`.
        """
        ended, event, distance = zip(*self._ended, strict=True)
        first = np.cumsum([0, *map(len, ended)])
        hits = np.full((slots, first[-1]), -1, np.int32)
        rows = np.empty(0, int)
        for number in reversed(range(len(self._steps))):
            parent, hit = self._steps[number]
            rows = np.concatenate([ended[number], rows])
            hits[number, first[number] :] = hit[rows]
            rows = rows if parent is None else parent[rows]
        return np.concatenate(event), Candidates(np.ascontiguousarray(hits.T), np.concatenate(distance))


_NOBODY = np.empty(0, int), np.empty(0, np.int32), np.empty(0, np.float32)
