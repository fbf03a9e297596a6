"""What a reproduction produces: numbers, curves and arrays with their provenance, in one JSON file.

Only the standard library and NumPy are needed, so that results are read and checked without any ML framework. The JSON
is strict: numbers that are not finite are stored as the texts "nan", "inf" and "-inf".
"""

import base64
import dataclasses
import hashlib
import json
import math
import pathlib
import re
import zlib

import numpy as np

from keras_hep import files

SCHEMA = 1
SCALES = ("smoke", "quick", "full")
DATA = ("simulation", "published", "sample", "none")
GENUINE = ("published", "sample")  # events of an experiment or of a challenge, not ours to redistribute
EVENTS = re.compile(r"(?!(?:any|none|published|sample|simulation)$)[A-Za-z0-9][A-Za-z0-9_-]*")
REMEDY = "delete it and run the item again"
NOT_FINITE = ("nan", "inf", "-inf")


class RecordError(ValueError):
    """A stored result cannot be read: the message names the file, what is wrong, and the remedy."""


@dataclasses.dataclass(frozen=True)
class Quantity:
    """One number of a result.

    Args:
        name: str. Identifier within the item.
        value: float, int or bool.
        error: float or None. One standard deviation, in the unit of the value. None: exact or not known.
        unit: str. "1" for a pure number.
        definition: str. What is divided by what, over which events.
        count: int or None. Number of decisions or events behind the value.
        timed: bool. Whether it is a measured time or speed: it depends on the machine, and a replay leaves it out.

    Raises:
        TypeError: if the value is neither a number nor a bool.
        ValueError: if the error or the count is negative.
    """

    name: str
    value: float
    error: float | None = None
    unit: str = "1"
    definition: str = ""
    count: int | None = None
    timed: bool = False

    def __post_init__(self):
        object.__setattr__(self, "value", _plain(self.value))
        object.__setattr__(self, "error", None if self.error is None else float(self.error))
        object.__setattr__(self, "count", None if self.count is None else int(self.count))
        for field in ("error", "count"):
            if (getattr(self, field) or 0) < 0:
                raise ValueError(f"Quantity {self.name!r} needs {field} >= 0 or None, got {getattr(self, field)!r}.")


@dataclasses.dataclass(frozen=True)
class Curve:
    """One curve of a result: `y` (with `error`) at `x`.

    Args:
        name: str. Identifier within the item.
        x: sequence of float, shape (points,).
        y: sequence of float, shape (points,).
        error: sequence of float, shape (points,), or None. One standard deviation of `y`.
        x_unit: str.
        y_unit: str.
        definition: str. What x and y are.
        timed: bool. Whether y is a measured time or speed, which a replay leaves out.

    Raises:
        ValueError: if the lengths differ or an error is negative.
    """

    name: str
    x: tuple
    y: tuple
    error: tuple | None = None
    x_unit: str = "1"
    y_unit: str = "1"
    definition: str = ""
    timed: bool = False

    def __post_init__(self):
        for field in ("x", "y", "error"):
            values = getattr(self, field)
            if values is not None:
                values = tuple(float(value) for value in values)
                object.__setattr__(self, field, values)
                if len(values) != len(self.x):
                    needs = f"as many values in {field} as in x ({len(self.x)})"
                    raise ValueError(f"Curve {self.name!r} needs {needs}, got {len(values)}.")
        if any(error < 0 for error in self.error or ()):
            raise ValueError(f"Curve {self.name!r} needs errors >= 0, got {min(self.error)!r}.")


@dataclasses.dataclass
class Result:
    """What one run of an item computed.

    A script gives the numbers; `keras_hep.suite.runner` adds id, scale and provenance before the result is stored.

    Args:
        quantities: iterable of `Quantity`, kept as dict by name.
        curves: iterable of `Curve`, kept as dict by name.
        arrays: dict of str to NumPy array of bools, integers or floats of at most 64 bits. What the figure draws beyond
            the curves (event displays).
        data: str. Where the events come from: "simulation" (generated here), "published" (the authors' files),
            "sample" (genuine events other than those of the source) or "none" (no events: an architecture, an exact
            computation).
        events: str. Name of the genuine events: the last part of the prefix of their files, such as "event000000001",
            or the name of their folder. Empty for other data.
        weights: dict of str to dict. Trained weights of this run: `file`, `sha256`, `bytes`, `key`, `model`.
        id: str. "source/item".
        scale: str. "smoke", "quick" or "full".
        provenance: dict. Versions, seed, machine, seconds.

    Raises:
        TypeError: if an array is of another type.
        ValueError: if two quantities or curves share a name, `data` or `scale` is none of those above, or `events` is
            no name or does not go with `data`.
    """

    quantities: dict = dataclasses.field(default_factory=dict)
    curves: dict = dataclasses.field(default_factory=dict)
    arrays: dict = dataclasses.field(default_factory=dict)
    data: str = "simulation"
    events: str = ""
    weights: dict = dataclasses.field(default_factory=dict)
    id: str = ""
    scale: str = ""
    provenance: dict = dataclasses.field(default_factory=dict)

    def __post_init__(self):
        self.quantities = _by_name(self.quantities)
        self.curves = _by_name(self.curves)
        self.arrays = {name: _numeric(array, name) for name, array in self.arrays.items()}
        if self.data not in DATA:
            raise ValueError(f"Result.data must be one of {', '.join(DATA)}, got {self.data!r}.")
        if self.scale not in ("", *SCALES):
            raise ValueError(f"Result.scale must be one of {', '.join(SCALES)}, got {self.scale!r}.")
        _require_events(self.events, self.data)

    def to_json(self):
        """Return the result as a strict JSON text that carries its own checksum.

        Raises:
            TypeError: if weights or provenance hold what JSON cannot.
        """
        content = _strict(
            {
                "schema": SCHEMA,
                "id": self.id,
                "scale": self.scale,
                "data": self.data,
                "quantities": {name: _without_name(quantity) for name, quantity in self.quantities.items()},
                "curves": {name: _without_name(curve) for name, curve in self.curves.items()},
                "arrays": {name: _encode(array) for name, array in self.arrays.items()},
                "weights": self.weights,
                "provenance": self.provenance,
            }
        )
        if self.events:
            content["events"] = self.events
        content["sha256"] = _checksum(content)
        return json.dumps(content, indent=1, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text, name="result"):
        """Read what `to_json` wrote.

        Args:
            text: str.
            name: str. How error messages call the text, usually its path.

        Raises:
            RecordError: if the text is truncated, changed since it was written, or of another schema.
        """
        content = _verified(text, name)
        try:
            return cls(
                quantities=[_quantity(key, fields) for key, fields in content["quantities"].items()],
                curves=[Curve(name=key, **fields) for key, fields in content["curves"].items()],
                arrays={key: _decode(fields) for key, fields in content["arrays"].items()},
                events=content.get("events", ""),
                **{field: content[field] for field in ("data", "weights", "id", "scale", "provenance")},
            )
        except (AttributeError, KeyError, OverflowError, TypeError, ValueError, zlib.error) as error:
            raise RecordError(f"{name} does not hold a result ({type(error).__name__}: {error}): {REMEDY}.") from error

    def write(self, path):
        """Store the result at `path`, whole or not at all."""
        files.write_text(path, self.to_json())

    @classmethod
    def read(cls, path):
        """Read a stored result.

        Raises:
            FileNotFoundError: if there is none.
            RecordError: if the file is damaged.
        """
        path = pathlib.Path(path)
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise RecordError(f"{path} is not UTF-8 text ({error.reason}): {REMEDY}.") from error
        return cls.from_json(text, name=str(path))


def _plain(value):
    """Return a JSON number or bool of a Python or NumPy scalar."""
    value = value.item() if isinstance(value, (np.generic, np.ndarray)) and value.ndim == 0 else value
    if not isinstance(value, (bool, int, float)):
        raise TypeError(f"A quantity's value must be a number or a bool, got {type(value).__name__}: {value!r}.")
    return value


def _require_events(events, data):
    """Require a name of events, or none, that goes with the kind of data."""
    if not isinstance(events, str) or (events and not EVENTS.fullmatch(events)):
        allowed = "empty or a name of letters, digits, - and _ that is no kind of data"
        raise ValueError(f"Result.events must be {allowed}, got {events!r}.")
    if events and data not in GENUINE:
        raise ValueError(f"Result.events must be empty for the data {data!r}, got {events!r}: set data='sample'.")
    if data == "sample" and not events:
        raise ValueError("Result.events must name the genuine events for the data 'sample', got '': set events.")


def _by_name(entries):
    named = {}
    for entry in entries.values() if isinstance(entries, dict) else entries:
        if entry.name in named:
            raise ValueError(f"Names within a result must differ, got {entry.name!r} twice: rename one.")
        named[entry.name] = entry
    return named


def _without_name(entry):
    fields = {key: value for key, value in dataclasses.asdict(entry).items() if key != "name"}
    return fields if entry.timed else {key: value for key, value in fields.items() if key != "timed"}


def _strict(value):
    """Return what strict JSON can hold: text keys, lists, Python scalars, texts for numbers that are not finite."""
    if isinstance(value, dict):
        return {str(key): _strict(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_strict(entry) for entry in value]
    if isinstance(value, np.ndarray):
        return _strict(list(value) if value.ndim else value[()])
    if isinstance(value, (np.bool_, np.integer)):
        return value.item()
    value = float(value) if isinstance(value, np.floating) else value
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, (str, int, float)):
        return value
    raise TypeError(f"A stored result holds texts, numbers, lists and dicts, got {type(value).__name__}: {value!r}.")


def _quantity(name, fields):
    value = fields["value"]
    return Quantity(name=name, **fields | {"value": float(value) if value in NOT_FINITE else value})


def _numeric(array, name):
    array = np.asarray(array)
    if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
        allowed = "bools, integers or floats of at most 64 bits"
        raise TypeError(f"Array {name!r} of a result must hold {allowed}, got dtype {array.dtype}.")
    return array


def _encode(array):
    content = array.astype(array.dtype.newbyteorder("<"), order="C").tobytes()
    packed = base64.b64encode(zlib.compress(content, 9)).decode("ascii")
    return {"dtype": array.dtype.newbyteorder("<").str, "shape": list(array.shape), "zlib_base64": packed}


def _decode(fields):
    dtype, shape = np.dtype(fields["dtype"]), tuple(fields["shape"])
    if dtype.kind not in "biuf":
        raise ValueError(f"dtype must be numeric, got {dtype}")
    expected = math.prod(shape) * dtype.itemsize
    unpacker = zlib.decompressobj()  # bounded, so that a small file cannot unpack to more than it announces
    content = unpacker.decompress(base64.b64decode(fields["zlib_base64"]), expected + 1)
    if len(content) != expected:
        raise ValueError(f"an array must hold {expected} bytes, got {len(content)}")
    return np.frombuffer(content, dtype=dtype).reshape(shape).copy()


def _checksum(content):
    text = json.dumps({key: value for key, value in content.items() if key != "sha256"}, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _verified(text, name):
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"{name} is not complete JSON ({error}): {REMEDY}.") from error
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        found = content.get("schema") if isinstance(content, dict) else type(content).__name__
        raise RecordError(f"{name} must have schema {SCHEMA}, got {found!r}: {REMEDY}.")
    if content.get("sha256") != _checksum(content):
        raise RecordError(f"{name} does not match its own checksum, so it was damaged or edited: {REMEDY}.")
    return content
