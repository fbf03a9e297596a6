"""Grouping by communities: the Louvain method on the edges whose scores are high enough."""

import numpy as np

from keras_hep.tracking.grouping.closed_neighbourhoods import checked_ends

LIBRARIES = ("networkx", "igraph")


def louvain_groups(senders, receivers, scores, tracks, threshold=0.5, seed=0, library=None):
    """Group tracks by the Louvain method.

    Two tracks are joined where the mean score of the edges between them, usually one for each direction, is above the
    threshold; all joints weigh the same. A track without any is a group of its own.

    Args:
        senders: int array, shape (edges,).
        receivers: int array, shape (edges,).
        scores: float array, shape (edges,). Bools count as 1 and 0.
        tracks: int. Number of tracks.
        threshold: float.
        seed: int. Of the order in which tracks are visited.
        library: str or None. "networkx" (None) or "igraph", which must be installed. The two visit tracks in different
            orders, so groups that are not clear-cut differ.

    Returns:
        int32 array, shape (tracks,): number of each track's group. Groups are numbered by their first track.

    Raises:
        ValueError: if senders, receivers and scores are not as many, an end is no track, a score is no number or the
            library is another one.

    Reference: V. D. Blondel et al., J. Stat. Mech. (2008) P10008.

    Example:

    >>> senders, receivers = np.array([0, 1, 1, 2]), np.array([1, 0, 2, 1])
    >>> louvain_groups(senders, receivers, scores=[0.9, 0.7, 0.6, 0.2], tracks=4).tolist()
    [0, 0, 1, 2]
    """
    if library not in (None, *LIBRARIES):
        raise ValueError(f"library must be None, networkx or igraph, got {library!r}: choose one of them.")
    first, second = joined_pairs(senders, receivers, scores, tracks, threshold)
    component = _components(first, second, tracks)
    if _complete(component, first):
        return component
    communities = _with_igraph if library == "igraph" else _with_networkx
    return numbered_by_first(communities(first, second, tracks, seed))


def joined_pairs(senders, receivers, scores, tracks, threshold):
    """Return the pairs of tracks whose mean score is above the threshold; arguments and errors as `louvain_groups`.

    Returns:
        (first, second): int64 arrays, shape (pairs,), first < second, sorted.
    """
    senders, receivers = checked_ends(senders, receivers, tracks)
    scores = np.asarray(scores, float)
    if scores.shape != senders.shape:
        raise ValueError(f"scores must be one for each of {len(senders)} edges, got shape {scores.shape}.")
    if np.isnan(scores).any():
        raise ValueError(f"Scores must be numbers, got nan at edge {int(np.argmax(np.isnan(scores)))}.")
    pair = np.minimum(senders, receivers) * tracks + np.maximum(senders, receivers)
    order = np.argsort(pair, kind="stable")
    pair = pair[order]
    start = np.flatnonzero(np.diff(pair, prepend=-1))
    mean = np.add.reduceat(scores[order], start) / np.diff(start, append=len(pair)) if len(pair) else scores
    first, second = np.divmod(pair[start[mean > threshold]], max(tracks, 1))
    return first[first < second], second[first < second]


def numbered_by_first(groups):
    """Number groups in the order of their first members.

    Example:

    >>> numbered_by_first(np.array([7, 2, 7, 5])).tolist()
    [0, 1, 0, 2]
    """
    _, first, group = np.unique(groups, return_index=True, return_inverse=True)
    number = np.empty(len(first), np.int32)
    number[np.argsort(first)] = np.arange(len(first), dtype=np.int32)
    return number[group]


def _components(first, second, tracks):
    from scipy.sparse import coo_array, csgraph

    joints = coo_array((np.ones(len(first), bool), (first, second)), shape=(tracks, tracks))
    return numbered_by_first(csgraph.connected_components(joints, directed=False)[1])


def _complete(component, first):
    """Return whether all tracks of every component are joined to each other.

    Then the components are the communities. Moving a track of a component of s tracks to t others of it gains
    t (1 - (s - 1)^2 / 2m) / m, where m counts all joints. This is positive, since 2m is at least s (s - 1), and grows
    with t; moving it to another component gains nothing. So a track always moves to the larger part, in any order of
    tracks, until there is one part only, and nothing is left for the communities of communities.
    """
    sizes = np.bincount(component)
    return len(first) == (sizes * (sizes - 1) // 2).sum()


def _with_networkx(first, second, tracks, seed):
    import networkx

    graph = networkx.empty_graph(tracks)
    graph.add_edges_from(zip(first.tolist(), second.tolist(), strict=True))
    return _numbered(networkx.community.louvain_communities(graph, weight=None, seed=seed), tracks)


def _with_igraph(first, second, tracks, seed):
    import random

    import igraph

    igraph.set_random_number_generator(random.Random(seed))
    try:
        graph = igraph.Graph(n=tracks, edges=np.stack([first, second], axis=1).tolist())
        return np.array(graph.community_multilevel().membership)
    finally:
        igraph.set_random_number_generator(random)


def _numbered(communities, tracks):
    groups = np.empty(tracks, np.int64)
    members = np.fromiter((track for group in communities for track in group), np.int64, tracks)
    groups[members] = np.repeat(np.arange(len(communities)), [len(group) for group in communities])
    return groups
