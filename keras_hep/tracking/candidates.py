"""Track candidates: which hits each of them has, and how well these fit."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True, eq=False)
class Candidates:
    """Track candidates of one event or time slice.

    Attributes:
        hits: int32 array, shape (candidates, slots). Index of the hit in each slot, -1 where there is none. A slot is a
            station, or the place along the track where hits have no station.
        distance: float32 array, shape (candidates,). Mean squared distance of its hits to where they were predicted.

    Example:

    >>> found = Candidates(np.int32([[0, 4, 8], [1, -1, 8], [0, 4, 8]]), np.float32([0.2, 0.1, 0.3]))
    >>> len(found), found.number_of_hits.tolist(), found.virtual.tolist()[1]
    (3, [3, 2, 3], [False, True, False])
    >>> found.unique().hits.tolist()
    [[0, 4, 8], [1, -1, 8]]
    >>> found.greedy_deduplication().hits.tolist()
    [[0, 4, 8]]
    """

    hits: np.ndarray
    distance: np.ndarray

    def __len__(self):
        return len(self.hits)

    @property
    def number_of_hits(self):
        """Hits of each candidate, int array of shape (candidates,)."""
        return np.count_nonzero(self.hits >= 0, axis=1)

    @property
    def virtual(self):
        """Slots that a candidate crossed without a hit, before its last hit: bool array like `hits`."""
        later = np.logical_or.accumulate((self.hits >= 0)[:, ::-1], axis=1)[:, ::-1]
        return later & (self.hits < 0)

    def select(self, chosen):
        """Return the candidates that an index or mask array chooses."""
        return Candidates(self.hits[chosen], self.distance[chosen])

    def minimum_hits(self, number):
        """Return the candidates with at least `number` hits."""
        return self.select(self.number_of_hits >= number)

    def unique(self):
        """Keep of candidates with the same set of hits the one with the lowest distance, of equal ones the first."""
        sets = np.sort(self.hits, axis=1)
        order = np.lexsort((self.distance, *sets.T))
        different = np.ones(len(self), bool)
        different[1:] = (sets[order[1:]] != sets[order[:-1]]).any(axis=1)
        return self.select(np.sort(order[different]))

    def greedy_deduplication(self, shared=0.3, evidence=None):
        """Let candidates claim their hits, those with most hits first, of equal ones that with the lowest distance.

        A candidate is kept if its first hit is free and not more than a fraction of its hits are claimed already.

        Args:
            shared: float. Largest fraction of claimed hits.
            evidence: float array, shape (candidates,), or None. If given, those with most evidence claim first.

        Returns:
            `Candidates`, in the order in which they were.
        """
        number = self.number_of_hits
        owners = np.bincount(self.hits.ravel() + 1, minlength=1)
        contested = (owners[self.hits + 1] > 1) & (self.hits >= 0)
        kept = ~contested.any(axis=1)
        order = np.lexsort((self.distance, -number) if evidence is None else (-np.asarray(evidence),))
        self._claim(kept, order[~kept[order]], contested, number * shared + 1e-9)
        return self.select(kept)

    def _claim(self, kept, order, contested, most):
        """Mark in `kept` which candidates of `order` are kept; only hits that several candidates have are looked at."""
        first = self.hits[order, np.argmax(self.hits[order] >= 0, axis=1)].tolist()
        row, slot = np.nonzero(contested[order])
        ends = np.cumsum(np.bincount(row, minlength=len(order))).tolist()
        hits, claimed, start = self.hits[order[row], slot].tolist(), set(), 0
        for candidate, seed, limit, end in zip(order.tolist(), first, most[order].tolist(), ends, strict=True):
            own = hits[start:end]
            start = end
            if seed not in claimed and sum(hit in claimed for hit in own) <= limit:
                kept[candidate] = True
                claimed.update(own)
