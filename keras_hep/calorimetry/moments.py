"""Moments of showers along an axis, and energies of a window of 3 x 3 cells: how wide, deep and peaked a shower is."""

import numpy as np

ORDERS = 6  # as the authors of Belayneh et al. (2020) have them


def axis_moments(profiles, orders=ORDERS):
    """Return the energy-weighted moments of showers along one axis, in units of cells.

    The first is the mean place, counted from 0; the others are central moments about the mean of the shower itself.
    All are 0 for a shower without energy.

    Args:
        profiles: float array, shape (showers, places). Energy of each shower at each place of the axis.
        orders: int. Highest order.

    Returns:
        float64 array, shape (showers, orders).

    Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, appendix C, and the code named there.

    Example:

    >>> axis_moments([[1.0, 0.0, 1.0], [0.0, 0.0, 0.0]], orders=4).tolist()
    [[1.0, 1.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0]]
    """
    weights = _normalised(np.asarray(profiles, np.float64))
    places = np.arange(weights.shape[1], dtype=np.float64)
    moments = np.empty((len(weights), orders))
    moments[:, 0] = weights @ places
    distance = places - moments[:, :1]
    for order in range(1, orders):
        weights = weights * distance if order > 1 else weights * distance**2
        moments[:, order] = weights.sum(axis=1)
    return moments


def r9(images, window="maximum"):
    """Return the fraction of the energy of showers in a window of 3 x 3 cells, near 1 for a narrow one.

    Cells beyond the edge of the image count as empty. 0 for a shower without energy.

    Args:
        images: float array, shape (showers, across, along). Energies summed over depth.
        window: str. "maximum", the window with the most energy, as in the authors' code; or "barycentre", the one
            around the cell that holds the barycentre, as in the article. They differ where a shower has two cores.

    Returns:
        float64 array, shape (showers,).

    Raises:
        ValueError: if there is no such window.

    Reference: Belayneh et al. (2020), appendix C.

    Example:

    >>> two_cores = np.zeros((1, 7, 7))
    >>> two_cores[0, 1, 3], two_cores[0, 5, 3] = 3.0, 2.0
    >>> r9(two_cores).tolist(), r9(two_cores, window="barycentre").tolist()
    ([0.6], [0.0])
    """
    images = np.asarray(images, np.float64)
    if window not in ("maximum", "barycentre"):
        raise ValueError(f'r9: the window is "maximum" or "barycentre", got {window!r}.')
    sums = _three_in_a_row(_three_in_a_row(images, axis=1), axis=2)
    if window == "maximum":
        core = sums.max(axis=(1, 2), initial=0.0)
    else:
        across, along = (_nearest_cell(images.sum(axis=other)) for other in (2, 1))
        core = sums[np.arange(len(images)), across, along]
    return quotient(core, images.sum(axis=(1, 2)))


def quotient(numerator, denominator):
    """Return numerator / denominator, float64 array, 0 where the denominator is 0.

    Example:

    >>> quotient([1.0, 3.0], [0.0, 2.0]).tolist()
    [0.0, 1.5]
    """
    numerator, denominator = np.asarray(numerator, np.float64), np.asarray(denominator, np.float64)
    return np.divide(numerator, denominator, out=np.zeros(numerator.shape), where=denominator != 0)


def _normalised(profiles):
    total = profiles.sum(axis=1, keepdims=True)
    return np.divide(profiles, total, out=np.zeros_like(profiles), where=total != 0)


def _three_in_a_row(images, axis):
    """Sum each cell with its two neighbours along an axis."""
    images = np.moveaxis(images, axis, -1)
    sums = images.copy()
    sums[..., 1:] += images[..., :-1]
    sums[..., :-1] += images[..., 1:]
    return np.moveaxis(sums, -1, axis)


def _nearest_cell(profiles):
    mean = axis_moments(profiles, orders=1)[:, 0]
    return np.clip(np.floor(mean + 0.5), 0, profiles.shape[1] - 1).astype(int)  # negative energies can lead it outside
