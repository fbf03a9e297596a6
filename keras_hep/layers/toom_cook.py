"""Short convolutions with fewer multiplications: as products of values of polynomials at a few points."""

import numpy as np

# In pairs of both signs: those that make rounding errors smallest, by a search over their magnitudes.
_POINTS = {7: (0.285, 0.85, 1.77), 9: (0.23, 0.67, 1.13, 2.2)}
SIZES, TILE = (3, 5), 5  # of kernels, and outputs that are computed together


def toom_cook(size):
    """Return the matrices of a short convolution: it is `outputs @ ((kernel @ g) * (inputs @ d))` of d and a kernel g.

    Args:
        size: int. Of the kernel, 3 or 5.

    Returns:
        (inputs, kernel, outputs): float64 arrays, shape (points, points), (points, size) and (TILE, points); as many
        points as inputs, TILE + size - 1.

    Raises:
        ValueError: if the size is another one.

    Reference: A. Lavin, S. Gray, CVPR (2016), arXiv:1509.09308, who call the algorithm of A. Toom and S. Cook after S.
        Winograd.

    Example:

    >>> inputs, kernel, outputs = toom_cook(3)
    >>> (outputs @ ((kernel @ [1.0, 0.0, -1.0]) * (inputs @ np.arange(7.0) ** 2))).round(6).tolist()
    [-4.0, -8.0, -12.0, -16.0, -20.0]
    """
    if size not in SIZES:
        raise ValueError(f"size must be one of {SIZES}, got {size}.")
    points = np.array([sign * point for point in _POINTS[TILE + size - 1] for sign in (1, -1)])
    others = [np.delete(points, place) for place in range(len(points))]
    # The last point is infinity: there a polynomial has the value of its highest coefficient.
    inputs = np.array([np.append(np.poly(other)[::-1], 0.0) for other in others] + [np.poly(points)[::-1]])
    scale = [np.prod(point - other) for point, other in zip(points, others, strict=True)]
    kernel = np.vstack([np.vander(points, size, increasing=True) / np.array(scale)[:, None], np.eye(size)[-1]])
    outputs = np.vstack([np.vander(points, TILE, increasing=True), np.eye(TILE)[-1]]).T
    # Values of one size lose least.
    of_inputs, of_outputs = np.linalg.norm(inputs, axis=1), np.linalg.norm(outputs, axis=0)
    return inputs / of_inputs[:, None], kernel * (of_inputs * of_outputs)[:, None], outputs / of_outputs


def input_matrix(inputs, cells):
    """Return the matrix from the cells of a row to the values of all its tiles.

    Args:
        inputs: float array, shape (points, points), from `toom_cook`.
        cells: int. Length of the row, which zeros surround.

    Returns:
        float array, shape (points * tiles, cells). The last tile may reach beyond the row.

    Example: 12 cells are three tiles of 5.

    >>> input_matrix(toom_cook(3)[0], cells=12).shape
    (21, 12)
    """
    points, tiles = len(inputs), -(-cells // TILE)
    margin = (points - TILE) // 2
    matrix = np.zeros((points, tiles, tiles * TILE + 2 * margin))
    for tile in range(tiles):
        matrix[:, tile, tile * TILE : tile * TILE + points] = inputs
    return matrix[..., margin : margin + cells].reshape(points * tiles, cells)
