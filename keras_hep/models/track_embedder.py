"""The published network that puts tracks of one event close to each other: a Siamese network's encoder."""

import keras

_EPSILON = 1e-5  # of all layer normalisations


@keras.saving.register_keras_serializable(package="keras_hep")
class TrackEmbedder(keras.Model):
    """Make a unit vector of each track, from the coordinates of its hits in a row.

    A dense layer, residual blocks of two dense layers each behind a layer normalisation, one more normalisation and a
    dense layer. Every track is read by the same weights and alone, so the order of tracks changes nothing; their
    distances say which of them belong together. A coordinate is known by its place in the row: a track with a missing
    hit is another vector, not the same one with a gap.

    Args:
        stations: int. Hits of a complete track.
        units: int. Width between blocks.
        hidden_units: int. Width inside a block.
        blocks: int.
        features: int. Width of the embedding.
        dropout: float. Share of values dropped in training behind each dense layer of a block.

    Input: float tensor, shape (slices, tracks, stations, 3), 0 where there is no hit, as from
    `keras_hep.tracking.track_row_streams.TrackRowStream`. Output: float tensor, shape (slices, tracks, features):
    vectors of length 1.

    Raises:
        ValueError: if there is no station, block or feature.

    Reference: public code of M. Borisov and P. Goncharov (t3hseus/spd-timeslice-unravelling, 2024): 150,304 parameters.
    Differs: the authors normalise the length in the loss only, and cluster vectors of any length.

    Example:

    >>> import numpy as np
    >>> network = TrackEmbedder()
    >>> tracks = np.zeros((2, 7, 35, 3))
    >>> network.count_params(), tuple(network(tracks).shape)
    (150304, (2, 7, 32))
    """

    def __init__(self, stations=35, units=128, hidden_units=256, blocks=2, features=32, dropout=0.1, **kwargs):
        for name, value, least in (("stations", stations, 1), ("blocks", blocks, 0), ("features", features, 1)):
            if value < least:
                raise ValueError(f"{name} must be at least {least}, got {value}.")
        tracks = keras.Input((None, stations, 3), name="tracks")
        rows = keras.layers.Reshape((-1, 3 * stations), name="row")(tracks)
        hidden = keras.layers.Dense(units, name="projection", **_initial(3 * stations))(rows)
        for number in range(1, blocks + 1):
            hidden = _block(hidden, hidden_units, dropout, f"block_{number}")
        hidden = keras.layers.LayerNormalization(epsilon=_EPSILON, name="normalisation")(hidden)
        embedded = keras.layers.Dense(features, name="embedding", dtype="float32", **_initial(units))(hidden)
        super().__init__(tracks, keras.layers.UnitNormalization(name="direction", dtype="float32")(embedded), **kwargs)
        self.arguments = {
            "stations": stations,
            "units": units,
            "hidden_units": hidden_units,
            "blocks": blocks,
            "features": features,
            "dropout": dropout,
        }

    def get_config(self):
        return {**self.arguments, "name": self.name, "trainable": self.trainable}


def _block(values, hidden_units, dropout, name):
    units = values.shape[-1]
    hidden = keras.layers.LayerNormalization(epsilon=_EPSILON, name=f"{name}_normalisation")(values)
    hidden = keras.layers.Dense(hidden_units, activation="gelu", name=f"{name}_1", **_initial(units))(hidden)
    hidden = keras.layers.Dropout(dropout, name=f"{name}_dropout_1")(hidden)
    hidden = keras.layers.Dense(units, name=f"{name}_2", **_initial(hidden_units))(hidden)
    hidden = keras.layers.Dropout(dropout, name=f"{name}_dropout_2")(hidden)
    return keras.layers.Add(name=f"{name}_sum")([values, hidden])


def _initial(fan_in):
    """Return the original's initialisers of kernel and bias: uniform within one over the root of the inputs."""
    limit = fan_in**-0.5
    kernel, bias = (keras.initializers.RandomUniform(-limit, limit) for _ in range(2))
    return {"kernel_initializer": kernel, "bias_initializer": bias}
