"""Whether images have a direction, and how images of small contrast are shown."""

import numpy as np


def coherence(images):
    """Return how much of an image's variation goes along one direction, from its structure tensor.

    The tensor is the mean of g g^T over the image, with the gradient g taken in squares of 2 x 2 pixels, where stripes
    of one pixel show. The coherence is the difference of its eigenvalues over their sum: 1 for straight stripes, about
    0 for noise, and 0 for an image without contrast.

    Args:
        images: float array, shape (..., rows, columns), at least 2 x 2 pixels.

    Returns:
        float64 array, shape (...).

    Raises:
        ValueError: if images are too small.

    Example:

    >>> stripes = np.tile([0.0, 1.0], (50, 25))
    >>> noise = np.random.default_rng(7).random((50, 50))
    >>> coherence([stripes, noise, np.ones((50, 50))]).round(1).tolist()
    [1.0, 0.0, 0.0]
    """
    images = np.asarray(images, float)
    if min(images.shape[-2:]) < 2:
        raise ValueError(f"coherence needs images of at least 2 x 2 pixels, got the shape {images.shape}.")
    down, across = np.diff(images, axis=-2), np.diff(images, axis=-1)
    down = (down[..., :, 1:] + down[..., :, :-1]) / 2
    across = (across[..., 1:, :] + across[..., :-1, :]) / 2
    rows, columns, mixed = (product.mean(axis=(-2, -1)) for product in (down**2, across**2, down * across))
    total = rows + columns
    difference = np.hypot(rows - columns, 2 * mixed)
    return np.divide(difference, total, out=np.zeros_like(total), where=total > 0)


def display_normalised(images, border=1):
    """Return images for display: cropped, with mean 0.5 and a standard deviation of 0.1, within [0, 1].

    Args:
        images: float array, shape (..., rows, columns).
        border: int. Pixels to cut off at each side, where the padding of convolutions shows.

    Returns:
        float64 array, shape (..., rows - 2 border, columns - 2 border); 0.5 where an image has no contrast.

    Raises:
        ValueError: if nothing is left.

    Reference: F. Chollet, "How convolutional neural networks see the world", Keras blog (2016).

    Example:

    >>> display_normalised([[0.0, 2.0], [2.0, 0.0]], border=0).round(3).tolist()
    [[0.4, 0.6], [0.6, 0.4]]
    """
    images = np.asarray(images, float)
    rows, columns = images.shape[-2:]
    if min(rows, columns) <= 2 * border:
        raise ValueError(f"display_normalised needs more than {2 * border} pixels a side, got {images.shape}.")
    cropped = images[..., border : rows - border, border : columns - border]
    centred = cropped - cropped.mean(axis=(-2, -1), keepdims=True)
    spread = centred.std(axis=(-2, -1), keepdims=True)
    standard = np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 0)
    return np.clip(0.1 * standard + 0.5, 0, 1)
