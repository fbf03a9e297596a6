"""Trainings repeat bit by bit, survive interruption, and are never done twice; damage is noticed."""

import dataclasses
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
from unittest import mock

import keras
import numpy as np
import pytest

from keras_hep import models, training
from keras_hep.optimizers import ScheduledNadam
from keras_hep.simulation.plane_detector import PlaneDetector

DETECTOR = PlaneDetector(layers=12, pixels=10, seed_layers=3, background=2)
ARGUMENTS = {"events": 1_280, "seed": 3, "interval": 512, "batch_size": 64, "optimizer": "nadam"}
SCRIPT = """
import sys
from keras_hep import models, training
from keras_hep.simulation.plane_detector import PlaneDetector

training.CHUNK_EVENTS, training.CHECKPOINT_SECONDS = 128, 0
detector = PlaneDetector(layers=12, pixels=10, seed_layers=3, background=2)
with training.store(training.Store(sys.argv[1])):
    model = models.TrackFinderLSTM(12, 10, 8)
    training.fit(model, detector, optimizer="nadam", events=1_280, seed=3, interval=512, batch_size=64)
"""


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(training, "CHUNK_EVENTS", 128)
    monkeypatch.setattr(training, "CHECKPOINT_SECONDS", 0)


def fit(folder, model=None, recorded=(), train=True, **arguments):
    with training.store(training.Store(folder, recorded, train)):
        return training.fit(model or models.TrackFinderLSTM(12, 10, 8), DETECTOR, **{**ARGUMENTS, **arguments})


def same_weights(first, second):
    pairs = zip(first.model.get_weights(), second.model.get_weights(), strict=True)
    return all(np.array_equal(one, other) for one, other in pairs)


@pytest.fixture(scope="module")
def reference_training(tmp_path_factory):
    chunk, training.CHUNK_EVENTS = training.CHUNK_EVENTS, 128
    fitted = fit(tmp_path_factory.mktemp("weights"))
    training.CHUNK_EVENTS = chunk
    return fitted


def test_same_seed_same_bits(reference_training, tmp_path):
    again = fit(tmp_path)
    assert same_weights(again, reference_training)
    assert again.history == reference_training.history
    assert again.history["events"] == [512, 1024, 1280]
    assert again.history["loss"][0] > again.history["loss"][-1]


def test_other_seed_other_weights(reference_training, tmp_path):
    assert not same_weights(fit(tmp_path, seed=4), reference_training)


def test_the_model_passed_in_stays_as_it_is(tmp_path):
    model = models.TrackFinderLSTM(12, 10, 8)
    before = model.get_weights()
    fitted = fit(tmp_path, model)
    assert fitted.model is not model
    assert all(np.array_equal(old, new) for old, new in zip(before, model.get_weights(), strict=True))


@pytest.mark.parametrize("optimizer", ["nadam", "adam", ScheduledNadam(0.01)])
def test_interrupted_training_ends_with_the_same_bits(tmp_path, monkeypatch, optimizer):
    whole = fit(tmp_path / "whole", optimizer=optimizer)
    kept = []

    def keep(self, state, original=training.Checkpoint.keep):
        original(self, state)
        kept.append(state["seen"])
        if len(kept) == 5:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(training.Checkpoint, "keep", keep)
        with pytest.raises(KeyboardInterrupt):
            fit(tmp_path / "parts", optimizer=optimizer)
    assert kept[-1] == 5 * 128
    resumed = fit(tmp_path / "parts", optimizer=optimizer)
    assert same_weights(resumed, whole)
    assert resumed.history == whole.history
    assert not list((tmp_path / "parts").glob("*.checkpoint.npz"))


def test_killed_training_ends_with_the_same_bits(reference_training, tmp_path):
    process = subprocess.Popen([sys.executable, "-c", SCRIPT, str(tmp_path)], cwd=pathlib.Path(__file__).parents[1])
    deadline = time.monotonic() + 120
    while not list(tmp_path.glob("*.checkpoint.npz")) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    resumed = fit(tmp_path)
    assert same_weights(resumed, reference_training)
    assert resumed.history == reference_training.history


def test_kept_weights_are_loaded_not_trained_again(tmp_path, monkeypatch):
    first = fit(tmp_path)
    monkeypatch.setattr(training, "_train", lambda *_: pytest.fail("trained again"))
    again = fit(tmp_path)
    assert same_weights(first, again)
    assert again.weights == first.weights
    assert pathlib.Path(again.weights["file"]).stat().st_size == again.weights["bytes"]


def test_two_processes_train_once(tmp_path):
    root = pathlib.Path(__file__).parents[1]
    processes = [
        subprocess.Popen([sys.executable, "-c", SCRIPT, str(tmp_path)], cwd=root, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    logs = [process.communicate(timeout=300)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert sum("events, loss" in log for log in logs) == 1


def test_checkpoints_are_kept_from_time_to_time(tmp_path, monkeypatch):
    kept = []
    monkeypatch.setattr(training, "CHECKPOINT_SECONDS", 3600)
    monkeypatch.setattr(training.Checkpoint, "keep", lambda self, state: kept.append(state["seen"]))
    fit(tmp_path)
    assert kept == [512, 1024, 1280]


def test_large_states_are_kept_from_time_to_time_only(tmp_path, monkeypatch):
    kept = []
    monkeypatch.setattr(training, "CHECKPOINT_SECONDS", 3600)
    monkeypatch.setattr(training, "LARGE_STATE", 1000)
    monkeypatch.setattr(training.Checkpoint, "keep", lambda self, state: kept.append(state["seen"]))
    fit(tmp_path)
    assert kept == []


def test_damaged_weights_are_trained_again(reference_training, tmp_path):
    first = fit(tmp_path)
    path = pathlib.Path(first.weights["file"])
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.warns(UserWarning, match=rf"{path.name} does not match its SHA-256"):
        again = fit(tmp_path)
    assert same_weights(again, reference_training)


def test_damaged_description_is_trained_again(tmp_path):
    first = fit(tmp_path)
    path = pathlib.Path(first.weights["file"].replace(".weights.h5", ".json"))
    path.write_text(path.read_text()[:50])
    with pytest.warns(UserWarning, match=rf"{path.name} is damaged"):
        again = fit(tmp_path)
    assert same_weights(again, first)


def test_damaged_checkpoint_starts_again(reference_training, tmp_path):
    weights = pathlib.Path(reference_training.weights["file"])
    checkpoint = tmp_path / weights.name.replace(".weights.h5", ".checkpoint.npz")
    checkpoint.write_bytes(b"PK\x03\x04 half an archive")
    with pytest.warns(UserWarning, match="checkpoint.npz is damaged"):
        again = fit(tmp_path)
    assert same_weights(again, reference_training)


def test_recorded_weights_serve_without_training(reference_training, tmp_path):
    recorded = tmp_path / "recorded"
    recorded.mkdir()
    path = pathlib.Path(reference_training.weights["file"])
    (recorded / "item.lstm.weights.h5").write_bytes(path.read_bytes())
    entry = {**reference_training.weights, "file": "item.lstm.weights.h5"}
    (recorded / "item.json").write_text(json.dumps({"weights": {"lstm": entry}}))
    loaded = fit(tmp_path / "nothing", recorded=(recorded,), train=False)
    assert same_weights(loaded, reference_training)
    with pytest.raises(training.WeightsMissing, match="No weights with key"):
        fit(tmp_path / "nothing", recorded=(recorded,), train=False, seed=4)


def test_key_tells_models_events_and_arguments_apart():
    base = (models.TrackFinderLSTM(12, 10, 8), DETECTOR, ARGUMENTS)
    others = [
        (models.TrackFinderLSTM(12, 10, 9), DETECTOR, ARGUMENTS),
        (models.TrackFinderCNN(12, 10, 1), DETECTOR, ARGUMENTS),
        (base[0], PlaneDetector(layers=12, pixels=10, seed_layers=3, background=3), ARGUMENTS),
        (base[0], DETECTOR, {**ARGUMENTS, "seed": 4}),
    ]
    keys = {training.content_key(*arguments) for arguments in [base, *others]}
    assert len(keys) == 5
    assert training.content_key(models.TrackFinderLSTM(12, 10, 8, name="other"), *base[1:]) in keys


def test_a_loss_that_is_not_finite_stops_and_keeps_the_last_good_state(tmp_path, monkeypatch):
    calls = []

    def batch(self, events, seed, original=PlaneDetector.batch):
        images, labels = original(self, events, seed)
        calls.append(seed)
        return (images * np.float32("nan") if len(calls) > 7 else images), labels

    monkeypatch.setattr(PlaneDetector, "batch", batch)
    with pytest.raises(training.TrainingDiverged, match=r"became nan after \d+ events: lower the learning rate"):
        fit(tmp_path)
    assert list(tmp_path.glob("*.checkpoint.npz"))


def test_test_events_are_not_training_events():
    assert training.seeds(7, "train", 0) != training.seeds(7, "test", 0)
    model = models.TrackFinderLSTM(12, 10, 8)
    blocks = list(training.predictions(model, DETECTOR, events=10, seed=7, block=4))
    assert [len(labels) for _, labels, _ in blocks] == [4, 4, 2]
    images, labels, scores = blocks[1]
    np.testing.assert_array_equal(images, DETECTOR.batch(4, [7, training.STREAMS["test"], 1])[0])
    assert scores.shape == images.shape
    assert labels.dtype == np.int32


@dataclasses.dataclass(frozen=True)
class Lines:
    """Points of the plane and what a network should say of them; every other event weighs nothing and is wrong."""

    slots: int = 2

    def batch(self, events, seed):
        points = np.random.default_rng(seed).random((events, 3), dtype=np.float32)
        targets = points[:, : self.slots] - points[:, 2:]
        weights = (np.arange(events) % 2 == 0).astype(np.float32)
        targets[weights == 0] = 1e6
        return points, targets, weights


@keras.saving.register_keras_serializable(package="tests")
class TwoHeads(keras.Model):
    """One trunk; a second head where it is asked for."""

    def __init__(self, heads=1, units=2, **kwargs):
        point = keras.Input((3,))
        trunk = keras.layers.Dense(units, name="trunk")(point)
        first = keras.layers.Dense(2, name="first")(trunk)
        second = keras.layers.Dense(2, name="second")(trunk)
        super().__init__(point, first if heads == 1 else first + second, **kwargs)
        self.arguments = {"heads": heads, "units": units}

    def get_config(self):
        return self.arguments


def regress(folder, model=None, **arguments):
    loss = keras.losses.MeanSquaredError(reduction="mean_with_sample_weight")
    arguments = {"optimizer": keras.optimizers.Adam(0.03), "events": 25_600, "seed": 3, "loss": loss, **arguments}
    with training.store(training.Store(folder)), mock.patch.object(training, "CHUNK_EVENTS", 12_800):
        return training.fit(model or TwoHeads(), Lines(), **arguments)


def test_a_regression_ignores_what_weighs_nothing(tmp_path):
    fitted = regress(tmp_path, interval=12_800)
    assert list(fitted.history) == ["events", "loss"]
    assert fitted.history["loss"][-1] < 0.05
    _, labels, scores, weights = next(training.predictions(fitted.model, Lines(), events=64, seed=3))
    assert np.abs(scores - labels)[weights == 1].max() < 0.3


def test_the_loss_belongs_to_the_key(tmp_path):
    keys = {regress(tmp_path, events=64, loss=loss).weights["key"] for loss in ("mse", "mae", keras.losses.Huber(2.0))}
    assert len(keys) == 3


def test_layers_taken_over_are_not_trained(tmp_path):
    first = regress(tmp_path)
    second = regress(tmp_path, TwoHeads(heads=2), start=first)
    fresh = regress(tmp_path, TwoHeads(heads=2))
    for other, same in [(second, True), (fresh, False)]:
        for name in ("trunk", "first"):
            kernels = [fitted.model.get_layer(name).get_weights()[0] for fitted in (first, other)]
            assert np.array_equal(*kernels) is same
    assert second.history["loss"][-1] < first.history["loss"][-1] * 2
    assert all(layer.trainable for layer in second.model.layers)
    assert second.weights["key"] != fresh.weights["key"]
    assert second.weights["key"] != regress(tmp_path, TwoHeads(heads=2), start=regress(tmp_path, seed=4)).weights["key"]


def test_a_start_of_another_kind_is_refused(tmp_path, reference_training):
    with pytest.raises(ValueError, match="start must have a layer named as one of TwoHeads, got lstm, logits"):
        regress(tmp_path, start=reference_training)


def test_a_start_of_another_size_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"start's layer trunk must have the shapes .*\(3, 3\).* of TwoHeads, got"):
        regress(tmp_path, TwoHeads(units=3), start=regress(tmp_path))
