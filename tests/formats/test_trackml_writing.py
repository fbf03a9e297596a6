"""What is written is read again bit by bit; nothing is written by halves."""

import gzip
import pathlib
import tempfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from keras_hep import files
from keras_hep.formats import trackml

pandas = pytest.importorskip("pandas")

FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)
INTEGERS = st.integers(-(2**31), 2**31 - 1)


@st.composite
def tables_of_events(draw):
    """Return tables of one event with any values that the format allows."""
    hit_ids = draw(st.lists(INTEGERS, min_size=1, max_size=6, unique=True))
    particles = draw(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=4, unique=True))
    own = {"hits": {"hit_id": hit_ids}, "cells": {"hit_id": [*hit_ids, *hit_ids]}, "truth": {"hit_id": hit_ids[::-1]}}
    own["particles"] = {"particle_id": particles}
    tables = {}
    for part, given_columns in own.items():
        rows = len(next(iter(given_columns.values())))
        tables[part] = {name: np.array(values) for name, values in given_columns.items()}
        for name, dtype in trackml.COLUMNS[part].items():
            if name not in tables[part]:
                elements = FLOATS if dtype == "f4" else INTEGERS
                tables[part][name] = draw(arrays.arrays(dtype, rows, elements=elements))
    return tables


@settings(max_examples=40, deadline=None)
@given(tables=tables_of_events(), compress=st.booleans())
def test_every_bit_returns(tables, compress):
    with tempfile.TemporaryDirectory() as folder:
        trackml.write_event(f"{folder}/event000000001", tables, compress)
        read = dict(zip(trackml.PARTS, trackml.load_event(f"{folder}/event000000001"), strict=True))
    for part, table in tables.items():
        assert list(read[part]) == list(trackml.COLUMNS[part])
        for name, dtype in trackml.COLUMNS[part].items():
            assert read[part][name].to_numpy().tobytes() == table[name].astype(dtype).tobytes(), (part, name)


def test_all_magnitudes_of_float32_return():
    bits = np.random.default_rng(4).integers(0, 2**32, 200_000, dtype=np.uint32)
    values = bits.view(np.float32)
    values = np.concatenate([values[np.isfinite(values)], np.float32([0, -0.0, 1e-45, 3.4028235e38, 16777217, 0.1])])
    cells = {"hit_id": np.arange(len(values)), "ch0": np.zeros(len(values), int), "ch1": np.zeros(len(values), int)}
    with tempfile.TemporaryDirectory() as folder:
        trackml.write_event(f"{folder}/event000000001", {"cells": cells | {"value": values}})
        read = trackml.load_event_cells(f"{folder}/event000000001")["value"].to_numpy()
    np.testing.assert_array_equal(read.view(np.uint32), values.view(np.uint32))


def event(event_texts, write_texts):
    return dict(zip(trackml.PARTS, trackml.load_event(write_texts(event_texts, "genuine")), strict=True))


def test_text_is_short_and_columns_are_in_the_genuine_order(event_texts, write_texts, tmp_path):
    hits = event(event_texts, write_texts)["hits"]
    shuffled = {name: hits[name].to_numpy() for name in reversed(list(hits))}
    trackml.write_event(tmp_path / "run" / "event000000002", {"hits": shuffled})
    written = (tmp_path / "run" / "event000000002-hits.csv").read_bytes().decode().split("\n")
    assert written[:2] == ["hit_id,x,y,z,volume_id,layer_id,module_id", "1,-64.4099,-7.1637,-1502.5,7,2,1"]
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["event000000002-hits.csv"]


def test_the_same_event_gives_the_same_bytes(event_texts, write_texts, tmp_path):
    tables = event(event_texts, write_texts)
    for prefix in ("a", "b"):
        trackml.write_event(tmp_path / prefix, tables, compress=True)
    for part in trackml.PARTS:
        content = (tmp_path / f"a-{part}.csv.gz").read_bytes()
        assert content == (tmp_path / f"b-{part}.csv.gz").read_bytes()
        assert gzip.decompress(content).startswith(b"hit_id," if part != "particles" else b"particle_id,")


def test_particle_type_is_written_where_it_is(event_texts, write_texts, tmp_path):
    particles = event(event_texts, write_texts)["particles"].assign(particle_type=np.int32([211, -13]))
    trackml.write_event(tmp_path / "typed", {"particles": particles})
    again = trackml.load_event_particles(tmp_path / "typed")
    assert list(again)[1] == "particle_type"
    assert again["particle_type"].tolist() == [211, -13]


FAULTS = [
    ("hits", "rho", [1.0, 2.0, 3.0, 4.0], r"hits: the columns are hit_id, .*; got 'rho' beside them"),
    ("hits", "x", None, r"hits: the columns are hit_id, .*; got no 'x'"),
    ("hits", "x", [1.0, 2.0, 3.0], "hits: all columns have the same length, got"),
    ("hits", "x", [1.0, np.nan, 3.0, 4.0], "x of hits: must hold finite float32 numbers, got nan in row 2"),
    ("hits", "x", [1.0, 2.0, 1e39, 4.0], r"x of hits: must hold finite float32 numbers, got 1e\+39 in row 3"),
    ("hits", "x", ["a", "b", "c", "d"], "x of hits: must hold numbers, got 'a'"),
    ("hits", "x", [[1.0], [2.0], [3.0], [4.0]], r"x of hits: a column has one axis, got the shape \(4, 1\)"),
    ("hits", "layer_id", [2, 4, 6, 2**31], "layer_id of hits: must hold integers from .*, got 2147483648 in row 4"),
    ("hits", "layer_id", [2.0, 4.0, 6.5, 8.0], "layer_id of hits: must hold integers .*, got 6.5 in row 3"),
    ("hits", "hit_id", [1, 2, 2, 5], "hits: every row has an identifier of its own, got hit_id 2 twice"),
    ("hits", "hit_id", [1, 2, 3, 6], "every hit_id must be one of the event's hits, got 5"),
    ("truth", "particle_id", [0.0, 1.0, 2.0, 3.0], "particle_id of truth: must hold 64-bit integers"),
    ("truth", "particle_id", np.array([0, 1, 2, 2**63], np.uint64), "particle_id of truth: must hold integers"),
    ("truth", "weight", [True, False, True, True], "weight of truth: must hold numbers, got True in row 1"),
]


@pytest.mark.parametrize(("part", "name", "values", "message"), FAULTS)
def test_a_fault_leaves_nothing(part, name, values, message, event_texts, write_texts, tmp_path):
    tables = {key: dict(table) for key, table in event(event_texts, write_texts).items()}
    tables[part].pop(name, None)
    if values is not None:
        tables[part][name] = values
    (tmp_path / "out").mkdir()
    with pytest.raises(trackml.InvalidEvent, match=message):
        trackml.write_event(tmp_path / "out" / "event000000001", tables)
    assert list((tmp_path / "out").iterdir()) == []


def test_an_unknown_table(tmp_path):
    with pytest.raises(ValueError, match="tables are those of hits, cells, particles, truth, got 'tracks'"):
        trackml.write_event(tmp_path / "event000000001", {"tracks": {}})


def test_a_full_disk_leaves_nothing(event_texts, write_texts, tmp_path, monkeypatch):
    tables = event(event_texts, write_texts)
    write_bytes = pathlib.Path.write_bytes

    def full(path, content):
        if "truth" in path.name or len(list(path.parent.iterdir())) == 4:
            raise OSError(files.FULL[0], "No space left on device")
        return write_bytes(path, content)

    monkeypatch.setattr(pathlib.Path, "write_bytes", full)
    (tmp_path / "out").mkdir()
    with pytest.raises(OSError, match=r"Cannot write in .*out"):
        trackml.write_event(tmp_path / "out" / "event000000001", tables)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("compress", [True, False])
def test_the_other_suffix_is_not_left_beside_the_new_file(compress, event_texts, write_texts, tmp_path):
    tables = event(event_texts, write_texts)
    trackml.write_event(tmp_path / "event000000001", tables, compress)
    trackml.write_event(tmp_path / "event000000001", tables, compress)
    with pytest.raises(trackml.InvalidEvent, match=r"must be the only file of its table; remove the .csv"):
        trackml.write_event(tmp_path / "event000000001", tables, not compress)


def test_a_genuine_event_returns(real_data, tmp_path):
    tables = trackml.load_event(real_data("trackml/event000000001"))
    trackml.write_event(tmp_path / "again", dict(zip(trackml.PARTS, tables, strict=True)), compress=True)
    for table, again in zip(tables, trackml.load_event(tmp_path / "again"), strict=True):
        pandas.testing.assert_frame_equal(table, again)
