"""Stations of the BM@N look-alike: three of silicon, six of GEM, behind a fixed target.

Planes and windows are those of the hits in the authors' files, in mm. What these do not tell is ours: how the spread
of z within a silicon station comes about, the resolutions and the material.
"""

import numpy as np

STATIONS, SILICON = 9, 3  # stations 0 to 2 are silicon, 3 to 8 GEM
VERTEX = (6.0, -34.4, -10.0)  # mm

# The planes that the authors put the hits of a station on before they train.
NOMINAL_Z = np.array([123.44, 156.14, 244.99, 397.02, 645.35, 1126.49, 1353.30, 1606.635, 1836.68])
# Where the hits of a station lie: silicon modules differ in z, a GEM station is one plane.
LOWEST_Z = np.array([119.8, 152.5, 233.8, 398.52, 652.85, 1133.99, 1354.80, 1614.135, 1838.18])
HIGHEST_Z = np.array([127.1, 159.8, 256.2, 398.52, 652.85, 1133.99, 1354.80, 1614.135, 1838.18])
PLANE_Z = np.where(np.arange(STATIONS) < SILICON, NOMINAL_Z, LOWEST_Z)  # where particles are followed to

# The range of x, y, z that the authors scale to -1 ... 1; y of the silicon stations does not use all of it.
NORMALISATION = np.array([[-811.348, -271.7125, 119.7], [861.815, 389.0473, 1838.2]])


def _windows():
    """Return the active windows, float array of shape (stations, 2, 2): station, x or y, low or high; mm."""
    drift = np.linspace(0, 1, STATIONS - SILICON)[:, None]
    x = np.array([-811.0, 820.0]) + drift * [41.0, 41.0]
    y = np.array([-65.0, 385.0]) + drift * [5.0, 4.0]
    silicon = [
        [[-56.6, 69.1], [-108.2, 17.5]],
        [[-56.6, 64.1], [-111.4, 17.4]],
        [[-115.7, 125.0], [-170.1, 76.7]],
    ]
    return np.concatenate([silicon, np.stack([x, y], axis=1)])


WINDOWS = _windows()

RESOLUTION = np.where(np.arange(STATIONS)[:, None] < SILICON, [0.05, 0.1], [0.2, 0.8])  # of x and y, mm
RADIATION_LENGTHS = 0.005  # per station
_MODULES = np.array([[2, 2], [2, 2], [4, 4], *[[1, 1]] * 6])  # along x and y


def inside(position, station):
    """Return which positions lie in the active window of their station.

    Args:
        position: float array, shape (..., 2 or more): x and y, mm; NaN is outside.
        station: int, or int array of shape (...).

    Returns:
        bool array, shape (...).

    Example:

    >>> inside(np.array([[0.0, 0.0], [0.0, 100.0]]), station=0).tolist()
    [True, False]
    """
    x, y = position[..., 0], position[..., 1]
    (left, right), (low, high) = np.moveaxis(WINDOWS, 0, 2)
    return (x >= left[station]) & (x <= right[station]) & (y >= low[station]) & (y <= high[station])


def module_z(position, station):
    """Return z of the module at each position.

    A silicon station is a grid of equal modules, whose z are equally spaced over the range that the station's hits
    have, column by column.

    Args:
        position: float array, shape (..., 2 or more): x and y within the window, mm.
        station: int, or int array of shape (...).

    Returns:
        float array, shape (...): mm.

    Example:

    >>> module_z(np.array([[-50.0, -100.0], [60.0, 10.0]]), station=0).tolist()
    [119.8, 127.1]
    """
    window, modules = WINDOWS[station], _MODULES[station]
    share = (position[..., :2] - window[..., 0]) / (window[..., 1] - window[..., 0])
    cell = np.clip(np.floor(share * modules), 0, modules - 1)
    number, last = cell[..., 0] * modules[..., 1] + cell[..., 1], np.prod(modules, axis=-1) - 1
    low, high = LOWEST_Z[station], HIGHEST_Z[station]
    return low + (high - low) * number / np.maximum(last, 1)
