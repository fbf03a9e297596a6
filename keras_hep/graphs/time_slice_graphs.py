"""Graphs of a time slice: tracks whose drift-time intervals overlap, and the hits along every track."""

import numpy as np

from keras_hep.graphs.graph import Graph
from keras_hep.graphs.windows import written_out


def overlapping_pairs(intervals):
    """Join every two tracks whose intervals overlap, in both directions.

    Two intervals that only touch do not overlap, and a track is not joined to itself.

    Args:
        intervals: float array, shape (tracks, 2). Left and right end of each.

    Returns:
        (senders, receivers): int32 arrays, shape (edges,), sorted by sender, then receiver.

    Raises:
        ValueError: if the shape is another one, an end is no finite number or a left end lies behind the right one.

    Reference: S. Omelyanchuk's slides on TrackGANN (2025), edges of the TrackGraph; code at github SavelyOm/TrackGANN.

    Example:

    >>> senders, receivers = overlapping_pairs([[0.0, 0.4], [0.3, 0.7], [0.7, 1.0]])
    >>> senders.tolist(), receivers.tolist()
    ([0, 1], [1, 0])
    """
    intervals = _checked(intervals)
    order = np.argsort(intervals[:, 0], kind="stable")
    left, right = intervals[order].T
    # A track is compared with those that start at or behind its own start and before its end.
    behind = np.arange(1, len(order) + 1)
    earlier, later = written_out(behind, np.maximum(np.searchsorted(left, right) - behind, 0))
    overlap = right[later] > left[earlier]  # not so for intervals of no length that start together
    earlier, later = order[earlier[overlap]], order[later[overlap]]
    # Both ends in one integer: sorting values is several times as fast as sorting by two keys.
    packed = np.concatenate([earlier, later]).astype(np.int64) << 32
    packed |= np.concatenate([later, earlier])
    packed.sort()
    return (packed >> 32).astype(np.int32), (packed & 0xFFFFFFFF).astype(np.int32)


def track_graph(time_slice):
    """Return the graph of the tracks of a slice, joined where their intervals overlap.

    Args:
        time_slice: `keras_hep.simulation.time_slice.TimeSlice`.

    Returns:
        `keras_hep.graphs.graph.Graph`. Its nodes have the feature event (int32, the truth); its edges, one for each
        direction, have label (bool): both tracks are of one event.

    Raises:
        ValueError: as `overlapping_pairs`.

    Example:

    >>> from keras_hep.simulation.spd_slices import SPDSlices
    >>> graph = track_graph(SPDSlices(mean_events=3.0, resolution=1).slice(seed=2))
    >>> graph.nodes["event"].tolist(), graph.number_of_edges, int(graph.edges["label"].sum())
    ([2, 2, 2, 2, 1, 2, 0, 1, 0, 1, 0, 1], 102, 38)
    """
    event = np.asarray(time_slice.event)
    senders, receivers = overlapping_pairs(time_slice.intervals)
    return Graph({"event": event}, {"label": event[senders] == event[receivers]}, senders, receivers)


def hit_graph(time_slice):
    """Return the graph of the hits of a slice: each is joined to the one before and the one behind it on its track.

    Args:
        time_slice: `keras_hep.simulation.time_slice.TimeSlice`.

    Returns:
        `keras_hep.graphs.graph.Graph` with 2 (hits - tracks) edges, sorted by sender, then receiver. Its nodes have the
        feature position (float32, (hits, 3), mm).

    Example:

    >>> from keras_hep.simulation.spd_slices import SPDSlices
    >>> graph = hit_graph(SPDSlices(mean_events=3.0).slice(seed=2))
    >>> graph.number_of_nodes, graph.number_of_edges, graph.senders[:5].tolist(), graph.receivers[:5].tolist()
    (397, 770, [0, 1, 1, 2, 2], [1, 0, 2, 1, 3])
    """
    track = np.asarray(time_slice.track)
    joined = track[1:] == track[:-1]
    senders = np.repeat(np.arange(len(track), dtype=np.int32), 2)
    receivers = senders.copy()
    receivers[::2] -= 1
    receivers[1::2] += 1
    exists = np.zeros(len(receivers), bool)
    exists[2::2] = exists[1:-1:2] = joined
    return Graph({"position": np.asarray(time_slice.hits)}, {}, senders[exists], receivers[exists])


def _checked(intervals):
    intervals = np.asarray(intervals, float)
    if intervals.ndim != 2 or intervals.shape[1] != 2:
        raise ValueError(f"intervals must have the shape (tracks, 2), got {intervals.shape}: give left and right ends.")
    wrong = ~np.isfinite(intervals).all(axis=1) | ~(intervals[:, 0] <= intervals[:, 1])
    if wrong.any():
        track = int(np.argmax(wrong))
        raise ValueError(
            f"An interval must run from a finite left end to a right one that is not below it, got "
            f"{intervals[track].tolist()} of track {track}: swap the ends or leave the track out."
        )
    return intervals
