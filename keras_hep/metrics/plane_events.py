"""What events of pixel planes look like: occupancy, shared hits, and the steps of straight tracks."""

import numpy as np

from keras_hep.metrics.estimates import mean


def distinct_hits(images, first_layer):
    """Return the mean number of fired pixels per layer, and its standard error.

    Args:
        images: array, shape (events, layers, ...): non-zero where a pixel fired.
        first_layer: int. Layers before it do not count.

    Returns:
        (mean, error): floats.

    Example:

    >>> distinct_hits(np.array([[[1, 0], [1, 1]], [[0, 1], [1, 0]]]), first_layer=1)
    (1.5, 0.5)
    """
    behind = images[:, first_layer:]
    fired = np.count_nonzero(behind.reshape(len(behind), -1), axis=1)
    return mean(fired / behind.shape[1])


def random_hit_level(images, first_layer):
    """Return the mean accuracy of picking one of the fired pixels of a layer at random, and its standard error.

    Args:
        images: array, shape (events, layers, ...): non-zero where a pixel fired; every layer has a hit.
        first_layer: int. Layers before it do not count.

    Returns:
        (mean, error): floats.

    Example:

    >>> random_hit_level(np.array([[[1, 0], [1, 1]], [[0, 1], [1, 0]]]), first_layer=1)
    (0.75, 0.25)
    """
    behind = images[:, first_layer:]
    fired = np.count_nonzero(behind.reshape(*behind.shape[:2], -1), axis=2)
    return mean((1 / fired).mean(axis=1))


def shared_signal_fraction(events):
    """Return the fraction of signal hits behind the seed that a background track fires too, and its standard error.

    Args:
        events: `PlaneEvents`, without a wedge.

    Returns:
        (fraction, error): floats, the error from the spread between events.

    Example:

    >>> from keras_hep.simulation.plane_detector import PlaneDetector
    >>> shared_signal_fraction(PlaneDetector(layers=3, pixels=1, seed_layers=1, background=2).sample(4, seed=7))
    (1.0, 0.0)
    """
    signal = events.signal[:, events.detector.seed_layers :]
    shared = np.zeros(signal.shape[:2], bool)
    np.logical_or.at(shared, events.event, np.all(events.background == signal[events.event], axis=-1))
    return mean(shared.mean(axis=1))


def steps(labels):
    """Return what the steps from layer to layer of straight tracks look like at most.

    The pixels of a straight line are its rounded positions: within one track the steps take at most two values, and
    these are neighbours.

    Args:
        labels: int array, shape (tracks, layers). Pixel of each track in each layer, two dimensions.

    Returns:
        (different, spread): ints. The largest number of different steps within one track, and the largest difference
        between two steps of one track.

    Example:

    >>> steps(np.array([[0, 1, 2, 4, 5], [3, 3, 3, 3, 3]]))
    (2, 1)
    """
    ordered = np.sort(np.diff(labels.astype(int), axis=1), axis=1)
    different = 1 + np.count_nonzero(np.diff(ordered, axis=1), axis=1)
    return int(different.max()), int((ordered[:, -1] - ordered[:, 0]).max())


def containment(labels, convolutions):
    """Return the fraction of track stretches that fit into the receptive field of stacked 3 x 3 convolutions.

    Args:
        labels: int array, shape (tracks, layers). Pixel of each track in each layer, two dimensions.
        convolutions: int, k. A stretch is 2 k + 1 consecutive hits, the field a square of that side around its middle.

    Returns:
        float.

    Example:

    >>> containment(np.array([[0, 1, 2], [0, 2, 4]]), convolutions=1)
    0.5
    """
    windows = np.lib.stride_tricks.sliding_window_view(labels, 2 * convolutions + 1, axis=1)
    middle = windows[..., convolutions, None]
    return float(np.mean(np.abs(windows - middle).max(axis=-1) <= convolutions))
