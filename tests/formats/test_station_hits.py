"""Event tables with stations: read, split, written; what is wrong with one is said with its line."""

import csv
import pathlib
import tempfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_hep.formats.station_hits import COLUMNS, load_events, split_events, write_events
from keras_hep.formats.trackml import InvalidEvent

TEXT = """\
3\t8.014192e+01\t1.511591e+01\t-1.911999e+02\t0\t-1
0\t-6.389627e+01\t5.068022e+01\t0.000000e+00\t2\t7
3\t1.072298e+02\t-6.626939e+01\t1.322939e+02\t1\t16
"""
GENUINE = "bes3/cgem_50_events.txt"

integers = st.integers(0, 2**31 - 1)
rows = st.tuples(integers, *[st.floats(width=32, allow_nan=False, allow_infinity=False)] * 3, integers, integers)


@pytest.fixture
def file_of(tmp_path):
    """Return a function that writes text (str or bytes) and returns the path."""

    def write(text):
        path = tmp_path / "events.txt"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def hits_of(lines):
    return dict(zip(COLUMNS, map(np.array, zip(*lines, strict=True)), strict=True))


def assert_same(found, expected):
    assert list(found) == list(COLUMNS)
    for name, column in found.items():
        assert column.dtype == COLUMNS[name]
        np.testing.assert_array_equal(column, np.asarray(expected[name]).astype(COLUMNS[name]), err_msg=name)


def plainly_read(path):
    """Return the columns of a file read field by field."""
    with open(path, newline="") as lines:
        fields = list(csv.reader(lines, delimiter="\t"))
    return hits_of([(int(e), float(x), float(y), float(z), int(s), int(t)) for e, x, y, z, s, t in fields])


def test_columns_are_those_of_the_text(file_of):
    hits = load_events(file_of(TEXT))
    assert hits["event"].tolist() == [3, 0, 3]
    assert hits["station"].tolist() == [0, 2, 1]
    assert hits["track"].tolist() == [-1, 7, 16]
    np.testing.assert_array_equal(hits["z"], np.array([-191.1999, 0, 132.2939], np.float32))
    assert {name: column.dtype.name for name, column in hits.items()} == {
        "event": "int32",
        "x": "float32",
        "y": "float32",
        "z": "float32",
        "station": "int32",
        "track": "int32",
    }


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace("\n", "\r\n"),
        TEXT.rstrip("\n"),
        TEXT + "\n\n",
        TEXT.replace("\n", "\n\n", 1),
        "\ufeff" + TEXT,
        TEXT.replace("\t7", "\t7.0").replace("\t1.511591e+01", "\t 15.11591 "),
    ],
)
def test_other_spellings_of_the_same_numbers(text, file_of):
    path = file_of(TEXT)
    expected = load_events(path)
    assert_same(load_events(file_of(text)), expected)


def test_one_line_is_a_table(file_of):
    assert {len(column) for column in load_events(file_of(TEXT.split("\n")[0])).values()} == {1}


def test_events_are_split_in_order_of_their_numbers(file_of):
    hits = load_events(file_of(TEXT)) | {"weight": np.array([1.0, 2.0, 4.0])}
    first, second = split_events(hits)
    assert (first["event"].tolist(), second["event"].tolist()) == ([0], [3, 3])
    assert (first["track"].tolist(), second["track"].tolist()) == ([7], [-1, 16])
    assert (first["weight"].tolist(), second["weight"].tolist()) == ([2.0], [1.0, 4.0])
    assert split_events({name: column[:0] for name, column in hits.items()}) == []


@settings(max_examples=60, deadline=None)
@given(events=st.lists(st.integers(-3, 3), min_size=1, max_size=30))
def test_splitting_keeps_every_hit_and_the_order_within_events(events):
    hits = {"event": np.array(events), "place": np.arange(len(events))}
    parts = split_events(hits)
    assert [part["event"][0] for part in parts] == sorted(set(events))
    for part in parts:
        assert len(set(part["event"].tolist())) == 1
        assert np.all(np.diff(part["place"]) > 0)
        np.testing.assert_array_equal(hits["event"][part["place"]], part["event"])
    assert sum(len(part["place"]) for part in parts) == len(events)


@settings(max_examples=100, deadline=None)
@given(lines=st.lists(rows, min_size=1, max_size=8))
def test_what_is_written_is_read_bit_for_bit(lines):
    hits = hits_of(lines)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "new", "events.txt")
        write_events(path, hits)
        read = load_events(path)
        assert_same(read, hits)
        assert np.all(np.signbit(read["x"]) == np.signbit(hits["x"]))
        text = path.read_bytes()
        write_events(path, read)
        assert path.read_bytes() == text


def test_text_of_seven_digits_is_written_as_it_was(file_of, tmp_path):
    write_events(tmp_path / "again.txt", load_events(file_of(TEXT)))
    assert (tmp_path / "again.txt").read_text() == TEXT


def test_a_number_that_seven_digits_do_not_give_again_has_nine(tmp_path):
    third = np.float32(1) / np.float32(3)
    hits = {name: np.zeros(2, int) for name in COLUMNS} | {"x": np.array([third, 0.25])}
    write_events(tmp_path / "events.txt", hits)
    assert (tmp_path / "events.txt").read_text().split("\n")[0].split("\t")[1] == "3.33333343e-01"
    assert (tmp_path / "events.txt").read_text().split("\n")[1].split("\t")[1] == "2.500000e-01"


def line_with(column, field):
    """Return `TEXT` with a field of its second line replaced."""
    lines = [line.split("\t") for line in TEXT.strip().split("\n")]
    lines[1][list(COLUMNS).index(column)] = field
    return "\n".join("\t".join(line) for line in lines) + "\n"


NO_NUMBERS = ["", "abc", "1_0", "0x1F", '"1"', "1,5", "1 2", "1e", "--1", "é", "\u0661", "True", "\0"]


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("field", NO_NUMBERS)
def test_a_field_that_is_no_number_is_named(column, field, file_of):
    with pytest.raises(InvalidEvent) as raised:
        load_events(file_of(line_with(column, field)))
    assert str(raised.value).startswith(f"{column} of ")
    assert f"events.txt: must hold numbers, got {field!r} in line 2; drop or mend that line" in str(raised.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must have at least one hit, got none"),
        ("\n\n", "must have at least one hit, got none"),
        ("".join(TEXT.splitlines(True)[:2]) + "3\t1.07", "the 6 fields event, x, y, z, .*, got 2 in line 3; drop"),
        (TEXT.replace("\t-1\n", "\n"), "the 6 fields .*, got 5 in line 1"),
        (TEXT.replace("\t7\n", "\t7\t0\n"), "the 6 fields .*, got 7 in line 2"),
        ("\n" + TEXT.replace("\t7\n", "\t7\t0\n"), "the 6 fields .*, got 7 in line 3"),
        ("\n".join(line + "\t1" for line in TEXT.strip().split("\n")), "the 6 fields .*, got 7 in line 1"),
        ("\n".join(line[2:] for line in TEXT.strip().split("\n")), "the 6 fields .*, got 5 in line 1"),
        (TEXT.replace("\t", ","), "separated by tabs, got 1 in line 1"),
        ("\t".join(COLUMNS) + "\n" + TEXT, "event of .*got 'event' in line 1; .*there is no header"),
        (b"\x1f\x8b\x08\x00\xff\xfe", "the 6 fields .*, got 1 in line 1"),
        (line_with("x", "nan"), "x of .*: must hold finite float32 numbers, got nan in row 2"),
        (line_with("y", "-inf"), "y of .*: must hold finite float32 numbers, got -inf in row 2"),
        (line_with("z", "1e39"), "z of .*: must hold finite float32 numbers"),
        (line_with("event", "1.5"), r"event of .*: must hold integers from .*, got 1\.5 in row 2"),
        (line_with("station", "3000000000"), "station of .*: must hold integers from .* to 2147483647"),
        (line_with("track", "nan"), "track of .*: must hold integers from .*, got nan in row 2"),
        (line_with("station", "-1"), "station of .*: must be at least 0, got -1 in row 2; drop or mend that row"),
        (line_with("track", "-2"), "track of .*: must be at least -1, got -2 in row 2"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(text, message, file_of):
    with pytest.raises(InvalidEvent, match=message):
        load_events(file_of(text))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"absent\.txt"):
        load_events(tmp_path / "absent.txt")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": None, "track": None}, "hits have the columns event, x, y, z, station, track; x, track not found"),
        ({"x": [1.0]}, "all columns have the same length, got .*'x': 1"),
        ({"x": [1.0, np.nan]}, "x of .*: must hold finite float32 numbers, got nan in row 2"),
        ({"x": ["a", "b"]}, "x of .*: must hold numbers, got 'a' in row 1"),
        ({"station": [0, -1]}, "station of .*: must be at least 0, got -1 in row 2"),
        ({"track": [0.5, 1]}, "track of .*: must hold integers"),
        ({name: [] for name in COLUMNS}, "must have at least one hit, got none"),
    ],
)
def test_hits_that_the_file_cannot_hold_are_not_written(change, message, tmp_path):
    hits = {name: [1, 2] for name in COLUMNS} | change
    with pytest.raises(InvalidEvent, match=message):
        write_events(tmp_path / "events.txt", {name: column for name, column in hits.items() if column is not None})
    assert not list(tmp_path.iterdir())


def test_genuine_events(real_data, tmp_path):
    path = real_data(GENUINE)
    hits = load_events(path)
    assert_same(hits, plainly_read(path))
    assert {name: len(column) for name, column in hits.items()} == dict.fromkeys(COLUMNS, 2881)
    assert np.bincount(hits["station"]).tolist() == [955, 942, 984]
    assert np.count_nonzero(hits["track"] < 0) == 2263
    radius = np.hypot(hits["x"], hits["y"])  # the tracker is three cylinders
    np.testing.assert_allclose(radius, np.array([81.555, 126.055, 166.555])[hits["station"]], rtol=1e-5)
    events = split_events(hits)
    assert [event["event"][0] for event in events] == list(range(51))
    write_events(tmp_path / "again.txt", hits)
    assert (tmp_path / "again.txt").read_bytes() == path.read_bytes()
