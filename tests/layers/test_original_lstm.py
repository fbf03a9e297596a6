"""The LSTM of Keras 1: gates, initial weights, and its recursion by hand."""

import json

import keras
import numpy as np
import pytest

from keras_hep.layers import original_lstm
from keras_hep.layers.original_lstm import GateWise, piecewise_linear_sigmoid


def test_recursion_by_hand():
    keras.utils.set_random_seed(1)
    layer = original_lstm(3, return_sequences=True)
    inputs = np.random.default_rng(1).normal(size=(2, 4, 5)).astype(np.float32)
    outputs = keras.ops.convert_to_numpy(layer(inputs))
    kernel, recurrent, bias = layer.get_weights()
    state = cell = np.zeros((2, 3))
    for step in range(4):
        gates = inputs[:, step] @ kernel + state @ recurrent + bias
        enter, forget, new, leave = np.split(gates, 4, axis=1)
        enter, forget, leave = (np.clip(0.2 * gate + 0.5, 0, 1) for gate in (enter, forget, leave))
        cell = forget * cell + enter * np.tanh(new)
        state = leave * np.tanh(cell)
        np.testing.assert_allclose(outputs[:, step], state, rtol=1e-5, atol=1e-6)


def test_each_gate_has_initial_weights_of_its_own():
    keras.utils.set_random_seed(2)
    layer = original_lstm(40)
    layer.build((None, 5, 60))
    kernel, recurrent, bias = layer.get_weights()
    gates = np.split(kernel, 4, axis=1)
    for gate in gates:
        assert np.abs(gate).max() == pytest.approx(np.sqrt(6 / (60 + 40)), rel=0.01)
    assert np.abs(gates[0] - gates[1]).max() > 0.1
    for gate in np.split(recurrent, 4, axis=1):
        np.testing.assert_allclose(gate @ gate.T, np.eye(40), atol=1e-5)
    np.testing.assert_array_equal(bias, np.repeat([0.0, 1.0, 0.0, 0.0], 40))


def test_same_seed_same_weights():
    weights = []
    for _ in range(2):
        keras.utils.set_random_seed(3)
        layer = original_lstm(4)
        layer.build((None, 5, 6))
        weights.append(layer.get_weights())
    assert all(np.array_equal(one, other) for one, other in zip(*weights, strict=True))


def test_configuration_round_trip():
    layer = original_lstm(4, return_sequences=True)
    again = keras.saving.deserialize_keras_object(json.loads(json.dumps(keras.saving.serialize_keras_object(layer))))
    assert json.dumps(again.get_config()) == json.dumps(layer.get_config())
    assert again.cell.recurrent_activation is piecewise_linear_sigmoid
    assert isinstance(again.cell.kernel_initializer, GateWise)


def test_gate_is_linear_between_its_limits():
    values = keras.ops.convert_to_numpy(piecewise_linear_sigmoid(keras.ops.array([-9.0, -2.5, 0.0, 2.0, 2.5, 9.0])))
    np.testing.assert_allclose(values, [0, 0, 0.5, 0.9, 1, 1], atol=1e-6)
