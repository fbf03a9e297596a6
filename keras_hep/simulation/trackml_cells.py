"""Read-out of the modules of the TrackML detector: which cells a particle charges, and the position they give.

A particle leaves charge along its straight way through the sensor. In the barrels the magnetic field makes the charge
drift sideways; the genuine reconstruction corrects for twice the mean shift, which leaves a bias in u. A pixel measures
the length of the way in it, with a relative error; a strip only says that it was hit. The position is the mean of the
cells, weighted by their values.

Reference: measured on the genuine clusters: positions are the weighted means of the cells within 0.001 mm, apart from
    the correction; cell counts against the angle of incidence give the depths and drifts below.
"""

import dataclasses

import numpy as np

from keras_hep.simulation.trackml_detector import modules

_PIXEL_ERROR = 0.097  # relative, of the length measured by a pixel
_PIXEL_VOLUMES, _BARREL_VOLUMES = (7, 8, 9), (8, 13, 17)
_SHORTEST = 1e-7  # share of a line in a cell that counts as crossed
_STEEPEST = 0.03  # cosine of incidence below which clusters grow no longer
# In the barrels: tangent of the angle of drift, and the same with the sign of the face that collects the charge.
_DRIFT, _SHIFT = np.zeros((2, 19))
_DRIFT[[8, 13, 17]] = -0.12, -0.12, -0.08
_SHIFT[[8, 13, 17]] = -0.12, 0.12, 0.08


@dataclasses.dataclass
class Clusters:
    """Cells of hits, and the positions they give.

    Attributes:
        hit: int array, shape (cells,), ascending: index of the hit.
        channel_u, channel_v: int32 arrays, shape (cells,).
        value: float array, shape (cells,): length in mm in pixels, 1 in strips.
        u, v: float arrays, shape (hits,): measured local position, mm.
    """

    hit: np.ndarray
    channel_u: np.ndarray
    channel_v: np.ndarray
    value: np.ndarray
    u: np.ndarray
    v: np.ndarray


def clusters(module, u, v, direction, random):
    """Return the `Clusters` of hits.

    Args:
        module: int array, shape (hits,): index in `trackml_detector.modules()`.
        u: float array, shape (hits,): true local position in the middle of the sensor, mm.
        v: float array, shape (hits,): the same.
        direction: float array, shape (hits, 3): global direction of the particle.
        random: `numpy.random.Generator`.
    """
    every = modules()
    volume, pitch_u, pitch_v = every.volume[module], every.pitch_u[module], every.pitch_v[module]
    width, length = every.max_half_width[module], every.half_length[module]
    depth = every.module_t[module] * np.where(np.isin(volume, _BARREL_VOLUMES), 1, 2)
    rise_u, rise_v, path = _rises(module, direction)
    rise_u, shift = rise_u + _DRIFT[volume], 0.5 * depth * _SHIFT[volume]
    ends_u = _ends(u + width + shift, 0.5 * depth * rise_u, 2 * width, pitch_u)
    ends_v = _ends(v + length, 0.5 * depth * rise_v, 2 * length, pitch_v)
    hit, channel_u, channel_v, share = _cells_on_lines(ends_u, ends_v)
    value = share * (depth * path)[hit]
    pixel = np.isin(volume, _PIXEL_VOLUMES)[hit]
    value *= np.maximum(1 + _PIXEL_ERROR * random.standard_normal(len(hit)), 0.01)
    value[~pixel] = 1
    total = np.bincount(hit, value, len(module))
    mean_u = np.bincount(hit, value * (channel_u + 0.5), len(module)) / total * pitch_u - width
    mean_v = np.bincount(hit, value * (channel_v + 0.5), len(module)) / total * pitch_v - length
    return Clusters(hit, channel_u, channel_v, value, mean_u - 2 * shift, mean_v)


def _rises(module, direction):
    """Return the slopes of u and v against the normal w, and the way through a sensor of unit depth."""
    local = np.einsum("nij,ni->nj", modules().rotation[module], direction)
    across = np.copysign(np.maximum(np.abs(local[:, 2]), _STEEPEST), local[:, 2])
    return local[:, 0] / across, local[:, 1] / across, 1 / np.abs(across)


def _ends(middle, half, extent, pitch):
    """Return the two ends of a line, in units of cells, cut to the cells that exist."""
    last = np.floor(extent / pitch + 1e-6) - 1e-9
    return [np.clip((middle + side * half) / pitch, 0, last) for side in (-1, 1)]


def _cells_on_lines(ends_u, ends_v):
    """Return the cells of unit size that straight lines cross.

    Args:
        ends_u: pair of float arrays, shape (lines,): the two ends of each line.
        ends_v: pair of float arrays, shape (lines,): the same.

    Returns:
        (line, column, row, share): arrays over cells: index of the line, ascending, the cell, and the share of the
        line's length in it. Cells of a line stand in the order in which it crosses them.
    """
    lines = len(ends_u[0])
    starts = [np.arange(lines, dtype=float)]
    for start, end in (ends_u, ends_v):
        low, high = np.floor(np.minimum(start, end)), np.floor(np.maximum(start, end))
        count = (high - low).astype(int)
        line = np.repeat(np.arange(lines), count)
        border = low[line] + 1 + np.arange(len(line)) - np.repeat(np.cumsum(count) - count, count)
        # As line + (position on it between 0 and 1) all borders sort at once.
        starts.append(line + np.minimum((border - start[line]) / (end - start)[line], 1 - 1e-9))
    starts = np.sort(np.concatenate(starts))
    line = np.floor(starts).astype(int)
    begin = starts - line
    stop = np.append(begin[1:], 0.0)
    stop[np.append(line[1:], lines) != line] = 1
    real = stop - begin > _SHORTEST  # a line through a corner has a cell of no length there
    line, begin, stop = line[real], begin[real], stop[real]
    middle = 0.5 * (begin + stop)
    column, row = (np.floor(start[line] + (end - start)[line] * middle) for start, end in (ends_u, ends_v))
    # Along a border rounding can cut a cell in two.
    first = np.flatnonzero(np.any([np.diff(values, prepend=-1) != 0 for values in (line, column, row)], axis=0))
    share = np.add.reduceat(stop - begin, first) if len(first) else begin
    return line[first], column[first].astype(np.int32), row[first].astype(np.int32), share
