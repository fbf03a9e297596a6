"""True tracks as sequences of hits, for networks that predict the next hit."""

import dataclasses

import numpy as np

from keras_hep.tracking.coordinates import Scaling


@dataclasses.dataclass(frozen=True)
class HitSequences:
    """Stream of tracks: all hits so far are read, the next one (and the next but one) is to be predicted.

    A track is read up to its first missing hit. What is to be predicted may be missing itself: then it has no weight.

    Args:
        simulation: dataclass with `tracks(number, seed) -> (positions, present)`: float array of shape
            (tracks, stations, 3) in mm and bool array of shape (tracks, stations).
        scaling: `Scaling`.
        heads: int. 1: the next hit; 2: also the one after it.
        dimensions: int. Coordinates to be predicted, from the first on: 3, or 2 for x and y on planes.

    Example:

    >>> from keras_hep.simulation.spd import SPDToy
    >>> stream = HitSequences(SPDToy(), Scaling((-851, -851, -2386), (851, 851, 2386)), heads=2)
    >>> inputs, targets, weights = stream.batch(events=10, seed=1)
    >>> inputs.shape, targets.shape, weights.shape
    ((10, 34, 3), (10, 34, 2, 3), (10, 34, 2))
    """

    simulation: object
    scaling: Scaling
    heads: int = 1
    dimensions: int = 3

    def batch(self, events, seed):
        """Return sequences of `events` tracks.

        Args:
            events: int. Number of tracks.
            seed: int or list of int.

        Returns:
            (inputs, targets, weights): float32 arrays of shape (tracks, stations - 1, 3), scaled; (tracks,
            stations - 1, heads, dimensions), scaled; and (tracks, stations - 1, heads), 1 where all hits so far and
            the target exist, else 0.
        """
        positions, present = self.simulation.tracks(events, seed)
        return sequences(self.scaling.scale(positions), present, self.heads, self.dimensions)


def sequences(points, present, heads=1, dimensions=3):
    """Return inputs, targets and weights, as `HitSequences.batch` does, of given tracks.

    Args:
        points: float32 array, shape (tracks, stations, 3). Scaled hits.
        present: bool array, shape (tracks, stations).
        heads: int.
        dimensions: int.
    """
    steps = points.shape[1] - 1
    targets = np.zeros((len(points), steps, heads, dimensions), np.float32)
    weights = np.zeros((len(points), steps, heads), np.float32)
    read = np.logical_and.accumulate(present, axis=1)
    for head in range(heads):
        length = steps - head
        targets[:, :length, head] = points[:, head + 1 :, :dimensions]
        weights[:, :length, head] = read[:, :length] & present[:, head + 1 :]
    inputs = np.where(read[:, :steps, None], points[:, :steps], np.float32(0))
    return inputs, np.where(weights[..., None] > 0, targets, np.float32(0)), weights
