"""How fast candidates grow, beside the straightforward loop."""

import time

import numpy as np

from keras_hep.simulation.spd import STATIONS
from keras_hep.suite.candidate_measurements import position
from keras_hep.suite.candidate_training import SCALING
from keras_hep.suite.record import Quantity
from keras_hep.tracking.candidate_growth import SliceGrowth, grow
from keras_hep.tracking.growth_pool import GrowthPool


def slices_per_second(cell, slices, rules, shared, processes, repeats):
    """Measure the growth of candidates from the coordinates of hits in mm on, scaling and index included.

    Args:
        cell: `keras_hep.tracking.track_net_cell.TrackNETCell`.
        slices: list of dicts of arrays. Hits of time slices.
        rules: `keras_hep.tracking.growth_rules.GrowthRules`.
        shared: float or None. As of `keras_hep.tracking.candidate_growth.SliceGrowth`.
        processes: int.
        repeats: int. The best of so many is returned: others on the machine can only slow it down.
    """
    best, raw = np.inf, [(position(hits), hits["station"]) for hits in slices]
    growth = SliceGrowth(cell, STATIONS, rules, shared=shared)
    with GrowthPool(growth, workers=processes) as pool:
        list(pool.map((SCALING.scale(points), station) for points, station in raw))  # processes start
        for _ in range(repeats):
            start = time.perf_counter()
            for _ in pool.map((SCALING.scale(points), station) for points, station in raw):
                pass
            best = min(best, time.perf_counter() - start)
    return len(slices) / best


def against_the_loop(cell, hits, rules, seeds):
    """Compare with a loop over candidates that reads the whole sequence again at each step and looks at all hits.

    The loop takes some of the seeds; its time is scaled to all of them.

    Args:
        cell: `TrackNETCell`.
        hits: dict of arrays. Hits of a time slice.
        rules: `GrowthRules` with one hit per step and without a step ahead.
        seeds: int. Number of seeds that the loop takes, at most all.

    Returns:
        list of `Quantity`: times per slice, their ratio, and how many candidates the two ways find differently.
    """
    points, station = SCALING.scale(position(hits)), hits["station"]
    times = []
    for _ in range(5):
        start = time.perf_counter()
        found = grow(cell, points, station, STATIONS, rules)
        times.append(time.perf_counter() - start)
    every = np.flatnonzero(station == 0)
    chosen = every[:: max(len(every) // seeds, 1)][:seeds]
    start = time.perf_counter()
    looped = [_followed(cell, points, station, seed, rules) for seed in chosen]
    loop = (time.perf_counter() - start) * len(every) / len(chosen)
    expected = {tuple(row) for row in looped if sum(hit >= 0 for hit in row) >= rules.minimum_hits}
    ours = {tuple(row) for row in found.hits.tolist() if row[0] in set(chosen.tolist())}
    definition = f"{len(chosen)} of {len(every)} seeds"
    return [
        Quantity("time_of_a_slice", min(times), unit="s", definition="arrays, one process, a slice alone", timed=True),
        Quantity("time_of_the_loop", loop, unit="s", definition=definition, timed=True),
        Quantity("ratio_to_loop", loop / min(times), definition="time of the loop over that of arrays", timed=True),
        Quantity("candidates_that_differ", len(expected ^ ours), definition=definition),
    ]


def _followed(cell, points, station, seed, rules):
    """Return the hits of the candidate of one seed, one per station, as the straightforward loop finds them."""
    hits = [int(seed)] + [-1] * (STATIONS - 1)
    for number in range(1, STATIONS):
        state = cell.start(points[[seed]])
        for hit in hits[:number]:
            state, centres, sizes = cell.step(state, points[[hit]])
        centre, radius = centres[0, 0], sizes[0, 0, 0] * (rules.first_radius if number == 1 else 1.0)
        if rules.acceptance and any(
            limit is not None and abs(value) > limit for value, limit in zip(centre, rules.acceptance, strict=True)
        ):
            break
        candidates = np.flatnonzero(station == number)
        distance = np.linalg.norm(points[candidates] - centre, axis=1)
        if not len(distance) or distance.min() >= radius:
            break
        hits[number] = int(candidates[distance.argmin()])
    return hits
