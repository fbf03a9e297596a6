"""Counts of hits per event and station against a plain loop."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_hep.metrics.station_hits import hits_per_station

rows = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4), st.integers(-1, 6)), max_size=40)


@given(rows=rows)
def test_counts_are_those_of_a_loop(rows):
    event, station, track = np.array(rows, int).reshape(-1, 3).T
    expected = np.zeros((2, 4, 5), int)
    for row in rows:
        expected[int(row[2] < 0), row[0], row[1]] += 1
    counted = hits_per_station({"event": event, "station": station, "track": track}, events=4, stations=5)
    np.testing.assert_array_equal(counted, expected)


@pytest.mark.parametrize(
    ("event", "station", "rule"),
    [
        ([0, 2], [0, 0], "event is 0 to 1, got 0 to 2; give the number of events"),
        ([0, -1], [0, 0], "event is 0 to 1, got -1 to 0"),
        ([0, 1], [0, 3], "station is 0 to 2, got 0 to 3; give the number of stations"),
    ],
)
def test_hits_outside_are_refused(event, station, rule):
    with pytest.raises(ValueError, match=rule):
        hits_per_station({"event": event, "station": station, "track": [0, 0]}, events=2, stations=3)


def test_a_missing_column_is_named():
    with pytest.raises(ValueError, match="got none of the name track"):
        hits_per_station({"event": [0], "station": [0]}, events=1, stations=1)
