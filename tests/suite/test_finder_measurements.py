"""Comparisons of track finders: hand-computed numbers of small tables of decisions."""

import numpy as np
import pytest

from keras_hep.metrics.classification import LayerAccuracy
from keras_hep.simulation.plane_detector import PlaneDetector
from keras_hep.suite import finder_measurements
from keras_hep.tracking.nearest_hit import NearestHitWalk


def accuracy(*rows):
    return LayerAccuracy(np.array(rows, bool), 1)


PERFECT = accuracy([1, 1, 1], [1, 1, 1])
THREE_QUARTERS = accuracy([1, 1, 1], [1, 1, 0])
HALF = accuracy([1, 1, 0], [1, 1, 0])
NONE = accuracy([1, 0, 0], [1, 0, 0])
FINDERS = {
    "lstm": [(PERFECT, PERFECT), (HALF, HALF)],
    "cnn": [(HALF, PERFECT), (HALF, THREE_QUARTERS)],
    "autoencoder": [(NONE, THREE_QUARTERS), (NONE, THREE_QUARTERS)],
    "next_layer_lstm": [(NONE, PERFECT), (NONE, PERFECT)],
}


def named(quantities):
    return {quantity.name: quantity for quantity in quantities}


def test_networks_and_filters_are_measured_on_the_same_events(monkeypatch):
    detectors = [PlaneDetector(6, 8, 3, 3, mean, "poisson") for mean in (0, 4)]
    monkeypatch.setattr(
        finder_measurements.training, "predict", lambda model, images: images.reshape(len(images), 6, 64) * 1.0
    )
    network, walk = finder_measurements.accuracies([object(), NearestHitWalk()], [detectors[1]] * 2, 64, seed=3)
    assert network[0].right.shape == walk[0].right.shape == (64, 6)
    # The first of the fired pixels is right where it is the only one, and there the walk is right as well.
    alone = [
        LayerAccuracy(images.reshape(64, 6, 64).sum(axis=2) == 1, 3)
        for images, _ in [detectors[1].batch(64, [3, 1, 0])]
    ]
    assert np.all(network[1].right[alone[0].right])
    assert np.all(walk[1].right[alone[0].right])
    (empty,) = finder_measurements.accuracies([NearestHitWalk()], detectors[:1], 64, seed=3)
    assert empty[1].mean == 1.0


def test_curves():
    pixel, hit = finder_measurements.curves("cnn", (1, 10), FINDERS["cnn"], "_at_50")
    assert (pixel.name, hit.name) == ("cnn_pixel_accuracy_at_50", "cnn_hit_accuracy_at_50")
    assert (list(hit.x), list(hit.y), list(pixel.y)) == ([1, 10], [1.0, 0.75], [0.5, 0.5])
    assert list(hit.error) == [0.0, pytest.approx(0.25)]
    assert (hit.x_unit, hit.y_unit) == ("background tracks", "1")


def test_numbers_over_backgrounds():
    found = named(finder_measurements.over_backgrounds("cnn", FINDERS["cnn"]))
    expected = {"pixel_mean": 0.5, "hit_mean": 0.875, "hit_crowded": 0.75, "hit_lost": 0.25, "pixel_crowded": 0.5}
    assert {name: found[f"cnn_{name}"].value for name in expected} == expected
    assert found["cnn_hit_mean"].error == pytest.approx(0.125)
    assert found["cnn_hit_mean"].count == 8
    assert found["cnn_hit_lost"].error == pytest.approx(0.25)


def test_ranking():
    found = {name: quantity.value for name, quantity in named(finder_measurements.ranking(FINDERS)).items()}
    assert found == {
        "others_pixel_median": 0.5,
        "others_pixel_worst": 0.0,
        "others_hit_best": 0.875,
        "networks_hit_crowded_best": 1.0,
        "networks_hit_crowded_mean": 0.75,
        "steepest_rise": 0.0,
        "hit_below_pixel": 0,
    }


def test_a_rise_and_a_broken_metric_are_seen():
    broken = {**FINDERS, "lstm": [(PERFECT, HALF), (HALF, THREE_QUARTERS)]}
    found = named(finder_measurements.ranking(broken))
    assert found["hit_below_pixel"].value == 2
    assert found["steepest_rise"].value == pytest.approx(1.0)


def test_the_difference_is_that_of_the_worst_background():
    found = finder_measurements.difference("cnn_minus_lstm", FINDERS["lstm"], FINDERS["next_layer_lstm"])
    assert (found.name, found.value, found.count) == ("cnn_minus_lstm", -0.5, 2)
    assert found.error == 0.0
    other = finder_measurements.difference("d", FINDERS["cnn"], FINDERS["next_layer_lstm"])
    assert (other.value, other.error) == (-0.25, pytest.approx(0.25))


def test_breadth():
    scores = np.array([[[1.0, 0.0, 0.0], [0.5, 0.49, 0.01]], [[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]])
    images = np.array([[[1, 0, 0], [1, 0, 0]], [[1, 0, 0], [0, 1, 0]]])
    found = named(finder_measurements.breadth("lstm", [(images, None, scores)], first_layer=1, threshold=0.01))
    assert found["lstm_pixels_shown"].value == 1.5
    assert found["lstm_argmax_on_hit"].value == 0.5
    entropy = -(0.5 * np.log(0.5) + 0.49 * np.log(0.49) + 0.01 * np.log(0.01))
    assert found["lstm_entropy"].value == pytest.approx(entropy / 2)
    assert found["lstm_entropy"].count == 2


def test_influence_of_a_layer_on_itself():
    images = np.arange(24.0).reshape(2, 4, 3)
    own = finder_measurements.own_layer_influence("lstm", lambda images: images, images, first_layer=1)
    assert (own.name, own.value) == ("lstm_own_layer_influence", 12.0)
    before = finder_measurements.own_layer_influence("next", lambda images: np.roll(images, 1, axis=1), images, 1)
    assert before.value == 0.0
