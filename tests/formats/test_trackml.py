"""A small event by hand: names, dtypes, values; every fault of a file; a genuine event where there is one."""

import gzip
import re
import subprocess
import sys

import numpy as np
import pytest

from keras_hep.formats import trackml

pandas = pytest.importorskip("pandas")

DTYPES = {
    "hits": {"hit_id": "i4", "x": "f4", "y": "f4", "z": "f4", "volume_id": "i4", "layer_id": "i4", "module_id": "i4"},
    "cells": {"hit_id": "i4", "ch0": "i4", "ch1": "i4", "value": "f4"},
    "particles": {
        "particle_id": "i8",
        **dict.fromkeys(("vx", "vy", "vz", "px", "py", "pz"), "f4"),
        "q": "i4",
        "nhits": "i4",
    },
    "truth": {
        "hit_id": "i4",
        "particle_id": "i8",
        **dict.fromkeys(("tx", "ty", "tz", "tpx", "tpy", "tpz"), "f4"),
        "weight": "f4",
    },
}


def types_of(table):
    return {name: dtype.str.lstrip("<>=|") for name, dtype in table.dtypes.items()}


def test_columns_and_dtypes(event_texts, write_texts):
    tables = trackml.load_event(write_texts(event_texts))
    assert [types_of(table) for table in tables] == [DTYPES[part] for part in trackml.PARTS]
    hits, cells, particles, truth = tables
    assert hits["hit_id"].tolist() == [1, 2, 3, 5]
    assert hits["x"].tolist() == np.float32([-64.4099, -55.3361, 32.1, 71.9]).tolist()
    assert cells["value"].tolist() == np.float32([0.0138317, 0.0798866, 0.211723, 0.3, 1]).tolist()
    assert particles["particle_id"].tolist() == [4503668346847232, 968283538485993472]
    assert truth["particle_id"].tolist() == [0, 968283538485993472, 968283538485993472, 4503668346847232]
    assert truth["weight"].tolist() == np.float32([0, 9.6e-6, 8.03e-6, 1e-5]).tolist()


def test_parts_in_their_order_and_always_as_a_tuple(event_texts, write_texts):
    prefix = write_texts(event_texts)
    truth, hits = trackml.load_event(str(prefix), ["truth", "hits"])
    assert list(truth) == list(DTYPES["truth"])
    assert list(hits) == list(DTYPES["hits"])
    (alone,) = trackml.load_event(prefix, ("cells",))
    assert len(alone) == 5
    assert trackml.load_event(prefix, ()) == ()


@pytest.mark.parametrize("part", trackml.PARTS)
def test_one_part_by_its_own_function(part, event_texts, write_texts):
    prefix = write_texts({part: event_texts[part]})
    table = getattr(trackml, f"load_event_{part}")(prefix)
    assert types_of(table) == DTYPES[part]


@pytest.mark.parametrize("parts", ["hits", ("hits", "tracks")])
def test_an_unknown_part(parts, event_texts, write_texts):
    with pytest.raises(ValueError, match="parts are a sequence of hits, cells, particles, truth, got"):
        trackml.load_event(write_texts(event_texts), parts)


def test_compressed_files_and_other_line_ends_give_the_same(event_texts, write_texts):
    plain = trackml.load_event(write_texts(event_texts))
    dos = {part: text.replace("\n", "\r\n") for part, text in event_texts.items()}
    marked = {part: "\ufeff" + text for part, text in event_texts.items()}
    packed = {part: gzip.compress(text.encode()) for part, text in event_texts.items()}
    for other in (
        write_texts(dos, "dos000001000"),
        write_texts(marked, "mark000001000"),
        write_texts(packed, "gzip000001000", ".csv.gz"),
    ):
        for table, same in zip(plain, trackml.load_event(other), strict=True):
            pandas.testing.assert_frame_equal(table, same)


def test_particle_type_is_read_where_it_is(event_texts, write_texts):
    lines = event_texts["particles"].splitlines()
    typed = [line.replace(",", f",{value},", 1) for line, value in zip(lines, ("particle_type", -211, 13), strict=True)]
    particles = trackml.load_event_particles(write_texts({"particles": "\n".join(typed)}))
    assert list(particles)[:3] == ["particle_id", "particle_type", "vx"]
    assert particles["particle_type"].tolist() == [-211, 13]
    assert particles["particle_type"].dtype == np.int32


def test_columns_in_another_order_and_further_ones_stay(event_texts, write_texts):
    cells = trackml.load_event_cells(write_texts({"cells": "ch1,note,hit_id,value,ch0\n7,a,1,0.5,3\n8,b,2,1,4\n"}))
    assert list(cells) == ["ch1", "note", "hit_id", "value", "ch0"]
    assert cells["note"].tolist() == ["a", "b"]
    assert cells["ch0"].tolist() == [3, 4]


def test_an_event_may_have_no_particles_but_not_no_hits(event_texts, write_texts):
    particles, hits = event_texts["particles"].splitlines()[0], event_texts["hits"].splitlines()[0]
    empty = trackml.load_event_particles(write_texts({"particles": particles}))
    assert (len(empty), types_of(empty)) == (0, DTYPES["particles"])
    with pytest.raises(trackml.InvalidEvent, match=r"hits.csv: must have at least one row, got none"):
        trackml.load_event_hits(write_texts({"hits": hits}))


FAULTS = [
    ("hits", "-64.4099", "nan", r"x of .*hits.csv: must hold finite float32 numbers, got nan in row 1"),
    ("hits", "32.1", "inf", r"x of .*: must hold finite float32 numbers, got inf in row 3"),
    ("hits", "32.1", "-1e39", r"x of .*: must hold finite float32 numbers, got -1e\+39 in row 3"),
    ("hits", "32.1", "", r"x of .*: must hold finite float32 numbers, got nan in row 3"),
    ("hits", "32.1", "far", r"x of .*: must hold numbers, got 'far' in row 3"),
    ("hits", ",8,2,14", ",8,two,14", r"layer_id of .*: must hold numbers, got 'two' in row 3"),
    ("hits", ",8,2,14", ",8,2.5,14", r"layer_id of .*: must hold integers from .*, got 2.5 in row 3"),
    ("hits", ",8,2,14", ",8,,14", r"layer_id of .*: must hold integers from .*, got nan in row 3"),
    ("hits", ",8,2,14", ",8,2147483648,14", r"layer_id of .*: must hold integers from -2147483648 to 2147483647, got"),
    ("hits", ",8,2,14", ",8,2", r"module_id of .*: must hold integers from .*, got nan in row 3"),
    ("hits", ",8,2,14", ",8,2,14,9", r"hits.csv: must be a table of comma-separated numbers, got: .*saw 8"),
    ("hits", ",7,2,1\n2", ",7,2,1,9\n2", r"hits.csv: a row has 7 fields like the header, got 8 in row 1"),
    ("hits", "layer_id", "layer", r"hits.csv: must have the columns hit_id, .*; layer_id not found"),
    ("hits", "hit_id,x,y,z", "hit_id,x,y,z,x", r"hits.csv: every column has a name of its own, got 'x' 2 times"),
    ("hits", "3,32.1", "2,32.1", r"hits.csv: every row has an identifier of its own, got hit_id 2 twice"),
    ("hits", "1,-64.4099", "7,-64.4099", r"cells.csv: every hit_id must be one of the event's hits, got 1"),
    (
        "truth",
        "5,4503668346847232",
        "6,4503668346847232",
        r"truth.csv: every hit_id must be one of the event's hits, got 6",
    ),
    (
        "truth",
        "3,968283538485993472",
        "3,9.68283538485993472e17",
        r"particle_id of .*: .* 64-bit integers, got the float",
    ),
    ("truth", "3,968283538485993472", "3,9223372036854775808", r"particle_id of .*: must hold integers from .*, got"),
    ("truth", "3,968283538485993472", "3,92233720368547758080", r"particle_id of .*"),
    ("truth", "9.6e-06", '"9.6e-06', r"truth.csv: must be a table of comma-separated numbers, got"),
    (
        "particles",
        "4503668346847232",
        "968283538485993472",
        r"particles.csv: every row .* particle_id 968283538485993472",
    ),
    ("cells", "hit_id,ch0,ch1,value\n", "", r"cells.csv: must have the columns hit_id, ch0, ch1, value; hit_id, ch0"),
]


@pytest.mark.parametrize(("part", "old", "new", "message"), FAULTS)
def test_a_faulty_value_is_named(part, old, new, message, event_texts, write_texts):
    assert event_texts[part].count(old) >= 1
    event_texts[part] = event_texts[part].replace(old, new, 1)
    with pytest.raises(trackml.InvalidEvent, match=message) as caught:
        trackml.load_event(write_texts(event_texts))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe\x00", b"\x1f\x8b", b"hit_id"])
def test_no_table_at_all(content, event_texts, write_texts):
    with pytest.raises(trackml.InvalidEvent, match="must have the columns"):
        trackml.load_event(write_texts({**event_texts, "hits": content}))


@pytest.mark.parametrize("keep", [0, 5, 30, -9, -1])
def test_a_cut_compressed_file(keep, event_texts, write_texts):
    whole = gzip.compress(event_texts["hits"].encode())
    prefix = write_texts({"hits": whole[:keep]}, suffix=".csv.gz")
    with pytest.raises(trackml.InvalidEvent, match=r"hits.csv.gz: must (be a whole gzip file|have the columns)"):
        trackml.load_event_hits(prefix)


def test_a_compressed_file_with_a_flipped_bit(event_texts, write_texts):
    whole = bytearray(gzip.compress(event_texts["hits"].encode()))
    whole[-6] ^= 1  # in the checksum
    with pytest.raises(trackml.InvalidEvent, match="must be a whole gzip file, got: CRC"):
        trackml.load_event_hits(write_texts({"hits": bytes(whole)}, suffix=".csv.gz"))


def test_no_file_or_two(event_texts, write_texts):
    prefix = write_texts({part: event_texts[part] for part in ("hits", "cells")})
    with pytest.raises(trackml.InvalidEvent, match=re.escape(f"{prefix}-truth.csv or") + ".*neither is there"):
        trackml.load_event(prefix, ("hits", "truth"))
    write_texts({"hits": gzip.compress(b"hit_id")}, suffix=".csv.gz")
    with pytest.raises(trackml.InvalidEvent, match=r"hits must be in one file, .*; both are there; remove one"):
        trackml.load_event(prefix, ("hits",))


def test_a_prefix_that_a_glob_would_misread(event_texts, write_texts):
    prefix = write_texts(event_texts, "run[1]*event000001000")
    assert len(trackml.load_event_hits(prefix)) == 4


def test_genuine_event(real_data):
    hits, cells, particles, truth = trackml.load_event(real_data("trackml/event000000001"))
    assert (len(hits), len(cells), len(particles)) == (5527, 18564, 548)
    assert (hits["hit_id"].max(), (truth["particle_id"] == 0).sum()) == (111635, 829)
    assert particles["particle_type"].dtype == np.int32
    assert np.unique(100 * hits["volume_id"] + hits["layer_id"]).size == 48
    assert truth["weight"].sum() == pytest.approx(0.0513, abs=5e-5)
    signal = truth[truth["particle_id"] != 0].groupby("particle_id").size()
    expected = particles.set_index("particle_id")["nhits"]
    assert (signal == expected[signal.index]).all()


def test_without_pandas_the_modules_import():
    program = "import sys; sys.modules['pandas'] = None; from keras_hep.formats import trackml; "
    program += "from keras_hep.metrics import tracking; print(len(trackml.PARTS), callable(tracking.score_event))"
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120)
    assert finished.stdout.split() == ["4", "True"]
