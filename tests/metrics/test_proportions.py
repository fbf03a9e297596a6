"""Clopper-Pearson intervals: closed forms at both ends, the definition between, and their coverage."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from keras_hep.metrics.proportions import proportion, proportion_in_bins


def test_by_hand():
    found = proportion(3, 4)
    assert (found.count, found.total, found.value) == (3, 4, 0.75)
    none, all_ = proportion(0, 10, level=0.95), proportion(10, 10, level=0.95)
    assert (none.low, none.high) == (0, pytest.approx(1 - 0.025**0.1))
    assert (all_.low, all_.high) == (pytest.approx(0.025**0.1), 1)
    # Clopper and Pearson (1934) give 0.187 to 0.813 for 5 of 10 at 95 %.
    half = proportion(5, 10, level=0.95)
    assert (half.low, half.high) == (pytest.approx(0.18709, abs=1e-5), pytest.approx(0.81291, abs=1e-5))


def test_without_trials_nothing_is_known():
    nothing = proportion(0, 0)
    assert np.isnan(nothing.value)
    assert (nothing.low, nothing.high) == (0, 1)


def test_arrays():
    found = proportion(np.array([[0, 1], [2, 0]]), np.array([[3, 3], [2, 0]]))
    assert found.low.shape == found.high.shape == (2, 2)
    for row in range(2):
        for column in range(2):
            one = proportion(found.count[row, column], found.total[row, column])
            assert (found.low[row, column], found.high[row, column]) == (one.low, one.high)


@given(st.integers(0, 200), st.integers(0, 200), st.floats(0.01, 0.99))
def test_the_ends_are_where_the_tails_have_half_the_rest(count, more, level):
    total = count + more
    found = proportion(count, total, level)
    tail = (1 - level) / 2
    assert 0 <= found.low <= found.high <= 1
    if count:
        assert stats.binom.sf(count - 1, total, found.low) == pytest.approx(tail, rel=1e-6)
    if more:
        assert stats.binom.cdf(count, total, found.high) == pytest.approx(tail, rel=1e-6)


@pytest.mark.parametrize("total", [5, 20, 100])
def test_coverage_is_never_below_the_level(total):
    counts = np.arange(total + 1)
    found = proportion(counts, np.full(total + 1, total), level=0.9)
    for truth in np.linspace(0.01, 0.99, 99):
        covered = (found.low <= truth) & (truth <= found.high)
        assert stats.binom.pmf(counts[covered], total, truth).sum() >= 0.9


@pytest.mark.parametrize(
    ("count", "total", "level", "message"),
    [
        (5, 4, 0.9, "count is between 0 and total, got 5 of 4"),
        ([0, -1], [1, 1], 0.9, "count is between 0 and total"),
        (1, 2, 1.0, "level is between 0 and 1, got 1.0"),
    ],
)
def test_what_is_no_proportion(count, total, level, message):
    with pytest.raises(ValueError, match=message):
        proportion(count, total, level)


def test_in_bins():
    success = [True, False, True, True, False, True, True]
    values = [0.0, 0.5, 1.0, 2.0, np.nan, 2.1, -0.1]  # the last three are in no bin
    found = proportion_in_bins(success, values, [0, 1, 2, 2])
    assert (found.count.tolist(), found.total.tolist()) == ([1, 1, 1], [2, 1, 1])
    single = proportion(1, 2)
    assert (found.low[0], found.high[0]) == (single.low, single.high)


def test_values_of_other_trials_are_refused():
    with pytest.raises(ValueError, match=r"one value per trial, got shapes \(2,\) and \(3,\)"):
        proportion_in_bins([True, False], [1, 2, 3], [0, 4])
