"""Time slices as graphs of hits in files of arrays, as the authors of TrackGANN keep them for their training.

An archive has the arrays `nodes` (numbers of the hits), `nodes_features` (x, y, z in mm), `nodes_labels` (event),
`nodes_time_interval` (left and right end) and `edges`, which joins, in both directions, each hit to the next one of its
track, and nothing else. So the tracks are the connected parts.

Reference: github.com/SavelyOm/TrackGANN, Nbfiles/file_*.npz.
"""

import zipfile
import zlib

import numpy as np

from keras_hep import files
from keras_hep.formats.time_slices import time_slice_of_hits
from keras_hep.formats.trackml_tables import InvalidEvent, as_column
from keras_hep.graphs.time_slice_graphs import hit_graph

_ARRAYS = ("nodes", "nodes_features", "nodes_labels", "nodes_time_interval", "edges")


def read_time_slice_graph(path, events=None):
    """Read the tracks of a time slice from the graph of its hits.

    Args:
        path: str or path of an .npz file.
        events: int, or None. As in `time_slices.read_time_slice`.

    Returns:
        `TimeSlice`. Tracks are in the order of their hits.

    Raises:
        InvalidEvent: naming the file, if it is no such archive, lacks an array, shapes do not fit together, a value is
            not finite, edges join others than neighbours or not in both directions, or as `read_time_slice`.
        OSError: if the file cannot be read.

    Example:

    >>> import tempfile
    >>> from keras_hep.simulation.spd_slices import SPDSlices
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_time_slice_graph(f"{folder}/file_0.npz", SPDSlices(mean_events=3.0).slice(seed=2))
    ...     slice_ = read_time_slice_graph(f"{folder}/file_0.npz")
    >>> slice_.events, slice_.event.tolist(), slice_.hits.shape
    (3, [2, 2, 2, 2, 1, 2, 0, 1, 0, 1, 0, 1], (397, 3))
    """
    arrays = _arrays(path)
    hits = len(arrays["nodes"])
    shapes = {"nodes": (hits,), "nodes_features": (hits, 3), "nodes_labels": (hits,), "nodes_time_interval": (hits, 2)}
    edges = arrays["edges"].reshape(-1, 2) if arrays["edges"].size == 0 else arrays["edges"]
    for name, shape in (shapes | {"edges": (len(edges), 2)}).items():
        found = edges.shape if name == "edges" else arrays[name].shape
        _require(found == shape, f"{name} must have the shape {shape}, got {found}", path)
    ordered = np.array_equal(arrays["nodes"], np.arange(hits))
    _require(ordered, f"nodes must be the numbers 0 to {hits - 1} in order", path)

    def columns(name, dtype):
        values = [as_column(column, dtype, f"{name} of {path}") for column in np.atleast_2d(arrays[name].T)]
        return np.stack(values, axis=1)

    event = columns("nodes_labels", "i4")[:, 0]
    track = np.cumsum(~_joined(edges, hits, path))
    positions, intervals = columns("nodes_features", "f4"), columns("nodes_time_interval", "f8")
    return time_slice_of_hits(positions, track, event, intervals, path, events)


def write_time_slice_graph(path, time_slice):
    """Write the graph of the hits of a time slice, the whole file or none.

    Args:
        path: str or path of an .npz file. Missing folders are made.
        time_slice: `TimeSlice`.

    Raises:
        OSError: if the file cannot be written.
    """
    graph, counts = hit_graph(time_slice), time_slice.hit_counts
    arrays = {
        "nodes": np.arange(len(time_slice.hits)),
        "nodes_features": time_slice.hits.astype(np.float64),
        "nodes_labels": np.repeat(time_slice.event, counts).astype(np.int64),
        "nodes_time_interval": np.repeat(time_slice.intervals, counts, axis=0),
        "edges": np.stack([graph.senders, graph.receivers], axis=1).astype(np.int64),
    }
    with files.replacing(path) as temporary, open(temporary, "wb") as stream:
        np.savez(stream, **arrays)


def _arrays(path):
    """Return the arrays of the archive."""
    with open(path, "rb") as stream:
        try:
            with np.load(stream, allow_pickle=False) as archive:
                missing = [name for name in _ARRAYS if name not in getattr(archive, "files", ())]
                _require(
                    not missing, f"must have the arrays {', '.join(_ARRAYS)}; {', '.join(missing)} not found", path
                )
                return {name: archive[name] for name in _ARRAYS}
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, TypeError, ValueError) as error:
            if isinstance(error, InvalidEvent):
                raise
            raise InvalidEvent(f"{path}: must be a whole .npz file, got: {error}; fetch it again.") from error


def _joined(edges, hits, path):
    """Return, for each hit, whether it is joined to the hit before it, bool array of shape (hits,)."""
    within = not edges.size or (edges.dtype.kind in "iu" and edges.min() >= 0 and edges.max() < hits)
    _require(within, f"edges must join integers from 0 to {hits - 1}", path)
    edges = edges.astype(np.int64)
    step = edges[:, 1] - edges[:, 0]
    far = np.abs(step) != 1
    edge = np.argmax(far) if far.any() else 0
    _require(not far.any(), f"edges must join neighbours, got {edges[edge : edge + 1].tolist()} as edge {edge}", path)
    forwards, backwards = (
        np.bincount(edges[step == 1, 1], minlength=hits),
        np.bincount(edges[step == -1, 0], minlength=hits),
    )
    twice = np.array_equal(forwards, backwards) and forwards.max(initial=0) <= 1
    _require(twice, "edges must join each two hits once in both directions", path)
    return forwards > 0


def _require(holds, rule, source):
    if not holds:
        raise InvalidEvent(f"{source}: {rule}.")
