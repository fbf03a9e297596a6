"""What a reproduction produces: numbers, curves and arrays with their provenance, in one JSON file.

Only the standard library and NumPy are needed, so that results are read and checked without any ML framework.
"""

import base64
import dataclasses
import hashlib
import json
import math
import pathlib
import zlib

import numpy as np

from keras_hep import files

SCHEMA = 1
SCALES = ("smoke", "quick", "full")
DATA = ("simulation", "published", "none")


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
    """

    name: str
    value: float
    error: float | None = None
    unit: str = "1"
    definition: str = ""
    count: int | None = None

    def __post_init__(self):
        object.__setattr__(self, "value", _plain(self.value))
        object.__setattr__(self, "error", None if self.error is None else float(self.error))
        object.__setattr__(self, "count", None if self.count is None else int(self.count))


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
    """

    name: str
    x: tuple
    y: tuple
    error: tuple | None = None
    x_unit: str = "1"
    y_unit: str = "1"
    definition: str = ""

    def __post_init__(self):
        for field in ("x", "y", "error"):
            values = getattr(self, field)
            if values is not None:
                object.__setattr__(self, field, tuple(float(value) for value in values))
                if len(getattr(self, field)) != len(self.x):
                    raise ValueError(
                        f"Curve {self.name!r} needs as many values in {field} as in x ({len(self.x)}), got {len(values)}."
                    )


@dataclasses.dataclass
class Result:
    """What one run of an item computed.

    A script gives the numbers; `keras_hep.suite.runner` adds id, scale and provenance before the result is stored.

    Args:
        quantities: iterable of `Quantity`.
        curves: iterable of `Curve`.
        arrays: dict of str to numeric NumPy array. What the figure draws beyond the curves (event displays).
        data: str. Where the events come from: "simulation" (generated here), "published" (the authors' files) or
            "none" (no events: an architecture, an exact computation).
        weights: dict of str to dict. Trained weights of this run: `file`, `sha256`, `bytes`, `key`, `model`.
        id: str. "source/item".
        scale: str. "smoke", "quick" or "full".
        provenance: dict. Versions, seed, machine, seconds.

    Raises:
        ValueError: if two quantities or curves share a name, or `data` is not one of the three.
    """

    quantities: dict = dataclasses.field(default_factory=dict)
    curves: dict = dataclasses.field(default_factory=dict)
    arrays: dict = dataclasses.field(default_factory=dict)
    data: str = "simulation"
    weights: dict = dataclasses.field(default_factory=dict)
    id: str = ""
    scale: str = ""
    provenance: dict = dataclasses.field(default_factory=dict)

    def __post_init__(self):
        self.quantities = _by_name(self.quantities)
        self.curves = _by_name(self.curves)
        self.arrays = {name: np.asarray(array) for name, array in self.arrays.items()}
        if self.data not in DATA:
            raise ValueError(f"Result.data must be one of {', '.join(DATA)}, got {self.data!r}.")

    def to_json(self):
        """Return the result as a JSON text that carries its own checksum."""
        content = {
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
        content["sha256"] = _checksum(content)
        return json.dumps(content, indent=1, allow_nan=True) + "\n"

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
        return cls(
            quantities=[Quantity(name=key, **fields) for key, fields in content["quantities"].items()],
            curves=[Curve(name=key, **fields) for key, fields in content["curves"].items()],
            arrays={key: _decode(fields, f"{name}: array {key!r}") for key, fields in content["arrays"].items()},
            **{field: content[field] for field in ("data", "weights", "id", "scale", "provenance")},
        )

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
            raise RecordError(f"{path} is not UTF-8 text ({error.reason}): delete it and run the item again.") from error
        return cls.from_json(text, name=str(path))


def _plain(value):
    """Return a JSON number or bool of a Python or NumPy scalar."""
    value = value.item() if isinstance(value, np.generic) else value
    if not isinstance(value, (bool, int, float)):
        raise TypeError(f"A quantity's value must be a number or a bool, got {type(value).__name__}: {value!r}.")
    return value


def _by_name(entries):
    if isinstance(entries, dict):
        return dict(entries)
    named = {}
    for entry in entries:
        if entry.name in named:
            raise ValueError(f"Names within a result must differ, got {entry.name!r} twice: rename one.")
        named[entry.name] = entry
    return named


def _without_name(entry):
    return {key: value for key, value in dataclasses.asdict(entry).items() if key != "name"}


def _encode(array):
    if array.dtype.kind not in "biuf":
        raise TypeError(f"Stored arrays must be numeric, got dtype {array.dtype}.")
    array = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    packed = base64.b64encode(zlib.compress(array.tobytes(), 9)).decode("ascii")
    return {"dtype": array.dtype.str, "shape": list(array.shape), "zlib_base64": packed}


def _decode(fields, name):
    dtype, shape = np.dtype(fields["dtype"]), tuple(fields["shape"])
    expected = math.prod(shape) * dtype.itemsize
    unpacker = zlib.decompressobj()
    content = unpacker.decompress(base64.b64decode(fields["zlib_base64"]), expected + 1)
    if dtype.kind not in "biuf" or len(content) != expected:
        raise RecordError(f"{name} must hold {expected} bytes of numbers, got {len(content)}: run the item again.")
    return np.frombuffer(content, dtype=dtype).reshape(shape).copy()


def _checksum(content):
    text = json.dumps({key: value for key, value in content.items() if key != "sha256"}, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _verified(text, name):
    remedy = "delete it and run the item again"
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise RecordError(f"{name} is not complete JSON ({error}): {remedy}.") from error
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        found = content.get("schema") if isinstance(content, dict) else type(content).__name__
        raise RecordError(f"{name} must have schema {SCHEMA}, got {found!r}: {remedy}.")
    if content.get("sha256") != _checksum(content):
        raise RecordError(f"{name} does not match its own checksum, so it was damaged or edited: {remedy}.")
    return content
