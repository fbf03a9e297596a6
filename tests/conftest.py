"""What every layer and model must be able to do, checked in one call; and where genuine data files are."""

import inspect
import json
import os
import pathlib

import hypothesis
import numpy as np
import pytest

from keras_hep.suite import cores

# A busy machine is no fault of an example.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")

# Test processes side by side, before any of them imports a framework.
if "PYTEST_XDIST_WORKER" in os.environ:
    processes = int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
    cores.keep_to(cores.shares(processes)[int(os.environ["PYTEST_XDIST_WORKER"].removeprefix("gw"))])


@pytest.fixture
def real_data():
    """Return a function that turns "folder/prefix" into the path prefix of genuine files, or skips the test."""

    def find(name):
        folder = os.environ.get("KERAS_HEP_DATA")
        if not folder:
            pytest.skip(f"KERAS_HEP_DATA names no folder, so {name} is not tested on.")
        prefix = pathlib.Path(folder, name)
        if not any(prefix.parent.glob(f"{prefix.name}*")):
            pytest.skip(f"The folder of KERAS_HEP_DATA has no {name}.")
        return prefix

    return find


@pytest.fixture
def check_layer(tmp_path):
    """Return a function that checks a layer or model class."""

    def check(cls, arguments, inputs, output_shape, parameters, loss="mse", targets=None):
        import keras

        layer = cls(**arguments)
        _check_config(keras, layer, arguments)
        outputs = keras.ops.convert_to_numpy(layer(inputs))
        assert outputs.shape == output_shape
        assert layer.count_params() == parameters
        symbolic = cls(**arguments)(keras.Input(inputs.shape[1:]))
        assert tuple(symbolic.shape) == (None, *output_shape[1:])
        assert tuple(layer.compute_output_shape(inputs.shape)) == output_shape
        _check_saving(keras, layer, inputs, outputs, tmp_path / "saved.keras")
        _check_training_step(
            keras, cls(**arguments), inputs, np.zeros(output_shape) if targets is None else targets, loss
        )
        _check_mixed_precision(keras, cls, arguments, inputs, output_shape)
        return layer

    return check


def _check_config(keras, layer, arguments):
    config = layer.get_config()
    signature = set(inspect.signature(type(layer).__init__).parameters) - {"self", "kwargs"}
    assert signature <= set(config), f"get_config forgets {signature - set(config)}"
    again = type(layer).from_config(json.loads(json.dumps(config)))
    assert again.get_config() == config
    serialized = json.loads(json.dumps(keras.saving.serialize_keras_object(layer)))
    assert serialized["registered_name"] == f"keras_hep>{type(layer).__name__}"
    assert keras.saving.deserialize_keras_object(serialized).get_config() == config
    defaults = {name: config[name] for name in arguments}
    assert json.loads(json.dumps(defaults)) == json.loads(json.dumps(_plain(arguments)))


def _plain(arguments):
    return {name: np.asarray(value).tolist() if np.ndim(value) else value for name, value in arguments.items()}


def _check_saving(keras, layer, inputs, outputs, path):
    if not isinstance(layer, keras.Model):
        image = keras.Input(inputs.shape[1:])
        layer = keras.Model(image, layer(image))
    layer.save(path)
    loaded = keras.saving.load_model(path)
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(loaded(inputs)), outputs)


def _check_training_step(keras, layer, inputs, targets, loss):
    image = keras.Input(inputs.shape[1:])
    model = keras.Model(image, layer(image))
    before = [value.numpy() for value in model.trainable_variables]
    model.compile("adam", loss)
    history = model.fit(inputs, targets, epochs=1, verbose=0).history
    assert np.isfinite(history["loss"]).all()
    for variable, old in zip(model.trainable_variables, before, strict=True):
        assert np.any(variable.numpy() != old), f"{variable.path} did not learn"


def _check_mixed_precision(keras, cls, arguments, inputs, output_shape):
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        layer = cls(**arguments)
        outputs = layer(inputs)
        assert tuple(outputs.shape) == output_shape
        assert all(
            keras.backend.standardize_dtype(variable.dtype) == "float32" for variable in layer.trainable_variables
        )
        if isinstance(layer, keras.Model):
            assert keras.backend.standardize_dtype(outputs.dtype) == "float32"
    finally:
        keras.config.set_dtype_policy(policy)
