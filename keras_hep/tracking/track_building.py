"""Tracks out of scored edges: connected components, a greedy walk, and chains of matched edges.

Each function returns the number of a track for each node. Scores and thresholds of a classifier that was trained with
class weights are no probabilities: `keras_hep.metrics.edge_scores.calibrated` says what they mean.

Reference: notebook "TrackML Particle Tracking", section Expected score, for the first two.
"""

import dataclasses

import numpy as np
from scipy.sparse import csgraph, csr_array

from keras_hep.graphs.adjacency import checked_scores, outgoing
from keras_hep.graphs.graph import select_edges

_OUTWARDS = np.float32(1e-4)  # metre; what the notebook asks of a step, in the precision and unit of its features


def connected_components(graph, scores, threshold):
    """Join all nodes that edges above a threshold connect, whichever way these lead.

    A single false edge joins two tracks to one. With more than half as many false edges as tracks, joined at random,
    one component begins to hold a share of all hits (the threshold of random graphs).

    Args:
        graph: `keras_hep.graphs.graph.Graph`.
        scores: float array, shape (edges,).
        threshold: float. Edges with a score above it are kept.

    Returns:
        int32 array, shape (nodes,): 0, 1, ... in the order of the first node of each component. A node without edges is
        a component of its own.

    Raises:
        ValueError: if `scores` is not one number for each edge.

    Example:

    >>> from keras_hep.graphs.graph import Graph
    >>> graph = Graph({"hit_id": np.arange(4)}, {}, senders=[0, 0, 1], receivers=[2, 1, 3])
    >>> connected_components(graph, scores=[0.9, 0.1, 0.8], threshold=0.5).tolist()
    [0, 1, 0, 1]
    """
    kept = checked_scores(graph, scores) > float(threshold)
    return _components(graph.senders[kept], graph.receivers[kept], graph.number_of_nodes)


def greedy_walk(graph, scores, threshold, max_tracks=None, max_steps=15, min_hits=3):
    """Walk outwards from each hit of the innermost layer, always along the edge with the highest score.

    Seeds are the nodes with the smallest layer, in their order, but those that a track has used. A step takes, of the
    edges above the threshold that lead to an unused node whose radius is larger by more than 0.1 mm, the one with the
    highest score, the first of equal ones. A walk with enough hits becomes a track and uses its nodes; those of a
    shorter one stay free. Tracks that do not start in the innermost layer are lost, and of two hits of a particle in
    one layer (where modules overlap) the walk takes one.

    Args:
        graph: `keras_hep.graphs.graph.Graph` with layer and position in mm, as
            `keras_hep.graphs.segments.segment_graph` makes it.
        scores: float array, shape (edges,).
        threshold: float.
        max_tracks: int. Stop after so many tracks. None: never.
        max_steps: int. A track has at most one hit more.
        min_hits: int, at least 1.

    Returns:
        int32 array, shape (nodes,): 0, 1, ... in the order in which the tracks were found; -1 for nodes of no track.
        The radius grows along a track, so its nodes sorted by radius are the walk.

    Raises:
        ValueError: if `scores` is not one number for each edge, or `min_hits` is below 1.

    Example:

    >>> from keras_hep.graphs.graph import Graph
    >>> position = np.array([[32.0, 0, 0], [72, 0, 0], [72, 3, 0], [116, 0, 0]])
    >>> graph = Graph({"position": position, "layer": np.array([802, 804, 804, 806])}, {}, [0, 0, 1], [1, 2, 3])
    >>> greedy_walk(graph, scores=[0.9, 0.8, 0.9], threshold=0.5).tolist()
    [0, 0, -1, 0]

    Reference: notebook, section Expected score, function plot_all_reconstructed_tracks.
    """
    if min_hits < 1:
        raise ValueError(f"min_hits must be at least 1, got {min_hits}.")
    scores, radius, layer = checked_scores(graph, scores), _radius_in_metres(graph), graph.nodes["layer"]
    open_ = (scores > float(threshold)) & (radius[graph.receivers] > radius[graph.senders] + _OUTWARDS)
    listed = outgoing(select_edges(graph, open_), scores[open_])
    targets = graph.receivers[open_][listed.order]
    seeds = np.flatnonzero(layer == layer.min(initial=np.iinfo(layer.dtype).max))
    return _walk(seeds, listed.offsets, targets, max_tracks, max_steps, min_hits)


def matched_edges(graph, scores, threshold, same_hit=None):
    """Keep an edge only if it is the best one of both its ends, and join what these edges connect.

    Of the edges above the threshold one stays if no other from the same sender and no other to the same receiver has a
    higher score (nor the same score and a lower number). A node keeps at most one edge on either side: in a graph whose
    edges lead outwards the result is chains, which false edges can lengthen but never join to one large component.

    Where modules overlap, a particle leaves two hits in one layer, and edges to both are true. Only one of them stays,
    so the other hit is left out, or the track breaks there where the best edges in and out are of different hits.
    `same_hit` prevents that: the hits it names together count as one.

    Args:
        graph: `keras_hep.graphs.graph.Graph`.
        scores: float array, shape (edges,).
        threshold: float.
        same_hit: int array, shape (nodes,), of 0, 1, ...: nodes with the same number count as one, such as
            `keras_hep.tracking.double_hits.double_hits` finds. None: each node for itself.

    Returns:
        int32 array, shape (nodes,): 0, 1, ... in the order of the first node of each track. A node without edges is a
        track of its own.

    Raises:
        ValueError: if `scores` is not one number for each edge, or `same_hit` not one from 0 on for each node.

    Example:

    >>> from keras_hep.graphs.graph import Graph
    >>> graph = Graph({"hit_id": np.arange(4)}, {}, senders=[0, 1, 1], receivers=[2, 2, 3])
    >>> matched_edges(graph, scores=[0.9, 0.8, 0.7], threshold=0.5).tolist()
    [0, 1, 0, 2]
    >>> matched_edges(graph, scores=[0.9, 0.8, 0.7], threshold=0.5, same_hit=[0, 0, 1, 2]).tolist()
    [0, 0, 0, 1]
    """
    scores = checked_scores(graph, scores)
    same_hit = np.arange(graph.number_of_nodes) if same_hit is None else np.asarray(same_hit)
    if same_hit.shape != (graph.number_of_nodes,) or same_hit.min(initial=0) < 0:
        raise ValueError(
            f"same_hit must have one number from 0 on for each of {graph.number_of_nodes} nodes, got shape "
            f"{same_hit.shape} and lowest number {same_hit.min(initial=0)}."
        )
    kept = scores > float(threshold)
    senders, receivers, scores = same_hit[graph.senders[kept]], same_hit[graph.receivers[kept]], scores[kept]
    number = int(same_hit.max(initial=-1)) + 1
    edges = np.arange(len(scores))
    out, in_ = (best_edges(ends, scores, number) for ends in (senders, receivers))
    matched = (out[senders] == edges) & (in_[receivers] == edges)
    tracks = _components(senders[matched], receivers[matched], number)[same_hit]
    return _numbered_in_order(tracks)


def best_edges(ends, scores, number):
    """Return the edge with the highest score at each node, the first of equal ones.

    Args:
        ends: int array, shape (edges,). Node of each edge, on one side of it.
        scores: float array, shape (edges,).
        number: int. Number of nodes.

    Returns:
        int array, shape (number,): -1 for a node without edges.

    Example:

    >>> best_edges(np.array([0, 0, 2]), np.array([0.1, 0.9, 0.5]), 3).tolist()
    [1, -1, 2]
    """
    highest = np.full(number, -np.inf, scores.dtype)
    np.maximum.at(highest, ends, scores)
    candidates = np.flatnonzero(scores == highest[ends])[::-1]
    best = np.full(number, -1)
    best[ends[candidates]] = candidates  # of several the last one is assigned, here the first edge
    return best


@dataclasses.dataclass(frozen=True)
class TrackSizes:
    """How many tracks there are and how large they are.

    Attributes:
        tracks: int. Number of tracks, those of one hit too.
        long_tracks: int. Number of tracks with at least `min_hits` hits.
        largest: int. Hits of the largest track.
        hits: int array, shape (tracks,). Hits of each track, in the order of the tracks' numbers.
    """

    tracks: int
    long_tracks: int
    largest: int
    hits: np.ndarray


def track_sizes(labels, min_hits=3):
    """Count the hits of each track.

    Args:
        labels: int array, shape (nodes,), as the functions above return it; -1 is no track.
        min_hits: int.

    Returns:
        `TrackSizes`.

    Example:

    >>> sizes = track_sizes([0, 0, 1, -1, 0])
    >>> sizes.tracks, sizes.long_tracks, sizes.largest, sizes.hits.tolist()
    (2, 1, 3, [3, 1])
    """
    labels = np.asarray(labels)
    hits = np.unique(labels[labels >= 0], return_counts=True)[1]
    return TrackSizes(len(hits), int(np.count_nonzero(hits >= min_hits)), int(hits.max(initial=0)), hits)


def submission(graph, labels):
    """Write tracks as the TrackML challenge wants them: one track for every hit.

    Args:
        graph: `keras_hep.graphs.graph.Graph` with hit_id.
        labels: int array, shape (nodes,): number of the track, -1 for a hit of no track, which becomes one of its own.

    Returns:
        dict of arrays: hit_id, in the order of the nodes, and track_id, int64.

    Raises:
        ValueError: if there is not one label for each node.

    Example:

    >>> from keras_hep.graphs.graph import Graph
    >>> tracks = submission(Graph({"hit_id": np.array([12, 15, 17])}, {}, [], []), labels=[0, -1, -1])
    >>> tracks["track_id"].tolist()
    [0, 1, 2]
    """
    labels = np.asarray(labels, np.int64)
    if labels.shape != (graph.number_of_nodes,):
        raise ValueError(f"There must be one label for each of {graph.number_of_nodes} nodes, got {labels.shape}.")
    alone = labels < 0
    own = labels.max(initial=-1) + np.cumsum(alone)
    return {"hit_id": graph.nodes["hit_id"], "track_id": np.where(alone, own, labels)}


def _components(senders, receivers, number):
    edges = csr_array((np.ones(len(senders), np.float32), (senders, receivers)), shape=(number, number))
    return csgraph.connected_components(edges, directed=False)[1].astype(np.int32, copy=False)


def _numbered_in_order(labels):
    """Number tracks anew in the order of their first node."""
    _, first, labels = np.unique(labels, return_index=True, return_inverse=True)
    order = np.empty(len(first), np.int32)
    order[np.argsort(first)] = np.arange(len(first), dtype=np.int32)
    return order[labels]


def _radius_in_metres(graph):
    """Return the radius of the notebook's features, in their precision."""
    x, y = np.asarray(graph.nodes["position"], np.float32)[:, :2].T
    return np.sqrt(x**2 + y**2) / np.float32(1000)


def _walk(seeds, offsets, targets, max_tracks, max_steps, min_hits):
    """Return the track of each node; `targets` holds the nodes that one leads to, the best one first.

    A walk depends on what those before it used, so seeds are taken one by one. What is used stays used: each node
    remembers its first target that is free, and no target is looked at twice.
    """
    track_of, found = [-1] * (len(offsets) - 1), 0
    first, behind, targets = offsets[:-1].tolist(), offsets[1:].tolist(), targets.tolist()
    for seed in seeds.tolist():
        if found == max_tracks:
            break
        if track_of[seed] >= 0:
            continue
        walk = [seed]
        while len(walk) <= max_steps:
            node = walk[-1]
            place, end = first[node], behind[node]
            while place < end and track_of[targets[place]] >= 0:
                place += 1
            first[node] = place
            if place == end:
                break
            walk.append(targets[place])
        if len(walk) >= min_hits:
            for node in walk:
                track_of[node] = found
            found += 1
    return np.array(track_of, np.int32)
