"""Grouping as the authors of TrackGANN do it: the first half of the Louvain method, and not for every track."""

import numpy as np

from keras_hep.tracking.grouping.closed_neighbourhoods import checked_ends
from keras_hep.tracking.grouping.louvain import numbered_by_first

SWEEPS = 20


def published_groups(senders, receivers, scores, tracks, threshold=0.5, seed=0):
    """Group tracks by moving them one by one between communities; communities themselves are never joined.

    An edge with a score above the threshold counts in its own direction only. Every track starts as a community of its
    own; in random order, and at most 20 times each, tracks move to the community that raises the modularity of the
    directed graph most, if any does. Tracks behind the last one that sends such an edge are left out, as in the
    authors' evaluation.

    Args:
        senders: int array, shape (edges,).
        receivers: int array, shape (edges,).
        scores: float array, shape (edges,). Bools count as 1 and 0.
        tracks: int. Number of tracks.
        threshold: float.
        seed: int. Of the order of tracks; that of the authors changes from run to run.

    Returns:
        int32 array, shape (tracks that are not left out,): number of each track's group, by the first track.

    Raises:
        ValueError: if senders, receivers and scores are not as many, or an end is no track.

    Reference: code at github SavelyOm/TrackGANN, its clustering; described, not copied.

    Example:

    >>> senders, receivers = np.array([0, 1, 1, 2]), np.array([1, 0, 2, 1])
    >>> published_groups(senders, receivers, scores=[0.9, 0.7, 0.4, 0.2], tracks=4).tolist()
    [0, 0]
    """
    senders, receivers = checked_ends(senders, receivers, tracks)
    scores = np.asarray(scores, float)
    if scores.shape != senders.shape:
        raise ValueError(f"scores must be one for each of {len(senders)} edges, got shape {scores.shape}.")
    kept = scores > threshold
    left = int(senders[kept].max(initial=-1)) + 1
    kept &= receivers < left
    joints = np.zeros((left, left))
    joints[senders[kept], receivers[kept]] = 1.0
    return numbered_by_first(_moved(joints, np.random.default_rng(seed)))


def _moved(joints, random):
    """Return the community of each track when no move raises the modularity, or after the last sweep."""
    edges = joints.sum()
    sent, received = joints.sum(axis=1), joints.sum(axis=0)
    # Modularity is the sum of this matrix over the pairs of tracks within communities.
    binding = joints - np.outer(sent, received) / max(edges, 1.0)
    binding = binding + binding.T
    np.fill_diagonal(binding, 0.0)
    group = np.arange(len(joints))
    for _ in range(SWEEPS):
        before = group.copy()
        for track in random.permutation(len(joints)):
            gain = np.bincount(group, binding[track], minlength=len(joints))
            best = int(np.argmax(gain))
            if gain[best] > gain[group[track]] + 1e-9:  # beyond rounding
                group[track] = best
        if (group == before).all():
            break
    return group
