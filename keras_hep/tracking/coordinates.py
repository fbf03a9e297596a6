"""Coordinates scaled to the detector's size, in which networks read hits."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class Scaling:
    """Map a box of the detector to [-1, 1] in each coordinate.

    Args:
        low: sequence of float. Lower corner of the box in mm.
        high: sequence of float. Upper corner in mm.

    Raises:
        ValueError: if a side of the box has no length.

    Example:

    >>> barrel = Scaling((-851, -851, -2386), (851, 851, 2386))
    >>> barrel.scale([[851.0, 0.0, -1193.0]]).tolist()
    [[1.0, 0.0, -0.5]]
    """

    low: tuple
    high: tuple

    def __post_init__(self):
        if not all(low < high for low, high in zip(self.low, self.high, strict=True)):
            raise ValueError(f"Each low must be below its high, got {self.low} and {self.high}.")
        object.__setattr__(self, "low", tuple(map(float, self.low)))
        object.__setattr__(self, "high", tuple(map(float, self.high)))

    @property
    def lengths(self):
        """What 1 in scaled coordinates is in mm: float array, one per coordinate."""
        return (np.array(self.high) - np.array(self.low)) / 2

    def scale(self, positions):
        """Return scaled positions, float32, of positions in mm; shape (..., coordinates)."""
        middle = (np.array(self.high) + np.array(self.low)) / 2
        return ((np.asarray(positions) - middle.astype(np.float32)) * (1 / self.lengths).astype(np.float32)).astype(
            np.float32
        )

    def unscale(self, positions):
        """Return positions in mm, float32, of scaled positions; shape (..., coordinates)."""
        middle = (np.array(self.high) + np.array(self.low)) / 2
        return (np.asarray(positions) * self.lengths + middle).astype(np.float32)
