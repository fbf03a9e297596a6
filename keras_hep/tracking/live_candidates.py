"""Candidates that are growing, as arrays of one entry per candidate."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True, eq=False)
class LiveCandidates:
    """What the next step needs of each growing candidate.

    Attributes:
        event: int array. Number of its event among those that grow together.
        position: float32 array, shape (candidates, 3). Its last point, scaled.
        state: tuple of arrays. State of the network before it reads that point.
        squared: float32 array. Sum of the squared distances of its hits to their predictions.
        virtual: int array. Virtual points so far.
        trailing: int array. Virtual points since its last hit.
        next_hit: int32 array. Hit that it takes in the next step whatever is predicted, or -1.
        next_squared: float32 array. The squared distance of that hit.
    """

    event: np.ndarray
    position: np.ndarray
    state: tuple
    squared: np.ndarray
    virtual: np.ndarray
    trailing: np.ndarray
    next_hit: np.ndarray
    next_squared: np.ndarray

    @classmethod
    def seeds(cls, event, position, state):
        """Return candidates of one hit each."""
        whole, real = np.zeros(len(event), np.int32), np.zeros(len(event), np.float32)
        return cls(event, position, state, real, whole, whole, whole - 1, real)

    def __len__(self):
        return len(self.event)

    def continued(self, parent, position, squared, is_virtual):
        """Return the candidates that rows `parent` (int array) become with one more point each.

        Args:
            parent: int array, shape (branches,).
            position: float32 array, shape (branches, 3).
            squared: float32 array, shape (branches,). Squared distance to the prediction, 0 for a virtual point.
            is_virtual: bool array, shape (branches,).
        """
        return LiveCandidates(
            self.event[parent],
            position,
            tuple(part[parent] for part in self.state),
            self.squared[parent] + squared,
            self.virtual[parent] + is_virtual,
            np.where(is_virtual, self.trailing[parent] + 1, 0),
            np.full(len(parent), -1, np.int32),
            np.zeros(len(parent), np.float32),
        )

    def taken(self, rows):
        """Return the candidates of some rows (index array)."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        state = tuple(part[rows] for part in values.pop("state"))
        return LiveCandidates(state=state, **{name: value[rows] for name, value in values.items()})
