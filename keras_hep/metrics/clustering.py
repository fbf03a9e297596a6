"""How well groups of tracks agree with the true events, slice by slice."""

import dataclasses

import numpy as np

from keras_hep.metrics import estimates


def adjusted_rand_index(truth, groups):
    """Return the share of pairs on which two groupings agree, scaled so that random groupings have 0 and equal ones 1.

    Args:
        truth: int array, shape (tracks,). True group of each track.
        groups: int array, shape (tracks,). Group that each was put into. Numbers of groups mean nothing.

    Returns:
        float, at most 1.

    Raises:
        ValueError: if the lengths differ or there is no track.

    Reference: L. Hubert and P. Arabie, J. Classification 2 (1985) 193; computed by scikit-learn.

    Example:

    >>> adjusted_rand_index([0, 0, 1, 1], [5, 5, 3, 3]), adjusted_rand_index([0, 0, 1, 1], [0, 0, 0, 0])
    (1.0, 0.0)
    """
    from sklearn.metrics import adjusted_rand_score

    return float(adjusted_rand_score(*_checked(truth, groups)))


def normalised_mutual_information(truth, groups):
    """Return the mutual information of two groupings over the arithmetic mean of their entropies.

    Arguments and errors as of `adjusted_rand_index`; 1 for equal groupings, 0 for independent ones.

    Reference: N. X. Vinh, J. Epps and J. Bailey, J. Mach. Learn. Res. 11 (2010) 2837; computed by scikit-learn.

    Example:

    >>> round(normalised_mutual_information([0, 0, 1, 1], [0, 0, 1, 2]), 4)  # ln 2 / ((ln 2 + 1.5 ln 2) / 2)
    0.8
    """
    from sklearn.metrics import normalized_mutual_info_score

    return float(normalized_mutual_info_score(*_checked(truth, groups), average_method="arithmetic"))


@dataclasses.dataclass(frozen=True)
class ClusteringSummary:
    """One index of agreement over many slices.

    Attributes:
        mean: float.
        deviation: float. Standard deviation between slices, that of the population (over n), as published.
        error: float. Standard error of the mean, infinite for a single slice.
        slices: int.
    """

    mean: float
    deviation: float
    error: float
    slices: int


def clustering_summary(values):
    """Summarise an index of agreement over slices.

    Args:
        values: float array, shape (slices,).

    Returns:
        `ClusteringSummary`.

    Raises:
        ValueError: if there is no slice.

    Example:

    >>> clustering_summary([0.0, 1.0, 1.0, 0.0])
    ClusteringSummary(mean=0.5, deviation=0.5, error=0.288675..., slices=4)
    """
    values = np.asarray(values, float)
    if values.ndim != 1 or not len(values):
        raise ValueError(f"There must be one value for each slice, got the shape {values.shape}: simulate slices.")
    error = estimates.mean(values)[1] if len(values) > 1 else float("inf")
    return ClusteringSummary(float(values.mean()), float(values.std()), error, len(values))


def _checked(truth, groups):
    truth, groups = np.asarray(truth), np.asarray(groups)
    if truth.ndim != 1 or truth.shape != groups.shape or not len(truth):
        raise ValueError(
            f"Both groupings must have one number for each of the same tracks, got the shapes {truth.shape} and "
            f"{groups.shape}."
        )
    return truth, groups
