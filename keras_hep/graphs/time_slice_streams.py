"""Time slices as the input of networks: hits and track graphs side by side, always new ones for a training."""

import dataclasses

import numpy as np

from keras_hep.graphs.padding import bucket
from keras_hep.graphs.time_slice_graphs import overlapping_pairs

METRE = 1000.0  # mm


def slice_inputs(slices, unit=METRE, padded=False):
    """Return what `keras_hep.models.TrackGANN` reads of time slices, all of them as one graph.

    Args:
        slices: sequence of `keras_hep.simulation.time_slice.TimeSlice`, at least one.
        unit: float. Length in mm that becomes 1. The original reads mm.
        padded: bool. Fill up to one of few sizes, so that programs compiled for a size are used again: hits, tracks and
            edges of nothing stand behind the true ones, and no edge joins the two.

    Returns:
        (inputs, edge_counts): dict of arrays `hits`, float32, shape (hits, 3); `first`, float32, shape (hits,), 1 where
        a track begins; `track`, int32, shape (hits,); `hit_counts`, float32, shape (tracks,); `senders` and
        `receivers`, int32, shape (edges,); and the number of edges of each slice, int32 array.

    Raises:
        ValueError: if there is no slice.

    Example:

    >>> from keras_hep.simulation.spd_slices import SPDSlices
    >>> pair = [SPDSlices().slice(seed) for seed in (1, 2)]
    >>> inputs, edge_counts = slice_inputs(pair)
    >>> len(inputs["hit_counts"]) == sum(one.tracks for one in pair), len(inputs["senders"]) == int(edge_counts.sum())
    (True, True)
    """
    if not slices:
        raise ValueError("slice_inputs needs at least one time slice, got none.")
    pairs = [overlapping_pairs(one.intervals) for one in slices]
    shifts = np.cumsum([0] + [one.tracks for one in slices[:-1]])
    senders, receivers = (
        np.concatenate([ends[side] + shift for ends, shift in zip(pairs, shifts, strict=True)]).astype(np.int32)
        for side in (0, 1)
    )
    counts = np.concatenate([one.hit_counts for one in slices])
    hits = np.concatenate([one.hits for one in slices]) / np.float32(unit)
    if padded:
        hits, counts, senders, receivers = _filled_up(hits, counts, senders, receivers)
    first = np.zeros(len(hits), np.float32)
    first[(np.cumsum(counts) - counts)[counts > 0]] = 1
    track = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    inputs = {"hits": hits, "first": first, "track": track, "hit_counts": counts.astype(np.float32)}
    edge_counts = np.array([len(ends[0]) for ends in pairs], np.int32)
    return {**inputs, "senders": senders, "receivers": receivers}, edge_counts


def edge_labels(slices):
    """Return whether the tracks of each edge of `slice_inputs` are of one event, bool array of shape (edges,).

    Example:

    >>> from keras_hep.simulation.spd_slices import SPDSlices
    >>> labels = edge_labels([SPDSlices().slice(seed=1)])
    >>> labels.dtype.name, bool(0 < labels.mean() < 0.5)
    ('bool', True)
    """
    labels = []
    for one in slices:
        senders, receivers = overlapping_pairs(one.intervals)
        labels.append(one.event[senders] == one.event[receivers])
    return np.concatenate(labels)


@dataclasses.dataclass(frozen=True)
class TimeSliceStream:
    """New simulated time slices for a training of `keras_hep.models.TrackGANN`.

    Args:
        simulation: dataclass with `slice(seed)` that returns a `keras_hep.simulation.time_slice.TimeSlice`.
        unit: float. As of `slice_inputs`.

    Example:

    >>> from keras_hep.simulation.spd_slices import SPDSlices
    >>> inputs, labels, weights = TimeSliceStream(SPDSlices()).batch(events=2, seed=1)
    >>> labels.shape == (len(inputs["senders"]), 1), float(weights.sum().round(4))
    (True, 2.0)

    Reference: TrackGANN (slides, 2025) and its code: one slice a step.
    Differs: every slice is seen once, where the original has 800, seen 110 times.
    """

    simulation: object
    unit: float = METRE

    def batch(self, events, seed):
        """Return (inputs, labels, sample weights) of so many time slices side by side.

        Args:
            events: int. Number of slices.
            seed: int or list of int.

        Returns:
            (dict of arrays as from `slice_inputs`, padded; float32 array of shape (edges, 1): 1 where both tracks are
            of one event; float32 array of shape (edges,)): the weights of the edges of a slice add up to 1.
        """
        slices = [self.simulation.slice([*np.ravel(seed), number]) for number in range(events)]
        inputs, edge_counts = slice_inputs(slices, self.unit, padded=True)
        labels = np.zeros((len(inputs["senders"]), 1), np.float32)
        weights = np.zeros(len(labels), np.float32)
        labels[: edge_counts.sum(), 0] = edge_labels(slices)
        weights[: edge_counts.sum()] = np.repeat(1 / np.maximum(edge_counts, 1), edge_counts)
        return inputs, labels, weights


def _filled_up(hits, counts, senders, receivers):
    """Return the arrays with tracks of nothing behind: each has one hit but the last, which has all others."""
    tracks = bucket(len(counts) + 1) - len(counts)
    more = bucket(len(hits) + tracks) - len(hits)
    edges = bucket(max(len(senders), 1)) - len(senders)
    ends = (len(counts) + np.arange(edges, dtype=np.int32) % tracks).astype(np.int32)
    padding = np.ones(tracks, counts.dtype)
    padding[-1] += more - tracks
    return (
        np.concatenate([hits, np.zeros((more, 3), hits.dtype)]),
        np.concatenate([counts, padding]),
        np.concatenate([senders, ends]),
        np.concatenate([receivers, ends]),
    )
