"""The tables of a TrackML event: their columns, and how the bytes of one CSV file become one of them, checked."""

import collections
import csv
import gzip
import io
import os
import zlib

import numpy as np

PARTS = ("hits", "cells", "particles", "truth")
COLUMNS = {
    "hits": {
        "hit_id": "i4",
        **dict.fromkeys(("x", "y", "z"), "f4"),
        **dict.fromkeys(("volume_id", "layer_id", "module_id"), "i4"),
    },
    "cells": {"hit_id": "i4", "ch0": "i4", "ch1": "i4", "value": "f4"},
    "particles": {
        "particle_id": "i8",
        "particle_type": "i4",
        **dict.fromkeys(("vx", "vy", "vz", "px", "py", "pz"), "f4"),
        "q": "i4",
        "nhits": "i4",
    },
    "truth": {
        "hit_id": "i4",
        "particle_id": "i8",
        **dict.fromkeys(("tx", "ty", "tz", "tpx", "tpy", "tpz", "weight"), "f4"),
    },
    "detectors": {
        **dict.fromkeys(("volume_id", "layer_id", "module_id"), "i4"),
        **dict.fromkeys(("cx", "cy", "cz"), "f8"),
        **{f"rot_{axis}{local}": "f8" for axis in "xyz" for local in "uvw"},
        **dict.fromkeys(("module_t", "module_minhu", "module_maxhu", "module_hv", "pitch_u", "pitch_v"), "f8"),
    },
}
COLUMNS["hits-truth"] = {**COLUMNS["hits"], **COLUMNS["truth"]}
del COLUMNS["hits-truth"]["weight"]
OPTIONAL = {"particle_type"}
KEYS = {
    "hits": ["hit_id"],
    "particles": ["particle_id"],
    "truth": ["hit_id"],
    "hits-truth": ["hit_id"],
    "detectors": ["volume_id", "layer_id", "module_id"],
}
MAY_BE_EMPTY = {"particles"}  # an event of noise alone has none
_HEAD = 65536  # bytes that hold the header and the first row


class InvalidEvent(ValueError):
    """A file, an archive or a table that is not what its format says."""


def require_parts(parts):
    """Raise ValueError if `parts` is no sequence of names out of `PARTS`."""
    unknown = [part for part in parts if part not in PARTS]
    if isinstance(parts, str) or unknown:
        raise ValueError(f"parts are a sequence of {', '.join(PARTS)}, got {parts!r}.")


def find_file(prefix, part, exists=os.path.isfile):
    """Return the name of the one file of `part` (str) of the event with this prefix, as str.

    Args:
        prefix: str or path.
        part: str. Key of `COLUMNS`.
        exists: function (name) that says whether there is such a file.

    Raises:
        InvalidEvent: if there is none, or both a .csv and a .csv.gz file.
    """
    names = [f"{prefix}-{part}.csv", f"{prefix}-{part}.csv.gz"]
    found = [name for name in names if exists(name)]
    if len(found) != 1:
        both = "both are there; remove one" if found else "neither is there"
        raise InvalidEvent(f"{part} must be in one file, {names[0]} or {names[1]}; {both}.")
    return found[0]


def read_table(content, part, source):
    """Read one CSV file of the TrackML challenge.

    Args:
        content: bytes of the file, compressed where the name `source` ends in .gz.
        part: str. Key of `COLUMNS`.
        source: str. Name of the file, for the messages.

    Returns:
        DataFrame with the columns in the order of the file, those of `COLUMNS` in their dtypes; further columns stay.

    Raises:
        InvalidEvent: if the content is no such table, or holds values that the format does not allow.
    """
    import pandas

    content = unpacked(content, source)
    header = _header(content, part, source)
    wanted = {name: dtype for name, dtype in COLUMNS[part].items() if name in header}
    # Integers are left to the parser's own guess: asked for int64, it takes "9.1e17" and loses digits of it.
    floats = {name: "f8" for name, dtype in wanted.items() if dtype.startswith("f")}
    try:
        table = pandas.read_csv(io.BytesIO(content), header=0, index_col=False, dtype=floats, low_memory=False)
    except (ValueError, OverflowError) as error:
        raise InvalidEvent(_unreadable(content, wanted, source, error)) from error
    columns = {
        name: as_column(values, wanted[name], f"{name} of {source}") if name in wanted else values
        for name, values in table.items()
    }
    table = pandas.DataFrame(columns, copy=False)
    check_table(table, part, source)
    return table


def unpacked(content, source):
    """Return `content` (bytes), decompressed where the name `source` ends in .gz."""
    if not source.endswith(".gz"):
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise InvalidEvent(f"{source}: must be a whole gzip file, got: {error}; fetch it again.") from error


def as_column(values, dtype, name):
    """Return `values` as an array of the column's dtype; refuse any change beyond the rounding to float32.

    Args:
        values: array-like, shape (rows,).
        dtype: str. "i4", "i8", "f4" or "f8".
        name: str. Column and file, for the messages.

    Raises:
        InvalidEvent: if a value is text, not finite, no whole number in a column of integers, or out of range.
    """
    values = np.asarray(values)
    if values.ndim != 1:
        raise InvalidEvent(f"{name}: a column has one axis, got the shape {values.shape}.")
    if not len(values):
        return values.astype(dtype)
    if values.dtype.kind not in "iuf":
        row = _first_text(values)
        raise InvalidEvent(f"{name}: must hold numbers, got {values.tolist()[row]!r} in row {row + 1}.")
    return _as_integers(values, dtype, name) if dtype.startswith("i") else _as_floats(values, dtype, name)


def _as_floats(values, dtype, name):
    with np.errstate(over="ignore"):
        column = values.astype(dtype)
    finite = np.isfinite(column)
    if not finite.all():
        row = np.argmin(finite)
        raise InvalidEvent(
            f"{name}: must hold finite {np.dtype(dtype).name} numbers, got {values[row]} in row {row + 1}; "
            "drop or mend that row."
        )
    return column


def _as_integers(values, dtype, name):
    limits = np.iinfo(dtype)
    if values.dtype.kind == "f" and dtype == "i8":
        raise InvalidEvent(f"{name}: must hold 64-bit integers, got the float {values[0]}, which loses digits.")
    fits = (values >= limits.min) & (values <= limits.max)
    if values.dtype.kind == "f":
        fits &= values == np.floor(values)
    if not fits.all():
        row = np.argmin(fits)
        raise InvalidEvent(
            f"{name}: must hold integers from {limits.min} to {limits.max}, got {values[row]} in row {row + 1}."
        )
    return values.astype(dtype)


def check_table(table, part, source):
    """Raise `InvalidEvent` if a table has no rows though it must, or the same identifier twice."""
    rows = len(table[next(iter(COLUMNS[part]))])
    if not rows and part not in MAY_BE_EMPTY:
        raise InvalidEvent(f"{source}: must have at least one row, got none.")
    check_identifiers(table, part, source)


def check_identifiers(table, part, source):
    """Raise `InvalidEvent` if a table has the same identifier twice."""
    keys = [np.asarray(table[name]) for name in KEYS.get(part, [])]
    if not keys or np.all(keys[0][1:] > keys[0][:-1]):
        return
    order = np.lexsort(keys)
    same = np.logical_and.reduce([key[order][1:] == key[order][:-1] for key in keys])
    if same.any():
        identifier = ", ".join(
            f"{name} {key[order[np.argmax(same)]]}" for name, key in zip(KEYS[part], keys, strict=True)
        )
        raise InvalidEvent(f"{source}: every row has an identifier of its own, got {identifier} twice; drop one.")


def check_hit_ids(table, hits, source):
    """Raise `InvalidEvent` if `table` (truth or cells) names a hit that is not in `hits`."""
    known = np.isin(table["hit_id"], hits["hit_id"])
    if not known.all():
        hit = np.asarray(table["hit_id"])[np.argmin(known)]
        raise InvalidEvent(
            f"{source}: every hit_id must be one of the event's hits, got {hit}; take both from one event."
        )


def _header(content, part, source):
    """Return the column names, after checking that those of `part` are there and that the first row is not longer."""
    lines = content[:_HEAD].removeprefix(b"\xef\xbb\xbf").splitlines()
    head = b"\n".join([line for line in lines if line.strip()][:2]).decode("utf-8", errors="replace")
    rows = list(csv.reader(io.StringIO(head)))
    header = rows[0] if rows else []
    missing = [name for name in COLUMNS[part] if name not in header and name not in OPTIONAL]
    if missing:
        raise InvalidEvent(
            f"{source}: must have the columns {', '.join(COLUMNS[part])}; {', '.join(missing)} not found."
        )
    name, times = collections.Counter(header).most_common(1)[0]
    if times > 1:
        raise InvalidEvent(f"{source}: every column has a name of its own, got {name!r} {times} times.")
    # The parser itself complains of every later row that is too long.
    if len(rows) > 1 and len(rows[1]) > len(header):
        raise InvalidEvent(f"{source}: a row has {len(header)} fields like the header, got {len(rows[1])} in row 1.")
    return header


def _unreadable(content, columns, source, error):
    """Return the message on a table that the parser refused, with the first value that is no number if there is one."""
    import pandas

    reason = str(error).strip().splitlines()[0]
    try:
        table = pandas.read_csv(io.BytesIO(content), usecols=list(columns), dtype=str, keep_default_na=False)
    except (ValueError, OverflowError):
        return f"{source}: must be a table of comma-separated numbers, got: {reason}."
    for name in columns:
        wrong = pandas.to_numeric(table[name], errors="coerce").isna().to_numpy()
        if wrong.any():
            row = np.argmax(wrong)
            return f"{name} of {source}: must hold numbers, got {table[name].iloc[row]!r} in row {row + 1}."
    return f"{source}: must be a table of comma-separated numbers, got: {reason}."


def _first_text(values):
    """Return the index of the first value that is no number, nor the text of one (0 if all are)."""
    for index, value in enumerate(values.tolist()):
        try:
            float(value)
        except (TypeError, ValueError):
            return index
    return 0
