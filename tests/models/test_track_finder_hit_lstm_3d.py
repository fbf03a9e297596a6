"""The recurrent track finders that read lists of hits against those that read images."""

import keras
import numpy as np
import pytest

from keras_hep import models
from keras_hep.layers import fired_positions
from keras_hep.simulation.plane_detector import PlaneDetector

DETECTOR = PlaneDetector(6, 5, 3, seed_layers=2, background=2, background_law="poisson")
VARIANTS = [("basic", False), ("basic", True), ("deep", False), ("deep", True), ("bidirectional", False)]


@pytest.mark.parametrize(("variant", "next_layer"), VARIANTS)
def test_same_weights_same_function(variant, next_layer):
    images, _ = DETECTOR.batch(32, seed=1)
    network = models.TrackFinderLSTM3D(6, 5, 16, variant, next_layer)
    expected = keras.ops.convert_to_numpy(network(images.astype(np.float32)))
    reading_hits = models.TrackFinderHitLSTM3D.of(network)
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(reading_hits(fired_positions(images))), expected, rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize(("variant", "next_layer"), [("basic", False), ("deep", True), ("bidirectional", False)])
def test_same_training(variant, next_layer):
    images, labels = DETECTOR.batch(32, seed=2)
    network = models.TrackFinderLSTM3D(6, 5, 16, variant, next_layer)
    reading_hits = models.TrackFinderHitLSTM3D.of(network)
    for model, inputs in ((network, images.astype(np.float32)), (reading_hits, fired_positions(images))):
        model.compile(keras.optimizers.SGD(1.0), "sparse_categorical_crossentropy")
        model.train_on_batch(inputs, labels)
    for dense, sparse in zip(network.get_weights(), reading_hits.get_weights(), strict=True):
        np.testing.assert_allclose(sparse, dense, atol=1e-5)


def test_weights_are_copied():
    network = models.TrackFinderLSTM3D(3, 4, 2)
    reading_hits = models.TrackFinderHitLSTM3D.of(network)
    network.set_weights([0 * weights for weights in network.get_weights()])
    assert any(weights.any() for weights in reading_hits.get_weights())


@pytest.mark.parametrize(("variant", "parameters"), [("basic", 7_453_124), ("deep", 4_924_868)])
def test_published_parameter_counts(variant, parameters):
    assert models.TrackFinderHitLSTM3D(variant=variant).count_params() == parameters


def test_track_finder(check_layer):
    keras.utils.set_random_seed(1)
    images, labels = DETECTOR.batch(32, seed=1)
    arguments = {"layers": 6, "pixels": 5, "hidden_units": 16, "variant": "deep", "next_layer": True}
    parameters = models.TrackFinderLSTM3D(**arguments).count_params()
    hits = fired_positions(images)
    loss = "sparse_categorical_crossentropy"
    check_layer(models.TrackFinderHitLSTM3D, arguments, hits, (32, 6, 25), parameters, loss, labels)


def test_refuses_what_the_network_of_images_refuses():
    with pytest.raises(ValueError, match="got 'deeper'"):
        models.TrackFinderHitLSTM3D(variant="deeper")
    with pytest.raises(ValueError, match="choose basic or deep"):
        models.TrackFinderHitLSTM3D(variant="bidirectional", next_layer=True)
