"""What a simulation of time slices returns: reconstructed tracks of several events, each with an interval of time."""

import dataclasses

import numpy as np

_TYPES = {"hits": np.float32, "hit_counts": np.int32, "event": np.int32, "intervals": np.float64}


@dataclasses.dataclass(frozen=True, eq=False)
class TimeSlice:
    """Tracks of the events that a detector without a trigger reads out together.

    Attributes:
        hits: float32 array, shape (hits, 3). x, y, z in mm. The hits of a track are neighbours, in order along it
            (outwards); tracks follow one another.
        hit_counts: int32 array, shape (tracks,). Hits of each track, at least 1.
        event: int32 array, shape (tracks,). Event of each track, 0 to `events` - 1 in the order of time.
        intervals: float64 array, shape (tracks, 2). Left and right end of the drift-time interval of each track, where
            the time slice lasts from 0 to 1.
        events: int. Number of events, whether or not each has a track.

    Raises:
        ValueError: if shapes or types are others, counts do not add up, an event is out of range, a value is not
            finite, or an interval is empty.

    Example:

    >>> hits = np.array([[30, 0, 1], [70, 1, 2], [110, 2, 3], [0, 31, 4], [1, 72, 5]], np.float32)
    >>> intervals = np.array([[0.0, 0.5], [0.25, 1.0]])
    >>> slice_ = TimeSlice(hits, np.array([3, 2], np.int32), np.array([0, 2], np.int32), intervals, events=3)
    >>> slice_.track.tolist(), slice_.tracks
    ([0, 0, 0, 1, 1], 2)
    """

    hits: np.ndarray
    hit_counts: np.ndarray
    event: np.ndarray
    intervals: np.ndarray
    events: int

    def __post_init__(self):
        for name, dtype in _TYPES.items():
            found = getattr(getattr(self, name), "dtype", type(getattr(self, name)).__name__)
            _require(found == dtype, f"{name} must be an array of {np.dtype(dtype).name}", str(found))
        tracks = self.hit_counts.size
        shapes = {"hits": (len(self.hits), 3), "hit_counts": (tracks,), "event": (tracks,), "intervals": (tracks, 2)}
        for name, shape in shapes.items():
            found = getattr(self, name).shape
            _require(found == shape, f"{name} must have the shape {shape} for {tracks} tracks", found)
        _require(isinstance(self.events, int) and self.events >= 1, "events must be an int of at least 1", self.events)
        counts, event = self.hit_counts, self.event
        _require(counts.min(initial=1) >= 1, "every track must have a hit", counts.min(initial=1))
        _require(counts.sum() == len(self.hits), "hit_counts must add up to the hits", (counts.sum(), len(self.hits)))
        known = event.min(initial=0) >= 0 and event.max(initial=0) < self.events
        _require(known, f"event must lie between 0 and {self.events - 1}", (event.min(initial=0), event.max(initial=0)))
        _require(np.isfinite(self.hits).all(), "hits must be finite", "nan or infinity")
        left, right = self.intervals.T
        ordered = np.isfinite(self.intervals).all() and (left < right).all()
        _require(ordered, "intervals must be finite and end after they begin", self.intervals[~(left < right)][:1])

    @property
    def tracks(self):
        """Number of tracks."""
        return len(self.hit_counts)

    @property
    def track(self):
        """Track of each hit, int32 array of shape (hits,)."""
        return np.repeat(np.arange(self.tracks, dtype=np.int32), self.hit_counts)


def _require(holds, rule, value):
    if not holds:
        raise ValueError(f"TimeSlice: {rule}, got {value}.")
