"""Coordinates in which the hits of a track lie close together: direction from the centre, and depth."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class DirectionCoordinates:
    """Map of a detector around a beam in which a straight track from the centre is a short line.

    A hit at distance l from the centre, azimuth phi and pseudorapidity eta becomes (d cos phi, d sin phi, eta) with
    d = 1 + depth log(1 + l / length). Distances then measure directions, in radian and pseudorapidity, in which
    scattering blurs a track alike everywhere; `depth` says how much it counts on which layer a hit lies.

    Args:
        depth: float.
        length: float. In mm; about the distance of the first layer.

    Raises:
        ValueError: if an argument is not positive.

    Example:

    >>> coordinates = DirectionCoordinates(depth=0.1, length=10.0)
    >>> coordinates.scale([[90.0, 0.0, 0.0]]).round(3).tolist() == [[np.float32(1.23), 0.0, 0.0]]
    True
    >>> coordinates.unscale(coordinates.scale([[0.0, 30.0, -40.0]])).round(2).tolist()
    [[0.0, 30.0, -40.0]]
    """

    depth: float = 0.15
    length: float = 30.0

    def __post_init__(self):
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if not 0 < value < np.inf:
                raise ValueError(f"DirectionCoordinates: {field.name} must be positive and finite, got {value!r}.")

    def scale(self, positions):
        """Return coordinates, float32, of positions in mm, shape (..., 3); those on the beam become x = d, y = 0."""
        x, y, z = np.moveaxis(np.asarray(positions, np.float32), -1, 0)
        radius = np.hypot(x, y)
        on_beam = radius == 0
        distance = 1 + np.float32(self.depth) * np.log1p(np.hypot(radius, z) / np.float32(self.length))
        radius = np.where(on_beam, np.float32(1), radius)
        cosine, sine = np.where(on_beam, np.float32(1), x / radius), y / radius
        rapidity = np.where(on_beam, np.float32(0), np.arcsinh(z / radius))
        return np.stack([distance * cosine, distance * sine, rapidity], axis=-1).astype(np.float32)

    def unscale(self, coordinates):
        """Return positions in mm, float32, of coordinates, shape (..., 3), none of which is on the beam."""
        x, y, rapidity = np.moveaxis(np.asarray(coordinates, float), -1, 0)
        distance = np.hypot(x, y)
        length = self.length * np.expm1((distance - 1) / self.depth)
        radius = length / np.cosh(rapidity)
        positions = [radius * x / distance, radius * y / distance, length * np.tanh(rapidity)]
        return np.stack(positions, axis=-1).astype(np.float32)
