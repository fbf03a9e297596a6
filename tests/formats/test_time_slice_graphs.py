"""Archives of hit graphs: written, read, and what is wrong with one is said."""

import numpy as np
import pytest

from keras_hep.formats.time_slice_graphs import read_time_slice_graph, write_time_slice_graph
from keras_hep.formats.trackml import InvalidEvent
from keras_hep.simulation.spd_slices import SPDSlices
from keras_hep.simulation.time_slice import TimeSlice

ARRAYS = {
    "nodes": np.arange(6),
    "nodes_features": np.arange(18.0).reshape(6, 3),
    "nodes_labels": np.array([1, 1, 0, 0, 0, 0]),
    "nodes_time_interval": np.array([[0.5, 1.0]] * 2 + [[0.0, 0.4]] * 4),
    "edges": np.array([[0, 1], [1, 0], [2, 3], [3, 2], [3, 4], [4, 3]]),
}


@pytest.fixture
def file_of(tmp_path):
    """Return a function that writes arrays, as the authors do, and returns the path."""

    def write(arrays):
        np.savez(tmp_path / "file_0.npz", **arrays)
        return tmp_path / "file_0.npz"

    return write


def assert_same(found, expected):
    assert found.events == expected.events
    for name in ("hits", "hit_counts", "event", "intervals"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), err_msg=name)


def changed(name, place, value):
    array = ARRAYS[name].copy()
    array[place] = value
    return ARRAYS | {name: array}


def test_tracks_are_the_connected_hits(file_of):
    slice_ = read_time_slice_graph(file_of(ARRAYS))
    assert slice_.hit_counts.tolist() == [2, 3, 1]
    assert slice_.event.tolist() == [1, 0, 0]
    assert slice_.intervals.tolist() == [[0.5, 1.0], [0.0, 0.4], [0.0, 0.4]]
    assert slice_.hits.tolist() == ARRAYS["nodes_features"].tolist()
    assert read_time_slice_graph(file_of(ARRAYS), events=9).events == 9


def test_edges_may_be_in_any_order(file_of):
    expected = read_time_slice_graph(file_of(ARRAYS))
    order = np.random.default_rng(1).permutation(6)
    assert_same(read_time_slice_graph(file_of(ARRAYS | {"edges": ARRAYS["edges"][order].astype(np.uint8)})), expected)


@pytest.mark.parametrize("edges", [np.empty((0, 2), np.int64), np.array([])])
def test_tracks_of_one_hit_have_no_edges(edges, file_of):
    slice_ = read_time_slice_graph(file_of(ARRAYS | {"edges": edges}))
    assert slice_.hit_counts.tolist() == [1] * 6


@pytest.mark.parametrize("jitter", [0.0, 1.0])
def test_what_is_written_is_read_bit_for_bit(tmp_path, jitter):
    slice_ = SPDSlices(jitter=jitter).slice(5)
    path = tmp_path / "Nbfiles" / "file_0.npz"
    write_time_slice_graph(path, slice_)
    assert_same(read_time_slice_graph(path), slice_)
    with np.load(path) as archive:
        shapes = {name: (archive[name].shape, archive[name].dtype.name) for name in archive.files}
    hits, tracks = len(slice_.hits), slice_.tracks
    assert shapes == {
        "nodes": ((hits,), "int64"),
        "nodes_features": ((hits, 3), "float64"),
        "nodes_labels": ((hits,), "int64"),
        "nodes_time_interval": ((hits, 2), "float64"),
        "edges": ((2 * (hits - tracks), 2), "int64"),
    }


def test_one_hit_is_a_slice(tmp_path):
    one = TimeSlice(np.ones((1, 3), "f4"), np.ones(1, "i4"), np.zeros(1, "i4"), np.array([[0.0, 1.0]]), 1)
    write_time_slice_graph(tmp_path / "file_0.npz", one)
    assert_same(read_time_slice_graph(tmp_path / "file_0.npz"), one)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"nodes": ARRAYS["nodes"]}, "must have the arrays nodes, .*; nodes_features, nodes_labels, .* not found"),
        (ARRAYS | {"nodes_features": np.zeros((5, 3))}, r"nodes_features must have the shape \(6, 3\), got \(5, 3\)"),
        (ARRAYS | {"nodes_labels": np.zeros((6, 1))}, r"nodes_labels must have the shape \(6,\), got \(6, 1\)"),
        (ARRAYS | {"edges": np.zeros((6, 3), int)}, r"edges must have the shape \(6, 2\), got \(6, 3\)"),
        (changed("nodes", 0, 1), "nodes must be the numbers 0 to 5 in order"),
        (changed("nodes_features", (4, 1), np.nan), "nodes_features of .*: must hold finite float32 .* in row 5"),
        (ARRAYS | {"nodes_labels": ARRAYS["nodes_labels"] + 0.5}, "nodes_labels of .*: must hold integers"),
        (changed("nodes_labels", 1, 2), "event_id must be the same for all hits of a track, got 2 in row 2 after 1"),
        (changed("nodes_labels", slice(2, 6), -1), "event_id must be 0 to 1, got -1 in row 3"),
        (changed("nodes_time_interval", (1, 0), 0.4), "time_left must be the same for all hits of a track"),
        (changed("nodes_time_interval", (5, 1), 0.0), "must be 0 <= left < right <= 1, got 0.0 and 0.0 in row 6"),
        (changed("edges", 0, [0, 2]), r"edges must join neighbours, got \[\[0, 2\]\] as edge 0"),
        (changed("edges", 5, [5, 6]), "edges must join integers from 0 to 5"),
        (changed("edges", 5, [0, -1]), "edges must join integers from 0 to 5"),
        (ARRAYS | {"edges": ARRAYS["edges"] * 1.0}, "edges must join integers"),
        (changed("edges", 5, [3, 4]), "edges must join each two hits once in both directions"),
        (ARRAYS | {"edges": ARRAYS["edges"][1:]}, "edges must join each two hits once in both directions"),
        (ARRAYS | {"edges": np.concatenate([ARRAYS["edges"]] * 2)}, "edges must join each two hits once"),
        (
            {name: array[:0] for name, array in ARRAYS.items()},
            "must have at least one hit, got none",
        ),
    ],
)
def test_what_is_no_time_slice_is_refused(arrays, message, file_of):
    path = file_of(arrays)
    with pytest.raises(InvalidEvent, match=message) as caught:
        read_time_slice_graph(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("damage", ["cut", "changed", "text", "npy"])
def test_a_damaged_archive_is_refused(damage, file_of):
    path = file_of(ARRAYS)
    whole = path.read_bytes()
    if damage == "npy":
        with open(path, "wb") as stream:
            np.save(stream, ARRAYS["edges"])
    else:
        place = whole.index(b"nodes_features") + 160
        altered = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        path.write_bytes({"cut": whole[: len(whole) // 2], "changed": altered, "text": b"hits"}[damage])
    with pytest.raises(InvalidEvent, match=r"must be a whole \.npz file, got: .*; fetch it again"):
        read_time_slice_graph(path)


def test_an_absent_file_is_none(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_time_slice_graph(tmp_path / "file_0.npz")
