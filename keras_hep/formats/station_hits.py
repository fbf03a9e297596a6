"""Event tables of detectors with stations, as the authors of TrackNET exchange them.

A table is a text file with one hit per line and no header: event, x, y, z, station, track, separated by tabs; track -1
is a fake hit. Coordinates are in the unit of the file, which the file does not tell: mm in those of the inner tracker
of BES III.

Reference: github.com/t3hseus/ariadne, resources/test_data.
"""

import warnings

import numpy as np

from keras_hep import files
from keras_hep.formats.trackml_tables import InvalidEvent, as_column

COLUMNS = {"event": "i4", "x": "f4", "y": "f4", "z": "f4", "station": "i4", "track": "i4"}
_LEAST = {"station": 0, "track": -1}
_LINE = "%d\t%s\t%s\t%s\t%d\t%d\n"
_ENCODING = "utf-8-sig"


def load_events(path):
    """Read the hits of all events of a file.

    Args:
        path: str or path. The events may be in any order, and mixed.

    Returns:
        dict of arrays of equal length, in the order of the file: event, int32; x, y, z, float32, in the unit of the
        file; station, int32, from 0; track, int32, -1 for a fake hit.

    Raises:
        InvalidEvent: naming the file and the line, if a line has more or fewer than six fields, a field is no number or
            not finite, an integer has a fraction or does not fit 32 bits, a station is negative, a track is below -1,
            or there is no hit at all.
        OSError: if the file cannot be read.

    Example:

    >>> import tempfile
    >>> hits = {"event": [4, 4], "x": [80.5, -63.9], "y": [15.25, 50.7], "z": [191.5, 2.0]}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_events(f"{folder}/events.txt", hits | {"station": [0, 1], "track": [-1, 6]})
    ...     hits = load_events(f"{folder}/events.txt")
    >>> hits["x"].tolist()[0], hits["track"].tolist(), hits["x"].dtype.name, hits["track"].dtype.name
    (80.5, [-1, 6], 'float32', 'int32')
    """
    try:
        with open(path, encoding=_ENCODING) as lines, warnings.catch_warnings(category=UserWarning, action="ignore"):
            rows = np.loadtxt(lines, delimiter="\t", comments=None, ndmin=2)  # it warns of an empty file
    except ValueError as error:
        raise InvalidEvent(_first_fault(path) or f"{path}: must be a table of numbers, got: {error}") from error
    if rows.size and rows.shape[1] != len(COLUMNS):
        raise InvalidEvent(_first_fault(path))
    return _checked(dict(zip(COLUMNS, rows.T if rows.size else np.empty((len(COLUMNS), 0)), strict=True)), path)


def split_events(hits):
    """Return the hits of each event.

    Args:
        hits: dict of arrays of equal length, as `load_events` returns it; columns beside them are split as well.

    Returns:
        list of such dicts, in ascending order of the numbers of events; the hits of an event keep their order.

    Example:

    >>> [event["x"].tolist() for event in split_events({"event": np.array([7, 3, 7]), "x": np.array([1, 2, 4])})]
    [[2], [1, 4]]
    """
    order = np.argsort(hits["event"], kind="stable")
    event = np.asarray(hits["event"])[order]
    starts = np.flatnonzero(np.append(True, event[1:] != event[:-1])[: len(event)])
    columns = {name: np.split(np.asarray(column)[order], starts[1:]) for name, column in hits.items()}
    return [{name: parts[number] for name, parts in columns.items()} for number in range(len(starts))]


def write_events(path, hits):
    """Write hits as such a file, whole or not at all.

    Coordinates have seven digits, as in the authors' files, or nine where seven would not give the same float32 again.

    Args:
        path: str or path. Missing folders are made.
        hits: dict of arrays of equal length (or DataFrame) with the columns event, x, y, z, station, track.

    Raises:
        InvalidEvent: if a column is missing, lengths differ, there are no hits, or a value does not fit its column, as
            in `load_events`.
        OSError: if the file cannot be written.
    """
    missing = [name for name in COLUMNS if name not in hits]
    if missing:
        raise InvalidEvent(f"{path}: hits have the columns {', '.join(COLUMNS)}; {', '.join(missing)} not found.")
    columns = _checked({name: hits[name] for name in COLUMNS}, path)
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise InvalidEvent(f"{path}: all columns have the same length, got {lengths}.")
    texts = [_decimal(column) if column.dtype == "f4" else column for column in columns.values()]
    lines = map(_LINE.__mod__, zip(*(text.tolist() for text in texts), strict=True))
    files.write_bytes(path, "".join(lines).encode("ascii"))


def _checked(columns, source):
    """Return the columns in their dtypes; raise `InvalidEvent` on what they must not hold."""
    columns = {name: as_column(values, COLUMNS[name], f"{name} of {source}") for name, values in columns.items()}
    if not len(columns["event"]):
        raise InvalidEvent(f"{source}: must have at least one hit, got none.")
    for name, least in _LEAST.items():
        low = columns[name] < least
        if low.any():
            row = np.argmax(low)
            got = f"{columns[name][row]} in row {row + 1}"
            raise InvalidEvent(f"{name} of {source}: must be at least {least}, got {got}; drop or mend that row.")
    return columns


def _first_fault(path):
    """Return the message on the first line that is no row of numbers, or None."""
    with open(path, encoding=_ENCODING, errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            fields, where = line.rstrip("\n").split("\t"), f"in line {number}; drop or mend that line"
            if fields == [""]:
                continue
            if len(fields) != len(COLUMNS):
                rule = f"a line has the {len(COLUMNS)} fields {', '.join(COLUMNS)}, separated by tabs"
                return f"{path}: {rule}, got {len(fields)} {where}."
            for name, field in zip(COLUMNS, fields, strict=True):
                if not _number(field):
                    return f"{name} of {path}: must hold numbers, got {field!r} {where} (there is no header)."
    return None


def _number(field):
    try:
        float(field)
    except ValueError:
        return False
    return field.isascii() and "_" not in field


def _decimal(values):
    """Return float32 values as text, with nine digits where seven do not give them again."""
    texts = np.char.mod("%.6e", values).astype("U16")
    inexact = texts.astype("f8").astype("f4") != values
    texts[inexact] = np.char.mod("%.8e", values[inexact])
    return texts
