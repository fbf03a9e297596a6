"""The stream of candidates' graphs, with a first stage made up for the test: true tracks, and the same shifted."""

import dataclasses
import json

import keras
import numpy as np
import pytest

from keras_hep import training
from keras_hep.graphs.candidate_graphs import accepted
from keras_hep.graphs.candidate_streams import SimulatedCandidates, candidate_inputs
from keras_hep.graphs.padding import bucket
from keras_hep.models import GraphNet
from keras_hep.simulation.hit_event import HitEvent
from keras_hep.tracking.candidates import Candidates
from keras_hep.tracking.coordinates import Scaling

BOX = Scaling((-5, -5, 0), (5, 5, 5))
STATIONS = 5


@dataclasses.dataclass(frozen=True)
class Lines:
    """Straight tracks through five planes, `least` to `most` of them, with no fake hits."""

    least: int = 2
    most: int = 6

    def event(self, seed):
        random = np.random.default_rng(seed)
        number = int(random.integers(self.least, self.most + 1))
        start, slope = random.uniform(-1, 1, (2, number, 2))
        track, station = (values.ravel() for values in np.indices((number, STATIONS), np.int32))
        x, y = (start[track] + slope[track] * station[:, None]).T.astype(np.float32)
        return HitEvent({"x": x, "y": y, "z": station.astype(np.float32), "station": station, "track": track}, {})


LINES = Lines()


def true_and_mixed(event):
    """Candidates that follow each track, and such that change to the next track after the third station."""
    hits = np.arange(len(event.hits["x"]), dtype=np.int32).reshape(-1, STATIONS)
    mixed = np.concatenate([hits[:, :3], np.roll(hits, 1, axis=0)[:, 3:]], axis=1)
    return Candidates(np.concatenate([hits, mixed]), np.zeros(2 * len(hits), np.float32))


def nothing(event):
    return Candidates(np.zeros((0, STATIONS), np.int32), np.zeros(0, np.float32))


def stream_of(grow=true_and_mixed, events=LINES, **arguments):
    return SimulatedCandidates.of(events, BOX, grow, {"training": "0123456789abcdef"}, **arguments)


def test_a_graph_has_the_true_edges_and_those_between_tracks():
    stream = stream_of()
    graph, event = stream.graph([4, 0]), LINES.event([4, 0])
    tracks = len(event.hits["x"]) // STATIONS
    assert graph.number_of_nodes == STATIONS * tracks
    assert graph.edges["label"].sum() == (STATIONS - 1) * tracks
    assert graph.number_of_edges == STATIONS * tracks


@pytest.mark.parametrize("events", [1, 3])
def test_events_stand_side_by_side_and_padding_has_no_weight(events):
    stream = stream_of()
    inputs, labels, weights = stream.batch(events, [4])
    singles = [stream.graph([4, number]) for number in range(events)]
    nodes, edges = (sum(getattr(graph, f"number_of_{kind}") for graph in singles) for kind in ("nodes", "edges"))
    assert len(inputs["nodes"]) == bucket(nodes + 1)
    assert len(inputs["senders"]) == len(labels) == len(weights) == bucket(edges)
    last, shift = singles[-1], nodes - singles[-1].number_of_nodes
    for name in ("senders", "receivers"):
        np.testing.assert_array_equal(inputs[name][:edges][-last.number_of_edges :], getattr(last, name) + shift)
        assert (inputs[name][edges:] >= nodes).all()
    np.testing.assert_array_equal(inputs["nodes"][shift:nodes], candidate_inputs(last)["nodes"])
    np.testing.assert_array_equal(labels[:edges][-last.number_of_edges :, 0], last.edges["label"])
    np.testing.assert_array_equal(weights[:edges], np.where(labels[:edges, 0] == 1, 20, 1))
    assert not weights[edges:].any()
    assert [array.dtype.name for array in (*inputs.values(), labels, weights)] == [
        "float32",
        "int32",
        "int32",
        "float32",
        "float32",
    ]


def test_true_edges_weigh_what_is_asked():
    _, labels, weights = stream_of(true_weight=3.0).batch(1, 0)
    assert {*weights[labels[:, 0] == 1].tolist()} == {3.0}


def test_batches_follow_their_seed():
    first, again, other = (stream_of().batch(2, seed)[0]["nodes"] for seed in ([7, 0], [7, 0], [7, 1]))
    np.testing.assert_array_equal(first, again)
    assert first.shape != other.shape or np.any(first != other)


def test_events_without_candidates_are_a_batch_without_weight():
    inputs, labels, weights = stream_of(nothing).batch(2, 1)
    assert inputs["nodes"].shape == (1, 3)
    assert labels.shape == (1, 1)
    assert weights.tolist() == [0.0]


def test_the_first_stage_is_in_the_key_by_its_name_alone():
    described = dataclasses.asdict(stream_of())
    assert json.loads(json.dumps(described)) == {
        "simulation": {"least": 2, "most": 6},
        "scaling": {"low": [-5, -5, 0], "high": [5, 5, 5]},
        "first_stage": {"training": "0123456789abcdef"},
        "true_weight": 20.0,
    }


def test_a_stream_without_its_first_stage_is_refused():
    with pytest.raises(ValueError, match="must be made by SimulatedCandidates"):
        SimulatedCandidates(LINES, BOX, {}).batch(1, 0)


def test_a_network_learns_to_keep_true_candidates(tmp_path):
    loss = keras.losses.BinaryCrossentropy(from_logits=True, reduction="mean_with_sample_weight")
    with training.store(training.Store(tmp_path)):
        fitted = training.fit(
            GraphNet(hidden_units=24, iterations=2),
            stream_of(events=Lines(least=4, most=4), true_weight=1.0),  # equal sizes: one compilation
            optimizer=keras.optimizers.Adam(0.01),
            loss=loss,
            events=3200,
            seed=1,
            batch_size=16,
            interval=3200,
        )
    kept = []
    for number in range(20):
        event = LINES.event([99, number])
        candidates, graph = true_and_mixed(event), stream_of().graph([99, number])
        logits = training.predict(fitted.model, candidate_inputs(graph))
        kept.append(accepted(candidates, graph, 1 / (1 + np.exp(-logits)), rule="every").reshape(2, -1))
    true, mixed = np.concatenate(kept, axis=1)
    assert true.mean() > 0.8
    assert mixed.mean() < 0.2
