"""The structure of a network, whatever its weights."""

import keras
import numpy as np
import pytest

from keras_hep import models
from keras_hep.metrics import reach
from keras_hep.models.wiring import applications


@pytest.mark.parametrize(("convolutions", "last"), [(1, 4), (3, 6), (9, 9)])
def test_reach_is_seed_layers_plus_convolutions(convolutions, last):
    network = models.TrackFinderCNN(10, 8, convolutions, 2)
    assert reach.last_visible_layer(models.wiring(network), 10, 8, seed_layers=3) == last


def test_down_sampling_sees_everything():
    network = models.TrackFinderAutoencoder(16, 16, (2, 2, 2, 2))
    assert reach.last_visible_layer(models.wiring(network), 16, 16, seed_layers=3) == 15


def test_weights_that_cancel_do_not_hide_a_connection():
    network = models.TrackFinderCNN(10, 8, 2, 2)
    network.set_weights([-np.abs(weights) for weights in network.get_weights()])  # no signal passes the first ReLU
    before = network.get_weights()
    assert reach.last_visible_layer(models.wiring(network), 10, 8, seed_layers=3) == 5
    assert all(np.array_equal(old, new) for old, new in zip(before, network.get_weights(), strict=True))


def test_unknown_output_layer():
    with pytest.raises(ValueError, match="No such layer: nothing"):
        models.wiring(models.TrackFinderCNN(10, 8, 1, 2), output="nothing")


def test_applications_of_shared_layers_leave_the_network_as_it_was():
    inputs = keras.Input((2,))
    shared, once = keras.layers.Dense(2, name="shared"), keras.layers.Dense(1, name="once")
    network = keras.Model(inputs, once(shared(shared(shared(inputs)))))
    assert applications(network, np.ones((4, 2))) == {"shared": 3, "once": 1}
    assert "call" not in vars(shared)
    with pytest.raises(ValueError, match=r"incompatible|expected"):
        applications(network, np.ones((4, 3)))
    assert "call" not in vars(shared)
