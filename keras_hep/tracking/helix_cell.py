"""Growth along helices around the beam, without a network."""

import dataclasses

import numpy as np

from keras_hep.tracking.helix_step import HelixStep


@dataclasses.dataclass(frozen=True)
class HelixCell:
    """Expects the next hit on the helix through the beam and the last two hits, in a sphere of one of two radii.

    It stands for a `keras_hep.tracking.track_net_cell.TrackNETCell` whose network has nothing to say: the next hit is
    expected 1.31 times as far along the helix. Coordinates are those of
    `keras_hep.tracking.direction_coordinates.DirectionCoordinates`.

    Args:
        depth: float. As of the coordinates.
        radii: pair of float. Of the sphere after the first hit, when the helix is a straight line from the centre, and
            after the others.

    Raises:
        ValueError: if a number is not positive.

    Example:

    >>> from keras_hep.tracking.direction_coordinates import DirectionCoordinates
    >>> coordinates, cell = DirectionCoordinates(), HelixCell(depth=0.15, radii=(0.1, 0.02))
    >>> hit = coordinates.scale([[30.0, 0.0, 60.0]])
    >>> state, centres, sizes = cell.step(cell.start(hit), hit)
    >>> coordinates.unscale(centres[:, 0]).round(1).tolist() == [[np.float32(39.4), 0.0, np.float32(78.8)]]
    True
    """

    depth: float
    radii: tuple
    heads = 1

    def __post_init__(self):
        if not min(self.depth, *self.radii) > 0:
            raise ValueError(f"Depth and radii must be positive, got {self.depth} and {self.radii}.")

    def start(self, positions):
        """Return the state before the first hits, float32 array of shape (candidates, 3), are read."""
        return HelixStep.first({}, positions), np.zeros(len(positions), np.int32)

    def step(self, state, positions):
        """Read the next hit of each candidate; return state, centres and sizes as a `TrackNETCell` does."""
        remembered, number = state
        frame = {"depth": self.depth, "residual": 1.0, "scales": (0.0, 0.0)}
        step = HelixStep(frame, (None, None, remembered, number), positions)
        centres = step.points(np.zeros((len(positions), 1, 3), np.float32))
        sizes = np.float32(self.radii)[np.minimum(number, 1)][:, None, None]
        return (step.remembered, number + 1), centres, sizes
