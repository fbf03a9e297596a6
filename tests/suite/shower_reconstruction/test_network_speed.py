"""Speeds of networks of showers: what is counted in which, and that both ways have the same answers."""

import keras
import numpy as np
import pytest

from keras_hep.calorimetry.shower_streams import ShowerStream, StoredShowers
from keras_hep.models import ShowerCNN, ShowerDNN, ShowerGoogLeNet, ShowerHitsNetwork
from keras_hep.simulation.showers import ShowerSimulation
from keras_hep.suite.shower_reconstruction import network_speed as speed
from keras_hep.suite.shower_reconstruction.dense_images import DenseShowers, on_images
from keras_hep.suite.shower_reconstruction.multiplications import multiplications

SECONDS = {("pipeline", "lists"): 0.1, ("training", "lists"): 0.4, ("inference", "lists"): 0.1}
SECONDS |= {("pipeline", "images"): 0.25, ("training", "images"): 0.75, ("inference", "images"): 0.25}
SMALL = {"width_multiplier": 1 / 192, "stem_stride": 3, "neurons": 3}


@pytest.fixture(scope="module")
def streams():
    classes = [ShowerSimulation(name, angles="random").showers(12, seed=1) for name in ("pi0", "photon")]
    return {"lists": ShowerStream(tuple(map(StoredShowers, classes))), "images": DenseShowers(classes)}


def values(quantities):
    return {one.name: one.value for one in quantities}


def test_images_are_of_the_showers_of_the_lists(streams):
    (lists, targets), (images, expected) = (stream.batch(7, [3]) for stream in streams.values())
    assert np.array_equal(targets, expected)
    np.testing.assert_allclose(lists["measured"], images["measured"], rtol=1e-6)
    flat = np.zeros(images["ecal"].size, np.float32)
    np.add.at(flat, lists["ecal_place"], lists["ecal_energy"])
    assert np.array_equal(flat, images["ecal"].ravel())
    assert streams["images"].bytes == 2 * 12 * 91_540


@pytest.mark.parametrize("model", [ShowerDNN(depth=1, neurons=3), ShowerCNN(filters=1, kernel=3, depth=1, neurons=3)])
def test_networks_behind_images_share_their_weights(streams, model):
    lists, images = (stream.batch(6, [3])[0] for stream in streams.values())
    other = on_images(model)
    for _ in range(2):
        expected = model.predict_on_batch(lists)
        np.testing.assert_allclose(other.predict_on_batch(images), expected, rtol=1e-5, atol=1e-5)
        model.get_layer("numbers").set_weights([2 * weights for weights in model.get_layer("numbers").get_weights()])


@pytest.mark.parametrize("options", [{}, {"reading": "released", "skip": "none"}])
def test_plain_inception_network_has_the_same_answers(streams, options):
    keras.utils.set_random_seed(1)
    lists, images = (stream.batch(6, [3])[0] for stream in streams.values())
    model = ShowerGoogLeNet(**SMALL, **options)
    before = model(lists, training=False)
    speed.settle(model, lists)
    plain = on_images(model)
    inputs = {name: images[name] for name in plain.input}
    expected = keras.ops.convert_to_numpy(model(lists, training=False))
    assert not np.allclose(expected, keras.ops.convert_to_numpy(before))
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(plain(inputs, training=False)), expected, rtol=1e-5, atol=1e-5
    )
    assert model.get_layer("stem").normalisation.momentum > 0


def test_drawing_counts_in_training_and_in_use():
    found = values(speed.speeds("dnn", SECONDS, 10, "x"))
    assert found["pipeline_dnn_lists"] == pytest.approx(100)
    assert found["training_dnn_lists"] == pytest.approx(20)
    assert found["training_dnn_images"] == pytest.approx(10)
    assert found["training_ratio_dnn"] == pytest.approx(2)
    assert found["inference_ratio_dnn"] == pytest.approx(2.5)
    assert found["pipeline_over_training_dnn"] == pytest.approx(4)


def test_without_training_nothing_is_said_of_it():
    kept = {key: value for key, value in SECONDS.items() if key[0] != "training"}
    assert not [name for name in values(speed.speeds("gn", kept, 2, "x")) if "training" in name]
    found = values(speed.folded({**kept, ("inference", "folded"): 0.05}, 2, "x"))
    assert found == pytest.approx({"inference_gn_folded": 40, "folding_ratio": 5})


def test_answers_that_differ_are_counted():
    one = np.array([[1.0, 100.0], [1.0, 100.0], [1.0, np.nan], [0.0, 0.0]])
    other = np.array([[1.0, 100.0009], [1.0, 100.01], [1.0, 2.0], [0.9e-5, 0.0]])
    assert speed.differing("x", one, other).value == 2


def test_the_first_turn_is_not_timed(monkeypatch):
    clock = iter([0.0, 10.0, 13.0, 20.0, 22.0])  # a start, and twice a start and an end
    monkeypatch.setattr(speed.time, "perf_counter", lambda: next(clock))
    assert speed.fastest({"x": lambda: None}, 2) == {"x": 2.0}


def test_a_network_is_measured_both_ways(streams):
    found = values(speed.measured("dnn", {"depth": 1, "neurons": 3}, streams, 6, 1, seed=1))
    assert found["outputs_that_differ_dnn"] == 0
    assert all(value > 0 for name, value in found.items() if not name.startswith("outputs"))


def test_bytes_are_those_of_the_arrays():
    streams, quantities = speed.sources(4, seed=1)
    found = values(quantities)
    assert found["bytes_as_images"] == 91_540
    assert found["memory_ratio"] == pytest.approx(91_540 / found["bytes_as_lists"])
    assert len(streams["lists"].batch(8, [1])[1]) == 8


def test_multiplications_by_hand():
    dense = (15_625 + 7_260 + 4) * 3 + 3 * 3 + (3 + 4) * 5
    assert multiplications(ShowerDNN(depth=2, neurons=3)) == dense
    pooled = 2 * 11**3 + 3 * 5 * 5 * 27
    convolved = 23**3 * 27 * 2 + 10 * 10 * 55 * 24 * 3
    cnn = ShowerCNN(filters=2, kernel=3, depth=1, neurons=3)
    assert multiplications(cnn) == convolved + (pooled + 4) * 3 + (3 + 4) * 5
    hits = ShowerHitsNetwork()
    assert multiplications(hits, 800) == hits.multiplications(800)


def test_layers_that_are_not_counted_are_an_error():
    inputs = keras.Input((4,))
    with pytest.raises(ValueError, match=r"other.*count it here too"):
        multiplications(keras.Model(inputs, keras.layers.EinsumDense("ab,bc->ac", 3, name="other")(inputs)))
