"""What is measured of predicted spheres while a network trains."""

import keras
import numpy as np

from keras_hep.training_metrics import HitEfficiency, MeanRadius

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
    for metric in (HitEfficiency(), MeanRadius()):
        again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(metric))
        assert (type(again), again.name) == (type(metric), metric.name)
