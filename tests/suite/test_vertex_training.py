"""Trainings for slices with shifted intervals: their names, seeds and slices, and what their networks read."""

import numpy as np
import pytest

from keras_hep import models, training
from keras_hep.graphs.track_pair_streams import pair_inputs
from keras_hep.simulation.spd_slices import SPDSlices
from keras_hep.suite import vertex_training
from keras_hep.suite.time_slice_measurements import TOGETHER, drawn
from keras_hep.suite.vertex_training import PairTask

SIZES = {"epochs": (1, 0, 0, 1), "slices": 2, "tested": 2, "shifted_epochs": 1}


@pytest.fixture
def asked_for(monkeypatch):
    """The trainings asked for, as (model, stream, arguments); none is done, their keys are their numbers."""
    calls = []

    def fit(model, stream, **arguments):
        calls.append((model, stream, arguments))
        return training.Training(model, {"key": len(calls)})

    monkeypatch.setattr(training, "fit", fit)
    return calls


def test_every_training_has_its_name_its_task_and_its_seed():
    jobs = vertex_training.trainings(("spd", "trackml"), SIZES, {"slices": 8, "trainings": 2}, (0.3, 3.0), seed=7)
    parts = [f"{part}_{tracks}_0" for tracks in ("spd", "trackml") for part in vertex_training.PARTS]
    ours = [f"ours_{tracks}_{number}" for tracks in ("spd", "trackml") for number in (0, 1)]
    expected = {"published_spd_0", "published_trackml_0", "blurred_300um", "blurred_3000um", *parts, *ours}
    assert set(jobs) == expected
    assert jobs["published_trackml_0"] == (
        vertex_training.train_published,
        {"tracks": "trackml", **SIZES, "seed": 7},
    )
    assert all(jobs[name][0] is vertex_training.train for name in expected if not name.startswith("published"))
    assert [jobs[f"ours_spd_{number}"][1]["seed"] for number in (0, 1)] == [7, 8]
    assert jobs["no_points_spd_0"][1]["task"] == PairTask("spd", vertices=False)
    assert jobs["no_times_trackml_0"][1]["task"] == PairTask("trackml", intervals=False)
    assert (jobs["no_messages_spd_0"][1]["task"], jobs["no_messages_spd_0"][1]["rounds"]) == (PairTask("spd"), 0)
    assert jobs[vertex_training.blurred(3.0)][1]["task"] == PairTask("spd", blur=3.0)


def test_trainings_are_returned_by_name(monkeypatch):
    together = []
    monkeypatch.setattr(vertex_training, "train_together", together.extend)
    jobs = {"a": (lambda seed: seed + 1, {"seed": 1}), "b": (lambda seed: seed - 1, {"seed": 1})}
    assert vertex_training.side_by_side(jobs) == {"a": 2, "b": 0}
    assert together == list(jobs.values())


def test_what_the_fit_assumes_of_hits_and_of_the_beam():
    spd, trackml = PairTask("spd", blur=0.3), PairTask("trackml", intervals=False)
    assert spd.resolution == pytest.approx(np.hypot(0.1, 0.3))
    assert (spd.pairs.resolution, spd.pairs.innermost, spd.pairs.beam_width) == (spd.resolution, None, 10.0)
    assert (trackml.pairs.innermost, trackml.pairs.beam_width) == (8, 12.0)
    assert (trackml.pairs.intervals, trackml.pairs.vertices) == (False, True)


@pytest.mark.parametrize("tracks", ["spd", "trackml"])
def test_our_network_is_trained_on_new_slices_with_shifted_intervals(asked_for, tracks):
    vertex_training.train(PairTask(tracks, blur=0.3), 10, seed=8, rounds=1)
    ((model, stream, arguments),) = asked_for
    assert (arguments["events"], arguments["seed"], arguments["batch_size"]) == (10, 8, 4)
    assert (stream.simulation.resolution, stream.simulation.jitter, stream.simulation.mean_events) == (5, 1.0, 15.0)
    assert stream.blur == 0.3
    assert model.get_config()["beam_width"] == vertex_training.BEAM_WIDTH[tracks]
    assert model.get_config()["rounds"] == 1
    if tracks == "trackml":
        assert stream.simulation.pool == 0


@pytest.mark.parametrize(("tracks", "start"), [("spd", 3), ("trackml", 2)])
def test_the_last_published_stage_is_the_shifted_one(asked_for, tracks, start):
    fitted = vertex_training.train_published(tracks, (1, 1, 1, 1), 2, 10, 5, seed=7)
    assert fitted.weights["key"] == len(asked_for) == 5
    _, stream, arguments = asked_for[-1]
    assert arguments["start"].weights["key"] == start  # the network of r = 4, of r = 3
    assert (stream.simulation.resolution, stream.simulation.jitter) == (5, 1.0)
    assert arguments["events"] == 20
    assert [one[1].simulation.jitter for one in asked_for[:-1]] == [0.0] * 4


def test_graphs_are_scored_one_by_one_as_at_once():
    network, task = models.VertexGraphNetwork(hidden_units=4, rounds=1), PairTask("spd")
    graphs = task.graphs(drawn(SPDSlices(2.0, 5, jitter=1.0), TOGETHER + 1, [4]))
    scores = vertex_training.pair_scores(network, graphs)
    for graph, score in zip(graphs, scores, strict=True):
        logits = np.asarray(network(pair_inputs(graph), training=False))[:, 0]
        np.testing.assert_allclose(score, 1 / (1 + np.exp(-logits)), atol=1e-4)
