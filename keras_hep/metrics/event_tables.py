"""Columns and rows of the tables of an event, given as mappings of arrays or as DataFrames."""

import numpy as np


def columns_of(table, name, columns):
    """Return columns of a table as arrays of one length.

    Args:
        table: mapping of arrays (or DataFrame).
        name: str. What the table is, for the messages.
        columns: sequence of str.

    Raises:
        ValueError: if one is missing or does not hold numbers, or lengths differ.
    """
    missing = [column for column in columns if column not in table]
    if missing:
        raise ValueError(f"{name} needs the columns {', '.join(columns)}, got none of the name {missing[0]}.")
    arrays = [np.asarray(table[column]) for column in columns]
    for column, array in zip(columns, arrays, strict=True):
        if array.size and array.dtype.kind not in "biuf":
            raise ValueError(f"{name}: {column} holds numbers, got {array.flat[:1].tolist()[0]!r}.")
    shapes = {array.shape for array in arrays}
    if len(shapes) > 1 or arrays[0].ndim != 1:
        raise ValueError(f"{name}: columns have one axis and one length, got the shapes {sorted(shapes)}.")
    return arrays


def rows_of(known, wanted, name):
    """Return in which row each wanted identifier is known, int array of shape (wanted,), -1 where it is not.

    Args:
        known: int array, shape (rows,). Identifiers, each there once.
        wanted: int array, shape (wanted,).
        name: str. Table and identifier, for the message.

    Raises:
        ValueError: if a known identifier is there twice.
    """
    order = np.argsort(known)
    ordered = known[order]
    twice = ordered[1:] == ordered[:-1]
    if twice.any():
        raise ValueError(f"{name} is there once, got {ordered[np.argmax(twice)]} twice; drop one row.")
    if not len(ordered):
        return np.full(len(wanted), -1)
    place = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
    return np.where(ordered[place] == wanted, order[place], -1)
