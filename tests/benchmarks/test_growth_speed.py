"""Speed of candidate growth in full time slices and events, against plain loops and its own variants, in one run."""

import dataclasses
import importlib.util
import pathlib
import time

import numpy as np
import pytest

from keras_hep.models import TrackNET
from keras_hep.simulation.spd import SPDToy
from keras_hep.simulation.trackml_like import TrackMLLike
from keras_hep.tracking.candidate_growth import SliceGrowth, grow
from keras_hep.tracking.coordinates import Scaling
from keras_hep.tracking.free_growth import FreeGrowth, grow_freely
from keras_hep.tracking.growth_pool import GrowthPool
from keras_hep.tracking.growth_rules import GrowthRules
from keras_hep.tracking.station_index import KDTreeIndex
from keras_hep.tracking.track_net_cell import TrackNETCell

_SPEC = importlib.util.spec_from_file_location("plain", pathlib.Path(__file__).with_name("plain_growth.py"))
plain = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(plain)

STATIONS, SLICES = 35, 16
RULES = GrowthRules(first_radius=1.6)


def straight_cell(radius=0.0067, first_ratio=0.937):
    """A network of full size that corrects nothing: regions lie on straight lines, and are as wide as trained ones."""
    frame = {"geometry": "barrel", "first_ratio": first_ratio, "step": 0.02, "scales": [0.02, 0.02]}
    cell = TrackNETCell.of(TrackNET(heads=2, frame=frame))
    centres = tuple(np.zeros_like(part) for part in cell.centres)
    sizes = np.zeros_like(cell.sizes[0]), np.full_like(cell.sizes[1], np.log(np.expm1(radius)))
    return dataclasses.replace(cell, centres=centres, sizes=sizes, arguments={**cell.arguments, "frame": frame})


@pytest.fixture(scope="module")
def cell():
    return straight_cell()


@pytest.fixture(scope="module")
def slices():
    scaling, drawn = Scaling((-851, -851, -2386), (851, 851, 2386)), []
    for number in range(SLICES):
        hits = SPDToy().event([1, number]).hits
        drawn.append((scaling.scale(np.stack([hits[axis] for axis in "xyz"], axis=1)), hits["station"]))
    return drawn


def fastest(call, rounds=5):
    seconds = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        seconds = min(seconds, time.perf_counter() - start)
    return seconds


def speed(growth, events, workers=1, together=8):
    """Return events per second in a pool."""
    with GrowthPool(growth, workers, together) as pool:
        list(pool.map(events))
        return len(events) / fastest(lambda: list(pool.map(events)))


def rows(found):
    return [[hit for hit in row if hit >= 0] for row in found.hits.tolist()]


def test_a_slice_against_the_plain_loop(report_ratio, cell, slices):
    positions, station = slices[0]
    some = np.flatnonzero(station == 0)[:40]
    start = time.perf_counter()
    expected = plain.grow(cell, positions, station, STATIONS, some, RULES.first_radius)
    theirs = len(some) / (time.perf_counter() - start)
    found = [row for row in rows(grow(cell, positions, station, STATIONS, RULES)) if row[0] in some]
    assert sorted(found) == sorted(expected)
    assert len(expected) > 3
    seeds = np.mean([np.count_nonzero(station == 0) for _, station in slices])
    ours = speed(SliceGrowth(cell, STATIONS, RULES), slices) * seeds
    report_ratio("growth in time slices, one process", ours, theirs, "seeds/s")


def test_the_grid_against_trees(report_ratio, cell, slices):
    ours, theirs = (speed(SliceGrowth(cell, STATIONS, RULES, index=index), slices) for index in (None, KDTreeIndex))
    report_ratio("with a grid, with k-d trees", ours, theirs, "slices/s")


def test_slices_together_against_one_by_one(report_ratio, cell, slices):
    ours, theirs = (speed(SliceGrowth(cell, STATIONS, RULES), slices, together=together) for together in (8, 1))
    report_ratio("8 slices together, one by one", ours, theirs, "slices/s")


@pytest.mark.parametrize(
    "rules", [RULES, dataclasses.replace(RULES, step_ahead=True), GrowthRules(first_radius=2, nearest_first=3)]
)
def test_two_processes_against_one(report_ratio, cell, slices, rules):
    growth = SliceGrowth(cell, STATIONS, rules, shared=0.3)
    ours, theirs = (speed(growth, slices * 3, workers) for workers in (2, 1))
    name = "step ahead" if rules.step_ahead else "three first hits" if rules.nearest_first else "plain algorithm"
    report_ratio(f"two processes, one: {name}", ours, theirs, "slices/s")


def test_deduplication_against_the_plain_loop(report_ratio, cell, slices):
    found = grow(cell, *slices[0], STATIONS, GrowthRules(first_radius=2, nearest_first=3))
    start = time.perf_counter()
    kept = plain.greedy_deduplication(found.hits, found.distance, 0.3)
    theirs = time.perf_counter() - start
    np.testing.assert_array_equal(found.greedy_deduplication(0.3).hits, found.hits[kept])
    ours = fastest(lambda: found.greedy_deduplication(0.3), rounds=20)
    report_ratio("greedy deduplication of a slice", len(found) / ours, len(found) / theirs, "candidates/s")


def test_free_growth_against_the_plain_loop(report_ratio):
    hits = TrackMLLike().event(seed=1).hits
    positions = np.stack([np.asarray(hits[axis]) for axis in "xyz"], axis=1).astype(np.float32) / np.float32(1000)
    seeds = np.argsort(np.linalg.norm(positions, axis=1))[:20_000]
    cell, some = straight_cell(radius=0.02, first_ratio=0.7), seeds[::1000]
    start = time.perf_counter()
    expected = plain.grow_freely(cell, positions, some)
    theirs = len(some) / (time.perf_counter() - start)
    found = [row for row in rows(grow_freely(cell, positions, seeds)) if row[0] in some]
    assert sorted(found) == sorted(expected)
    assert len(expected) > 3
    ours = speed(FreeGrowth(cell), [(positions, seeds, None)], together=1) * len(seeds)
    report_ratio("growth in a TrackML-like event", ours, theirs, "seeds/s")
