"""Graphs of the hits that track candidates consist of, and what edge scores say about the candidates."""

import numpy as np

from keras_hep.graphs.graph import Graph

THRESHOLDS = {"mean": 0.7, "every": 0.5}  # published for the mean of the scores, tried for each of them


def candidate_graph(candidates, event, scaling):
    """Join the consecutive hits of all candidates of an event.

    A node is a hit that at least one candidate has, an edge a pair of hits that at least one candidate has on
    neighbouring stations, whose sender is on the inner one. A station without a hit ends the chain: the hits on either
    side of it are not joined.

    Args:
        candidates: `keras_hep.tracking.candidates.Candidates` whose slots are stations.
        event: `keras_hep.simulation.hit_event.HitEvent`, to whose hits the candidates refer.
        scaling: `keras_hep.tracking.coordinates.Scaling`.

    Returns:
        `keras_hep.graphs.graph.Graph`. Node features: `position`, float32, shape (nodes, 3), scaled; `hit`, int32,
        index into the event's hits, ascending. Edge feature: `label`, bool: both hits are of one true track; where the
        event's tracks tell which are `reconstructable`, of one of these. Edges are ordered by sender, then receiver.

    Raises:
        ValueError: if a candidate has a hit that the event has not.

    Reference: P. Goncharov et al., TrackNET (slides, 2024), and its code: the graphs of the second stage for BM@N.

    Example:

    >>> from keras_hep.simulation.hit_event import HitEvent
    >>> from keras_hep.tracking.candidates import Candidates
    >>> from keras_hep.tracking.coordinates import Scaling
    >>> hits = {"x": np.zeros(5), "y": np.zeros(5), "z": np.arange(5.0), "track": np.array([0, 0, -1, 0, 1])}
    >>> candidates = Candidates(np.int32([[0, 1, 3], [0, 2, 3], [4, -1, 3]]), np.zeros(3, np.float32))
    >>> graph = candidate_graph(candidates, HitEvent(hits, {}), Scaling((-1, -1, 0), (1, 1, 4)))
    >>> graph.senders.tolist(), graph.receivers.tolist(), graph.edges["label"].tolist()
    ([0, 0, 1, 2], [1, 2, 3, 3], [True, False, True, False])
    """
    number_of_hits, last = len(event.hits["x"]), candidates.hits.max(initial=-1)
    if last >= number_of_hits:
        raise ValueError(
            f"candidate_graph needs the event that the candidates were found in, got one of {number_of_hits} hits for "
            f"candidates with hit {last}."
        )
    used = np.zeros(number_of_hits + 1, bool)  # the last place is that of -1
    used[candidates.hits] = True
    hit = np.flatnonzero(used[:-1]).astype(np.int32)
    node_of_hit = np.cumsum(used) - 1
    inner, outer = (node_of_hit[ends] for ends in _pairs(candidates.hits)[:2])
    senders, receivers = np.divmod(np.unique(inner * len(hit) + outer), max(len(hit), 1))
    position = np.stack([event.hits[axis][hit] for axis in "xyz"], axis=-1)
    track = _true_tracks(event, hit)
    label = (track[senders] == track[receivers]) & (track[senders] >= 0)
    return Graph({"position": scaling.scale(position), "hit": hit}, {"label": label}, senders, receivers)


def candidate_edges(candidates, graph):
    """Find each candidate's edges.

    Args:
        candidates: `keras_hep.tracking.candidates.Candidates`, all of them or some of those the graph was made of.
        graph: `Graph` from `candidate_graph`.

    Returns:
        int32 array, shape (candidates, stations - 1): index of the edge from each station to the next, -1 where there
        is none.

    Raises:
        ValueError: if a candidate joins two hits that no edge of the graph joins.

    Example:

    >>> from keras_hep.tracking.candidates import Candidates
    >>> graph = Graph({"hit": np.int32([5, 7, 9])}, {}, senders=[0, 0], receivers=[1, 2])
    >>> candidate_edges(Candidates(np.int32([[5, 9, -1], [-1, 5, 7]]), np.zeros(2, np.float32)), graph).tolist()
    [[1, -1], [-1, 0]]
    """
    hit = graph.nodes["hit"].astype(np.int64)
    inner, outer, both = _pairs(candidates.hits)
    span = int(max(hit.max(initial=0), candidates.hits.max(initial=0))) + 1
    known = hit[graph.senders] * span + hit[graph.receivers]
    wanted = inner * np.int64(span) + outer
    edge = np.searchsorted(known, wanted)
    missing = np.append(known, -1)[edge] != wanted
    if missing.any():
        pair = int(inner[missing][0]), int(outer[missing][0])
        raise ValueError(
            f"candidate_edges needs the graph of these candidates, got one without an edge between their hits {pair}."
        )
    edges = np.full(both.shape, -1, np.int32)
    edges[both] = edge
    return edges


def mean_edge_score(candidates, graph, scores):
    """Average the scores of each candidate's edges.

    Args:
        candidates: as for `candidate_edges`.
        graph: `Graph` from `candidate_graph`.
        scores: float array, shape (edges,) or (edges, 1), not negative.

    Returns:
        float32 array, shape (candidates,): 0 for a candidate without any edge.

    Raises:
        ValueError: if there is not one score for each edge.

    Example:

    >>> from keras_hep.tracking.candidates import Candidates
    >>> graph = Graph({"hit": np.int32([5, 7, 9])}, {}, senders=[0, 1], receivers=[1, 2])
    >>> candidates = Candidates(np.int32([[5, 7, 9], [-1, 5, 7], [5, -1, 9]]), np.zeros(3, np.float32))
    >>> mean_edge_score(candidates, graph, np.array([1.0, 0.5])).tolist()
    [0.75, 1.0, 0.0]
    """
    scores, there = _scores_of_edges(candidates, graph, scores)
    number = np.count_nonzero(there, axis=1)
    return np.sum(scores, axis=1, where=there, dtype=np.float32) / np.maximum(number, 1).astype(np.float32)


def lowest_edge_score(candidates, graph, scores):
    """Return the score of each candidate's worst edge; arguments and result as of `mean_edge_score`.

    Example:

    >>> from keras_hep.tracking.candidates import Candidates
    >>> graph = Graph({"hit": np.int32([5, 7, 9])}, {}, senders=[0, 1], receivers=[1, 2])
    >>> candidates = Candidates(np.int32([[5, 7, 9], [-1, 5, 7], [5, -1, 9]]), np.zeros(3, np.float32))
    >>> lowest_edge_score(candidates, graph, np.array([1.0, 0.5])).tolist()
    [0.5, 1.0, 0.0]
    """
    scores, there = _scores_of_edges(candidates, graph, scores)
    lowest = np.min(scores, axis=1, where=there, initial=np.inf)
    return np.where(there.any(axis=1), lowest, np.float32(0))


def accepted(candidates, graph, scores, rule="mean", threshold=None):
    """Decide on candidates; one without any edge is never accepted.

    Args:
        candidates: as for `candidate_edges`.
        graph: `Graph` from `candidate_graph`.
        scores: float array, shape (edges,) or (edges, 1), from 0 to 1.
        rule: str. "mean": the mean score of its edges must be above the threshold; "every": each of them must.
        threshold: float, not negative. None: 0.7 for the mean, 0.5 for every edge.

    Returns:
        bool array, shape (candidates,), as `Candidates.select` takes it.

    Raises:
        ValueError: if the rule is another, or there is not one score for each edge.

    Reference: P. Goncharov et al., TrackNET (slides, 2024), and its code, where the mean decides.

    Example:

    >>> from keras_hep.tracking.candidates import Candidates
    >>> graph = Graph({"hit": np.int32([5, 7, 9])}, {}, senders=[0, 1], receivers=[1, 2])
    >>> candidates = Candidates(np.int32([[5, 7, 9], [5, -1, 9]]), np.zeros(2, np.float32))
    >>> scores = np.array([1.0, 0.45])
    >>> accepted(candidates, graph, scores).tolist(), accepted(candidates, graph, scores, rule="every").tolist()
    ([True, False], [False, False])
    """
    if rule not in THRESHOLDS:
        raise ValueError(f"rule must be mean or every, got {rule!r}.")
    measure = mean_edge_score if rule == "mean" else lowest_edge_score
    return measure(candidates, graph, scores) > (THRESHOLDS[rule] if threshold is None else threshold)


def _true_tracks(event, hit):
    """Return the track of hits, -1 for fake hits and for those of tracks that do not count."""
    track = event.hits["track"][hit]
    if "reconstructable" not in event.tracks:
        return track
    return np.where(np.isin(track, event.tracks["track"][event.tracks["reconstructable"]]), track, -1)


def _pairs(hits):
    """Return inner and outer hit of all pairs on neighbouring stations, and where the pairs are among the hits."""
    inner, outer = hits[:, :-1], hits[:, 1:]
    both = (inner >= 0) & (outer >= 0)
    return inner[both], outer[both], both


def _scores_of_edges(candidates, graph, scores):
    """Return the score of each candidate's edges, float32 of shape (candidates, stations - 1), and which exist."""
    scores = np.asarray(scores, np.float32)
    if scores.shape not in ((graph.number_of_edges,), (graph.number_of_edges, 1)):
        raise ValueError(f"Each of {graph.number_of_edges} edges needs one score, got scores of shape {scores.shape}.")
    edges = candidate_edges(candidates, graph)
    return np.append(scores, np.float32(0))[edges], edges >= 0
