"""Text files of time slices: read, written, and what is wrong with one is said with its row."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import optimize

from keras_hep.formats.time_slices import read_time_slice, write_time_slice
from keras_hep.formats.trackml import InvalidEvent
from keras_hep.simulation.drift_times import drift_intervals
from keras_hep.simulation.spd_slices import RADII, SPDSlices
from keras_hep.simulation.time_slice import TimeSlice

TEXT = """\
x y z track_id event_id time_left time_right
-35.64 -132.12 -115.31 0 1 0.384 0.999
-41.67 -151.88 -113.44 0 1 0.384 0.999
-32.4 -552.65 247.86 1 0 0.0 0.307
-36.0 -573.12 254.47 1 0 0.0 0.307
-39.79 -593.44 261.17 1 0 0.0 0.307
210.12 710.05 -1167.82 2 2 0.692 1.0
"""
FIELDS = ("hits", "hit_counts", "event", "intervals")
TRACKML, SPD = "trackgann/trackml_r5_n10/timeslice_0.csv", "trackgann/spd_r5_n15/timeslice_0_tracks_0_2_3.csv"


@pytest.fixture
def file_of(tmp_path):
    """Return a function that writes text (str or bytes) and returns the path."""

    def write(text):
        path = tmp_path / "timeslice_0.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def assert_same(found, expected):
    assert found.events == expected.events
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), err_msg=name)


def with_row(number, row):
    """Return `TEXT` with another row of that number, from 1; None: without it."""
    lines = TEXT.splitlines()
    lines[number : number + 1] = [] if row is None else [row]
    return "\n".join(lines) + "\n"


def test_tracks_are_those_of_the_text(file_of):
    slice_ = read_time_slice(file_of(TEXT))
    assert slice_.hit_counts.tolist() == [2, 3, 1]
    assert slice_.event.tolist() == [1, 0, 2]
    assert slice_.intervals.tolist() == [[0.384, 0.999], [0.0, 0.307], [0.692, 1.0]]
    assert slice_.events == 3
    np.testing.assert_array_equal(slice_.hits[2], np.array([-32.40, -552.65, 247.86], np.float32))


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace("\n", "\r\n"),
        TEXT.rstrip("\n"),
        TEXT + "\n\n",
        TEXT.replace("\n", "\n\n", 2).replace("\n\n", "\n", 1),
        "\ufeff" + TEXT,
        TEXT.replace(" ", "  ").replace("  ", "\t", 5),
        TEXT.replace(" 1 0 0.0 ", " 17 0.0 0e5 ").replace(" 2 2 ", " 5 2 "),
        "\n".join(" ".join(reversed(line.split())) for line in TEXT.splitlines()),
        "\n".join(f"{line} {word}" for line, word in zip(TEXT.splitlines(), ["pt", *"123456"], strict=True)),
    ],
)
def test_other_spellings_of_the_same_slice(text, file_of):
    expected = read_time_slice(file_of(TEXT))
    assert_same(read_time_slice(file_of(text)), expected)


def test_the_text_is_written_as_the_authors_do(file_of, tmp_path):
    slice_ = read_time_slice(file_of(TEXT))
    write_time_slice(tmp_path / "again" / "timeslice_0.csv", slice_)
    assert (tmp_path / "again" / "timeslice_0.csv").read_text() == TEXT


def test_events_may_be_told(file_of):
    path = file_of(TEXT)
    assert read_time_slice(path, events=14).events == 14
    with pytest.raises(InvalidEvent, match="event_id must be 0 to 1, got 2 in row 6"):
        read_time_slice(path, events=2)


@settings(max_examples=50)
@given(
    counts=st.lists(st.integers(1, 4), min_size=1, max_size=5),
    values=arrays.arrays(np.float32, 60, elements=st.floats(width=32, allow_nan=False, allow_infinity=False)),
    ends=st.lists(st.lists(st.floats(0, 1), min_size=2, max_size=2, unique=True).map(sorted), min_size=5, max_size=5),
    events=st.lists(st.integers(0, 30), min_size=5, max_size=5),
)
def test_what_is_written_is_read_bit_for_bit(tmp_path_factory, counts, values, ends, events):
    tracks = len(counts)
    slice_ = TimeSlice(
        values.reshape(-1, 3)[: sum(counts)],
        np.array(counts, np.int32),
        np.array(events[:tracks], np.int32),
        np.array(ends[:tracks]),
        max(events[:tracks]) + 1,
    )
    path = tmp_path_factory.getbasetemp() / "timeslice.csv"
    write_time_slice(path, slice_)
    assert_same(read_time_slice(path), slice_)


@pytest.mark.parametrize("jitter", [0.0, 1.0])
def test_simulated_slices_round_trip(tmp_path, jitter):
    slice_ = SPDSlices(jitter=jitter).slice(3)
    write_time_slice(tmp_path / "timeslice_0.csv", slice_)
    assert_same(read_time_slice(tmp_path / "timeslice_0.csv"), slice_)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the first line must name the columns x, y, z, track_id, event_id, time_left, time_right; x, "),
        (TEXT.replace("event_id", "event"), "must name the columns .*; event_id not found"),
        ("\n".join(TEXT.splitlines()[1:]), "must name the columns"),
        (TEXT.replace("time_left", "x time_left", 1), "every column must have a name of its own, got x twice"),
        (TEXT.splitlines()[0], "must have at least one hit, got none"),
        (with_row(3, "1 2 3 1 0 0.0"), "a row must have 7 fields like the header, got 6 in row 3; drop or mend"),
        (with_row(3, "1 2 3 1 0 0.0 0.307 8"), "a row must have 7 fields like the header, got 8 in row 3"),
        ("\n".join(f"{line} 1" for line in TEXT.splitlines()[1:]).join([TEXT.splitlines()[0] + "\n", ""]), "got 8 in"),
        (with_row(2, "-41.67 - -113.44 0 1 0.384 0.999"), "y of .*: must hold numbers, got '-' in row 2"),
        (with_row(2, "-41.67 1_0 -113.44 0 1 0.384 0.999"), "y of .*: must hold numbers, got '1_0' in row 2"),
        (with_row(2, "-41.67 nan -113.44 0 1 0.384 0.999"), "y of .*: must hold finite float32 .*, got nan in row 2"),
        (with_row(2, "-41.67 1e39 -113.44 0 1 0.384 0.999"), "y of .*: must hold finite float32"),
        (with_row(6, "1 2 3 2 2 nan 1.0"), "time_left of .*: must hold finite float64 numbers, got nan in row 6"),
        (with_row(6, "1 2 3 2.5 2 0.692 1.0"), "track_id of .*: must hold integers from .*, got 2.5 in row 6"),
        (with_row(6, "1 2 3 2 nan 0.692 1.0"), "event_id of .*: must hold integers from .*, got nan in row 6"),
        (with_row(6, "1 2 3 0 1 0.384 0.999"), "hits of a track must be neighbours, got track 0 again in row 6; sort"),
        (
            with_row(4, "1 2 3 1 2 0.0 0.307"),
            "event_id must be the same for all .*, got 2 in row 4 after 0, .* track 1",
        ),
        (with_row(4, "1 2 3 1 0 0.1 0.307"), "time_left must be the same .*, got 0.1 in row 4 after 0.0, both of"),
        (with_row(5, "1 2 3 1 0 0.0 0.308"), "time_right must be the same .*, got 0.308 in row 5 after 0.307"),
        (with_row(6, "1 2 3 2 -1 0.692 1.0"), "event_id must be 0 to 1, got -1 in row 6"),
        (with_row(6, "1 2 3 2 2 0.692 0.692"), "must be 0 <= left < right <= 1, got 0.692 and 0.692 in row 6"),
        (with_row(6, "1 2 3 2 2 -0.1 0.692"), "must be 0 <= left < right <= 1, got -0.1 and 0.692 in row 6"),
        (with_row(6, "1 2 3 2 2 0.9 1.1"), "must be 0 <= left < right <= 1, got 0.9 and 1.1 in row 6"),
        (b"\x93NUMPY\x01\x00\xff\xfe", "must name the columns"),
    ],
)
def test_what_is_no_time_slice_is_refused(text, message, file_of):
    path = file_of(text)
    with pytest.raises(InvalidEvent, match=message) as caught:
        read_time_slice(path)
    assert str(path) in str(caught.value)


def test_an_absent_file_is_none(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_time_slice(tmp_path / "timeslice_0.csv")


def test_the_genuine_trackml_slice(real_data, tmp_path):
    path = real_data(TRACKML)
    slice_ = read_time_slice(path)
    assert (slice_.tracks, slice_.events, len(slice_.hits)) == (19, 6, 191)
    np.testing.assert_allclose(slice_.intervals, drift_intervals(slice_.event, 6, 5), rtol=0, atol=1e-12)
    assert np.unique(slice_.intervals, axis=0).shape == (6, 2)
    radius = np.hypot(slice_.hits[:, 0], slice_.hits[:, 1])
    assert (slice_.hit_counts.min(), slice_.hit_counts.max()) == (5, 14)
    assert (int(radius.min()), int(radius.max())) == (10, 1031)
    write_time_slice(tmp_path / "timeslice_0.csv", slice_)
    again = read_time_slice(tmp_path / "timeslice_0.csv")
    assert_same(again, slice_)
    lines = zip(path.read_text().split(), (tmp_path / "timeslice_0.csv").read_text().split(), strict=True)
    assert all(mine == theirs or np.float32(mine) == np.float32(theirs) for mine, theirs in lines)


def test_the_genuine_spd_tracks(real_data):
    slice_ = read_time_slice(real_data(SPD), events=14)
    assert slice_.hit_counts.tolist() == [35, 23, 34]
    assert slice_.event.tolist() == [11, 2, 7]
    np.testing.assert_allclose(slice_.intervals, drift_intervals(slice_.event, 14, 5), rtol=0, atol=1e-6)


def test_genuine_hits_are_where_chords_from_a_vertex_are_as_long_as_the_simulation_says(real_data):
    hits = read_time_slice(real_data(SPD), events=14).hits[:35, :2].astype(float)  # a track that misses no station

    def off(vertex):
        return np.hypot(*(hits - vertex).T) - (RADII - np.hypot(*vertex))

    fitted = optimize.least_squares(off, [1.0, 1.0])
    assert 0.03 < off(fitted.x).std() < 0.15  # the smearing, 0.1 mm at most along the chord
    assert 1 < np.hypot(*fitted.x) < 40
    assert np.abs(np.hypot(*hits.T) - RADII).max() > 10  # they do not lie on the stations
