"""A pool of processes for the time slices of a detector with stations."""

from keras_hep.tracking.candidate_growth import SliceGrowth
from keras_hep.tracking.growth_pool import GrowthPool


class SlicePool(GrowthPool):
    """`keras_hep.tracking.growth_pool.GrowthPool` that grows candidates station by station.

    Args:
        cell: as for `keras_hep.tracking.candidate_growth.grow`, of a class that can be imported.
        stations: int.
        rules: `GrowthRules`, or None for the plain algorithm.
        planes: as for `keras_hep.tracking.candidate_growth.grow`.
        shared: float or None. If given, `Candidates.greedy_deduplication(shared)` is applied to each slice.
        workers: int. Number of processes; 0: grow in this one.
        together: int. Slices that grow in the same steps.

    Example:

    >>> import numpy as np
    >>> from keras_hep.tracking.track_net_cell import TrackNETCell
    >>> zeros = lambda *shape: np.zeros(shape, np.float32)
    >>> layers = tuple((zeros(inputs, 6), zeros(2, 6), zeros(6), zeros(6)) for inputs in (3, 2))
    >>> arguments = {"heads": 1, "frame": None, "unit": 0.5}
    >>> cell = TrackNETCell(layers, (zeros(2, 3), zeros(3)), (zeros(2, 1), zeros(1)), arguments)  # expects the origin
    >>> slice_ = zeros(5, 3), np.array([0, 1, 2, 3, 3])
    >>> with SlicePool(cell, stations=4, workers=0) as pool:
    ...     [candidates.hits.tolist() for candidates in pool.grow([slice_, slice_])]
    [[[0, 1, 2, 3]], [[0, 1, 2, 3]]]
    """

    def __init__(self, cell, stations, rules=None, planes=None, shared=None, workers=2, together=8):
        growth = SliceGrowth(cell, stations, rules, planes, shared=shared)
        super().__init__(growth, workers, together)

    def grow(self, slices):
        """Yield the `Candidates` of each slice; see `GrowthPool.map`.

        Args:
            slices: iterable of pairs (positions, station), as for `keras_hep.tracking.candidate_growth.grow`.
        """
        return self.map(slices)
