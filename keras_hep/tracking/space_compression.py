"""Shrinks the outer part of a detector, so that its layers lie about as close as the inner ones."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class SpaceCompression:
    """Map of space that leaves the inside of a cylinder as it is, and divides distances beyond its walls.

    The distance from the beam beyond `radius` and abs(z) beyond `half_length` are divided by `factor`, each by itself;
    the azimuth stays. By default the cylinder holds the pixels of the TrackML detector.

    Args:
        radius: float. In mm.
        half_length: float. In mm.
        factor: float. Above 0; 1 changes nothing.

    Raises:
        ValueError: if an argument is out of range.

    Example:

    >>> space = SpaceCompression()
    >>> space.compress([[660.0, 0.0, -2950.0], [0.0, 116.0, 600.0]]).tolist()
    [[420.0, 0.0, -2225.0], [0.0, 116.0, 600.0]]
    >>> space.expand(space.compress([[660.0, 0.0, -2950.0]])).tolist()
    [[660.0, 0.0, -2950.0]]

    Reference: Goncharov et al., slides (2024), TrackNET training overview on TrackML: "shrink the space of external
        detectors by factor two".
    Differs: where it begins is not published; the defaults are ours.
    """

    radius: float = 180.0
    half_length: float = 1500.0
    factor: float = 2.0

    def __post_init__(self):
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if not 0 < value < np.inf:
                raise ValueError(f"SpaceCompression: {field.name} must be positive and finite, got {value!r}.")

    def compress(self, positions):
        """Return compressed positions, float32, of positions in mm; shape (..., 3)."""
        return self._stretched(positions, 1 / self.factor)

    def expand(self, positions):
        """Return positions in mm, float32, of compressed ones; shape (..., 3). The inverse of `compress`."""
        return self._stretched(positions, self.factor)

    def _stretched(self, positions, stretch):
        positions = np.asarray(positions, np.float32)
        radius = np.hypot(positions[..., 0], positions[..., 1])
        outside = _beyond(radius, self.radius, stretch) / np.where(radius > 0, radius, 1)
        z = positions[..., 2]
        transverse = positions[..., :2] * np.where(radius > self.radius, outside, 1)[..., None]
        along = np.copysign(_beyond(np.abs(z), self.half_length, stretch), z)
        return np.concatenate([transverse, along[..., None]], axis=-1, dtype=np.float32)


def _beyond(length, limit, stretch):
    """Return lengths whose part beyond the limit is multiplied by `stretch`."""
    return np.minimum(length, limit) + stretch * np.maximum(length - limit, 0)
