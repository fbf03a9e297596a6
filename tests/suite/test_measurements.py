"""Measurements become quantities and curves with the right values and names."""

import types

import numpy as np
import pytest

from keras_hep.metrics.classification import LayerAccuracy, TrackFinding
from keras_hep.suite import measurements

RIGHT = np.array([[1, 1, 0, 0], [1, 1, 1, 0], [1, 0, 0, 0], [1, 1, 1, 0]], bool)
HITS = np.array([[1, 1, 1, 0], [1, 1, 1, 0], [1, 1, 0, 1], [1, 1, 1, 0]], bool)
LOSS = np.arange(16, dtype=float).reshape(4, 4)
FIRED = np.array([[1, 2, 4, 4]] * 4)
MEASURED = TrackFinding(LayerAccuracy(RIGHT, 1), LayerAccuracy(HITS, 1), LOSS, FIRED)
FITTED = types.SimpleNamespace(history={"events": [100, 200], "loss": [2.0, 1.0], "accuracy": [0.3, 0.6]})


def named(entries):
    return {entry.name: entry for entry in entries}


def test_track_finding():
    found = named(measurements.track_finding(MEASURED, prefix="noise_"))
    expected = {
        "pixel_accuracy": 5 / 12,
        "hit_accuracy": 8 / 12,
        "hit_accuracy_with_seed": 12 / 16,
        "hit_minus_pixel": 3 / 12,
        "seed_accuracy": 1.0,
        "seed_hit_accuracy": 1.0,
        "hit_below_pixel": 0,
        "random_hit_level": 1 / 3,
        "test_loss": 7.5,
    }
    assert {name.removeprefix("noise_"): entry.value for name, entry in found.items()} == pytest.approx(expected)
    assert found["noise_pixel_accuracy"].count == 12
    assert found["noise_test_loss"].unit == "nat"
    assert found["noise_test_loss"].error == pytest.approx(LOSS.mean(axis=1).std(ddof=1) / 2)


def test_per_layer():
    found = named(measurements.per_layer(MEASURED))
    assert found["accuracy_per_layer"].x == (0, 1, 2, 3)
    assert found["accuracy_per_layer"].y == (1.0, 0.75, 0.5, 0.0)
    assert found["hit_accuracy_per_layer"].y == (1.0, 1.0, 0.75, 0.25)
    assert found["loss_per_layer"].y == (6.0, 7.0, 8.0, 9.0)
    assert all(error > 0 for error in found["accuracy_per_layer"].error)


def test_learning():
    found = named(measurements.learning(FITTED, prefix="deep_"))
    assert found["deep_training_accuracy"].x == (100, 200)
    assert found["deep_training_loss"].y == (2.0, 1.0)
    (at,) = measurements.learned_at(FITTED, 200)
    assert (at.name, at.value) == ("training_accuracy_200", 0.6)
    assert measurements.learned_at(FITTED, 300) == []


def test_reach():
    influence = np.array([[0.5, 0.4, 0.3, 0.0], [0.1, 0.1, 0.2, 0.0]])
    found = named(measurements.reach(MEASURED, influence, last_visible=2))
    assert found["accuracy_within_reach"].value == pytest.approx(0.625)
    assert found["accuracy_at_reach"].value == 0.5
    assert found["accuracy_beyond_reach"].value == 0.0
    assert found["influence_at_reach"].value == 0.3
    assert found["influence_beyond_reach"].value == 0.0
    assert found["edge_layer"].value == 2
