"""How well equal closed neighbourhoods tell true edges from false ones, computed and not simulated."""

import dataclasses

import numpy as np
from scipy import stats

from keras_hep.simulation.drift_time_expectations import overlap_expectations
from keras_hep.simulation.slice_composition import FEWEST_EVENTS, FEWEST_TRACKS


@dataclasses.dataclass(frozen=True)
class NeighbourhoodExpectations:
    """Ratios of expectations: what the edges of many slices together approach.

    Attributes:
        accuracy: float. Edges decided rightly, over all.
        precision: float. True edges among those with equal closed neighbourhoods.
        all_rejected: float. Accuracy of calling every edge false.
    """

    accuracy: float
    precision: float
    all_rejected: float


def neighbourhood_expectations(simulation):
    """Return how well `equal_neighbourhoods` does where intervals depend on events alone, exactly.

    The recall is 1. Two events have the same neighbourhood only if both overlap with all events of the slice, so only
    the events of its middle are mistaken for each other, and none if the slice has more than 2 r events.

    Args:
        simulation: `SPDSlices`, `TrackMLSlices`, or another with `mean_events`, `resolution`, `jitter`, `most_tracks`.

    Returns:
        `NeighbourhoodExpectations`.

    Raises:
        ValueError: if there is jitter.

    Example:

    >>> from keras_hep.simulation.spd_slices import SPDSlices
    >>> found = neighbourhood_expectations(SPDSlices(mean_events=15.0, resolution=5))
    >>> round(found.accuracy, 4), round(found.precision, 4), round(found.all_rejected, 4)
    (0.9939, 0.9384, 0.9074)
    """
    if simulation.jitter:
        raise ValueError(
            f"Intervals must depend on events alone, got jitter={simulation.jitter}: set it to 0 or simulate slices."
        )
    expected = overlap_expectations(simulation)
    law = stats.poisson(simulation.mean_events)
    pairs = law.expect(lambda events: pairs_mistaken(np.maximum(events, FEWEST_EVENTS), simulation.resolution))
    mistaken = pairs * np.arange(FEWEST_TRACKS, simulation.most_tracks + 1).mean() ** 2
    return NeighbourhoodExpectations(
        accuracy=float(1 - mistaken / expected.edges),
        precision=float(expected.true_edges / (expected.true_edges + mistaken)),
        all_rejected=1 - expected.true_fraction,
    )


def pairs_mistaken(events, resolution):
    """Return how many ordered pairs of different events overlap with all events, so that they look the same.

    Args:
        events: int or int array. Events of the slice, 2 or more.
        resolution: int. Events to each side that an interval reaches; never the first event and the last together.

    Returns:
        int array of the shape of `events`.

    Example:

    >>> pairs_mistaken(np.array([12, 8, 5]), resolution=5).tolist()  # 0, 4 and 3 events in the middle see all
    [0, 12, 6]
    """
    reach = np.minimum(resolution, np.asarray(events) - 2)
    middle = np.maximum(2 * reach + 2 - events, 0)
    return middle * np.maximum(middle - 1, 0)
