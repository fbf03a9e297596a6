"""A prediction without a network: straight on, with search regions of one size."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class StraightLineCell:
    """Expect the next hit where the straight line through the last two goes on: the baseline that learns nothing.

    From a single hit the line comes from the origin. In a barrel with equal distances between stations a step goes on
    as it came. What `keras_hep.tracking.candidate_growth.grow` needs of a cell is here in place of
    `keras_hep.tracking.track_net_cell.TrackNETCell`.

    Args:
        first_ratio: float. Where the line from the origin is one station before the first hit, in units of the first
            hit's coordinates.
        radius: float. Of all search regions, scaled.
        heads: int. 1, or 2 to look at the hit after the next as well.

    Raises:
        ValueError: if heads is neither 1 nor 2, or the radius not positive.

    Example:

    >>> cell = StraightLineCell(first_ratio=0.5, radius=0.01, heads=2)
    >>> first = np.float32([[0.2, 0.0, 0.1]])
    >>> state, centres, sizes = cell.step(cell.start(first), first)
    >>> centres[0].round(3)
    array([[0.3 , 0.  , 0.15],
           [0.4 , 0.  , 0.2 ]], dtype=float32)
    """

    first_ratio: float
    radius: float
    heads: int = 1

    def __post_init__(self):
        if self.heads not in (1, 2):
            raise ValueError(f"heads must be 1 or 2, got {self.heads}.")
        if self.radius <= 0:
            raise ValueError(f"radius must be positive, got {self.radius}.")

    def start(self, positions):
        """Return the state before the first hit is read: where the line was one station before."""
        return (np.float32(self.first_ratio) * np.asarray(positions, np.float32),)

    def step(self, state, positions):
        """Read the next hit of each candidate; arguments and results as of `TrackNETCell.step`."""
        ahead = np.arange(1, self.heads + 1, dtype=np.float32)[:, None]
        centres = positions[:, None] + ahead * (positions - state[0])[:, None]
        return (positions,), centres, np.full((len(positions), self.heads, 1), self.radius, np.float32)
