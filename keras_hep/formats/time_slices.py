"""Time slices of reconstructed tracks as the authors of TrackGANN exchange them: a text file of hits.

The first line is `x y z track_id event_id time_left time_right`; then there is one hit per line, fields separated by a
space: the position in mm, track and event, and the ends of the track's drift-time interval, between 0 and 1. The hits
of a track are neighbours, from the inside to the outside.

Reference: github.com/SavelyOm/TrackGANN, Timeslices/timeslice_*.csv.
"""

import warnings

import numpy as np

from keras_hep import files
from keras_hep.formats.trackml_tables import InvalidEvent, as_column
from keras_hep.simulation.time_slice import TimeSlice

COLUMNS = {
    **dict.fromkeys("xyz", "f4"),
    **dict.fromkeys(("track_id", "event_id"), "i4"),
    **dict.fromkeys(("time_left", "time_right"), "f8"),
}
_ENCODING = "utf-8-sig"


def read_time_slice(path, events=None):
    """Read the tracks of a time slice.

    Tracks are numbered in the order of the file, whatever their numbers are there. The file does not tell the number of
    events: since the authors' events all have tracks, it is one more than the largest event. Say it for an excerpt.

    Args:
        path: str or path. Columns are found by their names, in any order; further ones are left out.
        events: int, or None. Number of events; None: of the events in the file.

    Returns:
        `TimeSlice`.

    Raises:
        InvalidEvent: naming the file and the row, if a column is missing or there twice, a row has more or fewer fields
            than the header, a value is no number, not finite or does not fit its column, there is no hit, the hits of a
            track are apart, event or interval change within a track, an event is negative or not below `events`, or an
            interval does not run forwards within 0 and 1.
        OSError: if the file cannot be read.

    Example:

    >>> import tempfile
    >>> from keras_hep.simulation.spd_slices import SPDSlices
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_time_slice(f"{folder}/timeslice_0.csv", SPDSlices(mean_events=3.0).slice(seed=2))
    ...     slice_ = read_time_slice(f"{folder}/timeslice_0.csv")
    >>> slice_.events, slice_.event.tolist(), slice_.hits.shape
    (3, [2, 2, 2, 2, 1, 2, 0, 1, 0, 1, 0, 1], (397, 3))
    """
    with open(path, encoding=_ENCODING, errors="replace") as lines:
        header = lines.readline().split()
        _check_header(header, path)
        try:
            with warnings.catch_warnings(category=UserWarning, action="ignore"):  # it warns of an empty table
                rows = np.loadtxt(lines, comments=None, ndmin=2)
        except ValueError as error:
            message = _first_fault(path, header) or f"{path}: must be a table of numbers, got: {error}."
            raise InvalidEvent(message) from error
    if rows.size and rows.shape[1] != len(header):
        raise InvalidEvent(_first_fault(path, header))
    columns = dict(zip(header, rows.T if rows.size else np.empty((len(header), 0)), strict=True))
    columns = {name: as_column(columns[name], dtype, f"{name} of {path}") for name, dtype in COLUMNS.items()}
    hits = np.stack([columns[name] for name in "xyz"], axis=1)
    intervals = np.stack([columns["time_left"], columns["time_right"]], axis=1)
    return time_slice_of_hits(hits, columns["track_id"], columns["event_id"], intervals, path, events)


def write_time_slice(path, time_slice):
    """Write the tracks of a time slice, the whole file or none.

    Numbers have the fewest digits that give the same again, as in the authors' files.

    Args:
        path: str or path. Missing folders are made.
        time_slice: `TimeSlice`.

    Raises:
        OSError: if the file cannot be written.
    """
    counts = time_slice.hit_counts
    per_track = [time_slice.event, *time_slice.intervals.T]
    columns = [*time_slice.hits.T, time_slice.track, *(np.repeat(values, counts) for values in per_track)]
    rows = zip(*(column.astype(str).tolist() for column in columns), strict=True)
    text = "\n".join([" ".join(COLUMNS), *map(" ".join, rows), ""])
    files.write_text(path, text)


def time_slice_of_hits(hits, track, event, intervals, source, events=None):
    """Return the time slice of hits of which each knows track, event and interval.

    Args:
        hits: float32 array, shape (hits, 3). x, y, z in mm.
        track: int array, shape (hits,). Any numbers, equal for the hits of a track, which are neighbours.
        event: int32 array, shape (hits,).
        intervals: float64 array, shape (hits, 2).
        source: str or path. Where the hits are from, for the messages.
        events: int, or None. As in `read_time_slice`.

    Returns:
        `TimeSlice`.

    Raises:
        InvalidEvent: as `read_time_slice`.
    """
    _require(len(hits), "must have at least one hit, got none", source)
    first = np.append(True, track[1:] != track[:-1])
    starts, number = np.flatnonzero(first), np.cumsum(first) - 1
    _check_neighbours(track, starts, source)
    for name, values in (("event_id", event), ("time_left", intervals[:, 0]), ("time_right", intervals[:, 1])):
        other = values != values[starts][number]
        row = np.argmax(other)
        rule = f"{name} must be the same for all hits of a track, got {values[row]} in row {row + 1}"
        _require(not other.any(), f"{rule} after {values[starts[number[row]]]}, both of track {track[row]}", source)
    events = int(event.max()) + 1 if events is None else events
    outside = (event < 0) | (event >= events)
    row = np.argmax(outside)
    _require(not outside.any(), f"event_id must be 0 to {events - 1}, got {event[row]} in row {row + 1}", source)
    left, right = intervals.T
    wrong = ~((left >= 0) & (left < right) & (right <= 1))
    row = np.argmax(wrong)
    rule = f"time_left and time_right must be 0 <= left < right <= 1, got {left[row]} and {right[row]} in row {row + 1}"
    _require(not wrong.any(), rule, source)
    counts = np.diff(np.append(starts, len(hits))).astype(np.int32)
    return TimeSlice(hits, counts, event[starts], intervals[starts], events)


def _check_neighbours(track, starts, source):
    """Raise `InvalidEvent` if a track begins twice."""
    begun, times = np.unique(track[starts], return_counts=True)
    again = begun[np.argmax(times)]
    row = starts[track[starts] == again][-1] + 1
    rule = f"the hits of a track must be neighbours, got track {again} again in row {row}; sort the rows by track"
    _require(times.max() == 1, rule, source)


def _check_header(header, source):
    missing = [name for name in COLUMNS if name not in header]
    wanted = f"the first line must name the columns {', '.join(COLUMNS)}"
    _require(not missing, f"{wanted}; {', '.join(missing)} not found", source)
    twice = [name for name in header if header.count(name) > 1]
    _require(not twice, f"every column must have a name of its own, got {', '.join(twice[:1])} twice", source)


def _first_fault(path, header):
    """Return the message on the first row that does not have a number in each column, or None."""
    with open(path, encoding=_ENCODING, errors="replace") as lines:
        rows = [line.split() for line in lines][1:]
    for number, row in enumerate(filter(None, rows), start=1):
        if len(row) != len(header):
            rule = f"a row must have {len(header)} fields like the header"
            return f"{path}: {rule}, got {len(row)} in row {number}; drop or mend that row."
        for name, field in zip(header, row, strict=True):
            if not _number(field):
                return f"{name} of {path}: must hold numbers, got {field!r} in row {number}; drop or mend that row."
    return None


def _number(field):
    try:
        float(field)
    except ValueError:
        return False
    return field.isascii() and "_" not in field


def _require(holds, rule, source):
    if not holds:
        raise InvalidEvent(f"{source}: {rule}.")
