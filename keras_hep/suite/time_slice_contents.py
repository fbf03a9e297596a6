"""What time slices of tracks hold: events, tracks, hits of a track, and where these lie."""

import dataclasses

import numpy as np

from keras_hep.metrics import estimates, grouped_estimates
from keras_hep.suite.record import Curve, Quantity

SHORT = 28  # hits: the slides' least number of an SPD track
NEXT = 30.0  # mm: neighbouring hits of a track that miss no station are nearer, with 20.6 mm between stations


@dataclasses.dataclass(frozen=True, eq=False)
class TimeSliceContents:
    """Counts of time slices.

    Attributes:
        events: int array, shape (slices,).
        tracks: int array, shape (slices,).
        tracks_of_event: int array, shape (all events,).
        hit_counts: int array, shape (all tracks,).
        slice_of_track: int array, shape (all tracks,).
        innermost: float. Smallest distance of a hit from the axis, mm.
        outermost: float. Largest.
        steps: float array. Differences of the distances of neighbouring hits from the axis, mm.
        slice_of_step: int array, as long as `steps`.
    """

    events: np.ndarray
    tracks: np.ndarray
    tracks_of_event: np.ndarray
    hit_counts: np.ndarray
    slice_of_track: np.ndarray
    innermost: float
    outermost: float
    steps: np.ndarray
    slice_of_step: np.ndarray


def counted(simulation, slices, seed):
    """Draw time slices and count what they hold.

    Args:
        simulation: `SPDSlices` or `TrackMLSlices`.
        slices: int.
        seed: list of int. The number of the slice is appended to it.

    Returns:
        `TimeSliceContents`.
    """
    drawn = [simulation.slice([*seed, number]) for number in range(slices)]
    radii = [np.hypot(*one.hits[:, :2].astype(np.float64).T) for one in drawn]
    steps = [np.diff(radius)[np.diff(one.track) == 0] for radius, one in zip(radii, drawn, strict=True)]
    number, tracks = np.arange(slices), np.array([one.tracks for one in drawn])
    return TimeSliceContents(
        events=np.array([one.events for one in drawn]),
        tracks=tracks,
        tracks_of_event=np.concatenate([np.bincount(one.event, minlength=one.events) for one in drawn]),
        hit_counts=np.concatenate([one.hit_counts for one in drawn]),
        slice_of_track=np.repeat(number, tracks),
        innermost=min(radius.min() for radius in radii),
        outermost=max(radius.max() for radius in radii),
        steps=np.concatenate(steps),
        slice_of_step=np.repeat(number, [len(values) for values in steps]),
    )


def contents(name, counts):
    """Describe events, tracks and hits of time slices, as a list of `Quantity`.

    Args:
        name: str. Put behind every name.
        counts: `TimeSliceContents`.
    """
    slices, tracks = len(counts.events), len(counts.hit_counts)
    hits = grouped_estimates.mean(counts.hit_counts, counts.slice_of_track)
    each, every = f"per time slice, mean of {slices:,}", f"{tracks:,} tracks"
    described = [
        ("events", *estimates.mean(counts.events), "events", each, slices),
        ("tracks", *estimates.mean(counts.tracks), "tracks", each, slices),
        ("hits_per_track", *hits, "hits", f"mean of {every}", tracks),
        ("fewest_hits", counts.hit_counts.min(), None, "hits", f"smallest number of {every}", tracks),
        ("most_hits", counts.hit_counts.max(), None, "hits", f"largest number of {every}", tracks),
        ("innermost", counts.innermost, None, "mm", f"smallest distance from the axis of the hits of {every}", tracks),
        ("outermost", counts.outermost, None, "mm", f"largest distance from the axis of the hits of {every}", tracks),
    ]
    return [Quantity(f"{first}_{name}", *rest) for first, *rest in described]


def short_tracks(name, counts):
    """Return the share of tracks with fewer hits than the slides allow an SPD track.

    Args:
        name: str. Of the `Quantity`.
        counts: `TimeSliceContents`.
    """
    tracks = len(counts.hit_counts)
    share = grouped_estimates.fraction(counts.hit_counts < SHORT, counts.slice_of_track)
    return Quantity(name, *share, "1", f"tracks with fewer than {SHORT} hits, of {tracks:,} tracks", tracks)


def spacing(name, counts):
    """Return how much farther from the axis the next hit of a track lies if no station between missed it.

    Args:
        name: str. Of the `Quantity`.
        counts: `TimeSliceContents`.
    """
    near = np.abs(counts.steps) < NEXT
    value, error = grouped_estimates.mean(counts.steps[near], counts.slice_of_step[near])
    definition = f"difference of the distances from the axis of neighbouring hits, mean where below {NEXT:g} mm"
    return Quantity(name, value, error, "mm", definition, np.count_nonzero(near))


def laws(name, counts, most_hits):
    """Describe how many tracks events have, and hits tracks, as a list of two `Curve`.

    Args:
        name: str. Put behind the names of the curves.
        counts: `TimeSliceContents`.
        most_hits: int. The last point of the second curve, which begins at 3 hits.
    """
    events, tracks = len(counts.tracks_of_event), len(counts.hit_counts)
    of_events = estimates.fraction(np.bincount(counts.tracks_of_event, minlength=7)[2:7], events)
    of_tracks = estimates.fraction(np.bincount(counts.hit_counts, minlength=most_hits + 1)[3 : most_hits + 1], tracks)
    share = f"share of {events:,} events with so many tracks"
    return [
        Curve(f"tracks_of_event_{name}", range(2, 7), *of_events, "tracks", "1", share),
        Curve(
            f"hits_of_track_{name}",
            range(3, most_hits + 1),
            *of_tracks,
            "hits",
            "1",
            f"share of {tracks:,} tracks with so many hits",
        ),
    ]


def rows(time_slice, most=(4, 6, 5)):
    """Return the first hits of the first tracks as rows of the published files.

    Args:
        time_slice: `TimeSlice`.
        most: tuple of int. Hits of each track.

    Returns:
        float64 array, shape (rows, 7): x, y, z in mm, track, event, left and right end of the interval.
    """
    first = np.cumsum(time_slice.hit_counts) - time_slice.hit_counts
    taken = np.concatenate([np.arange(start, start + few) for start, few in zip(first, most, strict=False)])
    track = time_slice.track[taken]
    columns = [track, time_slice.event[track], *time_slice.intervals[track].T]
    return np.column_stack([time_slice.hits[taken].astype(np.float64), *columns])
