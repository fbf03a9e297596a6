"""The networks that estimate track parameters: published parameter counts, and how they hang together."""

import json

import keras
import numpy as np
import pytest

from keras_hep import models
from keras_hep.simulation.track_images import TrackImages

SMALL = {"layers": 8, "pixels": 6, "tracks": 2, "hidden_units": 5, "filters": (2, 3)}
NETWORKS = [models.TrackParameterNetwork, models.TrackParameterCovarianceNetwork]
CONVOLUTIONS = 10 * 2 + 19 * 3
HEAD = (4 * 3 * 3 + 1) * 5 + 4 * 5 * (5 + 5 + 1)


def batch(events=6):
    images, parameters, _ = TrackImages(8, 6, slots=2, tracks=2, tracks_law="fixed").batch(events, seed=1)
    return images.astype(np.float32), parameters


@pytest.mark.parametrize("tracks", [1, 6])
@pytest.mark.parametrize(("cls", "parameters"), list(zip(NETWORKS, (9_295_050, 18_578_253), strict=True)))
def test_published_parameter_counts(cls, parameters, tracks):
    model = cls(tracks=tracks)
    assert model.count_params() == parameters
    assert model.get_layer("pool").output.shape == (None, 25, 25, 8)
    assert model.get_layer("flatten").output.shape == (None, 20_000)


def test_parameter_network(check_layer):
    images, parameters = batch()
    model = check_layer(NETWORKS[0], SMALL, images, (6, 2, 2), CONVOLUTIONS + HEAD + 12, targets=parameters)
    assert [layer.name for layer in model.layers] == [
        *("image", "channel", "conv_1", "relu_1", "pool", "conv_2", "relu_2", "flatten"),
        *("track_vector", "track_repeat", "track_lstm", "track_parameters"),
    ]


def test_covariance_network(check_layer):
    images, _ = batch()
    model = check_layer(NETWORKS[1], SMALL, images, (6, 2, 5), CONVOLUTIONS + 2 * HEAD + 12 + 18)
    _, _, intercept, covariance, slope = np.moveaxis(keras.ops.convert_to_numpy(model(images)).astype(float), -1, 0)
    assert np.all(intercept > 0)
    assert np.all(intercept * slope > covariance**2)


def test_layers_of_the_same_name_give_the_same_tracks():
    images, _ = batch()
    tracks, both = NETWORKS[0](**SMALL), NETWORKS[1](**SMALL)
    shared = {layer.name for layer in tracks.layers} & {layer.name for layer in both.layers}
    assert shared == {layer.name for layer in tracks.layers}
    assert all(layer.name.startswith("covariance") for layer in both.layers[:-1] if layer.name not in shared)
    for layer in tracks.layers:
        both.get_layer(layer.name).set_weights(layer.get_weights())
    joined = keras.ops.convert_to_numpy(both(images))
    np.testing.assert_allclose(joined[..., :2], keras.ops.convert_to_numpy(tracks(images)), rtol=1e-6)


@pytest.mark.parametrize("cls", NETWORKS)
def test_each_track_is_written_by_the_lstm_in_turn(cls):
    """The first tracks do not depend on how many are written."""
    images, _ = batch()
    more, fewer = cls(**{**SMALL, "tracks": 4}), cls(**SMALL)
    fewer.set_weights(more.get_weights())
    outputs = [keras.ops.convert_to_numpy(model(images)) for model in (more, fewer)]
    np.testing.assert_allclose(outputs[0][:, :2], outputs[1], rtol=1e-5, atol=1e-6)
    assert np.abs(np.diff(outputs[0], axis=1)).min() > 0


@pytest.mark.parametrize("cls", NETWORKS)
def test_the_head_is_linear_in_the_image_vector(cls):
    config = json.dumps(cls(**SMALL).get_layer("track_vector").get_config())
    assert '"activation": "linear"' in config


@pytest.mark.parametrize("cls", NETWORKS)
@pytest.mark.parametrize("filters", [(), (2, 3, 4)])
def test_the_pooling_has_as_many_convolutions_on_either_side(cls, filters):
    with pytest.raises(ValueError, match="even number of convolutions"):
        cls(**{**SMALL, "filters": filters})
