"""The published curriculum: its stages, what each starts from, and that it runs."""

import keras
import numpy as np
import pytest

from keras_hep import models, training
from keras_hep.graphs.time_slice_streams import METRE
from keras_hep.suite import time_slice_training
from keras_hep.suite.time_slice_training import STAGES, Stage, curriculum, simulation, train_stage

SMALL = {"attention_units": (3, 4), "rounds": 1, "track_features": 4, "hidden_units": 4, "iterations": 1}
HISTORY = {"events", "recovered"} | {
    f"{kind}{name}" for kind in ("", "test_", "few_") for name in ("loss", "accuracy", "precision", "recall")
}


@pytest.fixture
def asked_for(monkeypatch):
    """The trainings asked for, as (model, stream, arguments); none is done, their keys are their numbers."""
    calls = []

    def fit(model, stream, **arguments):
        calls.append((model, stream, arguments))
        return training.Training(model, {"key": len(calls)})

    monkeypatch.setattr(training, "fit", fit)
    return calls


@pytest.fixture
def small(monkeypatch):
    """Networks and time slices are small."""
    monkeypatch.setattr(models, "TrackGANN", lambda network=models.TrackGANN: network(**SMALL))
    monkeypatch.setattr(time_slice_training, "MEAN_EVENTS", 3.0)
    monkeypatch.setattr(time_slice_training, "FEW_EVENTS", 2.0)


def test_the_published_stages():
    table = {
        tracks: [(one.resolution, one.negative_weight, one.gamma, one.start) for one in STAGES[tracks]]
        for tracks in STAGES
    }
    assert table == {
        "spd": [(2, 0.5, 1.5, None), (3, 0.6, 1.5, 2), (4, 0.6, 1.5, 3), (5, 0.7, 1.8, 4)],
        "trackml": [(2, 0.7, 1.5, None), (3, 0.8, 1.5, 2), (4, 0.8, 1.5, 3), (5, 0.6, 1.5, 3)],
    }


@pytest.mark.parametrize(("tracks", "starts"), [("spd", [None, 1, 2, 3]), ("trackml", [None, 1, 2, 2])])
def test_every_stage_goes_on_from_the_published_one(asked_for, tracks, starts):
    fitted = curriculum(tracks, (1, 2, 3, 4), slices=10, tested=5, seed=7)
    assert list(fitted) == [2, 3, 4, 5]
    assert [one.weights["key"] for one in fitted.values()] == [1, 2, 3, 4]
    for (model, stream, arguments), stage, epochs, start in zip(
        asked_for, STAGES[tracks], (1, 2, 3, 4), starts, strict=True
    ):
        assert model.count_params() == 127_362
        assert (arguments["start"] and arguments["start"].weights["key"]) == start
        assert arguments["frozen"] is False
        assert (arguments["events"], arguments["interval"], arguments["batch_size"]) == (10 * epochs, 10, 1)
        assert (arguments["loss"].negative_weight, arguments["loss"].gamma) == (stage.negative_weight, stage.gamma)
        assert (stream.unit, stream.simulation.resolution) == (METRE, stage.resolution)
    assert len({arguments["seed"] for _, _, arguments in asked_for}) == 4


@pytest.mark.parametrize("tracks", ["spd", "trackml"])
def test_a_stage_trains_and_tests_on_slices_of_its_resolution(asked_for, tracks):
    train_stage(tracks, Stage(4, 0.6, 1.5), None, 2, 10, 5, seed=1, unit=1.0, jitter=0.5)
    ((_, stream, arguments),) = asked_for
    watch = arguments["watch"]
    tested = {"test": watch.stream, **watch.also}
    assert list(tested) == ["test", "few"]
    assert watch.events == 5
    for one in (stream, *tested.values()):
        assert type(one.simulation) is time_slice_training.SIMULATIONS[tracks]
        assert (one.unit, one.simulation.resolution, one.simulation.jitter) == (1.0, 4, 0.5)
    means = [one.simulation.mean_events for one in (stream, *tested.values())]
    assert means == [15, 15, 10]
    if tracks == "trackml":
        assert [one.simulation.pool for one in (stream, *tested.values())] == [0, 1, 1]


def test_the_optimizer_is_the_published_one_with_clipped_gradients(asked_for):
    train_stage("spd", STAGES["spd"][0], None, epochs=3, slices=10, tested=1, seed=1)
    optimizer = asked_for[0][2]["optimizer"]
    assert type(optimizer) is keras.optimizers.AdamW
    expected = {"weight_decay": 1e-3, "amsgrad": True, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8}
    expected |= {"global_clipnorm": 1.0}
    config = optimizer.get_config()
    assert {name: config[name] for name in expected} == expected
    schedule = keras.optimizers.schedules.deserialize(config["learning_rate"])
    assert [float(schedule(step)) for step in (0, 30)] == pytest.approx([1e-3, 1e-5], rel=1e-4)


def test_simulations():
    spd, few = simulation("spd", 3), simulation("trackml", 5, mean_events=10.0, test=True, jitter=1.0)
    assert (spd.mean_events, spd.resolution, spd.jitter, spd.most_tracks) == (15, 3, 0, 5)
    assert (few.mean_events, few.resolution, few.jitter, few.pool) == (10, 5, 1, 1)
    assert simulation("spd", 3, test=True) == spd  # other seeds are all that SPD test slices need


def test_a_stage_without_epochs_is_left_out(asked_for):
    fitted = curriculum("trackml", (1, 0, 0, 1), slices=10, tested=5, seed=7)
    assert [one.weights["key"] for one in fitted.values()] == [1, 1, 1, 2]
    assert asked_for[1][2]["start"] is fitted[2]


def test_stages_run_one_after_the_other(tmp_path, small):
    first_stage, second_stage, *_ = STAGES["spd"]
    with training.store(training.Store(tmp_path)):
        first = train_stage("spd", first_stage, None, epochs=2, slices=2, tested=2, seed=3)
        second = train_stage("spd", second_stage, first, epochs=1, slices=2, tested=2, seed=3)
    for one, epochs in ((first, 2), (second, 1)):
        assert set(one.history) == HISTORY
        assert one.history["events"] == [2 * (number + 1) for number in range(epochs)]
        assert all(np.isfinite(values).all() for values in one.history.values())
        assert all(0 <= value <= 1 for value in one.history["test_accuracy"])
    pairs = zip(first.model.get_weights(), second.model.get_weights(), strict=True)
    assert 0 < max(np.abs(new - old).max() for old, new in pairs) < 4e-3  # two steps of at most 1e-3
    assert not list(tmp_path.glob("*.npz"))
    with training.store(training.Store(tmp_path / "others", [tmp_path], train=False)):
        again = train_stage("spd", second_stage, first, epochs=1, slices=2, tested=2, seed=3)
        assert again.history == second.history
        other = training.Training(first.model, {**first.weights, "key": "another"})
        for start in (None, other):
            with pytest.raises(training.WeightsMissing):
                train_stage("spd", second_stage, start, epochs=1, slices=2, tested=2, seed=3)


def test_every_stage_has_its_epochs(asked_for):
    with pytest.raises(ValueError, match="shorter"):
        curriculum("spd", (), 1, 1, 1)
