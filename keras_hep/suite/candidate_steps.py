"""Single steps of the search: what is predicted, which hits are near, and what is taken."""

import numpy as np

from keras_hep import training
from keras_hep.metrics.sphere_coverage import sphere_coverage
from keras_hep.simulation.spd import STATIONS
from keras_hep.suite.candidate_measurements import position
from keras_hep.suite.candidate_training import SCALING
from keras_hep.tracking.hit_sequences import sequences
from keras_hep.tracking.station_index import KDTreeIndex


def along_true_tracks(model, simulation, number, seed):
    """Predict along true tracks; return `keras_hep.metrics.sphere_coverage.SphereCoverage`, scaled, and in mm.

    Args:
        model: `keras_hep.models.TrackNET`.
        simulation: `SPDToy`.
        number: int. Tracks.
        seed: list of int.

    Returns:
        (coverage, distances): the coverage in scaled coordinates, and mean distances of hits from the centres in mm,
        float array of shape (steps, heads).
    """
    positions, present = simulation.tracks(number, seed)
    points = SCALING.scale(positions)
    inputs, _, _ = sequences(points, present)
    regions = training.predict(model, inputs)
    centres, sizes = regions[..., :3], regions[..., 3:]
    in_mm = sphere_coverage(SCALING.unscale(centres), sizes, positions, present).distance
    return sphere_coverage(centres, sizes, points, present), in_mm


def first_step(cell, hits, slots, nearest=3):
    """Predict from single hits, and look which hits of the second station are nearest.

    Args:
        cell: `TrackNETCell`.
        hits: dict of arrays. Hits of a time slice.
        slots: int array, shape (tracks, stations). True hits; tracks without one on the second station do not count.
        nearest: int.

    Returns:
        (centres, radii, found, true): float arrays of shape (tracks, 3) and (tracks,), scaled; int arrays of shape
        (tracks, nearest), the nearest hits, and (tracks,), the right hit.
    """
    points, station = SCALING.scale(position(hits)), hits["station"]
    slots = slots[(slots[:, :2] >= 0).all(axis=1)]
    seeds = points[slots[:, 0]]
    _, centres, sizes = cell.step(cell.start(seeds), seeds)
    everywhere = np.full(len(seeds), np.inf, np.float32)
    _, found = KDTreeIndex(points, station, STATIONS).nearest(1, centres[:, 0], nearest, everywhere)
    return centres[:, 0], sizes[:, 0, 0], found, slots[:, 1]


def broken_rules(cell, hits, candidates, rules):
    """Count hits of candidates that lie outside their sphere, or are not the nearest to its centre.

    Every step is predicted again and every hit of the station is looked at, without an index.

    Args:
        cell: `TrackNETCell`.
        hits: dict of arrays. Hits of a time slice.
        candidates: `keras_hep.tracking.candidates.Candidates`, grown with one hit per step and no step ahead.
        rules: the `GrowthRules` that they grew by.

    Returns:
        (outside, not_nearest): int.
    """
    points, station = SCALING.scale(position(hits)), hits["station"]
    outside = not_nearest = 0
    on_station = [np.flatnonzero(station == number) for number in range(STATIONS)]
    rows, state = candidates.hits, cell.start(points[candidates.hits[:, 0]])
    for number in range(STATIONS - 1):
        state, centres, sizes = cell.step(state, points[rows[:, number]])
        goes_on = rows[:, number + 1] >= 0
        radius = sizes[:, 0, 0] * np.float32(rules.first_radius if number == 0 else 1)
        to_all = np.linalg.norm(points[on_station[number + 1]] - centres[:, :1], axis=2)
        taken = np.linalg.norm(points[rows[:, number + 1]] - centres[:, 0], axis=1)
        # Rounding of the last bits may differ from that of the search.
        outside += np.count_nonzero(goes_on & (taken > radius * (1 + 1e-5)))
        not_nearest += np.count_nonzero(goes_on & (taken > to_all.min(axis=1) * (1 + 1e-4) + 1e-7))
    return outside, not_nearest
