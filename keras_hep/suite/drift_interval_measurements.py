"""What drift-time intervals tell: published values, which events overlap, and whether equal intervals are the label."""

import numpy as np

from keras_hep.metrics import estimates
from keras_hep.simulation.drift_times import drift_intervals
from keras_hep.suite.record import Curve, Quantity


def ends(events, resolution, chosen):
    """Return both ends of the intervals of some events, as a list of `Quantity`.

    Args:
        events: int. Number of events in the time slice.
        resolution: int.
        chosen: sequence of int. Events.
    """
    intervals = drift_intervals(chosen, events, resolution)
    case = f"{events} events, r = {resolution}"
    return [
        Quantity(
            f"{side}_{event}_of_{events}", end, unit="time slice", definition=f"{side} end of event {event}, {case}"
        )
        for event, interval in zip(chosen, intervals, strict=True)
        for side, end in zip(("left", "right"), interval, strict=True)
    ]


def equal_intervals(simulation, slices, seed, suffix=""):
    """Call an edge true if its tracks have the same interval: describe how good that is, as a list of `Quantity`.

    Args:
        simulation: `SPDSlices` or `TrackMLSlices`.
        slices: int.
        seed: list of int. The number of the slice is appended to it.
        suffix: str. Put behind every name.
    """
    counts = np.array([_edge_counts(simulation.slice([*seed, number])) for number in range(slices)])
    right, true, called, edges = counts.T
    rows = [
        ("equal_recall", right, true, "edges between tracks with the same interval, of the true edges"),
        ("equal_precision", right, called, "true edges, of those between tracks with the same interval"),
        ("equal_accuracy", edges - true - called + 2 * right, edges, "edges that equal intervals tell, of all edges"),
    ]
    return [
        Quantity(f"{name}{suffix}", *estimates.ratio(part, whole), "1", f"{text}, {slices:,} slices", whole.sum())
        for name, part, whole, text in rows
        if whole.any()
    ]


def overlap_by_distance(name, events, resolution, jitter, slices, seed):
    """Return the probability that two tracks overlap against how many events they are apart, as a `Curve`.

    Args:
        name: str. Of the curve.
        events: int. Number of events of every time slice.
        resolution: int.
        jitter: float.
        slices: int. In each of them every event has one track.
        seed: int or sequence of int.
    """
    random, event = np.random.default_rng(seed), np.arange(events)
    shape = slices, events
    intervals = drift_intervals(np.tile(event, slices), events, resolution, jitter, random)
    left, right = intervals.reshape(*shape, 2).transpose(2, 0, 1)
    overlap = (left[:, :, None] < right[:, None]) & (right[:, :, None] > left[:, None])
    shares = []
    for distance in range(1, events):
        pairs = np.diagonal(overlap, distance, axis1=1, axis2=2)
        shares.append(estimates.mean(pairs.mean(axis=1)))  # pairs of one slice share tracks
    share, error = np.transpose(shares)
    text = f"share of pairs of tracks that overlap, {slices:,} slices of {events} events, r = {resolution}"
    return Curve(name, range(1, events), share, error, "events apart", "1", text)


def _edge_counts(drawn):
    """Return how many edges are true and between equal intervals, true, between equal intervals, and how many."""
    left, right = drawn.intervals.T
    edge = (left[:, None] < right) & (right[:, None] > left) & ~np.eye(drawn.tracks, dtype=bool)
    true = edge & (drawn.event[:, None] == drawn.event)
    equal = edge & (drawn.intervals[:, None] == drawn.intervals).all(axis=-1)
    return [np.count_nonzero(chosen) for chosen in (true & equal, true, equal, edge)]
