"""Tracks of simulated time slices as the input of networks that read rows of hits, always new ones for a training."""

import dataclasses

import numpy as np

from keras_hep.simulation.spd import HALF_LENGTH
from keras_hep.simulation.spd_slices import RADII
from keras_hep.tracking.track_rows import rows_at_radii, rows_in_order

READINGS = ("in_order", "at_radii")
SCALE = np.array([851.0, 851.0, HALF_LENGTH], np.float32)  # mm, as the authors scale


def track_rows(slice_, reading="in_order"):
    """Return the tracks of one time slice as rows of 35 points, coordinates over 851, 851 and 2386 mm.

    Args:
        slice_: `keras_hep.simulation.time_slice.TimeSlice`.
        reading: str. "in_order": hits in their order, zeros behind them, as published; "at_radii": points at the radii
            of the 35 stations, see `keras_hep.tracking.track_rows.rows_at_radii`.

    Returns:
        float32 array, shape (tracks, 35, 3).

    Raises:
        ValueError: if the reading is another one.

    Example:

    >>> from keras_hep.simulation.spd_slices import SPDSlices
    >>> slice_ = SPDSlices(efficiency=0.5).slice(seed=1)
    >>> [int((track_rows(slice_, reading) != 0).all(axis=2).sum(axis=1).min()) for reading in READINGS]
    [10, 35]
    """
    if reading not in READINGS:
        raise ValueError(f"reading must be one of {', '.join(READINGS)}, got {reading!r}.")
    if reading == "in_order":
        return rows_in_order(slice_.hits, slice_.hit_counts, len(RADII)) / SCALE
    return rows_at_radii(slice_.hits, slice_.hit_counts, RADII) / SCALE


@dataclasses.dataclass(frozen=True)
class TrackRowStream:
    """New time slices for the training of a `keras_hep.models.TrackEmbedder`.

    Args:
        simulation: dataclass with `slice(seed)` that returns a `keras_hep.simulation.time_slice.TimeSlice`.
        reading: str. As of `track_rows`.
        capacity: int. Tracks of a slice: rows of zeros fill it up, and what is beyond, in random order, is left out.
            One number for all, so that a program is compiled once.

    Raises:
        ValueError: if the reading is another one, or the capacity is below 2.

    Example:

    >>> from keras_hep.simulation.spd_slices import SPDSlices
    >>> tracks, events = TrackRowStream(SPDSlices()).batch(events=2, seed=1)
    >>> tracks.shape, events.shape, float(events.min())
    ((2, 80, 35, 3), (2, 80), -1.0)
    """

    simulation: object
    reading: str = "in_order"
    capacity: int = 80

    def __post_init__(self):
        if self.reading not in READINGS:
            raise ValueError(f"reading must be one of {', '.join(READINGS)}, got {self.reading!r}.")
        if self.capacity < 2:
            raise ValueError(f"capacity must be at least 2, got {self.capacity}.")

    def batch(self, events, seed):
        """Draw time slices.

        Args:
            events: int. Number of slices.
            seed: int or list of int.

        Returns:
            (tracks, event): float32 arrays of the shapes (slices, capacity, 35, 3) and (slices, capacity); the event of
            padding is -1.
        """
        tracks = np.zeros((events, self.capacity, len(RADII), 3), np.float32)
        event = np.full((events, self.capacity), -1, np.float32)
        for number in range(events):
            slice_ = self.simulation.slice([*np.ravel(seed), number])
            kept = min(slice_.tracks, self.capacity)
            tracks[number, :kept] = track_rows(slice_, self.reading)[:kept]
            event[number, :kept] = slice_.event[:kept]
        return tracks, event
