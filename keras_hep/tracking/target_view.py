"""Hits as seen from a target: slopes, told apart down to the resolution of the detector."""

import dataclasses

import numpy as np

from keras_hep.tracking.coordinates import Scaling


@dataclasses.dataclass(frozen=True)
class TargetView:
    """Describe hits of planes behind a target by their slopes from it, and by waves of these.

    The hits of a straight track have one slope. A network that reads scaled coordinates does not tell hits apart that
    are a thousandth of the detector from each other; of a wave that has a few of its lengths between them it does.

    Args:
        scaling: `Scaling`. Of z.
        target: tuple of float. x, y, z in mm.
        slopes: tuple of float. Unit of the slopes in x and y.
        waves: tuple of float. Lengths of waves of the slopes, in their units.

    Raises:
        ValueError: if a unit or length is not positive.

    Example:

    >>> box = Scaling((-100, -100, 0), (100, 100, 100))
    >>> view = TargetView(box, target=(0.0, 0.0, 0.0), slopes=(0.5, 0.5), waves=(4.0,))
    >>> view.scale([[25.0, 0.0, 50.0]]).round(3).tolist()  # z, both slopes, sine and cosine of each
    [[0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 1.0]]
    """

    scaling: Scaling
    target: tuple
    slopes: tuple
    waves: tuple

    def __post_init__(self):
        for name in ("slopes", "waves"):
            values = tuple(map(float, getattr(self, name)))
            if not all(value > 0 for value in values):
                raise ValueError(f"TargetView: {name} must be positive, got {values}.")
            object.__setattr__(self, name, values)
        object.__setattr__(self, "target", tuple(map(float, self.target)))

    @property
    def features(self):
        """Number of features of a hit: int."""
        return 3 + 4 * len(self.waves)

    def scale(self, positions):
        """Return features, float32 of shape (..., features), of positions in mm of shape (..., 3).

        First z, scaled, then both slopes, then for each wave the sines of both and their cosines.
        """
        positions = np.asarray(positions, float)
        step = positions - np.array(self.target)
        slope = step[..., :2] / np.maximum(step[..., 2:], 1.0) / np.array(self.slopes)
        angle = 2 * np.pi * slope[..., None, :] / np.array(self.waves)[:, None]
        waves = np.concatenate([np.sin(angle), np.cos(angle)], axis=-1)
        waves = waves.reshape(*slope.shape[:-1], 4 * len(self.waves))
        z = self.scaling.scale(positions)[..., 2:]
        return np.concatenate([z, slope, waves], axis=-1).astype(np.float32)
