"""How many tracks of a time slice overlap in drift time on average, computed and not simulated.

The numbers follow from the law of the slices alone: Poisson events, two of them at least; as many tracks in each as
uniform whole numbers from two on; intervals of one width around the event's time. Hits do not enter.
"""

import dataclasses

import numpy as np
from scipy import stats

from keras_hep.simulation.drift_times import half_width

FEWEST_EVENTS = FEWEST_TRACKS = 2
_NEGLIGIBLE = 1e-15  # probability of slices with more events than are summed over


@dataclasses.dataclass(frozen=True)
class OverlapExpectations:
    """Expectations of one time slice.

    Attributes:
        tracks: float.
        edges: float. Ordered pairs of different tracks whose intervals overlap: both directions count.
        true_edges: float. Those of them that join two tracks of one event.
    """

    tracks: float
    edges: float
    true_edges: float

    @property
    def true_fraction(self):
        """Ratio of the expectations: the true edges among all edges of many slices together."""
        return self.true_edges / self.edges


def overlap_expectations(simulation):
    """Return how many tracks and overlapping pairs of tracks a time slice has on average, exactly.

    Args:
        simulation: `SPDSlices`, `TrackMLSlices`, or another with `mean_events`, `resolution`, `jitter`, `most_tracks`.

    Returns:
        `OverlapExpectations`.

    Raises:
        ValueError: if events have fewer than two tracks at most.

    Example:

    >>> from keras_hep.simulation.spd_slices import SPDSlices
    >>> expected = overlap_expectations(SPDSlices(mean_events=15.0, resolution=2))
    >>> round(expected.tracks, 1), round(expected.edges), round(expected.true_fraction, 4)
    (52.5, 811, 0.1848)
    """
    tracks = np.arange(FEWEST_TRACKS, simulation.most_tracks + 1)
    if not len(tracks):
        raise ValueError(f"Events have two tracks or more, got most_tracks={simulation.most_tracks}: raise it to 2.")
    mean, pairs = tracks.mean(), np.mean(tracks * (tracks - 1))
    events, weights = _events(simulation.mean_events)
    edges = true_edges = 0.0
    for number, weight in zip(events, weights, strict=True):
        overlap = overlap_probability(number, simulation.resolution, simulation.jitter)
        others = 2 * np.arange(number - 1, 0, -1)  # ordered pairs of events 1, 2, ... apart
        true_edges += weight * pairs * number * overlap[0]
        edges += weight * (pairs * number * overlap[0] + mean**2 * (others @ overlap[1:]))
    return OverlapExpectations(float(mean * (weights @ events)), float(edges), float(true_edges))


def overlap_probability(events, resolution, jitter=0.0):
    """Return the probability that the intervals of two tracks overlap, by the distance of their events.

    Without jitter it is 0 or 1: tracks overlap whose events are at most `resolution` apart, and in a slice too short
    for that all but those of the first event with those of the last. With it, both times are uniform around their
    events, and their distance has a triangle for its density.

    Args:
        events: int. Events of the slice, 2 or more.
        resolution: int. Events to each side that an interval reaches.
        jitter: float. As in `keras_hep.simulation.drift_times.drift_intervals`.

    Returns:
        float array, shape (events,). For two tracks of one event, and of events that are 1, 2, ... apart.

    Example:

    >>> overlap_probability(6, resolution=2).astype(int)
    array([1, 1, 1, 0, 0, 0])
    >>> overlap_probability(6, resolution=2, jitter=1.0).round(3)
    array([1.   , 1.   , 0.874, 0.499, 0.124, 0.   ])
    """
    reach = (events - 1) * half_width(events, resolution)  # in distances between events, as all that follows
    shift, apart = min(jitter, reach), np.arange(events)
    if not shift:
        return (apart < 2 * reach).astype(float)
    return _nearer(2 * reach - apart, shift) - _nearer(-2 * reach - apart, shift)


def _events(mean):
    """Return numbers of events that a slice may have, and their probabilities: Poisson, but two events at least."""
    events = np.arange(FEWEST_EVENTS, int(stats.poisson.isf(_NEGLIGIBLE, mean)) + FEWEST_EVENTS)
    weights = stats.poisson.pmf(events, mean)
    weights[0] = stats.poisson.cdf(FEWEST_EVENTS, mean)
    return events, weights


def _nearer(limit, shift):
    """Return the probability that one shift is less than `limit` above another, both uniform to +-`shift`."""
    part = np.clip(limit / (2 * shift), -1, 1)
    return 0.5 + part - np.sign(part) * part**2 / 2
