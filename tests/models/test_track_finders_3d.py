"""The 3D track finders: published parameter counts, what their outputs must be, and which layers each output sees."""

import keras
import numpy as np
import pytest

from keras_hep import models
from keras_hep.simulation.plane_detector import PlaneDetector

LAYERS, PIXELS = 6, 5
DETECTOR = PlaneDetector(LAYERS, PIXELS, 3, seed_layers=2, background=1)


@pytest.mark.parametrize(
    ("variant", "pixels", "hidden_units", "parameters"),
    [
        ("basic", 50, 512, 7_453_124),
        ("basic", 32, 512, 3_673_088),
        ("deep", 50, 512, 4_924_868),
        ("deep", 32, 1024, 11_541_504),
        ("bidirectional", 50, 512, 14_148_548),
        ("bidirectional", 32, 256, 3_017_984),
    ],
)
def test_published_parameter_counts_of_the_recurrent_networks(variant, pixels, hidden_units, parameters):
    assert models.TrackFinderLSTM3D(10, pixels, hidden_units, variant).count_params() == parameters
    if variant != "bidirectional":
        assert models.TrackFinderLSTM3D(10, pixels, hidden_units, variant, True).count_params() == parameters


@pytest.mark.parametrize(
    ("cls", "pixels", "parameters"),
    [
        (models.TrackFinderCNN3D, 50, 16_065),
        (models.TrackFinderCNN3D, 32, 16_065),
        (models.TrackFinderAutoencoder3D, 50, 514_892),
        (models.TrackFinderAutoencoder3D, 32, 324_488),
    ],
)
def test_published_parameter_counts_of_the_convolutional_networks(cls, pixels, parameters):
    assert cls(10, pixels).count_params() == parameters


def check_track_finder(check_layer, cls, arguments, parameters, events=4):
    arguments = {"layers": LAYERS, "pixels": PIXELS, **arguments}
    detector = PlaneDetector(LAYERS, arguments["pixels"], 3, seed_layers=2, background=1)
    images, labels = detector.batch(events, seed=1)
    inputs = images.astype(np.float32)
    shape = (events, LAYERS, arguments["pixels"] ** 2)
    model = check_layer(cls, arguments, inputs, shape, parameters, "sparse_categorical_crossentropy", labels)
    probability = keras.ops.convert_to_numpy(model(inputs))
    assert probability.min() >= 0
    np.testing.assert_allclose(probability.sum(axis=-1), 1, rtol=1e-6)
    return probability


@pytest.mark.parametrize(
    ("variant", "next_layer", "parameters"),
    [
        ("basic", False, 4 * 16 * (25 + 16 + 1) + 17 * 25),
        ("basic", True, 4 * 16 * (25 + 16 + 1) + 17 * 25),
        ("deep", False, 26 * 16 + 4 * 16 * (16 + 16 + 1) + 17 * 16 + 17 * 25),
        ("deep", True, 26 * 16 + 4 * 16 * (16 + 16 + 1) + 17 * 16 + 17 * 25),
        ("bidirectional", False, 2 * 4 * 16 * (25 + 16 + 1) + 33 * 16 + 17 * 25),
    ],
)
def test_recurrent_track_finder(check_layer, variant, next_layer, parameters):
    keras.utils.set_random_seed(1)  # weights with which no rectifier is silent in all events
    arguments = {"hidden_units": 16, "variant": variant, "next_layer": next_layer}
    probability = check_track_finder(check_layer, models.TrackFinderLSTM3D, arguments, parameters)
    assert np.all(probability[:, 0] == np.float32(1 / PIXELS**2)) == next_layer


def test_convolutional_track_finder(check_layer):
    keras.utils.set_random_seed(1)
    parameters = (27 + 1) * 3 + (27 * 3 + 1) * 3 + 27 * 3 + 1
    check_track_finder(check_layer, models.TrackFinderCNN3D, {"convolutions": 2, "filters": 3}, parameters)


def test_autoencoder(check_layer):
    keras.utils.set_random_seed(1)
    convolutions = (27 + 1) * 8 + 5 * (27 * 8 + 1) * 8 + (12 * 8 + 1) * 8 + (3 * 8 + 1) * 8
    arguments = {"pixels": 8, "filters": (8,) * 6}
    check_track_finder(check_layer, models.TrackFinderAutoencoder3D, arguments, convolutions + 9 * 64, events=32)


@pytest.mark.parametrize(
    ("pixels", "sides"), [(50, [25, 12, 6, 3, 1]), (32, [16, 8, 4, 2, 1]), (16, [8, 4, 2, 1]), (64, [32, 16, 8, 4, 2])]
)
def test_autoencoder_pools_while_there_is_more_than_one_pixel(pixels, sides):
    network = models.TrackFinderAutoencoder3D(10, pixels)
    pooled = [layer.output.shape for layer in network.layers if layer.name.startswith("pool")]
    assert [tuple(shape[1:4]) for shape in pooled] == [(10, side, side) for side in sides]
    assert network.get_layer("features").output.shape == (None, 10, 128 * sides[-1] ** 2)


def test_autoencoder_refuses_other_numbers_of_stages():
    with pytest.raises(ValueError, match=r"six in all, got \[8, 16\]: give six"):
        models.TrackFinderAutoencoder3D(10, 16, filters=(8, 16))


def test_unknown_variant():
    with pytest.raises(ValueError, match="one of basic, deep, bidirectional, got 'deeper'"):
        models.TrackFinderLSTM3D(variant="deeper")


def test_next_layer_refuses_to_see_what_it_predicts():
    with pytest.raises(ValueError, match="choose basic or deep"):
        models.TrackFinderLSTM3D(variant="bidirectional", next_layer=True)


def dependence(model):
    """Return which output layer changes with which input layer, bool array of shape (input layers, output layers)."""
    image = DETECTOR.batch(1, seed=3)[0].astype(np.float32)
    changed = np.repeat(image, LAYERS, axis=0)
    for layer in range(LAYERS):
        changed[layer, layer] = 1 - changed[layer, layer]
    before, *after = keras.ops.convert_to_numpy(model(np.concatenate([image, changed])))
    return (np.stack(after) != before).any(axis=-1)


@pytest.mark.parametrize(
    ("variant", "next_layer", "sees"),
    [
        ("basic", False, np.triu(np.ones((LAYERS, LAYERS), bool))),
        ("deep", False, np.triu(np.ones((LAYERS, LAYERS), bool))),
        ("basic", True, np.triu(np.ones((LAYERS, LAYERS), bool), 1)),
        ("deep", True, np.triu(np.ones((LAYERS, LAYERS), bool), 1)),
        ("bidirectional", False, np.ones((LAYERS, LAYERS), bool)),
    ],
)
def test_layers_that_a_recurrent_network_sees(variant, next_layer, sees):
    keras.utils.set_random_seed(2)
    model = models.TrackFinderLSTM3D(LAYERS, PIXELS, 16, variant, next_layer)
    np.testing.assert_array_equal(dependence(model), sees)


def test_the_two_directions_start_with_weights_of_their_own():
    kernels = [
        weight for weight in models.TrackFinderLSTM3D(3, 4, 2, "bidirectional").weights if "lstm_cell" in weight.path
    ]
    assert len(kernels) == 6
    assert np.any(kernels[0].numpy() != kernels[3].numpy())


@pytest.mark.parametrize(("convolutions", "last"), [(1, 4), (3, 6), (6, 9)])
def test_reach_of_the_convolutions_is_seed_layers_plus_convolutions(convolutions, last):
    structure = models.wiring(models.TrackFinderCNN3D(10, 7, convolutions, 2))
    images = np.zeros((2, 10, 7, 7), np.float32)
    images[1, 2, 3, 3] = 1  # the last of three seed layers
    empty, probed = structure(images)
    assert max(np.flatnonzero((empty != probed).any(axis=-1))) == last


def test_pixels_are_numbered_as_the_labels():
    images, labels = DETECTOR.batch(3, seed=5)
    network = models.TrackFinderLSTM3D(LAYERS, PIXELS, 2)
    planes = keras.Model(network.input, network.get_layer("planes").output)
    fired = keras.ops.convert_to_numpy(planes(images.astype(np.float32)))
    assert np.all(np.take_along_axis(fired, labels[..., None], axis=-1) == 1)
    np.testing.assert_array_equal(fired, images.reshape(3, LAYERS, -1))
