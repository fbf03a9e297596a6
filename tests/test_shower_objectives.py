"""The loss of networks that reconstruct showers, and what is measured while they train."""

import json

import keras
import numpy as np
import pytest

from keras_hep.shower_objectives import EnergyBias, EnergyResolution, ParticleAccuracy, ParticleLoss

TARGETS = np.array([[1, 100.0, 0.2, 0.1], [0, 20.0, -0.3, 0.0], [1, 400.0, 0.0, 0.0]], "float32")
OUTPUTS = np.array([[-1, 2, 90.0, 0.1, 0.0], [3, 1, 22.0, -0.1, 0.1], [1, 0, 400.0, 0.0, 0.0]], "float32")


def expected(energy_weight, eta_weight=0.0, phi_weight=0.0):
    """The published loss, from probabilities and from targets divided as the authors' code divides them."""
    true, given = TARGETS.astype(float), OUTPUTS.astype(float)
    chance = np.exp(given[:, 1]) / np.exp(given[:, :2]).sum(axis=1)
    entropy = -np.where(true[:, 0] == 1, np.log(chance), np.log(1 - chance))
    measured = np.array([95.0, 25.0, 390.0])  # any: it cancels
    target = (true[:, 1] - measured) / 10 / np.log(true[:, 1])
    answer = (given[:, 2] - measured) / 10 / np.log(true[:, 1])
    losses = entropy + energy_weight * (target - answer) ** 2
    losses += eta_weight * (10 * (true[:, 2] - given[:, 3])) ** 2
    return losses + phi_weight * (10 * (true[:, 3] - given[:, 4])) ** 2


@pytest.mark.parametrize("weights", [(200.0,), (200.0, 500.0, 100.0), (1.0, 10.0), (0.0,)])
def test_loss_is_the_published_one(weights):
    loss = ParticleLoss(*weights)
    np.testing.assert_allclose(
        loss.call(*map(keras.ops.convert_to_tensor, (TARGETS, OUTPUTS))), expected(*weights), 1e-5
    )
    assert float(loss(TARGETS, OUTPUTS)) == pytest.approx(expected(*weights).mean(), rel=1e-5)
    sample_weights = np.array([1.0, 0.0, 3.0], "float32")
    mean = np.average(expected(*weights), weights=sample_weights)
    assert float(loss(TARGETS, OUTPUTS, sample_weights)) == pytest.approx(mean, rel=1e-5)


def test_loss_is_finite_for_sure_mistakes_and_small_energies():
    outputs = np.array([[1e4, -1e4, 1e3, 0, 0], [0, 0, 5.0, 0, 0], [0, 0, 5.0, 0, 0]], "float32")
    targets = np.array([[1, 500.0, 0, 0], [1, 1.0, 0, 0], [1, 0.0, 0, 0]], "float32")
    losses = np.asarray(ParticleLoss(1.0).call(*map(keras.ops.convert_to_tensor, (targets, outputs))))
    assert losses[0] == pytest.approx(2e4, rel=0.1)
    np.testing.assert_allclose(losses[1:], np.log(2) + np.array([0.4, 0.5]) ** 2, rtol=1e-5)


def test_loss_of_half_precision_outputs_is_computed_in_single_precision():
    outputs = keras.ops.cast(OUTPUTS, "bfloat16")
    loss = ParticleLoss()(TARGETS, outputs)
    assert keras.backend.standardize_dtype(loss.dtype) == "float32"
    as_given = keras.ops.convert_to_numpy(keras.ops.cast(outputs, "float32"))
    assert float(loss) == pytest.approx(float(ParticleLoss()(TARGETS, as_given)), rel=1e-6)


def test_configurations_come_back():
    for instance in (ParticleLoss(1.0, 2.0, 3.0), ParticleAccuracy(0, name="background"), EnergyBias()):
        serialized = json.loads(json.dumps(keras.saving.serialize_keras_object(instance)))
        assert serialized["registered_name"] == f"keras_hep>{type(instance).__name__}"
        again = keras.saving.deserialize_keras_object(serialized)
        assert again.get_config() == instance.get_config()


def test_weights_are_not_negative():
    for name in ("energy_weight", "eta_weight", "phi_weight"):
        with pytest.raises(ValueError, match=f"{name} must not be negative, got -1"):
            ParticleLoss(**{name: -1})


def measured(metric, weights=None):
    """Update in two batches."""
    for rows in (slice(0, 2), slice(2, 3)):
        metric.update_state(TARGETS[rows], OUTPUTS[rows], None if weights is None else weights[rows])
    return float(metric.result())


def test_metrics_by_hand():
    relative = np.array([10.0, -10.0, 0.0])
    assert measured(ParticleAccuracy()) == pytest.approx(2 / 3)
    assert measured(ParticleAccuracy(of_class=1)) == pytest.approx(1 / 2)
    assert measured(ParticleAccuracy(of_class=0)) == 1
    assert measured(EnergyBias()) == pytest.approx(0.0, abs=1e-5)
    assert measured(EnergyResolution()) == pytest.approx(relative.std(), rel=1e-5)
    assert float(EnergyResolution().result()) == 0


def test_metrics_count_weights():
    weights = np.array([2.0, 1.0, 1.0], "float32")
    repeated = np.array([10.0, 10.0, -10.0, 0.0])
    assert measured(EnergyBias(), weights) == pytest.approx(repeated.mean())
    assert measured(EnergyResolution(), weights) == pytest.approx(repeated.std(), rel=1e-5)
    assert measured(ParticleAccuracy(), weights) == pytest.approx(3 / 4)
    assert measured(ParticleAccuracy(of_class=1), weights) == pytest.approx(2 / 3)
