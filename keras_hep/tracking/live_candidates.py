"""Candidates that are growing, as arrays of one entry per candidate."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True, eq=False)
class LiveCandidates:
    """What the next step needs of each growing candidate.

    Attributes:
        event: int32 array. Number of its event among those that grow together.
        position: float32 array, shape (candidates, 3). Its last point, scaled.
        state: tuple of arrays. State of the network before it reads that point.
        squared: float32 array. Sum of the squared distances of its hits to their predictions.
        number_of_hits: int32 array.
        virtual: int32 array. Virtual points so far.
        trailing: int32 array. Virtual points since its last hit.
    """

    event: np.ndarray
    position: np.ndarray
    state: tuple
    squared: np.ndarray
    number_of_hits: np.ndarray
    virtual: np.ndarray
    trailing: np.ndarray

    @classmethod
    def seeds(cls, event, position, state):
        """Return candidates of one hit each."""
        nothing = np.zeros(len(event), np.int32)
        return cls(event, position, state, np.zeros(len(event), np.float32), nothing + 1, nothing, nothing)

    def __len__(self):
        return len(self.event)

    def continued(self, parent, position, squared, is_virtual):
        """Return what rows become with one more point each; a row may be named several times.

        Args:
            parent: int array, shape (branches,). The rows.
            position: float32 array, shape (branches, 3).
            squared: float32 array, shape (branches,). Squared distance to the prediction, 0 for a virtual point.
            is_virtual: bool array, shape (branches,).
        """
        return LiveCandidates(
            self.event[parent],
            position,
            tuple(part.take(parent, axis=0) for part in self.state),
            self.squared[parent] + squared,
            self.number_of_hits[parent] + ~is_virtual,
            self.virtual[parent] + is_virtual,
            np.where(is_virtual, self.trailing[parent] + 1, np.int32(0)),
        )

    def taken(self, rows):
        """Return the candidates of some rows (index array)."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        state = tuple(part[rows] for part in values.pop("state"))
        return LiveCandidates(state=state, **{name: value[rows] for name, value in values.items()})

    def mean_distance(self):
        """Return the mean squared distance of the hits but the first to their predictions, float32 array."""
        return self.squared / np.maximum(self.number_of_hits - 1, 1).astype(np.float32)

    def best(self, most):
        """Return the rows of the `most` candidates of each event with the lowest mean distance, int array, ascending.

        Args:
            most: int, or None for all candidates.
        """
        if most is None or np.bincount(self.event, minlength=1).max() <= most:
            return np.arange(len(self))
        order = np.lexsort((self.mean_distance(), self.event))
        event = self.event[order]
        rank = np.arange(len(event)) - np.searchsorted(event, event)
        return np.sort(order[rank < most])
