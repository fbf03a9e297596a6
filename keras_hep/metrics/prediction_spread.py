"""How broad a network's prediction is within a detector layer."""

import numpy as np


def entropy(scores):
    """Return the entropy of each layer's prediction in nats, float64 array of shape (events, layers).

    Args:
        scores: float array, shape (events, layers, pixels): probabilities that sum to 1 in each layer.

    Example:

    >>> entropy(np.array([[[0.5, 0.5], [1.0, 0.0]]])).round(4).tolist()
    [[0.6931, 0.0]]
    """
    scores = np.asarray(scores, np.float64)
    # Where a pixel has no probability the logarithm of 1 stands in: it contributes nothing.
    return -(scores * np.log(np.where(scores > 0, scores, 1.0))).sum(axis=-1) + 0.0


def pixels_above(scores, threshold):
    """Return the number of pixels that score above a threshold, int array of shape (events, layers).

    Args:
        scores: float array, shape (events, layers, pixels).
        threshold: float. A score equal to it does not count.

    Example:

    >>> pixels_above(np.array([[[0.7, 0.29, 0.01]]]), threshold=0.01).tolist()
    [[2]]
    """
    return np.count_nonzero(np.asarray(scores) > threshold, axis=-1)


def highest_on_hit(scores, images):
    """Return whether the highest-scoring pixel of each layer fired, bool array of shape (events, layers).

    Args:
        scores: float array, shape (events, layers, pixels).
        images: array, shape (events, layers, pixels) or (events, layers, side, side): non-zero where a pixel fired.

    Example:

    >>> highest_on_hit(np.array([[[0.7, 0.3], [0.4, 0.6]]]), np.array([[[1, 0], [1, 0]]])).tolist()
    [[True, False]]
    """
    scores = np.asarray(scores)
    fired = np.reshape(images, scores.shape) != 0
    return np.take_along_axis(fired, scores.argmax(axis=-1)[..., None], axis=-1)[..., 0]
