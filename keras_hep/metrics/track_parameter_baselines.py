"""Between which limits estimates of track parameters lie: a fit to an isolated track, and no look at the image."""

import dataclasses

import numpy as np

from keras_hep.metrics.track_parameters import track_residuals


def fit_lines(pixels):
    """Fit straight lines by least squares to the centres of fired pixels, one per layer.

    Args:
        pixels: array, shape (tracks, layers): number of the pixel that fired.

    Returns:
        (intercept, slope): float64 arrays of shape (tracks,): position at layer 0, in pixels, and pixels per layer.

    Example:

    >>> fit_lines(np.array([[0, 1, 2], [4, 4, 4]]))
    (array([0.5, 4.5]), array([1., 0.]))
    """
    centres = np.asarray(pixels, float) + 0.5
    layer = np.arange(centres.shape[1])
    lever = layer - layer.mean()
    slope = centres @ lever / (lever @ lever)
    return centres.mean(axis=1) - slope * layer.mean(), slope


def least_squares_residuals(stream, tracks, seed):
    """Return the residuals of least-squares fits to isolated tracks: all that is left is the size of the pixels.

    This is a yardstick and no bound: the edges of the pixels say more than their centres. The mean of all lines through
    the same pixels has an r.m.s. about a tenth lower at 50 layers of 50 pixels.

    Args:
        stream: `TrackImages`. Its size counts, not its number of tracks.
        tracks: int.
        seed: int or sequence of int.

    Returns:
        `TrackResiduals`.

    Example:

    >>> from keras_hep.simulation.track_images import TrackImages
    >>> residuals = least_squares_residuals(TrackImages(), tracks=1000, seed=7)
    >>> round(residuals.rms("intercept")[0], 2), round(residuals.correlation()[0], 1)
    (0.08, -0.9)
    """
    alone = dataclasses.replace(stream, slots=1, tracks=1, tracks_law="fixed")
    images, truth, weights = alone.batch(tracks, seed)
    intercept, slope = fit_lines(images.argmax(axis=2))
    fitted = np.stack([intercept, slope * stream.slope_scale], axis=-1)[:, None]
    return track_residuals([(images, truth, fitted, weights)])


def constant_residuals(stream, events, seed):
    """Return the residuals of one constant prediction per slot, the mean of the tracks that the slot holds.

    Tracks are in the order of their intercepts, so that this is better than the spread of all tracks.

    Args:
        stream: `TrackImages`.
        events: int.
        seed: int or sequence of int.

    Returns:
        `TrackResiduals`.

    Example:

    >>> from keras_hep.simulation.track_images import TrackImages
    >>> stream = TrackImages(slots=3, tracks=3, tracks_law="fixed")
    >>> round(constant_residuals(stream, events=20_000, seed=7).mean_squared_error()[0])
    91
    """
    truth, weights = stream.sample(events, seed)
    means = np.einsum("esp,es->sp", truth, weights, dtype=float) / np.maximum(weights.sum(axis=0), 1)[:, None]
    return track_residuals([(None, truth, np.broadcast_to(means, truth.shape), weights)])
