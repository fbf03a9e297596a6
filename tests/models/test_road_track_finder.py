"""The road track finder: interface, invariances, and that it learns."""

import keras
import numpy as np

from keras_hep import models, training
from keras_hep.metrics import classification
from keras_hep.simulation.plane_detector import PlaneDetector

DETECTOR = PlaneDetector(8, 10, 3, 3, 2.0, "poisson")


def scores_of(model, images):
    return keras.ops.convert_to_numpy(model(np.asarray(images, np.float32)))


def test_interface(check_layer):
    images, labels = DETECTOR.batch(4, seed=1)
    arguments = {"layers": 8, "pixels": 10, "seed_layers": 3, "hidden_units": 6, "hidden_layers": 2}
    parameters = (5 * 49 + 4 + 1) * 6 + 7 * 6 + 7 * 5 * 49
    check_layer(
        models.RoadTrackFinder,
        arguments,
        images.astype(np.float32),
        (4, 8, 100),
        parameters,
        loss="sparse_categorical_crossentropy",
        targets=labels,
    )


def test_layers_sum_to_one_on_hits_only():
    images, _ = DETECTOR.batch(50, seed=2)
    scores = scores_of(models.RoadTrackFinder(8, 10, 3, 16), images)
    np.testing.assert_allclose(scores.sum(axis=2), 1, atol=1e-5)
    assert np.all(scores[images.reshape(scores.shape) == 0] == 0)
    np.testing.assert_array_equal(scores[:, :3], images.reshape(scores.shape)[:, :3])


def test_a_layer_without_hits_has_no_probability():
    images, _ = DETECTOR.batch(3, seed=2)
    images[:, 5] = 0
    scores = scores_of(models.RoadTrackFinder(8, 10, 3, 16), images)
    assert np.all(scores[:, 5] == 0)
    assert np.isfinite(scores).all()


def test_the_same_weights_work_on_larger_layers():
    small = models.RoadTrackFinder(8, 10, 3, 16)
    images, _ = DETECTOR.batch(20, seed=3)
    padded = np.pad(images, [(0, 0), (0, 0), (4, 9), (7, 6)])
    scores = scores_of(small.with_pixels(23), padded).reshape(20, 8, 23, 23)
    np.testing.assert_allclose(scores[:, :, 4:14, 7:17].reshape(20, 8, 100), scores_of(small, images), atol=1e-6)


def test_it_learns(tmp_path):
    network = models.RoadTrackFinder(8, 10, 3, 32)
    with training.store(training.Store(tmp_path)):
        fitted = training.fit(
            network, DETECTOR, optimizer=keras.optimizers.Adam(0.005), events=25_600, seed=1, interval=12_800
        )
    predicted = training.predictions(fitted.model, DETECTOR, events=1_000, seed=1)
    measured = classification.track_finding(predicted, first_layer=3)
    assert measured.hit.mean > 0.9
    assert measured.hit.mean == measured.pixel.mean
