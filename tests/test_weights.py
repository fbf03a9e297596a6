"""Recorded weights by name: found, verified, refused."""

import json

import keras
import numpy as np
import pytest

from keras_hep import files, models, weights


@pytest.fixture
def recorded(tmp_path):
    folder = tmp_path / "toy"
    folder.mkdir()
    networks = {"lstm": models.TrackFinderLSTM(6, 5, 4), "cnn": models.TrackFinderCNN(6, 5, 1, 2)}
    entries = {}
    for name, network in networks.items():
        path = folder / f"fig01_two.{name}.weights.h5"
        network.save_weights(path)
        config = {key: value for key, value in network.get_config().items() if key not in ("name", "trainable")}
        description = {"class": type(network).__name__, "config": config}
        entries[name] = {"file": path.name, "sha256": files.sha256(path), "model": description}
    (folder / "fig01_two.json").write_text(json.dumps({"weights": entries}))
    (folder / "fig02_one.json").write_text(json.dumps({"weights": {"lstm": entries["lstm"]}}))
    answers = {"large": {"file": "fig03_none.large.answers.npz", "sha256": ""}}  # not the network itself
    (folder / "fig03_none.json").write_text(json.dumps({"weights": answers}))
    return tmp_path, networks


def test_names(recorded):
    assert weights.names(recorded[0]) == ["toy/fig01_two:cnn", "toy/fig01_two:lstm", "toy/fig02_one:lstm"]
    assert weights.names(recorded[0] / "nowhere") == []


@pytest.mark.parametrize("name", ["toy/fig01_two:lstm", "toy/fig02_one"])
def test_the_loaded_network_predicts_the_same(recorded, name):
    folder, networks = recorded
    images = np.random.default_rng(1).random((2, 6, 5)).astype(np.float32)
    loaded = keras.ops.convert_to_numpy(weights.load(name, folder)(images))
    np.testing.assert_array_equal(loaded, keras.ops.convert_to_numpy(networks["lstm"](images)))


def test_short_names_stand_for_recorded_networks():
    assert set(weights.SHORT_NAMES.values()) <= set(weights.names())
    assert weights.load("3dgan").output_shape[-1] == 1


@pytest.mark.parametrize("name", ["toy/fig01_two", "toy/fig01_tow:lstm", "nothing"])
def test_unknown_or_ambiguous_names_list_what_there_is(recorded, name):
    with pytest.raises(weights.UnknownWeights, match="toy/fig01_two:cnn"):
        weights.load(name, recorded[0])


def test_a_changed_or_absent_file_is_refused(recorded):
    path = recorded[0] / "toy" / "fig01_two.cnn.weights.h5"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(weights.DamagedWeights, match="must have SHA-256"):
        weights.load("toy/fig01_two:cnn", recorded[0])
    path.unlink()
    with pytest.raises(weights.DamagedWeights, match=r"fig01_two\.cnn"):
        weights.load("toy/fig01_two:cnn", recorded[0])
