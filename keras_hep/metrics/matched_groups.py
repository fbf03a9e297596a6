"""How many tracks come into the right group, once groups are matched with events, and how many pairs of tracks do."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class GroupScores:
    """Agreement of groups with events, in one slice.

    Attributes:
        precision: float. Mean over events of the share of tracks called so that are of it.
        recall: float. Mean over events of the share of its tracks that are called so.
        accuracy: float. Share of tracks that are called right.
    """

    precision: float
    recall: float
    accuracy: float


def majority_scores(truth, groups):
    """Call every group by the event that most of its tracks are of, and compare tracks.

    Several groups may be called by one event; an event by which none is called counts with a precision and a recall of
    0. Of equally good events the first is taken.

    Args:
        truth: int array, shape (tracks,). True event of each track.
        groups: int array, shape (tracks,).

    Returns:
        `GroupScores`.

    Raises:
        ValueError: if the lengths differ or there is no track.

    Reference: public code of M. Borisov and P. Goncharov (t3hseus/spd-timeslice-unravelling), for a fixed number of
        events.

    Example: the groups are called 0, 1 and 1.

    >>> majority_scores([0, 0, 0, 1, 1, 1], [5, 5, 7, 7, 7, 8])
    GroupScores(precision=0.875, recall=0.833..., accuracy=0.833...)
    """
    common = contingency(truth, groups)
    called = common.argmax(axis=0)
    events = np.arange(len(common))
    right = np.where(called == events[:, None], common, 0).sum(axis=1)
    sizes = np.bincount(called, weights=common.sum(axis=0), minlength=len(common))
    precision = np.divide(right, sizes, out=np.zeros(len(common)), where=sizes > 0)
    recall = right / common.sum(axis=1)
    return GroupScores(float(precision.mean()), float(recall.mean()), float(right.sum() / common.sum()))


def one_to_one_scores(truth, groups):
    """Match groups with events one to one, so that most tracks are common, and compare the matched ones.

    A track of a matched event that is missing from its group counts as wrong, and so does, once more, one that the
    group has too much: the accuracy is the number of common tracks over that of all tracks in either. Means over events
    have a further event of precision and recall 0 for tracks missing somewhere and one for tracks too many.

    Arguments, errors and reference as of `majority_scores`, but for any number of events; events and groups without a
    partner are left out. Where several matchings have as many common tracks, numbers of groups and events decide.

    Example: one track is missing from the second event, and too many in the first.

    >>> one_to_one_scores([0, 0, 1, 1], [5, 5, 5, 7])
    GroupScores(precision=0.416..., recall=0.375, accuracy=0.6)
    """
    from scipy.optimize import linear_sum_assignment

    common = contingency(truth, groups)
    events, matched = linear_sum_assignment(common, maximize=True)
    right = common[events, matched]
    of_event, of_group = common.sum(axis=1)[events], common.sum(axis=0)[matched]
    classes = len(events) + bool((of_event > right).any()) + bool((of_group > right).any())
    precision, recall = (right / of_group).sum() / classes, (right / of_event).sum() / classes
    return GroupScores(float(precision), float(recall), float(right.sum() / (of_event + of_group - right).sum()))


def pair_counts(truth, groups):
    """Count pairs of different tracks, each pair once.

    Args:
        truth: int array, shape (tracks,). True event of each track.
        groups: int array, shape (tracks,).

    Returns:
        int array (right, joined, true, all): pairs joined by both, by the groups, by the events, and all pairs.
        Precision is right / joined, recall right / true, accuracy 1 - (joined + true - 2 right) / all.

    Raises:
        ValueError: if the lengths differ or there is no track.

    Example:

    >>> pair_counts([0, 0, 1, 1], [5, 5, 5, 7]).tolist()
    [1, 3, 2, 6]
    """
    common = contingency(truth, groups)
    members = common, common.sum(axis=0), common.sum(axis=1), common.sum()
    return np.array([np.sum(number * (number - 1)) // 2 for number in members])


def contingency(truth, groups):
    """Return the number of tracks of every event (rows) in every group (columns), int array.

    Both have only those that occur, in the order of their numbers. Arguments and errors as of `majority_scores`.

    >>> contingency([3, 3, 1], [0, 8, 8]).tolist()
    [[0, 1], [1, 1]]
    """
    truth, groups = np.asarray(truth), np.asarray(groups)
    if truth.ndim != 1 or truth.shape != groups.shape or not len(truth):
        raise ValueError(
            f"Both groupings must have one number for each of the same tracks, got the shapes {truth.shape} and "
            f"{groups.shape}."
        )
    (events, event), (names, group) = (np.unique(one, return_inverse=True) for one in (truth, groups))
    flat = np.bincount(event * len(names) + group, minlength=len(events) * len(names))
    return flat.reshape(len(events), len(names))
