"""Graphs of the tracks of a time slice with what is known of every pair: a common point near the beam, and times."""

import dataclasses

import numpy as np

from keras_hep.graphs.time_slice_graphs import track_graph
from keras_hep.tracking.grouping.interval_distance import interval_distances
from keras_hep.tracking.helix_fit import fit_helices
from keras_hep.tracking.pair_vertices import pair_vertices

NODE_FEATURES, EDGE_FEATURES = 8, 9
IMPLAUSIBLE = 1e6  # chi2 of a pair of which a fit failed
_LONGEST_PATH = 300.0  # mm: far outside the beam pipe
_LEAST_PATH_ERROR, _LARGEST_PATH_ERROR = 0.05, 100.0  # mm


@dataclasses.dataclass(frozen=True)
class TrackPairGraphs:
    """How track graphs get their features.

    Nodes have `features`, float32, shape (tracks, 8), all of order 1: slope, curvature, errors of offset and of z at
    the beam, offset and z there, number of hits, and distance of the first one. Edges have

    - `features`, float32, shape (edges, 9): chi2 of the pair's common point, and of its distance from the beam;
      difference and error in z there; errors of the paths to it, of the sender and of the receiver; distance of the
      intervals in quarters of the longest one; share of the shorter one that overlaps; and whether both fits succeeded;
    - `path`, float32, shape (edges, 1): of the sender to the common point, mm; `precision`: one over its variance;
    - `chi2`, float64, shape (edges,), of the common point and of its distance from the beam together; `z_error`, of the
      difference in z there, mm; and `time_distance` of the intervals: what rules that hardly learn read.

    None of it changes when the slice is turned around the beam. Features that are switched off are 0.

    Args:
        intervals: bool. Whether edges tell about intervals beyond that they overlap.
        vertices: bool. Whether edges tell about common points.
        innermost: int or None. Hits of each track that are fitted, from the beginning; None: all.
        resolution: float. Assumed of a hit, mm, as of `keras_hep.tracking.helix_fit.fit_helices`.
        beam_width: float. Standard deviation of vertices in x and in y, mm.

    Raises:
        ValueError: if `innermost` is below 3.

    Example:

    >>> from keras_hep.simulation.spd_slices import SPDSlices
    >>> graph = TrackPairGraphs().graph(SPDSlices(mean_events=3.0).slice(seed=2))
    >>> graph.nodes["features"].shape, graph.edges["features"].shape == (graph.number_of_edges, 9)
    ((12, 8), True)
    >>> true, false = (np.median(graph.edges["chi2"][graph.edges["label"] == kind]) for kind in (True, False))
    >>> bool(true < 6), bool(false > 1000)
    (True, True)
    """

    intervals: bool = True
    vertices: bool = True
    innermost: int | None = None
    resolution: float = 0.1
    beam_width: float = 10.0

    def __post_init__(self):
        if self.innermost is not None and self.innermost < 3:
            raise ValueError(f"TrackPairGraphs: innermost must be at least 3 or None, got {self.innermost}.")

    def graph(self, time_slice):
        """Return the `Graph` of a `keras_hep.simulation.time_slice.TimeSlice`, with its truth as of `track_graph`."""
        graph = track_graph(time_slice)
        fitted = fit_helices(*self._fitted_hits(time_slice), self.resolution)
        nodes = {**graph.nodes, "features": _track_features(fitted, time_slice)}
        edges = {**graph.edges, **self._edges(fitted, time_slice.intervals, graph.senders, graph.receivers)}
        return dataclasses.replace(graph, nodes=nodes, edges=edges)

    def _fitted_hits(self, time_slice):
        hits, counts = time_slice.hits, time_slice.hit_counts
        if self.innermost is None:
            return hits, counts
        place = np.arange(len(hits)) - np.repeat(np.cumsum(counts) - counts, counts)
        return hits[place < self.innermost], np.minimum(counts, self.innermost)

    def _edges(self, fitted, intervals, senders, receivers):
        one_way = np.flatnonzero(senders < receivers)
        both_ways = one_way, reverse_edges(senders, receivers)[one_way]
        first, second = senders[one_way], receivers[one_way]
        pair = pair_vertices(fitted, first, second, self.beam_width)
        known = np.isfinite(pair.chi2)
        distance, overlap = _times(intervals, first, second)
        features = np.zeros((len(senders), EDGE_FEATURES), np.float32)
        path, precision = (np.zeros((len(senders), 1), np.float32) for _ in range(2))
        chi2, z_error, time_distance = np.zeros((3, len(senders)))
        error = np.clip(np.where(known[:, None], pair.path_error, np.inf), _LEAST_PATH_ERROR, _LARGEST_PATH_ERROR)
        for edges, own in zip(both_ways, (0, 1), strict=True):
            chi2[edges] = np.where(known, np.minimum(pair.chi2 + pair.beam_chi2, IMPLAUSIBLE), IMPLAUSIBLE)
            z_error[edges] = np.where(known, pair.z_error, IMPLAUSIBLE)
            time_distance[edges] = distance
            if self.vertices:
                features[edges, :4] = _point_features(pair)
                features[edges, 4:6] = np.log(error[:, [own, 1 - own]]) / 2
                features[edges, 8] = known
                path[edges, 0] = np.clip(np.where(known, pair.path[:, own], 0), -_LONGEST_PATH, _LONGEST_PATH)
                precision[edges, 0] = error[:, own] ** -2
            if self.intervals:
                features[edges, 6:8] = np.stack([4 * distance, overlap], axis=1)
        columns = {"features": features, "path": path, "precision": precision}
        return columns | {"chi2": chi2, "z_error": z_error, "time_distance": time_distance}


def reverse_edges(senders, receivers):
    """Return the index of each edge's opposite.

    Args:
        senders: int array, shape (edges,). Every edge is there in both directions, once, sorted by sender, then
            receiver, as `keras_hep.graphs.time_slice_graphs.overlapping_pairs` gives them.
        receivers: int array, shape (edges,).

    Returns:
        int32 array, shape (edges,).

    Raises:
        ValueError: if they are not.

    Example:

    >>> reverse_edges(np.array([0, 0, 1, 2]), np.array([1, 2, 0, 0])).tolist()
    [2, 3, 0, 1]
    """
    reverse = np.lexsort((senders, receivers)).astype(np.int32)
    if not (np.array_equal(senders[reverse], receivers) and np.array_equal(receivers[reverse], senders)):
        raise ValueError("Edges must be there in both directions, sorted by sender, then receiver: sort or add them.")
    return reverse


def _track_features(fitted, time_slice):
    hits, counts = time_slice.hits, time_slice.hit_counts
    first = hits[np.cumsum(counts) - counts]
    transverse, longitudinal = fitted.transverse_covariance[:, 2, 2], fitted.longitudinal_covariance[:, 0, 0]
    columns = [
        np.arcsinh(fitted.slope),
        np.arcsinh(500 * np.abs(fitted.curvature)),
        np.log(np.clip(transverse, 1e-4, 1e4)) / 4,
        np.log(np.clip(longitudinal, 1e-4, 1e4)) / 4,
        np.arcsinh(np.abs(fitted.offset) / 10),
        np.arcsinh(fitted.z / 300),
        counts / 20,
        np.log(np.maximum(np.hypot(first[:, 0], first[:, 1]), 10.0) / 100),
    ]
    return np.nan_to_num(np.stack(columns, axis=1)).astype(np.float32)


def _point_features(pair):
    columns = [
        np.log1p(pair.chi2) / 2,
        np.log1p(pair.beam_chi2),
        np.arcsinh(np.abs(pair.z_difference)) / 2,
        np.log(np.clip(pair.z_error, 1e-2, 1e4)) / 2,
    ]
    return np.nan_to_num(np.stack(columns, axis=1))


def _times(intervals, first, second):
    """Return distances of intervals in units of the longest one, and how much of the shorter one overlaps."""
    lengths = intervals[:, 1] - intervals[:, 0]
    overlap = np.minimum(intervals[first, 1], intervals[second, 1])
    overlap -= np.maximum(intervals[first, 0], intervals[second, 0])
    distance = interval_distances(intervals, first, second) / lengths.max(initial=0.0)
    return distance, overlap / np.minimum(lengths[first], lengths[second])
