"""Nadam with its old schedule, by hand and against Keras 3 where the two agree; steps of equal length."""

import json

import keras
import numpy as np
import pytest

from keras_hep.optimizers import NormalisedGradientDescent, PenalisedAdam, ScheduledNadam

GRADIENTS = [np.array(values, np.float32) for values in ([1.0, -2.0], [0.5, 3.0], [-0.1, 0.2], [4.0, 0.0])]


def steps(optimizer, gradients=GRADIENTS):
    weight = keras.Variable(np.array([1.0, 2.0], np.float32))
    path = []
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
        path.append(weight.numpy())
    return np.array(path)


def test_by_hand():
    """The recursion of Dozat (2016) in float64, written out for one weight."""
    rate, beta_1, beta_2, epsilon, decay = 0.01, 0.8, 0.99, 1e-3, 0.3
    weight, mean, square, product = 1.0, 0.0, 0.0, 1.0
    expected = []
    for step, gradient in enumerate([1.0, 0.5, -0.1, 4.0], start=1):
        now = beta_1 * (1 - 0.5 * 0.96 ** (decay * step))
        following = beta_1 * (1 - 0.5 * 0.96 ** (decay * (step + 1)))
        product *= now
        mean = beta_1 * mean + (1 - beta_1) * gradient
        square = beta_2 * square + (1 - beta_2) * gradient**2
        direction = (1 - now) * gradient / (1 - product) + following * mean / (1 - product * following)
        weight -= rate * direction / ((square / (1 - beta_2**step)) ** 0.5 + epsilon)
        expected.append(weight)
    ours = steps(ScheduledNadam(rate, beta_1, beta_2, epsilon, decay))
    np.testing.assert_allclose(ours[:, 0], expected, rtol=2e-6)


def test_with_a_schedule_of_one_it_is_the_nadam_of_keras_3():
    ours = steps(ScheduledNadam(0.01, epsilon=1e-7, schedule_decay=1.0))
    np.testing.assert_allclose(ours, steps(keras.optimizers.Nadam(0.01)), rtol=2e-6)
    slow = steps(ScheduledNadam(0.01, epsilon=1e-7, schedule_decay=0.004))
    assert np.abs(slow - ours).max() > 1e-4


def test_configuration_round_trip():
    optimizer = ScheduledNadam(0.01, 0.8, 0.99, 1e-3, 0.3)
    serialized = json.loads(json.dumps(keras.optimizers.serialize(optimizer)))
    again = keras.optimizers.deserialize(serialized)
    assert serialized["registered_name"] == "keras_hep>ScheduledNadam"
    assert again.get_config() == optimizer.get_config()
    np.testing.assert_array_equal(steps(again), steps(optimizer))


def test_two_variables_do_not_mix():
    optimizer = ScheduledNadam(0.01)
    weights = [keras.Variable(np.array([1.0, 2.0], np.float32)) for _ in range(2)]
    for gradient in GRADIENTS:
        optimizer.apply([keras.ops.convert_to_tensor(values) for values in (gradient, -2 * gradient)], weights)
    np.testing.assert_allclose(weights[0].numpy(), steps(ScheduledNadam(0.01))[-1], rtol=1e-6)
    alone = steps(ScheduledNadam(0.01), [-2 * gradient for gradient in GRADIENTS])[-1]
    np.testing.assert_allclose(weights[1].numpy(), alone, rtol=1e-6)


def test_steps_of_normalised_gradients_by_hand():
    path = steps(NormalisedGradientDescent(0.5, epsilon=0.1), GRADIENTS[:2])
    first = [1 - 0.5 * 1 / (np.sqrt(2.5) + 0.1), 2 + 0.5 * 2 / (np.sqrt(2.5) + 0.1)]
    rms = np.sqrt((0.5**2 + 3**2) / 2)
    second = [first[0] - 0.5 * 0.5 / (rms + 0.1), first[1] - 0.5 * 3 / (rms + 0.1)]
    np.testing.assert_allclose(path, [first, second], rtol=1e-6)


def test_normalised_steps_do_not_depend_on_the_scale_of_the_gradient():
    large = steps(NormalisedGradientDescent(0.1), [1000 * gradient for gradient in GRADIENTS])
    np.testing.assert_allclose(large, steps(NormalisedGradientDescent(0.1)), rtol=1e-3)
    np.testing.assert_array_equal(steps(NormalisedGradientDescent(0.1), [np.zeros(2, np.float32)]), [[1.0, 2.0]])


def test_each_variable_is_normalised_by_itself():
    weights = [keras.Variable(np.zeros(2, np.float32)) for _ in range(2)]
    gradients = [keras.ops.convert_to_tensor(np.array(values, np.float32)) for values in ([3.0, 4.0], [300.0, 400.0])]
    NormalisedGradientDescent().apply(gradients, weights)
    np.testing.assert_allclose(weights[0].numpy(), weights[1].numpy(), rtol=1e-4)


def test_configuration_of_normalised_gradients():
    optimizer = NormalisedGradientDescent(0.3, epsilon=1e-2)
    serialized = json.loads(json.dumps(keras.optimizers.serialize(optimizer)))
    assert serialized["registered_name"] == "keras_hep>NormalisedGradientDescent"
    assert keras.optimizers.deserialize(serialized).get_config() == optimizer.get_config()


def test_penalised_adam_is_adam_on_the_penalised_loss():
    ours = steps(PenalisedAdam(0.1, penalty=0.3))
    variable, optimizer, expected = keras.Variable(np.array([1.0, 2.0], np.float32)), keras.optimizers.Adam(0.1), []
    for gradient in GRADIENTS:
        penalised = gradient + 0.3 * keras.ops.convert_to_numpy(variable)
        optimizer.apply([keras.ops.convert_to_tensor(penalised)], [variable])
        expected.append(keras.ops.convert_to_numpy(variable))
    np.testing.assert_allclose(ours, expected, rtol=1e-6)
    np.testing.assert_allclose(steps(PenalisedAdam(0.1)), steps(keras.optimizers.Adam(0.1)), rtol=1e-6)
    assert np.abs(ours - steps(keras.optimizers.Adam(0.1, weight_decay=0.3))).max() > 0.01


def test_the_penalty_of_accumulated_gradients_is_that_of_one_step():
    once = steps(PenalisedAdam(0.1, penalty=0.3), [np.mean(GRADIENTS, axis=0)])
    accumulated = steps(PenalisedAdam(0.1, penalty=0.3, gradient_accumulation_steps=4))
    np.testing.assert_allclose(accumulated[-1], once[-1], rtol=1e-5)
    np.testing.assert_array_equal(accumulated[-2], [1.0, 2.0])


def test_configuration_of_penalised_adam():
    optimizer = PenalisedAdam(0.1, penalty=0.3, gradient_accumulation_steps=4)
    serialized = json.loads(json.dumps(keras.optimizers.serialize(optimizer)))
    assert serialized["registered_name"] == "keras_hep>PenalisedAdam"
    assert keras.optimizers.deserialize(serialized).get_config() == optimizer.get_config()
    with pytest.raises(ValueError, match="penalty must not be negative, got -1"):
        PenalisedAdam(penalty=-1)
