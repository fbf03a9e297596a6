"""Network that estimates the parameters of all tracks in an image and their covariances."""

import keras

from keras_hep.layers.track_covariance import TrackCovariance
from keras_hep.models.track_parameter_network import image_features, track_head, track_states


@keras.saving.register_keras_serializable(package="keras_hep")
class TrackParameterCovarianceNetwork(keras.Model):
    """A `TrackParameterNetwork` with a second head that writes one covariance matrix per track.

    The second head reads the same features as the first and is built like it. Layers that the networks share have the
    same names, so that the tracks can be trained first, taken over and kept as they are; the names of the second head's
    layers begin with `covariance`.

    Args:
        layers: int. Detector layers, at least 2.
        pixels: int. Pixels per layer, at least 2.
        tracks: int. Tracks that are written per image.
        hidden_units: int. Size of each head's vector and of its LSTM's state.
        filters: sequence of int. Channels of the convolutions, an even number of them.

    Input: float tensor, shape (batch, layers, pixels), 1 where a pixel fired. Output: float tensor, shape
    (batch, tracks, 5): intercept b in pixels, scaled slope m' (`TrackImages`), variance of b, covariance of b and m',
    variance of m'. The covariance matrix is positive definite.

    Raises:
        ValueError: if the number of convolutions is odd.

    Reference: Farrell et al., EPJ Web Conf. 150 (2017) 00003, Section 6 and Figure 13: 18,578,253 parameters.

    Example:

    >>> TrackParameterCovarianceNetwork().count_params()
    18578253
    """

    def __init__(self, layers=50, pixels=50, tracks=6, hidden_units=400, filters=(8, 8, 32, 32), **kwargs):
        image = keras.Input((layers, pixels), name="image")
        features = image_features(image, filters)
        parameters = track_head(features, tracks, hidden_units)
        states = track_states(features, tracks, hidden_units, "covariance")
        free = keras.layers.Dense(3, dtype="float32", name="covariance_free")(states)
        covariance = TrackCovariance(dtype="float32", name="covariance")(free)
        joined = keras.layers.Concatenate(dtype="float32", name="parameters_and_covariance")([parameters, covariance])
        super().__init__(image, joined, **kwargs)
        self.arguments = {
            "layers": layers,
            "pixels": pixels,
            "tracks": tracks,
            "hidden_units": hidden_units,
            "filters": [int(channels) for channels in filters],
        }

    def get_config(self):
        return {**self.arguments, "name": self.name, "trainable": self.trainable}
