"""How far information travels inside a network: receptive fields and the influence of a track seed, by experiment.

The functions call the network as a black box (`predict`), so they work for any model of any framework.
"""

import numpy as np


def receptive_field(predict, shape, pixel):
    """Find the outputs that one input pixel can change.

    The probe is an empty image with one pixel set. Give the network non-negative weights first (their absolute values):
    then nothing cancels, and the answer is the reach of the architecture and not that of one set of weights.

    Args:
        predict: callable, float array (images, *shape) -> array (images, *output shape).
        shape: tuple of int. Shape of one image.
        pixel: tuple of int. Index of the pixel that changes.

    Returns:
        bool array of the output's shape: True where the output changes.

    Example:

    >>> moving_sum = lambda images: images[:, :-1] + images[:, 1:]
    >>> receptive_field(moving_sum, shape=(5,), pixel=(2,))
    array([False,  True,  True, False])
    """
    images = np.zeros((2, *shape), np.float32)
    images[(1, *pixel)] = 1.0
    empty, probed = np.asarray(predict(images))
    return empty != probed


def last_visible_layer(predict, layers, pixels, seed_layers):
    """Return the last layer whose output a hit in the seed layers can change.

    Args:
        predict: callable, float array (images, layers, pixels) -> array of the same shape. With non-negative
            weights, see `receptive_field`.
        layers: int.
        pixels: int.
        seed_layers: int. The probe is the middle pixel of the last of them.

    Returns:
        int, or -1 if no output changes.

    Example:

    >>> two_ahead = lambda images: np.roll(images, 2, axis=1) * (np.arange(6) >= 2)[:, None]
    >>> last_visible_layer(two_ahead, layers=6, pixels=3, seed_layers=2)
    3
    """
    changed = receptive_field(predict, (layers, pixels), (seed_layers - 1, pixels // 2))
    return int(max(np.flatnonzero(changed.any(axis=1)), default=-1))


def seed_influence(predict, images, seed_layers):
    """Measure how much each layer's output changes when the seed is replaced by that of the next event.

    Args:
        predict: callable, float array (events, layers, pixels) -> array of the same shape.
        images: array, shape (events, layers, pixels).
        seed_layers: int.

    Returns:
        float array, shape (events, layers): the largest change of any pixel's output.

    Example:

    >>> cumulative = lambda images: np.cumsum(images, axis=1)
    >>> images = np.array([[[1, 0], [0, 0]], [[0, 1], [0, 0]]])
    >>> seed_influence(cumulative, images, seed_layers=1)
    array([[1., 1.],
           [1., 1.]])
    """
    return influence(predict, images, slice(0, seed_layers))


def influence(predict, images, layers):
    """Measure how much each layer's output changes when some layers are replaced by those of the next event.

    Args:
        predict: callable, float array (events, layers, pixels) -> array of the same shape.
        images: array, shape (events, layers, pixels).
        layers: slice. The layers that are replaced.

    Returns:
        float array, shape (events, layers): the largest change of any pixel's output.

    Example:

    >>> images = np.array([[[1, 0], [0, 0]], [[0, 1], [0, 1]]])
    >>> influence(lambda images: images, images, slice(1, 2))
    array([[0., 1.],
           [0., 1.]])
    """
    images = np.asarray(images, np.float32)
    exchanged = images.copy()
    exchanged[:, layers] = np.roll(images[:, layers], -1, axis=0)
    return np.abs(np.asarray(predict(images), float) - np.asarray(predict(exchanged), float)).max(axis=-1)


def largest_drop(values, first):
    """Return the index after which the values fall most from one to the next.

    Args:
        values: float array, shape (layers,).
        first: int. Drops before this index do not count.

    Returns:
        int.

    Example:

    >>> largest_drop([1.0, 0.2, 0.9, 0.8, 0.3, 0.2], first=2)
    3
    """
    return first + int(np.argmin(np.diff(np.asarray(values, float)[first:])))
