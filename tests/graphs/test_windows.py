"""Ranges written out, against writing them out one by one."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from keras_hep.graphs.windows import written_out


@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(0, 9)), max_size=9))
def test_as_one_by_one(ranges):
    first, counts = np.array(ranges, int).reshape(-1, 2).T
    number, row = written_out(first, counts)
    assert number.tolist() == [which for which, (_, count) in enumerate(ranges) for _ in range(count)]
    assert row.tolist() == [start + step for start, count in ranges for step in range(count)]
    assert number.dtype == row.dtype == np.int32
