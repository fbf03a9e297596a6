"""Grouping by evidence: the two groups whose pairs speak most for a common event are merged, until none do."""

import numpy as np

from keras_hep.tracking.grouping.closed_neighbourhoods import checked_ends
from keras_hep.tracking.grouping.louvain import numbered_by_first

LEAST_SCORE = 1e-6  # scores are cut at it and at 1 less it


def merged_groups(senders, receivers, scores, tracks, threshold=0.5):
    """Group tracks by greedy merging for correlation clustering.

    A pair of tracks speaks for a common event by the logarithm of its odds, the mean score over 1 less it, divided by
    those of the threshold; a pair without an edge speaks against it as one with the score 0. Groups start as single
    tracks; the two with the largest sum over the pairs between them are merged, as long as it is above 0. Unlike with
    communities, many doubtful pairs are outvoted by a sure one, and every pair of a group has a say.

    Args:
        senders: int array, shape (edges,).
        receivers: int array, shape (edges,).
        scores: float array, shape (edges,). Probabilities that both tracks are of one event.
        tracks: int. Number of tracks.
        threshold: float, above 0 and below 1. Probability that speaks neither for nor against.

    Returns:
        int32 array, shape (tracks,): number of each track's group. Groups are numbered by their first track.

    Raises:
        ValueError: if senders, receivers and scores are not as many, an end is no track, a score is not between 0 and 1
            or the threshold is out of range.

    Reference: M. Keuper et al., ICCV (2015), arXiv:1505.06973: greedy additive edge contraction.

    Example:

    >>> senders, receivers = np.array([0, 1, 0]), np.array([1, 2, 2])
    >>> merged_groups(senders, receivers, scores=[0.9, 0.7, 0.01], tracks=3).tolist()  # 2 is like 1, but not like 0
    [0, 0, 1]
    """
    if not 0 < threshold < 1:
        raise ValueError(f"threshold must be a probability between 0 and 1, got {threshold}.")
    evidence = _evidence(senders, receivers, scores, tracks, threshold)
    group = np.arange(tracks)
    while tracks > 1:
        into, other = np.divmod(int(np.argmax(evidence)), tracks)
        if not evidence[into, other] > 0:
            break
        group[group == other] = into
        evidence[into] += evidence[other]
        evidence[:, into] = evidence[into]
        evidence[other] = evidence[:, other] = -np.inf
        evidence[into, into] = -np.inf
    return numbered_by_first(group)


def _evidence(senders, receivers, scores, tracks, threshold):
    """Return the evidence of each pair, symmetric, shape (tracks, tracks), minus infinity on the diagonal."""
    senders, receivers = checked_ends(senders, receivers, tracks)
    scores = np.asarray(scores, float)
    if scores.shape != senders.shape or not np.all((scores >= 0) & (scores <= 1)):
        raise ValueError(
            f"scores must be probabilities, one for each of {len(senders)} edges, got shape {scores.shape} with values "
            f"from {scores.min(initial=np.inf)} to {scores.max(initial=-np.inf)}: apply the sigmoid to logits."
        )
    pair, size = senders * tracks + receivers, tracks * tracks
    score, count = (np.bincount(pair, values, size).reshape(tracks, tracks) for values in (scores, np.ones(len(pair))))
    score = (score + score.T) / np.maximum(count + count.T, 1)
    score = np.clip(score, LEAST_SCORE, 1 - LEAST_SCORE)
    evidence = np.log(score / (1 - score)) - np.log(threshold / (1 - threshold))
    np.fill_diagonal(evidence, -np.inf)
    return evidence
