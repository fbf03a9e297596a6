"""Columns and rows of tables."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_hep.metrics.event_tables import columns_of, rows_of


def test_columns_of_mappings_and_frames():
    table = {"a": [1, 2], "b": (0.5, 1.5), "c": ["x", "y"]}
    for tabled in (table, pytest.importorskip("pandas").DataFrame(table)):
        a, b = columns_of(tabled, "hits", ("a", "b"))
        assert (a.tolist(), b.tolist()) == ([1, 2], [0.5, 1.5])
        assert isinstance(a, np.ndarray)
        with pytest.raises(ValueError, match="hits: c holds numbers, got 'x'"):
            columns_of(tabled, "hits", ("a", "c"))
        with pytest.raises(ValueError, match="hits needs the columns a, d, got none of the name d"):
            columns_of(tabled, "hits", ("a", "d"))


@pytest.mark.parametrize("other", [[1], [[1], [2]]])
def test_columns_of_unlike_shapes(other):
    with pytest.raises(ValueError, match="hits: columns have one axis and one length"):
        columns_of({"a": [1, 2], "b": other}, "hits", ("a", "b"))


@given(st.lists(st.integers(-(2**62), 2**62), unique=True), st.lists(st.integers(-3, 3)))
def test_rows_by_hand(known, wanted):
    wanted = [*wanted, *known[::2]]
    rows = rows_of(np.array(known, np.int64), np.array(wanted, np.int64), "particles: every particle")
    assert rows.tolist() == [known.index(value) if value in known else -1 for value in wanted]


def test_a_row_twice():
    with pytest.raises(ValueError, match="particles: every particle is there once, got 4 twice; drop one row"):
        rows_of(np.array([4, 3, 4]), np.array([3]), "particles: every particle")
