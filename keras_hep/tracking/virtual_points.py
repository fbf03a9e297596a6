"""Points in place of missing hits, for training on tracks with gaps."""

import dataclasses

import numpy as np

from keras_hep.tracking.coordinates import Scaling
from keras_hep.tracking.hit_sequences import sequences


def fill_gaps(cell, points, present, planes=None):
    """Put the point that a network predicts in place of each missing hit whose neighbours exist.

    The network reads a track hit by hit, its own points included, as a candidate grows. A track ends before its first
    gap of two hits, and where its first hit is missing it has none.

    Args:
        cell: as for `keras_hep.tracking.candidate_growth.grow`.
        points: float32 array, shape (tracks, stations, 3). Scaled hits.
        present: bool array, shape (tracks, stations).
        planes: float array, shape (stations,), or None. Scaled z of planes; needed for a network that predicts x and y.

    Returns:
        (points, filled): float32 array and bool array of the shapes given: hits and virtual points, and where there is
        one or the other.

    Raises:
        ValueError: if the network predicts x and y, and the planes that its points lie on are not given.
    """
    points, filled = np.array(points, np.float32), np.array(present, bool)
    filled[:, 1:-1] |= present[:, :-2] & present[:, 2:]
    filled = np.logical_and.accumulate(filled, axis=1)
    gaps = filled & ~present
    with_gap = np.flatnonzero(gaps.any(axis=1))
    if len(with_gap):
        points[with_gap] = _predicted(cell, points[with_gap], gaps[with_gap], planes)
    return points, filled


def _predicted(cell, points, gaps, planes):
    """Return points of tracks with the network's own in the gaps."""
    last = np.flatnonzero(gaps.any(axis=0))[-1]
    state = cell.start(points[:, 0])
    for station in range(last):
        state, centres, _ = cell.step(state, points[:, station])
        gap, coordinates = gaps[:, station + 1], centres.shape[2]
        if coordinates == 2 and planes is None:
            raise ValueError("Virtual points on planes need the z of each station's plane, got planes=None: pass it.")
        points[gap, station + 1, :coordinates] = centres[gap, 0]
        if coordinates == 2:
            points[gap, station + 1, 2] = planes[station + 1]
    return points


@dataclasses.dataclass(frozen=True)
class GappedSequences:
    """Stream of tracks with missing hits, in whose place virtual points are read; only hits are to be predicted.

    Args:
        simulation: as of `keras_hep.tracking.hit_sequences.HitSequences`, with an efficiency below 1.
        scaling: `Scaling`.
        heads: int.
        predicted_by: str. Names the network of the virtual points, such as the key of its training: it stands for the
            cell in a comparison of two streams.

    Make it with `GappedSequences.of`.

    Raises:
        ValueError: when a batch is asked of an instance that was not made by `of`.
    """

    simulation: object
    scaling: Scaling
    heads: int
    predicted_by: str

    @classmethod
    def of(cls, cell, simulation, scaling, heads, predicted_by, planes=None):
        """Return a stream whose virtual points `cell` predicts; the other arguments are the attributes.

        With `planes`, as for `fill_gaps`, x and y are to be predicted. They belong to the simulation and are no
        attribute of their own.
        """
        stream = cls(simulation, scaling, heads, predicted_by)
        object.__setattr__(stream, "_cell", cell)
        object.__setattr__(stream, "_planes", planes)
        return stream

    def batch(self, events, seed):
        """Return inputs, targets and weights of `events` tracks, as `HitSequences.batch` does."""
        if not hasattr(self, "_cell"):
            raise ValueError("GappedSequences must be made by GappedSequences.of(cell, ...), got one without its cell.")
        positions, present = self.simulation.tracks(events, seed)
        points, filled = fill_gaps(self._cell, self.scaling.scale(positions), present, self._planes)
        dimensions = 3 if self._planes is None else 2
        inputs, targets, weights = sequences(points, filled, self.heads, dimensions)
        for head in range(self.heads):
            weights[:, : weights.shape[1] - head, head] *= present[:, head + 1 :]
        return inputs, targets, weights
