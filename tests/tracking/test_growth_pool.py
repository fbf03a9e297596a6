import concurrent.futures.process
import itertools
import os

import numpy as np
import pytest

from keras_hep.tracking.candidate_growth import SliceGrowth, grow
from keras_hep.tracking.free_growth import FreeGrowth, grow_freely
from keras_hep.tracking.growth_pool import GrowthPool
from keras_hep.tracking.growth_rules import GrowthRules
from keras_hep.tracking.track_net_cell import TrackNETCell

STATIONS, RULES = 5, GrowthRules(nearest=2)


def origin_cell(radius=0.4):
    """Expects every hit within a radius of the origin."""

    def zeros(*shape):
        return np.zeros(shape, np.float32)

    layers = tuple((zeros(inputs, 6), zeros(2, 6), zeros(6), zeros(6)) for inputs in (3, 2))
    arguments = {"heads": 1, "frame": None, "unit": radius / np.log(2)}
    return TrackNETCell(layers, (zeros(2, 3), zeros(3)), (zeros(2, 1), zeros(1)), arguments)


def slices(number, seed=1):
    for hits in np.random.default_rng(seed).integers(0, 60, number):
        random = np.random.default_rng([seed, hits])
        yield random.uniform(-0.5, 0.5, (hits, 3)).astype(np.float32), random.integers(0, STATIONS, hits)


GROWTH = SliceGrowth(origin_cell(), STATIONS, RULES)


@pytest.fixture(scope="module")
def two_processes():
    with GrowthPool(GROWTH, workers=2, together=3) as pool:
        yield pool


def test_results_come_in_order_whatever_the_number_of_processes(two_processes):
    alone = [grow(origin_cell(), *one, STATIONS, RULES) for one in slices(20)]
    assert sum(map(len, alone)) > 100
    with GrowthPool(GROWTH, workers=0, together=3) as this_one:
        for pool in (two_processes, this_one):
            for expected, found in zip(alone, pool.map(slices(20)), strict=True):
                np.testing.assert_array_equal(found.hits, expected.hits)
                np.testing.assert_array_equal(found.distance, expected.distance)


def test_no_slices(two_processes):
    assert list(two_processes.map([])) == []


def test_slices_are_asked_for_as_they_are_needed(two_processes):
    asked = itertools.count()
    found = two_processes.map(one for one, _ in zip(slices(60), asked, strict=False))
    next(found)
    assert next(asked) <= 3 * (2 * 2 + 1) + 1


def test_an_error_of_a_process_reaches_the_caller_and_others_go_on(two_processes):
    wrong = np.zeros((1, 3), np.float32), np.array([STATIONS])
    with pytest.raises(ValueError, match="Stations are from 0 to 4, got 5 to 5"):
        list(two_processes.map([*slices(10), wrong]))
    assert len(list(two_processes.map(slices(10)))) == 10


def test_a_process_has_one_thread_and_no_framework_and_ours_stays_as_it_was(monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "5")
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    with GrowthPool(GROWTH, workers=1) as pool:
        list(pool.map(slices(10)))
        ask = pool._processes.submit
        assert [ask(os.getenv, f"{name}_NUM_THREADS").result() for name in ("OPENBLAS", "OMP")] == ["1", "1"]
        loaded = set(ask(eval, "list(__import__('sys').modules)").result())
    assert "keras_hep.tracking.candidate_growth" in loaded
    assert not loaded & {"keras", "tensorflow", "jax", "torch", "pandas"}
    assert os.environ["OPENBLAS_NUM_THREADS"] == "5"
    assert "OMP_NUM_THREADS" not in os.environ


def test_candidates_can_be_deduplicated_where_they_grow():
    with GrowthPool(SliceGrowth(origin_cell(), STATIONS, RULES, shared=0.3), workers=0) as pool:
        for one, found in zip(slices(20), pool.map(slices(20)), strict=True):
            expected = grow(origin_cell(), *one, STATIONS, RULES).greedy_deduplication(0.3)
            np.testing.assert_array_equal(found.hits, expected.hits)


def test_events_without_stations_grow_in_a_pool():
    def events(number=5):
        for positions, _ in slices(number):
            yield positions, np.arange(len(positions)), np.arange(len(positions))

    rules = GrowthRules(minimum_hits=2)
    for shared in (None, 0.3):
        growth = FreeGrowth(origin_cell(), rules, most_hits=6, shared=shared)
        with GrowthPool(growth, workers=0) as pool:
            for (positions, seeds, from_origin), found in zip(events(), pool.map(events()), strict=True):
                expected = grow_freely(origin_cell(), positions, seeds, rules, 6, from_origin)
                expected = expected if shared is None else expected.greedy_deduplication(shared)
                np.testing.assert_array_equal(found.hits, expected.hits)
                assert len(found) or len(positions) < 5


def test_a_killed_process_is_reported():
    with GrowthPool(GROWTH, workers=1) as pool:
        pool._processes.submit(os._exit, 1)
        with pytest.raises(concurrent.futures.process.BrokenProcessPool):
            list(pool.map(slices(5)))


@pytest.mark.parametrize("arguments", [{"workers": -1}, {"together": 0}])
def test_arguments_out_of_range_are_reported(arguments):
    with pytest.raises(ValueError, match="0 or more workers and groups of 1 or more"):
        GrowthPool(GROWTH, **arguments)
