"""How many events a time slice has, and how many tracks each of them: the same law for every kind of tracks.

Reference: TrackGANN slides (2025), "Datasets", and the generators of its authors, in two points different from it: they
never draw the upper limit of the number of tracks, and a time slice has at least two events.
"""

import numpy as np

FEWEST_EVENTS = 2
FEWEST_TRACKS = 2  # of an event


def draw_composition(random, mean_events, most_tracks):
    """Draw the events of a time slice and the event of each of its tracks.

    The number of events is Poisson, but at least 2; every event has 2 to `most_tracks` tracks, each number being
    equally probable. Tracks are in random order.

    Args:
        random: `np.random.Generator`.
        mean_events: float. Mean of the Poisson law.
        most_tracks: int. Largest number of tracks of an event, inclusive.

    Returns:
        (event, events): int32 array of shape (tracks,) and int.

    Example:

    >>> event, events = draw_composition(np.random.default_rng(1), mean_events=2.0, most_tracks=3)
    >>> event.tolist(), events
    ([0, 1, 1, 1, 0, 0], 2)
    """
    events = max(int(random.poisson(mean_events)), FEWEST_EVENTS)
    counts = random.integers(FEWEST_TRACKS, most_tracks + 1, events)
    return random.permutation(np.repeat(np.arange(events, dtype=np.int32), counts)), events


def composition_faults(mean_events, resolution, jitter, most_tracks):
    """Yield (rule, value) for each of the arguments, common to all kinds of time slices, that is out of range."""
    rules = {
        "mean_events must be a positive finite number": (mean_events, _positive(mean_events)),
        "resolution must be an int of at least 0": (resolution, _whole(resolution, 0)),
        "jitter must be a finite number of at least 0": (jitter, jitter == 0 or _positive(jitter)),
        f"most_tracks must be an int of at least {FEWEST_TRACKS}": (most_tracks, _whole(most_tracks, FEWEST_TRACKS)),
    }
    return ((rule, value) for rule, (value, holds) in rules.items() if not holds)


def _positive(value):
    return isinstance(value, int | float) and 0 < value < np.inf


def _whole(value, least):
    return isinstance(value, int) and not isinstance(value, bool) and value >= least
