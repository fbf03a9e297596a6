"""Estimates from grouped values: by hand, and their errors against repeated experiments."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_hep.metrics import estimates, grouped_estimates

ESTIMATES = {
    "mean": grouped_estimates.mean,
    "rms": grouped_estimates.rms,
    "standard deviation": grouped_estimates.standard_deviation,
    "quantile": lambda values, group: grouped_estimates.quantile(values, 0.8, group),
    "half width": grouped_estimates.half_width,
    "fraction": lambda values, group: grouped_estimates.fraction(values > 0.5, group),
}


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=20))
def test_groups_of_one_are_independent_values(values):
    found = grouped_estimates.mean(values, np.arange(len(values)))
    np.testing.assert_allclose(found, estimates.mean(values), atol=1e-9)


def test_equal_values_in_a_group_count_once():
    values = np.array([1.0, 4.0, 2.0])
    once = grouped_estimates.mean(values, np.arange(3))
    np.testing.assert_allclose(grouped_estimates.mean(np.repeat(values, 5), np.repeat(np.arange(3), 5)), once)


def test_groups_that_are_absent_do_not_count():
    values, group = np.array([1.0, 2.0, 4.0, 8.0]), np.array([0, 1, 1, 2])
    for estimate in ESTIMATES.values():
        np.testing.assert_allclose(estimate(values, group), estimate(values, 3 * group + 5))


def test_by_hand():
    values, group = [3.0, 4.0, 0.0], np.array([0, 0, 1])
    mean, error = grouped_estimates.mean(values, group)
    assert mean == pytest.approx(7 / 3)
    assert error == pytest.approx(np.sqrt(2 * ((7 - 14 / 3) ** 2 + (7 / 3) ** 2)) / 3)
    assert grouped_estimates.rms(values, group)[0] == pytest.approx(np.sqrt(25 / 3))
    assert grouped_estimates.standard_deviation(values, group)[0] == pytest.approx(np.std(values))
    assert grouped_estimates.quantile(values, 0.5, group)[0] == 3
    assert grouped_estimates.fraction(np.array([True, True, False]), group)[0] == pytest.approx(2 / 3)


@pytest.mark.parametrize("name", ESTIMATES)
def test_errors_are_the_spread_of_repeated_experiments(name):
    """Values are half common to a group of up to six: taken as independent, their errors would be too small."""
    random = np.random.default_rng(7)
    experiments, groups = 300, 200
    found = np.empty((experiments, 2))
    for number in range(experiments):
        group = np.repeat(np.arange(groups), random.integers(1, 7, groups))
        values = random.normal(size=groups)[group] + random.normal(size=len(group))
        found[number] = ESTIMATES[name](values, group)
    spread = found[:, 0].std(ddof=1)
    # The spread of 300 experiments is known to 4 %; the density at a quantile, taken from one sample, adds its own.
    assert found[:, 1].mean() == pytest.approx(spread, rel=0.17)


def test_a_single_group_has_no_error():
    assert grouped_estimates.mean([1.0, 2.0], np.array([3, 3])) == (1.5, float("inf"))


def test_a_fraction_of_all_or_none_has_an_error():
    group = np.arange(50)
    for chosen in (np.ones(50, bool), np.zeros(50, bool)):
        assert grouped_estimates.fraction(chosen, group)[1] > 0.01


def test_half_width_of_a_normal_law():
    values = np.random.default_rng(1).normal(5, 2, 40_000)
    value, error = grouped_estimates.half_width(values, np.arange(40_000))
    assert abs(value - 2) < 4 * error
    assert error < 0.03
