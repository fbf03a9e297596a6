"""Measured speeds of time slices: what is timed, on the edges of which slice, and what the plain loop is good for."""

import numpy as np
import pytest

from keras_hep import training
from keras_hep.graphs.time_slice_graphs import overlapping_pairs
from keras_hep.simulation.spd_slices import SPDSlices
from keras_hep.suite import time_slice_speed as speed

SLICES = [SPDSlices(3.0, 2).slice([1, number]) for number in range(speed.TOGETHER + 2)]


@pytest.fixture
def grouped(monkeypatch):
    """The calls of the grouping, as (senders, receivers, scores, tracks, library); logits are 0, 1, ..."""
    calls = []

    def predict(inputs):
        return np.arange(len(inputs["senders"]), dtype=np.float32)[:, None]

    monkeypatch.setattr(training, "compiled", lambda model: predict)
    monkeypatch.setattr(
        speed,
        "louvain_groups",
        lambda senders, receivers, scores, tracks, library: calls.append((senders, receivers, scores, tracks, library)),
    )
    return calls


def test_every_slice_is_grouped_by_its_own_edges(grouped):
    speed.inference_quantities(None, SLICES, 1, "x", library="igraph")
    assert len(grouped) == 2 * len(SLICES)  # once to warm up
    start = 0
    for number, (one, call) in enumerate(zip(SLICES, grouped[len(SLICES) :], strict=True)):
        senders, receivers, scores, tracks, library = call
        expected = overlapping_pairs(one.intervals)
        start = 0 if number % speed.TOGETHER == 0 else start
        assert np.array_equal(senders, expected[0])
        assert np.array_equal(receivers, expected[1])
        np.testing.assert_allclose(scores, 1 / (1 + np.exp(-np.arange(start, start + len(senders)))), rtol=1e-5)
        assert (tracks, library) == (one.tracks, "igraph")
        start += len(senders)


def test_the_fastest_repeat_counts_and_its_parts_add_up(grouped, monkeypatch):
    parts = iter([np.array([9.0, 9.0, 9.0]), np.array([0.5, 1.0, 0.5]), np.array([0.25, 0.5, 0.25])])
    monkeypatch.setattr(speed, "_parts", lambda *arguments: next(parts))
    found = {one.name: one for one in speed.inference_quantities(None, SLICES[:4], 2, "x")}
    assert found["slices_per_second_x"].value == 4.0
    milliseconds = {name: one.value for name, one in found.items() if one.unit == "ms"}
    assert milliseconds == {"joining_x": 62.5, "network_x": 125.0, "grouping_x": 62.5}
    assert all(one.timed for one in found.values())


def test_steps_are_of_one_new_slice_each_and_warm_ones_are_not_timed(monkeypatch):
    chunks = []

    class Model:
        def compile(self, optimizer, loss, jit_compile):
            assert optimizer.amsgrad

    def train(batches):
        chunks.append([batches[number] for number in range(len(batches))])

    monkeypatch.setattr(speed, "fitter", lambda model: train)
    (found,) = speed.step_quantities(Model(), SPDSlices(3.0), steps=2, seed=[7], name="x")
    assert (found.name, found.unit, found.timed) == ("step_x", "ms", True)
    assert found.value > 0
    assert [len(chunk) for chunk in chunks] == [3, 2]
    steps = [step for chunk in chunks for step in chunk]
    assert all(weights.sum() == pytest.approx(1.0) for _, _, weights in steps)  # one slice
    assert len({inputs["hits"].tobytes() for inputs, _, _ in steps}) == 3 + 2


def test_arrays_join_what_the_loop_joins():
    found = {one.name: one for one in speed.joining_quantities(SLICES)}
    assert found["slices_joined_otherwise"].value == 0
    assert not found["slices_joined_otherwise"].timed
    assert found["joining_ratio"].timed


def test_a_missing_edge_is_noticed(monkeypatch):
    def incomplete(intervals):
        senders, receivers = overlapping_pairs(intervals)
        return senders[1:], receivers[1:]

    monkeypatch.setattr(speed, "overlapping_pairs", incomplete)
    found = {one.name: one for one in speed.joining_quantities(SLICES)}
    assert found["slices_joined_otherwise"].value == len(SLICES)
