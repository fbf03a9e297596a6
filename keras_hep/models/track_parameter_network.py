"""Network that estimates the parameters of all tracks in an image."""

import keras

from keras_hep.layers.original_lstm import original_lstm


@keras.saving.register_keras_serializable(package="keras_hep")
class TrackParameterNetwork(keras.Model):
    """Convolutions read the image, an LSTM writes one line per track.

    Two halves of 3 x 3 convolutions, each followed by a ReLU, with 2 x 2 max pooling between them; a linear dense layer
    gives one vector per image. An LSTM reads the same vector once per track, and a linear map turns each of its states
    into a track. Convolutions and their activations are layers of their own (`conv_1`, `relu_1`, ...).

    Args:
        layers: int. Detector layers, at least 2.
        pixels: int. Pixels per layer, at least 2.
        tracks: int. Tracks that are written per image. Their number is not estimated: where an image has fewer, the
            further ones mean nothing.
        hidden_units: int. Size of the image's vector and of the LSTM's state.
        filters: sequence of int. Channels of the convolutions, an even number of them.

    Input: float tensor, shape (batch, layers, pixels), 1 where a pixel fired. Output: float tensor, shape
    (batch, tracks, 2): intercept in pixels and scaled slope (`TrackImages`), by ascending intercept.

    Raises:
        ValueError: if the number of convolutions is odd.

    Reference: Farrell et al., EPJ Web Conf. 150 (2017) 00003, Section 6 and Figure 11: 9,295,050 parameters.

    Example:

    >>> TrackParameterNetwork().count_params()
    9295050
    """

    def __init__(self, layers=50, pixels=50, tracks=6, hidden_units=400, filters=(8, 8, 32, 32), **kwargs):
        image = keras.Input((layers, pixels), name="image")
        parameters = track_head(image_features(image, filters), tracks, hidden_units)
        super().__init__(image, parameters, **kwargs)
        self.arguments = {
            "layers": layers,
            "pixels": pixels,
            "tracks": tracks,
            "hidden_units": hidden_units,
            "filters": [int(channels) for channels in filters],
        }

    def get_config(self):
        return {**self.arguments, "name": self.name, "trainable": self.trainable}


def image_features(image, filters):
    """Apply the convolutions and the pooling between their halves; return the flattened features."""
    if len(filters) % 2 or not len(filters):
        raise ValueError(
            f"filters needs an even number of convolutions, half of them on either side of the pooling, got {filters}: "
            "add or remove one."
        )
    features = keras.layers.Reshape((*image.shape[1:], 1), name="channel")(image)
    for number, channels in enumerate(filters, 1):
        features = keras.layers.Conv2D(channels, 3, padding="same", name=f"conv_{number}")(features)
        features = keras.layers.ReLU(name=f"relu_{number}")(features)
        if number == len(filters) // 2:
            features = keras.layers.MaxPooling2D(2, name="pool")(features)
    return keras.layers.Flatten(name="flatten")(features)


def track_head(features, tracks, hidden_units):
    """Return the parameters of the tracks, from the flattened features."""
    states = track_states(features, tracks, hidden_units, "track")
    return keras.layers.Dense(2, dtype="float32", name="track_parameters")(states)


def track_states(features, tracks, hidden_units, name):
    """Return one state of an LSTM per track, from the flattened features; `name` begins the names of its layers."""
    vector = keras.layers.Dense(hidden_units, name=f"{name}_vector")(features)
    repeated = keras.layers.RepeatVector(tracks, name=f"{name}_repeat")(vector)
    return original_lstm(hidden_units, return_sequences=True, name=f"{name}_lstm")(repeated)
