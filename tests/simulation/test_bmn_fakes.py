"""Crossings of strips against a plain loop, and how many of them are kept."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_hep.simulation.bmn_detector import HIGHEST_Z, LOWEST_Z, SILICON, STATIONS, WINDOWS, inside
from keras_hep.simulation.bmn_fakes import strip_fakes

SLOPES = [22.9] * SILICON + [1.5] * (STATIONS - SILICON)


def hits_of(counts, random):
    """Return group and positions within the windows of `counts` hits per group."""
    group = np.repeat(np.arange(len(counts)), counts)
    low, high = np.moveaxis(WINDOWS[group % STATIONS], 2, 0)
    return group, np.column_stack([random.uniform(low, high), np.zeros(len(group))])


def test_two_hits_make_two_fakes():
    """Silicon: at x = 0 the strip of the other hit is 22.9 mm higher, at x = 1 it is 22.9 mm lower."""
    group, position = strip_fakes(
        np.array([0, 0]), np.array([[0.0, -40.0], [1.0, -50.0]]), np.ones(9), np.random.default_rng(1)
    )
    assert group.tolist() == [0, 0]
    np.testing.assert_allclose(position[:, :2], [[0.0, -27.1], [1.0, -62.9]])
    assert np.all((LOWEST_Z[0] <= position[:, 2]) & (position[:, 2] <= HIGHEST_Z[0]))


@settings(max_examples=50, deadline=None)
@given(counts=st.lists(st.integers(0, 6), min_size=2 * STATIONS, max_size=2 * STATIONS), seed=st.integers(0, 2**31))
def test_crossings_are_those_of_the_plain_loop(counts, seed):
    random = np.random.default_rng(seed)
    group, position = hits_of(counts, random)
    expected = [
        (number, x, y + SLOPES[number % STATIONS] * (other - x))
        for number in range(len(counts))
        for upright, (x, _, _) in enumerate(position[group == number])
        for leaning, (other, y, _) in enumerate(position[group == number])
        if upright != leaning
    ]
    expected = np.array(expected).reshape(-1, 3)
    expected = expected[inside(expected[:, 1:], expected[:, 0].astype(int) % STATIONS)]
    of_group, fakes = strip_fakes(group, position, np.ones(len(counts)), random)
    np.testing.assert_array_equal(of_group, expected[:, 0])
    np.testing.assert_allclose(fakes[:, :2], expected[:, 1:], atol=1e-9)


def test_without_a_second_hit_there_is_no_fake():
    group, position = hits_of([1] * STATIONS, np.random.default_rng(1))
    of_group, fakes = strip_fakes(group, position, np.ones(STATIONS), np.random.default_rng(2))
    assert of_group.shape == (0,)
    assert fakes.shape == (0, 3)
    empty = strip_fakes(group[:0], position[:0], np.ones(STATIONS), np.random.default_rng(2))
    assert [len(values) for values in empty] == [0, 0]


@pytest.mark.parametrize("probability", [0.0, 0.1, 0.6])
def test_a_crossing_is_kept_with_the_probability_of_its_station(probability):
    group, position = hits_of([40] * STATIONS, np.random.default_rng(3))
    everything = strip_fakes(group, position, np.ones(STATIONS), np.random.default_rng(4))
    keep = np.where(np.arange(STATIONS) == 4, probability, 1.0)
    of_group, fakes = strip_fakes(group, position, keep, np.random.default_rng(4))
    for station in range(STATIONS):
        all_of_it = everything[1][everything[0] == station]
        kept = fakes[of_group == station]
        if station != 4:
            np.testing.assert_array_equal(kept, all_of_it)
            continue
        expected = probability * len(all_of_it)
        assert abs(len(kept) - expected) <= 5 * np.sqrt(expected * (1 - probability))
        assert {tuple(row) for row in kept.tolist()} <= {tuple(row) for row in all_of_it.tolist()}


def test_fakes_lie_within_the_window():
    group, position = hits_of([30] * STATIONS, np.random.default_rng(5))
    of_group, fakes = strip_fakes(group, position, np.ones(STATIONS), np.random.default_rng(6))
    assert inside(fakes, of_group).all()
    assert 0 < len(fakes) < STATIONS * 30 * 29
