"""Time slices of the tracks of the toy of the Spin Physics Detector, with a Poisson number of events."""

import dataclasses

import numpy as np

from keras_hep.simulation.drift_times import drift_intervals
from keras_hep.simulation.slice_composition import FEWEST_EVENTS
from keras_hep.simulation.spd import SPDToy
from keras_hep.simulation.time_slice import TimeSlice


@dataclasses.dataclass(frozen=True)
class SPDToySlices:
    """Generator of time slices of true tracks as of `keras_hep.simulation.spd.SPDToy`, without fake hits.

    An event has 1 to `most_tracks` tracks; those without any hit are left out.

    Args:
        mean_events: float. Mean number of events (before the least number of 2).
        resolution: int. Number of events to each side that a track's drift-time interval overlaps with.
        jitter: float. 0: all tracks of an event have the same interval. No other is known.
        most_tracks: int. Largest number of tracks of an event.
        efficiency: float. Probability that a station sees a track that crosses it.
        vertex: str. "z_only", all tracks start on the axis, or "exact".

    Raises:
        ValueError: if an argument is out of range.

    Example:

    >>> slice_ = SPDToySlices(mean_events=3.0).slice(seed=1)
    >>> slice_.events, slice_.tracks
    (3, 17)

    Reference: the event generator in the public code t3hseus/spd-timeslice-unravelling: 40 events with vertices on the
        axis in its first versions (2023), since May 2024 a Poisson number with the mean 30 and vertices off the axis.
    """

    mean_events: float = 40.0
    resolution: int = 2
    jitter: float = 0.0
    most_tracks: int = 9
    efficiency: float = 1.0
    vertex: str = "z_only"

    def __post_init__(self):
        if not 0 < self.mean_events < np.inf:
            raise ValueError(f"SPDToySlices: mean_events must be a positive finite number, got {self.mean_events!r}.")
        if self.jitter != 0:
            raise ValueError(f"SPDToySlices: there is no jitter, got {self.jitter!r}: set it to 0.")
        drift_intervals([0], FEWEST_EVENTS, self.resolution)
        self._toy(FEWEST_EVENTS)

    def slice(self, seed):
        """Draw one time slice.

        Args:
            seed: int or sequence of int. The same seed gives the same time slice.

        Returns:
            `TimeSlice`. Tracks are in random order.
        """
        random = np.random.default_rng([*np.ravel(seed), 1])
        events = max(int(random.poisson(self.mean_events)), FEWEST_EVENTS)
        hits = self._toy(events).event([*np.ravel(seed), 0]).hits
        tracks, position = np.unique(hits["track"], return_inverse=True)
        place = random.permutation(len(tracks))[position]
        order = np.lexsort((hits["station"], place))
        counts = np.bincount(place).astype(np.int32)
        event = hits["event"][order][np.cumsum(counts) - counts].astype(np.int32)
        positions = np.stack([hits[name] for name in ("x", "y", "z")], axis=1)[order].astype(np.float32)
        return TimeSlice(positions, counts, event, drift_intervals(event, events, self.resolution), events)

    def _toy(self, events):
        return SPDToy(
            events=events,
            most_tracks=self.most_tracks,
            efficiency=self.efficiency,
            vertex=self.vertex,
            fakes=False,
        )
