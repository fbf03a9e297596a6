"""Recall and precision of track candidates over many time slices, and what they depend on."""

import numpy as np

from keras_hep.metrics import estimates, grouped_estimates
from keras_hep.metrics.event_tables import rows_of


def recall_precision(matchings):
    """Return recall and precision over all slices, with errors from the spread between slices.

    Both are ratios of sums over all slices. Tracks of a slice share its fake hits and are not independent: the
    error is that of a ratio of sums over slices, and at least the binomial one. It is infinite for a single slice.

    Args:
        matchings: sequence of `CandidateMatching`, one per slice.

    Returns:
        dict of "recall" and "precision" to (value, error): floats, NaN where there are no tracks or candidates.

    Raises:
        ValueError: if there are no matchings.

    Example:

    >>> from keras_hep.metrics.track_candidates import exact_match
    >>> slices = [exact_match([[0, 1], [2, 9]], [[0, 1], [2, 3]]), exact_match([[0, 1]], [[0, 1]])]
    >>> {name: round(value, 3) for name, (value, error) in recall_precision(slices).items()}
    {'recall': 0.667, 'precision': 0.667}
    """
    matchings = list(matchings)
    if not matchings:
        raise ValueError("recall_precision: there is at least one slice, got none; pass the matchings of all slices.")
    return {
        "recall": _fraction([matching.found for matching in matchings]),
        "precision": _fraction([matching.correct[matching.counted] for matching in matchings]),
    }


def fully_reconstructed(found, event):
    """Return the fraction of events of which every true track is found, and its standard error.

    Args:
        found: bool array, shape (true tracks,).
        event: int array, shape (true tracks,), not negative: event or slice of each. Those without a true track do not
            count.

    Returns:
        (fraction, error): floats, the error binomial; NaN without any event.

    Example:

    >>> value, error = fully_reconstructed([True, True, True, False], event=[0, 0, 1, 1])
    >>> value
    0.5
    """
    tracks = np.bincount(event)
    missed = np.bincount(event, ~np.asarray(found, bool))
    events = np.count_nonzero(tracks)
    if not events:
        return float("nan"), float("nan")
    value, error = estimates.fraction(np.count_nonzero((tracks > 0) & (missed == 0)), events)
    return float(value), float(error)


def track_quantities(tracks, numbers, slots):
    """Return what is known of true tracks, in their order, to bin their efficiency with `proportion_in_bins`.

    Args:
        tracks: mapping of arrays with track, and any others of that length, as `HitEvent.tracks`.
        numbers: int array, shape (true tracks,), of `true_slots` or `true_hits`.
        slots: int array, shape (true tracks, any), of the same.

    Returns:
        dict of arrays of shape (true tracks,): the columns of `tracks`, and nhits, int.

    Raises:
        ValueError: if a true track is not in `tracks`, or one is there twice.

    Example:

    >>> tracks = {"track": [4, 7], "pt": [0.3, 0.9]}
    >>> quantities = track_quantities(tracks, numbers=[7], slots=[[0, 2, -1]])
    >>> quantities["pt"].tolist(), quantities["nhits"].tolist()
    ([0.9], [2])
    """
    row = rows_of(np.asarray(tracks["track"]), np.asarray(numbers), "tracks: every track")
    if np.any(row < 0):
        missing = np.asarray(numbers)[row < 0][0]
        raise ValueError(f"track_quantities: every true track is in tracks, got {missing}, which is not; add it.")
    return {name: np.asarray(column)[row] for name, column in tracks.items()} | {
        "nhits": np.count_nonzero(np.asarray(slots) >= 0, axis=1)
    }


def _fraction(chosen):
    """Return the fraction of true values and its error, given the values of each slice."""
    group = np.repeat(np.arange(len(chosen)), [len(values) for values in chosen])
    return grouped_estimates.fraction(np.concatenate(chosen), group) if len(group) else (float("nan"), float("nan"))
