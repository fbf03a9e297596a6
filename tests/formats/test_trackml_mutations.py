"""Damaged copies of event files are read as what they say, or refused with `InvalidEvent`; nothing else happens."""

import gzip
import pathlib
import tempfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keras_hep.formats import trackml

pandas = pytest.importorskip("pandas")

FITTING = {"f4": ["1.5", "3000000000", "9.3e17", "99999999999999999999"], "i8": ["3000000000"], "i4": []}
WRONG = [
    "",
    "nan",
    "NaN",
    "inf",
    "-inf",
    "NULL",
    "1e39",
    "abc",
    "1e400",
    "-",
    "0x1F",
    "1 2",
    "\0",
    "1_0",
    '"',
    '"1',
    "é",
]
WRONG += ["True", "1,1", "1\n1", "\r", "--1", "1e", "\x1a"]


def lines_of(text):
    return [line.split(",") for line in text.strip().split("\n")]


def text_of(lines):
    return "\n".join(",".join(line) for line in lines) + "\n"


def read(texts, suffix=".csv"):
    """Return the tables of an event whose files hold `texts`, or None where they are refused."""
    with tempfile.TemporaryDirectory() as folder:
        for part, text in texts.items():
            content = text if isinstance(text, bytes) else text.encode()
            pathlib.Path(folder, f"event000000001-{part}{suffix}").write_bytes(content)
        try:
            return trackml.load_event(f"{folder}/event000000001", tuple(texts))
        except trackml.InvalidEvent:
            return None


def plainly_read(text, part):
    """Return the columns of `text`, read value by value without pandas."""
    header, *rows = lines_of(text)
    dtypes = trackml.COLUMNS[part]
    convert = {"i": int, "f": float}
    columns = zip(*rows, strict=True) if rows else [[] for _ in header]
    return {
        name: np.array([convert[dtypes[name][0]](value) for value in column]).astype(dtypes[name])
        for name, column in zip(header, columns, strict=True)
    }


def same(table, text, part):
    expected = plainly_read(text, part)
    assert list(table) == list(expected)
    for name, column in expected.items():
        np.testing.assert_array_equal(table[name].to_numpy(), column)
        assert table[name].dtype == column.dtype


parts = st.sampled_from(trackml.PARTS)


def changing(examples=40):
    """Return settings for tests that change copies of `texts`, which is the same for all examples."""
    return settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(params=["by hand", "genuine"])
def texts(request, event_texts):
    """Return the texts of the small event, or of a piece of a genuine one; tests leave them as they are."""
    if request.param == "by hand":
        return event_texts
    prefix = request.getfixturevalue("real_data")("trackml/event000000001")
    whole = {part: gzip.decompress(pathlib.Path(f"{prefix}-{part}.csv.gz").read_bytes()) for part in trackml.PARTS}
    lines = {part: lines_of(text.decode()) for part, text in whole.items()}
    hits = {line[0] for line in lines["hits"][:60]}
    lines |= {part: [line for line in lines[part] if line[0] in hits] for part in ("hits", "cells", "truth")}
    return {part: text_of(lines[part][:200]) for part in trackml.PARTS}


def test_untouched(texts):
    for part, table in zip(trackml.PARTS, read(texts), strict=True):
        same(table, texts[part], part)


@changing()
@given(part=parts, data=st.data())
def test_a_column_dropped(texts, part, data):
    lines = lines_of(texts[part])
    column = data.draw(st.integers(0, len(lines[0]) - 1))
    name = lines[0][column]
    cut = text_of([line[:column] + line[column + 1 :] for line in lines])
    tables = read({**texts, part: cut})
    if name == "particle_type":
        same(tables[trackml.PARTS.index(part)], cut, part)
    else:
        assert tables is None


@changing()
@given(part=parts, data=st.data())
def test_rows_dropped(texts, part, data):
    header, *rows = lines_of(texts[part])
    kept = data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    left = [row for row, keep in zip(rows, kept, strict=True) if keep]
    tables = read({**texts, part: text_of([header, *left])})
    needed = {row[0] for other in ("cells", "truth") for row in lines_of(texts[other])[1:]}
    if (part == "hits" and not needed <= {row[0] for row in left}) or (not left and part != "particles"):
        assert tables is None
    else:
        same(tables[trackml.PARTS.index(part)], text_of([header, *left]), part)


@changing()
@given(part=parts, data=st.data())
def test_a_row_twice(texts, part, data):
    lines = lines_of(texts[part])
    copied = data.draw(st.integers(1, len(lines) - 1))
    lines.insert(data.draw(st.integers(1, len(lines))), lines[copied])
    tables = read({**texts, part: text_of(lines)})
    if part == "cells":
        same(tables[1], text_of(lines), part)
    else:
        assert tables is None


@changing(examples=150)
@given(part=parts, wrong=st.sampled_from(FITTING["f4"] + WRONG), data=st.data())
def test_a_value_replaced(texts, part, wrong, data):
    lines = lines_of(texts[part])
    row, column = data.draw(st.integers(1, len(lines) - 1)), data.draw(st.integers(0, len(lines[0]) - 1))
    lines[row][column] = wrong
    tables = read({**texts, part: text_of(lines)})
    if wrong in FITTING[trackml.COLUMNS[part][lines[0][column]]]:
        same(tables[trackml.PARTS.index(part)], text_of(lines), part)
    else:
        assert tables is None


@changing(examples=100)
@given(part=parts, wrong=st.text(max_size=3), data=st.data())
def test_a_text_put_in_anywhere(texts, part, wrong, data):
    text = texts[part]
    place = data.draw(st.integers(0, len(text)))
    changed = text[:place] + wrong + text[place:]
    tables = read({**texts, part: changed.encode(errors="surrogatepass")})
    if tables is not None:
        table = tables[trackml.PARTS.index(part)]
        for name, dtype in trackml.COLUMNS[part].items():
            if name in table:
                assert table[name].dtype == np.dtype(dtype)
                assert np.isfinite(table[name]).all()


@changing(examples=60)
@given(part=parts, data=st.data())
def test_a_compressed_file_cut_or_with_a_flipped_bit(texts, part, data):
    whole = gzip.compress(texts[part].encode(), mtime=0)
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    assert read({part: cut}, ".csv.gz") is None
    flipped = bytearray(whole)
    flipped[data.draw(st.integers(0, len(whole) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    tables = read({part: bytes(flipped)}, ".csv.gz")
    if tables is not None:  # in the header, where name and time stand
        same(tables[0], texts[part], part)


@changing(examples=60)
@given(part=parts, data=st.data())
def test_a_plain_file_with_flipped_bits(texts, part, data):
    content = bytearray(texts[part].encode())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=5)):
        content[place] ^= 1 << data.draw(st.integers(0, 7))
    tables = read({**texts, part: bytes(content)})
    assert tables is None or len(tables) == len(texts)
