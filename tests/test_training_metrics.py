"""What is measured of predicted spheres and of edges while a network trains."""

import keras
import numpy as np
import pytest

from keras_hep.training_metrics import EdgeAccuracy, EdgePrecision, EdgeRecall, HitEfficiency, MeanRadius

HITS = np.zeros((1, 3, 1, 3), "float32")
SPHERES = np.array([[[[0, 0, 1, 2]], [[3, 0, 0, 1]], [[0, 0, 0, 6]]]], "float32")
WEIGHTS = np.array([[[1], [1], [0]]], "float32")


def test_hits_of_no_weight_do_not_count():
    for metric, expected in ((HitEfficiency(), 0.5), (MeanRadius(), 1.5)):
        metric.update_state(HITS, SPHERES, WEIGHTS)
        assert float(metric.result()) == expected
        metric.update_state(HITS, SPHERES, 1 - WEIGHTS)
        metric.reset_state()
        metric.update_state(HITS, SPHERES, 1 - WEIGHTS)
        assert float(metric.result()) == {0.5: 1.0, 1.5: 6.0}[expected]


def test_a_hit_on_the_surface_is_inside():
    metric = HitEfficiency()
    metric.update_state(np.zeros((1, 3)), np.array([[0, 2.0, 0, 2.0]]))
    assert float(metric.result()) == 1.0


def test_round_trip_of_the_configuration():
    for metric in (HitEfficiency(), MeanRadius(), EdgeAccuracy(), EdgePrecision(), EdgeRecall(name="found")):
        again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(metric))
        assert (type(again), again.name) == (type(metric), metric.name)


LABELS = np.array([1, 1, 1, 0, 0, 0, 0], "float32")[:, None]
LOGITS = np.array([2, 0.1, -1, 3, -0.1, -2, 0], "float32")[:, None]  # 2 true, 1 missed, 1 false, 3 rejected
EDGE_METRICS = {EdgeAccuracy: 5 / 7, EdgePrecision: 2 / 3, EdgeRecall: 2 / 3}


def measured(metric, *batches):
    for batch in batches:
        metric.update_state(*batch)
    return float(metric.result())


@pytest.mark.parametrize(("metric", "expected"), EDGE_METRICS.items())
def test_edges_by_hand(metric, expected):
    assert measured(metric(), (LABELS, LOGITS)) == pytest.approx(expected, rel=1e-6)
    assert metric().name == {EdgeAccuracy: "accuracy", EdgePrecision: "precision", EdgeRecall: "recall"}[metric]


@pytest.mark.parametrize(("metric", "expected"), EDGE_METRICS.items())
def test_weights_of_edges_above_0_do_not_matter(metric, expected):
    weights = np.geomspace(1e-4, 10, 7).astype("float32")
    assert measured(metric(), (LABELS, LOGITS, weights)) == pytest.approx(expected, rel=1e-6)
    assert measured(metric(), (LABELS, LOGITS, weights[:, None])) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(("metric", "expected"), [(EdgeAccuracy, 3 / 5), (EdgePrecision, 1 / 2), (EdgeRecall, 1 / 2)])
def test_edges_of_weight_0_do_not_count(metric, expected):
    weights = np.array([0, 1, 1, 1, 1, 0, 1], "float32")  # without a true and a rejected one
    assert measured(metric(), (LABELS, LOGITS, weights)) == pytest.approx(expected, rel=1e-6)
    assert measured(metric(), (LABELS, LOGITS, 0 * weights)) == 0


@pytest.mark.parametrize("metric", EDGE_METRICS)
def test_batches_are_pooled_not_averaged(metric):
    random = np.random.default_rng(0)
    labels = (random.random((500, 1)) < 0.2).astype("float32")
    logits = (random.normal(size=(500, 1)) + 2 * labels - 1).astype("float32")
    weights = (random.random(500) < 0.8).astype("float32")
    chosen, true, counted = logits[:, 0] > 0, labels[:, 0] == 1, weights > 0
    right = np.count_nonzero((chosen == true) & counted) / np.count_nonzero(counted)
    both = np.count_nonzero(chosen & true & counted)
    precision, recall = (both / np.count_nonzero(ones & counted) for ones in (chosen, true))
    expected = {EdgeAccuracy: right, EdgePrecision: precision, EdgeRecall: recall}[metric]
    batches = [tuple(array[rows] for array in (labels, logits, weights)) for rows in (slice(30), slice(30, None))]
    instance = metric()
    assert measured(instance, *batches) == pytest.approx(expected, rel=1e-6)
    each = [measured(metric(), batch) for batch in batches]
    assert abs(np.mean(each) - expected) > 1e-3
    instance.reset_state()
    assert measured(instance, batches[0]) == pytest.approx(each[0], rel=1e-6)


@pytest.mark.parametrize("metric", EDGE_METRICS)
def test_with_nothing_to_divide_by_it_is_0(metric):
    assert measured(metric()) == 0
    assert measured(metric(), (LABELS[:0], LOGITS[:0])) == 0


def test_neither_chosen_nor_true_edges():
    labels, logits = np.zeros((3, 1), "float32"), -np.ones((3, 1), "float32")
    assert measured(EdgePrecision(), (labels, logits)) == 0
    assert measured(EdgeRecall(), (labels, -logits)) == 0
    assert measured(EdgeAccuracy(), (labels, logits)) == 1
