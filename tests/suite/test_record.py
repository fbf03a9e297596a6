"""A result comes back from its file as it was stored, or not at all."""

import hashlib
import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from keras_hep.suite import record
from keras_hep.suite.record import Curve, Quantity, RecordError, Result

NAMES = st.text(min_size=1, max_size=8)
FLOATS = st.floats(allow_nan=True, allow_infinity=True)
ERRORS = st.none() | st.floats(min_value=0) | st.just(math.nan)
DTYPES = arrays.boolean_dtypes() | arrays.integer_dtypes() | arrays.unsigned_integer_dtypes() | arrays.floating_dtypes()
DTYPES = DTYPES.filter(lambda dtype: dtype.itemsize <= 8)
SHAPES = arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def quantities(draw):
    value = draw(FLOATS | st.integers(-(2**70), 2**70) | st.booleans())
    count = draw(st.none() | st.integers(0, 2**40))
    return Quantity(draw(NAMES), value, draw(ERRORS), draw(NAMES), draw(st.text(max_size=8)), count)


@st.composite
def curves(draw):
    points = draw(st.integers(0, 4))
    values = [draw(st.lists(FLOATS, min_size=points, max_size=points)) for _ in range(2)]
    error = draw(st.none() | st.lists(st.floats(min_value=0), min_size=points, max_size=points))
    return Curve(draw(NAMES), *values, error, x_unit=draw(NAMES), y_unit=draw(NAMES))


@st.composite
def results(draw):
    data = draw(st.sampled_from(record.DATA))
    named = data == "sample" or (data == "published" and draw(st.booleans()))
    return Result(
        quantities=draw(st.lists(quantities(), max_size=3, unique_by=lambda entry: entry.name)),
        curves=draw(st.lists(curves(), max_size=2, unique_by=lambda entry: entry.name)),
        arrays=draw(st.dictionaries(NAMES, arrays.arrays(DTYPES, SHAPES), max_size=2)),
        data=data,
        events=draw(st.from_regex(record.EVENTS, fullmatch=True)) if named else "",
        weights=draw(st.dictionaries(NAMES, PLAIN, max_size=2)),
        id=draw(NAMES),
        scale=draw(st.sampled_from(["", *record.SCALES])),
        provenance=draw(st.dictionaries(NAMES, PLAIN, max_size=2)),
    )


def example():
    return Result(
        quantities=[Quantity("accuracy", 0.89, 0.01, "1", "correct / all pixels", 256), Quantity("loss", math.nan)],
        curves=[Curve("reach", [1, 2, 4], [0.5, math.inf, 0.7], [0.1, 0.0, 0.1], "tracks")],
        arrays={"image": np.eye(3, dtype=np.uint8)},
        weights={"lstm": {"file": "fig05.lstm.weights.h5", "bytes": 10}},
        id="heptrkx/fig05",
        scale="smoke",
        provenance={"seed": 7, "seconds": 1.5},
    )


def identical(left, right):
    """Compare types and bits, where NaN is NaN."""
    return type(left) is type(right) and repr(left) == repr(right)


def assert_same(left, right):
    for field in ("quantities", "curves", "data", "events", "weights", "id", "scale", "provenance"):
        assert identical(getattr(left, field), getattr(right, field))
    assert list(left.arrays) == list(right.arrays)
    for name, array in left.arrays.items():
        again = right.arrays[name]
        assert (array.shape, array.dtype.newbyteorder("=")) == (again.shape, again.dtype.newbyteorder("="))
        np.testing.assert_array_equal(array, again)
        assert again.flags.writeable


# Round trips


@settings(max_examples=100, deadline=None)
@given(results())
def test_round_trip(result):
    text = result.to_json()
    again = Result.from_json(text)
    assert_same(result, again)
    assert again.to_json() == text


@settings(max_examples=50, deadline=None)
@given(results())
def test_json_is_strict(result):
    def fail(constant):
        raise AssertionError(f"{constant} is no JSON")

    json.loads(result.to_json(), parse_constant=fail)


@pytest.mark.parametrize("dtype", ["?", "i1", "<i2", ">i4", "u8", "<f2", ">f4", "f8"])
@pytest.mark.parametrize("shape", [(), (0,), (3, 0), (2, 3)])
def test_arrays_of_every_type_and_shape(dtype, shape):
    array = np.ones(shape, dtype)
    assert_same(Result(arrays={"a": array}), Result.from_json(Result(arrays={"a": array}).to_json()))


def test_array_in_another_memory_order():
    array = np.arange(6.0).reshape(2, 3).T[::-1]
    again = Result.from_json(Result(arrays={"a": array}).to_json()).arrays["a"]
    assert again.tolist() == [[2, 5], [1, 4], [0, 3]]


def test_numbers_that_are_not_finite_are_texts():
    content = json.loads(example().to_json())
    assert content["quantities"]["loss"]["value"] == "nan"
    assert content["curves"]["reach"]["y"] == [0.5, "inf", 0.7]


def test_numpy_values_become_plain_ones():
    result = Result(
        quantities=[
            Quantity("a", np.float32(0.5), np.float32(0.25), count=np.int64(3)),
            Quantity("b", np.bool_(True)),
            Quantity("c", np.array(2)),
        ],
        provenance={
            "epochs": np.int32(4),
            "loss": [np.float32("nan")],
            "shape": (1, 2),
            "seeds": np.arange(2),
            10: 1,
            9: 2,
        },
    )
    again = Result.from_json(result.to_json())
    assert identical(again.quantities["a"], Quantity("a", 0.5, 0.25, count=3))
    assert again.quantities["b"].value is True
    assert identical(again.quantities["c"].value, 2)
    assert again.provenance == {"epochs": 4, "loss": ["nan"], "shape": [1, 2], "seeds": [0, 1], "10": 1, "9": 2}


def test_write_and_read(tmp_path):
    example().write(tmp_path / "new" / "fig05.json")
    assert_same(Result.read(tmp_path / "new" / "fig05.json"), example())


def test_events_are_stored_where_there_are_some():
    assert "events" not in json.loads(example().to_json())
    text = Result(data="sample", events="event000000001").to_json()
    assert json.loads(text)["events"] == "event000000001"
    assert Result.from_json(text).events == "event000000001"
    with pytest.raises(RecordError, match="its own checksum"):
        Result.from_json(text.replace("event000000001", "event000000002"))


def test_absent_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        Result.read(tmp_path / "fig05.json")


# Misuse


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Quantity("a", "0.5"), TypeError, "number or a bool, got str: '0.5'"),
        (lambda: Quantity("a", None), TypeError, "got NoneType"),
        (lambda: Quantity("a", np.ones(2)), TypeError, "got ndarray"),
        (lambda: Quantity("a", 1j), TypeError, "got complex"),
        (lambda: Quantity("a", 1.0, error=-0.1), ValueError, "'a' needs error >= 0 or None, got -0.1"),
        (lambda: Quantity("a", 1.0, count=-1), ValueError, "'a' needs count >= 0 or None, got -1"),
        (lambda: Curve("a", [1, 2], [1]), ValueError, r"'a' needs as many values in y as in x \(2\), got 1"),
        (lambda: Curve("a", [1, 2], [1, 2], [0.1]), ValueError, "values in error as in x"),
        (lambda: Curve("a", [1], [1], [-0.1]), ValueError, "'a' needs errors >= 0, got -0.1"),
        (lambda: Result([Quantity("a", 1), Quantity("a", 2)]), ValueError, "must differ, got 'a' twice"),
        (lambda: Result(curves=[Curve("a", [], []), Curve("a", [], [])]), ValueError, "must differ, got 'a' twice"),
        (lambda: Result(data="real"), ValueError, "one of simulation, published, sample, none, got 'real'"),
        (lambda: Result(data="sample"), ValueError, "must name the genuine events for the data 'sample', got ''"),
        (lambda: Result(events="event1"), ValueError, "empty for the data 'simulation', got 'event1'"),
        (lambda: Result(data="none", events="event1"), ValueError, "empty for the data 'none', got 'event1'"),
        (lambda: Result(data="sample", events="a/b"), ValueError, "letters, digits, - and _ .* got 'a/b'"),
        (lambda: Result(data="sample", events="a@b"), ValueError, "letters, digits, - and _ .* got 'a@b'"),
        (lambda: Result(data="sample", events="sample"), ValueError, "that is no kind of data, got 'sample'"),
        (lambda: Result(data="sample", events=1), ValueError, "letters, digits, - and _ .* got 1"),
        (lambda: Result(scale="tiny"), ValueError, "one of smoke, quick, full, got 'tiny'"),
        (lambda: Result(arrays={"a": ["text"]}), TypeError, "Array 'a' .* got dtype <U4"),
        (lambda: Result(arrays={"a": [None]}), TypeError, "got dtype object"),
        (lambda: Result(arrays={"a": [1j]}), TypeError, "got dtype complex128"),
        (lambda: Result(provenance={"a": {1, 2}}).to_json(), TypeError, "lists and dicts, got set"),
    ],
)
def test_misuse_says_what_is_allowed(make, error, message):
    with pytest.raises(error, match=message):
        make()


# Damage


def read_damaged(text):
    """Return the result of a damaged text, or None where reading refuses it."""
    try:
        return Result.from_json(text)
    except RecordError:
        return None


def test_truncated_at_any_point():
    text = example().to_json()
    for length in range(len(text) - 1):  # the last character is a line feed
        with pytest.raises(RecordError):
            Result.from_json(text[:length])


@pytest.mark.parametrize("mask", [0x01, 0x20, 0x80])
def test_any_byte_flipped(mask):
    original = example().to_json().encode()
    accepted = 0
    for position in range(len(original)):
        damaged = bytearray(original)
        damaged[position] ^= mask
        again = read_damaged(damaged.decode("utf-8", errors="surrogateescape"))
        if again is not None:
            accepted += 1
            assert again.to_json().encode() == original
    assert accepted < original.count(b"\n") + original.count(b" ")  # white space only


@settings(max_examples=100, deadline=None)
@given(results(), st.data())
def test_any_character_replaced(result, data):
    text = result.to_json()
    position = data.draw(st.integers(0, len(text) - 1))
    character = data.draw(st.characters() | st.sampled_from('0123456789"{}[],:-+.eE \n'))
    again = read_damaged(text[:position] + character + text[position + 1 :])
    assert again is None or again.to_json() == text


def forged(**changes):
    """Return a text with a right checksum around wrong content."""
    content = {**json.loads(example().to_json()), **changes}
    content.pop("sha256")
    content["sha256"] = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return json.dumps(content)


ARRAY = {"dtype": "<f8", "shape": [1], "zlib_base64": "eJwDAAAAAAE="}  # of no bytes


@pytest.mark.parametrize(
    "changes",
    [
        {"quantities": {"a": {}}},
        {"quantities": {"a": {"value": "half"}}},
        {"quantities": {"a": {"value": 1, "colour": "red"}}},
        {"quantities": []},
        {"curves": {"a": {"x": [1], "y": []}}},
        {"curves": {"a": {"x": ["one"], "y": [1]}}},
        {"arrays": {"a": ARRAY}},
        {"arrays": {"a": ARRAY | {"dtype": "O"}}},
        {"arrays": {"a": ARRAY | {"dtype": "float99"}}},
        {"arrays": {"a": ARRAY | {"shape": [-1]}}},
        {"arrays": {"a": ARRAY | {"shape": "large"}}},
        {"arrays": {"a": ARRAY | {"zlib_base64": "AAAA"}}},
        {"arrays": {"a": ARRAY | {"zlib_base64": "A"}}},
        {"data": "real"},
        {"data": "sample"},
        {"events": "event1"},
        {"data": "sample", "events": ["event1"]},
        {"scale": "tiny"},
    ],
)
def test_right_checksum_around_wrong_content(changes):
    assert read_damaged(forged()) is not None
    with pytest.raises(RecordError, match=r"^fig05\.json does not hold a result .*delete it and run the item again"):
        Result.from_json(forged(**changes), "fig05.json")


@pytest.mark.parametrize("text", ["", "[]", "1", "null", "{}", '{"schema": 2}', "[" * 100_000, "1" * 5000])
def test_other_texts(text):
    with pytest.raises(RecordError, match=r"^fig05\.json .*delete it and run the item again"):
        Result.from_json(text, "fig05.json")


def test_messages_name_the_file(tmp_path):
    path = tmp_path / "fig05.json"
    path.write_text(example().to_json().replace("0.89", "0.98"))
    with pytest.raises(RecordError, match=r"fig05.json does not match its own checksum"):
        Result.read(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(RecordError, match=r"fig05.json is not UTF-8 text"):
        Result.read(path)
