"""Writes events as the CSV files of the TrackML challenge."""

import contextlib
import gzip
import pathlib

from keras_hep import files
from keras_hep.formats.trackml_tables import (
    COLUMNS,
    OPTIONAL,
    PARTS,
    InvalidEvent,
    as_column,
    check_hit_ids,
    check_table,
)


def write_event(prefix, tables, compress=False):
    """Write the tables of one event, all of its files or none.

    Floats are written with the fewest digits that give the same float32 again.

    Args:
        prefix: str or path. What the names of the files begin with, without "-hits.csv". Missing folders are made.
        tables: dict of "hits", "cells", "particles" or "truth" to a mapping of arrays (or DataFrame) with the columns
            of that table. particle_type may be absent.
        compress: bool. Write .csv.gz.

    Raises:
        InvalidEvent: if a column is missing or unknown, a value does not fit its column (see `load_event`), or a file
            of this event with the other suffix is there already.
        ValueError: if a table is unknown.
        OSError: if the files cannot be written.

    Example:

    >>> import tempfile
    >>> from keras_hep.formats.trackml import load_event_cells
    >>> cells = {"hit_id": [1, 1], "ch0": [7, 8], "ch1": [2, 2], "value": [0.25, 0.1]}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_event(f"{folder}/event000000001", {"cells": cells})
    ...     load_event_cells(f"{folder}/event000000001")
       hit_id  ch0  ch1  value
    0       1    7    2   0.25
    1       1    8    2   0.10
    """
    unknown = [part for part in tables if part not in PARTS]
    if unknown:
        raise ValueError(f"tables are those of {', '.join(PARTS)}, got {unknown[0]!r}.")
    suffix, other = (".csv.gz", ".csv") if compress else (".csv", ".csv.gz")
    columns = {part: _columns(table, part) for part, table in tables.items()}
    for part in {"cells", "truth"} & columns.keys() if "hits" in columns else ():
        check_hit_ids(columns[part], columns["hits"], part)
    for part in columns:
        if pathlib.Path(f"{prefix}-{part}{other}").exists():
            raise InvalidEvent(f"{prefix}-{part}{suffix} must be the only file of its table; remove the {other} file.")
    with contextlib.ExitStack() as stack:
        for part, table in columns.items():
            temporary = stack.enter_context(files.replacing(f"{prefix}-{part}{suffix}"))
            temporary.write_bytes(_csv(table, compress))


def _columns(table, part):
    """Return the columns of a table in the genuine order and dtypes."""
    unknown = [name for name in table if name not in COLUMNS[part]]
    missing = [name for name in COLUMNS[part] if name not in table and name not in OPTIONAL]
    if unknown or missing:
        got = f"{unknown[0]!r} beside them" if unknown else f"no {missing[0]!r}"
        raise InvalidEvent(f"{part}: the columns are {', '.join(COLUMNS[part])}; got {got}.")
    names = [name for name in COLUMNS[part] if name in table]
    columns = {name: as_column(table[name], COLUMNS[part][name], f"{name} of {part}") for name in names}
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise InvalidEvent(f"{part}: all columns have the same length, got {lengths}.")
    check_table(columns, part, part)
    return columns


def _csv(columns, compress):
    import pandas

    text = pandas.DataFrame(columns).to_csv(index=False, lineterminator="\n").encode("ascii")
    return gzip.compress(text, compresslevel=6, mtime=0) if compress else text
