"""The network on hits: its size, what it reads, and what must not change its answers."""

import json

import keras
import numpy as np
import pytest

from keras_hep.calorimetry.shower_streams import ShowerStream, StoredShowers, shower_inputs
from keras_hep.models import ShowerHitsNetwork
from keras_hep.shower_objectives import ParticleLoss
from keras_hep.simulation.showers import ShowerSimulation

SMALL = {"channels": 3, "widths": [4, 5, 6], "neurons": 6, "side": 9}
DESCRIBED = (4 + 1) + (1 + 3 * 25 + 5) + (1 + 3 * 60 + 5)  # measured, and of each calorimeter


@pytest.fixture(scope="module")
def showers():
    return ShowerSimulation("photon", angles="random", energies=(10.0, 60.0)).showers(6, seed=1)


def network(**arguments):
    """A network whose normalisations are not those before a training."""
    keras.utils.set_random_seed(1)
    model = ShowerHitsNetwork(**SMALL | arguments)
    random = np.random.default_rng(2)
    for weights in model.weights:
        if weights.path.split("/")[-1] in ("gamma", "moving_variance"):
            weights.assign(random.uniform(0.5, 1.5, weights.shape))
        elif weights.path.split("/")[-1] in ("beta", "moving_mean", "bias"):
            weights.assign(random.normal(0.0, 0.3, weights.shape))
    return model


def answers(model, inputs):
    return keras.ops.convert_to_numpy(model(inputs, training=False))


def test_parameters_and_multiplications():
    """Counted by hand from the shapes: images of 9, 5 and 3 pixels a side."""
    model = network()
    image = (25 + 9) * 3
    kernels = {9: [9 * 3 * 4], 5: [9 * 4 * 5, 9 * 5 * 5, 4 * 5], 3: [9 * 5 * 6, 9 * 6 * 6, 5 * 6]}
    dense = [2 * (DESCRIBED + 2 * 6) * 6, 2 * 6 * 3, 3 * 2, (3 + 25 + 60 + 4) * 5]
    weights = sum(map(sum, kernels.values())) + sum(dense) + image
    normalised, biases = 4 * (4 + 5 + 5 + 6 + 6 + DESCRIBED), 5 + 6 + 2 * (6 + 3) + 2 + 5
    assert model.count_params() == weights + normalised + biases
    multiplications = sum(side**2 * sum(numbers) for side, numbers in kernels.items()) + sum(dense)
    assert model.multiplications(hits=0) == multiplications
    assert model.multiplications(hits=100) == multiplications + 100 * (9 * 3 + 3)


def test_the_network_is_small(tmp_path):
    """Even a hundredth of a percent of the published inception network's multiplications, and below 1 MB."""
    model = ShowerHitsNetwork()
    assert model.multiplications(hits=800) < 1e-4 * 41.7e9
    model.save_weights(tmp_path / "network.weights.h5")
    assert (tmp_path / "network.weights.h5").stat().st_size < 1e6


def test_configuration_and_weights_come_back(showers, tmp_path):
    model = network(straight=False, skip="none")
    config = json.loads(json.dumps(model.get_config()))
    assert ShowerHitsNetwork.from_config(config).get_config() == config
    inputs = shower_inputs(showers)
    expected = answers(model, inputs)
    assert expected.shape == (6, 5)
    model.save(tmp_path / "network.keras")
    np.testing.assert_array_equal(answers(keras.saving.load_model(tmp_path / "network.keras"), inputs), expected)


@pytest.mark.parametrize("straight", [True, False])
def test_padding_order_and_neighbours_change_nothing(showers, straight):
    model = network(straight=straight)
    expected = answers(model, shower_inputs(showers, padded=False))
    tolerance = {"rtol": 1e-4, "atol": 1e-4}  # sums in another order; energies are of tens of GeV
    np.testing.assert_allclose(answers(model, shower_inputs(showers, padded=True)), expected, **tolerance)
    shuffled, random = shower_inputs(showers), np.random.default_rng(1)
    for part in ("ecal", "hcal"):
        order = random.permutation(len(shuffled[f"{part}_place"]))
        shuffled |= {name: shuffled[name][order] for name in (f"{part}_place", f"{part}_energy")}
    np.testing.assert_allclose(answers(model, shuffled), expected, **tolerance)
    chosen = [4, 1]
    np.testing.assert_allclose(answers(model, shower_inputs(showers.take(chosen))), expected[chosen], **tolerance)


def test_the_same_seed_gives_the_same_network(showers):
    inputs = shower_inputs(showers)
    np.testing.assert_array_equal(answers(network(), inputs), answers(network(), inputs))


def test_all_that_is_measured_is_read(showers):
    model, inputs = network(), shower_inputs(showers)
    expected = answers(model, inputs)
    for name in ("ecal_energy", "hcal_energy", "measured"):
        assert (answers(model, inputs | {name: 0.5 * inputs[name]}) != expected).any(axis=1).sum() > 1, name
    without = network(hcal_shape=None)
    assert without.get_config()["hcal_shape"] is None
    changed = inputs | {"hcal_energy": 0.5 * inputs["hcal_energy"]}
    np.testing.assert_array_equal(answers(without, changed), answers(without, inputs))


def test_a_network_that_answers_nothing_answers_what_is_measured(showers):
    model, inputs = network(), shower_inputs(showers)
    for name in ("numbers", "logits"):
        model.get_layer(name).set_weights([np.zeros(weights.shape) for weights in model.get_layer(name).weights])
    outputs, measured = answers(model, inputs), inputs["measured"]
    np.testing.assert_allclose(outputs[:, 2], measured[:, 2:].sum(axis=1), rtol=1e-6)
    np.testing.assert_allclose(outputs[:, 3:], measured[:, 1::-1], rtol=1e-6)
    assert not outputs[:, :2].any()


def test_all_weights_learn():
    model = network()
    trainer = keras.Model(model.input, model.output)
    trainer.compile(keras.optimizers.Adam(1e-2), ParticleLoss(1.0, 1.0, 1.0))
    kinds = (
        ShowerSimulation(name, angles="random", energies=(20.0, 60.0)).showers(8, seed=1) for name in ("pi0", "photon")
    )
    inputs, targets = ShowerStream(tuple(map(StoredShowers, kinds))).batch(16, 1)
    before = model.get_weights()
    losses = [float(trainer.train_on_batch(inputs, targets)) for _ in range(20)]
    assert losses[-1] < losses[0]
    for weights, old in zip(model.weights, before, strict=True):
        assert np.any(keras.ops.convert_to_numpy(weights) != old), weights.path


def test_errors_of_the_energy_do_not_train_the_image(showers):
    """They are the larger part of the loss, and would hide the errors of the classes from the convolutions."""
    inputs = shower_inputs(showers)
    weights = ("kernel", "code", "laws")
    for used, learns in ((slice(0, 2), True), (slice(2, 5), False)):
        model = network()
        image = [values for values in model.weights if "convolution" in values.path or "image" in values.path]
        image = [values for values in image if values.path.split("/")[-1] in weights]
        keeps = keras.Model(model.input, model.output[:, used])
        keeps.compile(keras.optimizers.SGD(1e-2), "mse")
        before = [keras.ops.convert_to_numpy(values) for values in image]
        keeps.train_on_batch(inputs, np.full(keeps(inputs).shape, 100.0))
        changed = [np.any(keras.ops.convert_to_numpy(values) != old) for values, old in zip(image, before, strict=True)]
        assert len(image) == 3
        assert changed == [learns] * 3


def test_half_precision_keeps_energies_in_single_precision(showers):
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        outputs = network()(shower_inputs(showers))
    finally:
        keras.config.set_dtype_policy(policy)
    assert keras.backend.standardize_dtype(outputs.dtype) == "float32"
    assert np.isfinite(keras.ops.convert_to_numpy(outputs)).all()


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        ({"channels": 0}, "ShowerHitsNetwork: channels must be at least 1, got 0"),
        ({"neurons": 0}, "neurons must be at least 1, got 0"),
        ({"side": 0}, "side must be at least 1, got 0"),
        ({"widths": (4, 5)}, "widths must be three positive numbers of channels, got"),
        ({"skip": "all"}, "skip must be one of none, init1, residual, got 'all'"),
        ({"ecal_shape": (25, 25)}, "ecal_shape must be three positive numbers of cells, got"),
    ],
)
def test_impossible_networks_are_refused(arguments, rule):
    with pytest.raises(ValueError, match=rule):
        ShowerHitsNetwork(**arguments)
