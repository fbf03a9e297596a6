"""Time slices as the input of networks: labels, weights, padding, and slices side by side."""

import dataclasses
import itertools

import numpy as np
import pytest

from keras_hep.graphs.padding import bucket
from keras_hep.graphs.time_slice_graphs import track_graph
from keras_hep.graphs.time_slice_streams import TimeSliceStream, edge_labels, slice_inputs
from keras_hep.simulation.spd_slices import SPDSlices
from keras_hep.simulation.time_slice import TimeSlice

SIMULATION = SPDSlices(mean_events=3.0, resolution=1)
ROWS = {"hits": "hits", "first": "hits", "track": "hits", "hit_counts": "tracks", "senders": "edges"}
ROWS |= {"receivers": "edges"}


def three_tracks(intervals=((0.0, 0.5), (0.0, 0.5), (0.4, 1.0)), shift=0.0):
    """Two tracks of one event, of 2 and of 1 hit, and one of 3 hits of another event."""
    hits = np.arange(18, dtype=np.float32).reshape(6, 3) + np.float32(shift)
    counts, event = np.array([2, 1, 3], np.int32), np.array([0, 0, 1], np.int32)
    return TimeSlice(hits, counts, event, np.array(intervals, float), events=2)


@dataclasses.dataclass(frozen=True)
class Given:
    """Simulation whose slices are three tracks each, of which a last one stands alone where the seed says so."""

    alone: tuple = ()

    def slice(self, seed):
        far = 0.6 if seed[-1] in self.alone else 0.4
        return three_tracks([(0.0, 0.5), (0.0, 0.5), (far, 1.0)], shift=100 * seed[-1])


def test_by_hand():
    inputs, edge_counts = slice_inputs([three_tracks()])
    np.testing.assert_allclose(inputs["hits"], three_tracks().hits / 1000, rtol=1e-6)
    assert inputs["first"].tolist() == [1, 0, 1, 1, 0, 0]
    assert inputs["track"].tolist() == [0, 0, 1, 2, 2, 2]
    assert inputs["hit_counts"].tolist() == [2, 1, 3]
    assert inputs["senders"].tolist() == [0, 0, 1, 1, 2, 2]
    assert inputs["receivers"].tolist() == [1, 2, 0, 2, 0, 1]
    assert edge_counts.tolist() == [6]
    assert edge_labels([three_tracks()]).tolist() == [True, False, True, False, False, False]
    kinds = {name: values.dtype.name for name, values in inputs.items()}
    assert kinds == dict.fromkeys(("hits", "first", "hit_counts"), "float32") | dict.fromkeys(
        ("track", "senders", "receivers"), "int32"
    )


def test_edges_and_labels_are_those_of_the_track_graph():
    one = SIMULATION.slice(5)
    (inputs, edge_counts), graph = slice_inputs([one]), track_graph(one)
    assert edge_counts.tolist() == [graph.number_of_edges]
    np.testing.assert_array_equal(inputs["senders"], graph.senders)
    np.testing.assert_array_equal(inputs["receivers"], graph.receivers)
    np.testing.assert_array_equal(edge_labels([one]), graph.edges["label"])
    np.testing.assert_array_equal(inputs["track"], one.track)


def test_slices_stand_side_by_side():
    slices = [SIMULATION.slice(seed) for seed in range(4)]
    together, edge_counts = slice_inputs(slices)
    each = [slice_inputs([one])[0] for one in slices]
    shifts = np.cumsum([0] + [one.tracks for one in slices[:-1]])
    assert edge_counts.tolist() == [len(one["senders"]) for one in each]
    for name, values in together.items():
        moved = name in ("track", "senders", "receivers")
        expected = [one[name] + (shift if moved else 0) for one, shift in zip(each, shifts, strict=True)]
        np.testing.assert_array_equal(values, np.concatenate(expected))
    np.testing.assert_array_equal(edge_labels(slices), np.concatenate([edge_labels([one]) for one in slices]))


@pytest.mark.parametrize("unit", [1.0, 10.0, 1000.0])
def test_coordinates_are_in_the_unit_asked_for(unit):
    one = SIMULATION.slice(1)
    inputs, _ = slice_inputs([one], unit=unit)
    np.testing.assert_allclose(inputs["hits"], one.hits.astype(float) / unit, rtol=1e-6)
    assert inputs["hits"].dtype == np.float32
    hits = TimeSliceStream(SIMULATION, unit).batch(1, [1])[0]["hits"]
    np.testing.assert_allclose(hits * unit, TimeSliceStream(SIMULATION, 1.0).batch(1, [1])[0]["hits"], rtol=1e-5)


@pytest.mark.parametrize("number", [1, 2, 5])
def test_padding_stands_behind_and_joins_nothing(number):
    for seed in range(12):
        slices = [SIMULATION.slice([seed, k]) for k in range(number)]
        (plain, _), (padded, edge_counts) = slice_inputs(slices), slice_inputs(slices, padded=True)
        sizes = {kind: len(plain[name]) for name, kind in ROWS.items()}
        filled = {kind: len(padded[name]) for name, kind in ROWS.items()}
        for name, kind in ROWS.items():
            assert len(padded[name]) == filled[kind] == bucket(filled[kind])
            np.testing.assert_array_equal(padded[name][: sizes[kind]], plain[name])
        assert edge_counts.sum() == sizes["edges"]
        assert filled["tracks"] > sizes["tracks"]
        assert not padded["hits"][sizes["hits"] :].any()
        for name in ("senders", "receivers"):
            assert padded[name][sizes["edges"] :].min(initial=filled["tracks"]) >= sizes["tracks"]
            assert padded[name].max() < filled["tracks"]
        consistent(padded)


def consistent(inputs):
    """Hits belong to the tracks that count them, and every track begins once."""
    counts = inputs["hit_counts"].astype(int)
    assert counts.min() >= 1
    np.testing.assert_array_equal(np.bincount(inputs["track"], minlength=len(counts)), counts)
    np.testing.assert_array_equal(inputs["first"] == 1, np.diff(inputs["track"], prepend=-1) > 0)
    assert np.isin(inputs["first"], (0, 1)).all()


def test_padded_sizes_recur():
    stream = TimeSliceStream(SPDSlices())
    sizes = {tuple(len(values) for values in stream.batch(1, [seed])[0].values()) for seed in range(100)}
    plain = {len(SPDSlices().slice([seed, 0]).hits) for seed in range(100)}
    hits = {size[0] for size in sizes}
    assert len(hits) < len(plain) / 2


def test_a_batch_by_hand():
    inputs, labels, weights = TimeSliceStream(Given(alone=(1,))).batch(2, [7])
    assert labels.shape == (len(inputs["senders"]), 1)
    assert labels.dtype == weights.dtype == np.float32
    # The first slice has 6 edges, 2 of them true; the second only the 2 true ones.
    assert labels[:8, 0].tolist() == [1, 0, 1, 0, 0, 0, 1, 1]
    np.testing.assert_allclose(weights[:8], [1 / 6] * 6 + [1 / 2] * 2, rtol=1e-6)
    assert not labels[8:].any()
    assert not weights[8:].any()
    assert inputs["senders"][6:8].tolist() == [3, 4]


def test_the_weights_of_each_slice_add_up_to_1():
    stream = TimeSliceStream(SIMULATION)
    for seed in range(10):
        _, labels, weights = stream.batch(3, [seed, 1])
        slices = [SIMULATION.slice([seed, 1, number]) for number in range(3)]
        _, edge_counts = slice_inputs(slices)
        ends = [0, *np.cumsum(edge_counts)]
        for begin, end in itertools.pairwise(ends):
            assert weights[begin:end].sum() == pytest.approx(1, rel=1e-5)
            assert np.ptp(weights[begin:end]) == 0
        assert not weights[ends[-1] :].any()
        np.testing.assert_array_equal(labels[: ends[-1], 0], edge_labels(slices))


def test_a_slice_without_edges_weighs_nothing():
    apart = three_tracks([(0.0, 0.1), (0.2, 0.3), (0.4, 0.5)])

    @dataclasses.dataclass(frozen=True)
    class Apart:
        def slice(self, seed):
            return apart if seed[-1] == 0 else three_tracks()

    inputs, labels, weights = TimeSliceStream(Apart()).batch(1, [3])
    assert len(labels) == len(weights) == len(inputs["senders"]) >= 1
    assert not weights.any()
    _, labels, weights = TimeSliceStream(Apart()).batch(2, [3])
    np.testing.assert_allclose(weights[:6], 1 / 6, rtol=1e-6)
    assert labels[:6, 0].tolist() == [1, 0, 1, 0, 0, 0]
    assert weights.sum() == pytest.approx(1, rel=1e-6)


def test_a_batch_follows_its_seed():
    stream = TimeSliceStream(SIMULATION)
    first, again, others = stream.batch(2, [1, 2]), stream.batch(2, [1, 2]), [stream.batch(2, [1, 3])]
    others += [stream.batch(2, [2, 2]), stream.batch(2, 1)]
    for name, values in first[0].items():
        np.testing.assert_array_equal(values, again[0][name])
    for one in others:
        assert first[0]["hits"].shape != one[0]["hits"].shape or np.any(first[0]["hits"] != one[0]["hits"])
    whole, part = (stream.batch(events, 1)[0] for events in (2, 1))
    count = len(SIMULATION.slice([1, 0]).hits)
    np.testing.assert_array_equal(whole["hits"][:count], part["hits"][:count])  # slices have seeds of their own
    assert np.any(whole["hits"][count : count + 60] != whole["hits"][:60])


def test_there_is_a_slice():
    with pytest.raises(ValueError, match="at least one time slice, got none"):
        slice_inputs([])
