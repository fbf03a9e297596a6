"""Pixel planes as a track finder reads them: the hits of the seed, pixel centres, the fired pixel nearest to a point.

Coordinates are in pixels: pixel i of an axis covers i to i + 1, its centre lies at i + 0.5. A flat pixel is
x * (pixels along y) + y.
"""

import numpy as np


def seed_pixels(images, seed_layers):
    """Return the flat pixel that fired in each seed layer.

    Args:
        images: array, shape (events, layers, pixels, pixels): non-zero where a pixel fired.
        seed_layers: int. Number of first layers that hold one hit each.

    Returns:
        int32 array, shape (events, seed_layers).

    Raises:
        ValueError: if the shape is another one, a seed is too short or longer than the detector, or a seed layer does
            not hold exactly one hit.

    Example:

    >>> seed_pixels(np.eye(4).reshape(1, 4, 2, 2), seed_layers=3)
    array([[0, 1, 2]], dtype=int32)
    """
    if np.ndim(images) != 4:
        raise ValueError(
            f"images must have shape (events, layers, pixels, pixels), got {np.shape(images)}; "
            "give images of two dimensions a last axis of length 1."
        )
    layers = images.shape[1]
    if not 2 <= seed_layers <= layers:
        raise ValueError(f"seed_layers must be 2 to {layers}, the number of layers, got {seed_layers}.")
    planes = images[:, :seed_layers].reshape(len(images), seed_layers, np.prod(images.shape[2:])) != 0
    hits = np.count_nonzero(planes, axis=2)
    if np.any(hits != 1):
        event, layer = np.argwhere(hits != 1)[0]
        raise ValueError(
            f"each of the {seed_layers} seed layers must hold exactly one hit, got {hits[event, layer]} in layer "
            f"{layer} of event {event}; remove what is not the seed, or choose other seed_layers."
        )
    return np.argmax(planes, axis=2).astype(np.int32)


def centres(pixels, height):
    """Return the centres of flat pixels, float array of shape (*pixels.shape, 2): along x and y, in pixels.

    Args:
        pixels: int array: flat pixels.
        height: int. Number of pixels along y.

    Example:

    >>> centres(np.array([0, 7]), height=5).tolist()
    [[0.5, 0.5], [1.5, 2.5]]
    """
    return np.stack(np.divmod(pixels, height), axis=-1) + 0.5


def pixels_at(positions, plane):
    """Return the flat pixels at positions, int32 array of shape (...); a position outside takes the pixel at the edge.

    Args:
        positions: float array, shape (..., 2): along x and y, in pixels.
        plane: (int, int). Number of pixels along x and y.

    Example:

    >>> pixels_at(np.array([[0.5, 4.9], [-3.0, 7.0]]), plane=(5, 5)).tolist()
    [4, 4]
    """
    x, y = (np.clip(np.floor(positions[..., axis]), 0, plane[axis] - 1) for axis in (0, 1))
    return (x * plane[1] + y).astype(np.int32)


def nearest_fired(planes, positions):
    """Return the flat pixel that fired nearest to a point in each plane, int32 array of shape (planes,).

    A plane without a hit gives -1; of two pixels at the same distance the one with the lower number is taken.

    Args:
        planes: array, shape (planes, pixels, pixels): non-zero where a pixel fired.
        positions: float array, shape (planes, 2): along x and y, in pixels.

    Example:

    >>> nearest_fired(np.array([np.eye(2), np.zeros((2, 2))]), np.array([[1.8, 1.1], [0.5, 0.5]])).tolist()
    [3, -1]
    """
    height = planes.shape[2]
    plane, pixel = np.divmod(np.flatnonzero(planes != 0), planes.shape[1] * height)
    distance = np.sum((centres(pixel, height) - positions[plane]) ** 2, axis=1)
    hits = np.bincount(plane, minlength=len(planes))
    fired = hits > 0
    least = np.zeros(len(planes))
    if fired.any():
        least[fired] = np.minimum.reduceat(distance, (np.cumsum(hits) - hits)[fired])
    nearest = np.full(len(planes), -1, np.int32)
    at_least = np.flatnonzero(distance == least[plane])[::-1]
    nearest[plane[at_least]] = pixel[at_least]  # the last assignment stays: the lowest number of a tie
    return nearest
