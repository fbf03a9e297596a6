"""Clusters in images of showers: how many particles can be told apart by eye."""

import numpy as np
from scipy import ndimage

LEAST = 0.1  # of the highest maximum, below which a maximum is a fluctuation
_KERNEL = np.array([0.25, 0.5, 0.25])  # a cell and half of its neighbours


def maxima(images, least=LEAST):
    """Return the maxima of images that are smoothed over a cell.

    Images are weighted 1 : 2 : 1 along both axes; a maximum is a cell that none of its eight neighbours exceeds.

    Args:
        images: float array, shape (showers, across, along). Not negative, as from `depth_summed`.
        least: float. Lowest maximum that counts, relative to the highest of its image.

    Returns:
        bool array, shape (showers, across, along). None in an empty image.

    Raises:
        ValueError: if images have another number of axes.

    Example:

    >>> image = np.zeros((1, 1, 7))
    >>> image[0, 0] = [0, 9, 1, 0, 5, 0, 0]
    >>> np.flatnonzero(maxima(image)).tolist()
    [1, 4]
    """
    images = np.asarray(images, np.float64)
    if images.ndim != 3:
        raise ValueError(f"maxima: images must have the axes (shower, across, along), got shape {images.shape}.")
    smooth = images
    for axis in (1, 2):
        smooth = ndimage.convolve1d(smooth, _KERNEL, axis=axis, mode="constant")
    highest = smooth.max(axis=(1, 2), keepdims=True, initial=0.0)
    above = ndimage.maximum_filter(smooth, (1, 3, 3), mode="constant")
    return (smooth == above) & (smooth > 0) & (smooth >= least * highest)


def cluster_counts(images, least=LEAST):
    """Return the number of `maxima` of each image, int array of shape (showers,).

    Example:

    >>> cluster_counts(np.eye(9)[None, ::8]).tolist()  # two cells in opposite corners
    [2]
    """
    return np.count_nonzero(maxima(images, least), axis=(1, 2))
