"""The 2D track finders: published parameter counts, and what their outputs must be."""

import keras
import numpy as np
import pytest

from keras_hep import models
from keras_hep.simulation.plane_detector import PlaneDetector

WEDGE = PlaneDetector(layers=48, pixels=48, wedge=True)


@pytest.mark.parametrize(
    ("cls", "arguments", "parameters"),
    [
        (models.TrackFinderLSTM, {"layers": 50, "pixels": 50, "hidden_units": 100}, 65_450),
        (models.TrackFinderLSTM, {"layers": 50, "pixels": 50, "hidden_units": 50}, 22_750),
        (models.TrackFinderWedgeLSTM, {"widths": WEDGE.widths(), "pixels": 48, "hidden_units": 48}, 155_758),
        (models.TrackFinderCNN, {"layers": 48, "pixels": 48, "convolutions": 10, "filters": 8}, 5_409),
        (models.TrackFinderCNN, {"layers": 48, "pixels": 48, "convolutions": 20, "filters": 8}, 11_249),
        (models.TrackFinderAutoencoder, {"layers": 48, "pixels": 48, "filters": (8, 16, 32, 64)}, 85_633),
    ],
)
def test_published_parameter_counts(cls, arguments, parameters):
    assert cls(**arguments).count_params() == parameters


@pytest.mark.parametrize(
    ("cls", "arguments", "parameters"),
    [
        (models.TrackFinderLSTM, {"layers": 8, "pixels": 6, "hidden_units": 5}, 4 * 5 * (6 + 5 + 1) + 6 * 5 + 6),
        (
            models.TrackFinderWedgeLSTM,
            {"widths": [2, 2, 4, 4, 6, 6, 6, 6], "pixels": 6, "hidden_units": 5},
            36 * 5 + 8 * 5 + 4 * 5 * (5 + 5 + 1) + 36 * 5 + 36,
        ),
        (
            models.TrackFinderCNN,
            {"layers": 8, "pixels": 6, "convolutions": 2, "filters": 3},
            (9 + 1) * 3 + (27 + 1) * 3 + 27 + 1,
        ),
    ],
)
def test_track_finder(check_layer, cls, arguments, parameters):
    images, labels = PlaneDetector(layers=8, pixels=6, seed_layers=2, background=1).batch(4, seed=1)
    labels = np.clip(labels, 2, 3)  # pixels that exist in every layer of the wedge
    inputs = images.astype(np.float32)
    model = check_layer(cls, arguments, inputs, (4, 8, 6), parameters, "sparse_categorical_crossentropy", labels)
    probability = keras.ops.convert_to_numpy(model(inputs))
    assert probability.min() >= 0
    np.testing.assert_allclose(probability.sum(axis=-1), 1, rtol=1e-6)


def test_autoencoder(check_layer):
    images, labels = PlaneDetector(layers=8, pixels=8, seed_layers=2, background=1).batch(16, seed=1)
    parameters = 10 * 2 + 19 * 3 + 28 * 3 + 28 * 2 + 19
    arguments = {"layers": 8, "pixels": 8, "filters": (2, 3)}
    loss = "sparse_categorical_crossentropy"
    check_layer(
        models.TrackFinderAutoencoder, arguments, images.astype(np.float32), (16, 8, 8), parameters, loss, labels
    )


def test_autoencoder_refuses_sizes_it_cannot_halve():
    with pytest.raises(ValueError, match="multiples of 16 to be halved 4 times, got 50 x 50"):
        models.TrackFinderAutoencoder(layers=50, pixels=50)


def test_wedge_gives_zero_probability_outside_its_pixels():
    images, _ = WEDGE.batch(3, seed=2)
    probability = keras.ops.convert_to_numpy(models.TrackFinderWedgeLSTM(WEDGE.widths())(images.astype(np.float32)))
    assert np.all(probability[:, ~WEDGE.active()] == 0)
    assert np.all(probability[:, WEDGE.active()] > 0)


def test_lstm_is_causal_and_cnn_is_not():
    images, _ = PlaneDetector(layers=8, pixels=6, seed_layers=2, background=1).batch(1, seed=3)
    images = images.astype(np.float32)
    changed = images.copy()
    changed[:, 7] = 1 - changed[:, 7]
    for cls, causal in ((models.TrackFinderLSTM, True), (models.TrackFinderCNN, False)):
        model = cls(layers=8, pixels=6)
        same = keras.ops.convert_to_numpy(model(images))[:, :7] == keras.ops.convert_to_numpy(model(changed))[:, :7]
        assert same.all() == causal
