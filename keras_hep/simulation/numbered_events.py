"""Time slices whose number of events does not vary."""

import dataclasses

import numpy as np

from keras_hep.simulation.drift_times import drift_intervals
from keras_hep.simulation.slice_composition import FEWEST_EVENTS
from keras_hep.simulation.time_slice import TimeSlice


def slice_of(simulation, events, seed):
    """Draw a time slice with a given number of events: the first ones of a larger slice.

    Events are independent of each other and of their number, so these are events like all others. Intervals are those
    of the number of events that are kept.

    Args:
        simulation: `SPDSlices` or another dataclass with `mean_events`, `resolution` and `slice(seed)`, without jitter.
        events: int, at least 2.
        seed: int or sequence of int.

    Returns:
        `TimeSlice`.

    Raises:
        ValueError: if there are fewer than 2 events, or the simulation has jitter.

    Example:

    >>> from keras_hep.simulation.spd_slices import SPDSlices
    >>> {slice_of(SPDSlices(), events=15, seed=number).events for number in range(5)}
    {15}
    """
    if events < FEWEST_EVENTS:
        raise ValueError(f"slice_of: events must be at least {FEWEST_EVENTS}, got {events}.")
    if simulation.jitter:
        raise ValueError(f"slice_of: intervals must not be shifted, got a jitter of {simulation.jitter}: set it to 0.")
    larger, attempt = dataclasses.replace(simulation, mean_events=2.0 * events), 0
    drawn = larger.slice([*np.ravel(seed), attempt])
    while drawn.events < events:
        attempt += 1
        drawn = larger.slice([*np.ravel(seed), attempt])
    kept = drawn.event < events
    event, hits = drawn.event[kept], drawn.hits[np.repeat(kept, drawn.hit_counts)]
    intervals = drift_intervals(event, events, simulation.resolution)
    return TimeSlice(hits, drawn.hit_counts[kept], event, intervals, events)
