"""The first TrackNET: whether a seed is a track, and where it goes on."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_hep")
class TrackNETv1(keras.Model):
    """A convolution and two recurrent layers over the hits of a seed; one prediction after its last hit.

    Args:
        coordinates: int. 3: x, y, z of each hit.
        hidden_units: pair of int. Filters and width of the first recurrent layer, and width of the second.

    Input: float tensor, shape (batch, hits, coordinates), scaled; zeros behind the last hit do not count. Output:
    dict of float tensors: `probability`, shape (batch, 1), that the seed is of a track; `ellipse`, shape (batch, 4):
    x and y on the next station and two semi-axes.

    Reference: the authors' first public code (2018), quoted in later work; 9,269 parameters, 64 of which are moving
        statistics of batch normalisation.

    Example:

    >>> TrackNETv1().count_params()
    9269
    """

    def __init__(self, coordinates=3, hidden_units=(32, 16), **kwargs):
        first, second = hidden_units
        points = keras.Input((None, coordinates), name="points")
        exists = ops.any(ops.not_equal(points, 0.0), axis=-1)
        hidden = keras.layers.Conv1D(first, 3, padding="same", activation="relu", name="convolution")(points)
        hidden = keras.layers.BatchNormalization(name="normalisation")(hidden)
        hidden = keras.layers.GRU(first, return_sequences=True, name="gru_1")(hidden, mask=exists)
        hidden = keras.layers.GRU(second, name="gru_2")(hidden, mask=exists)
        probability = keras.layers.Dense(1, activation="sigmoid", name="probability")(hidden)
        centre = keras.layers.Dense(2, name="centre")(hidden)
        sizes = keras.layers.Dense(2, activation="softplus", name="size")(hidden)
        ellipse = keras.layers.Concatenate(name="ellipse")([centre, sizes])
        super().__init__(points, {"probability": probability, "ellipse": ellipse}, **kwargs)
        self.arguments = {"coordinates": coordinates, "hidden_units": tuple(hidden_units)}

    def get_config(self):
        return {**self.arguments, "name": self.name, "trainable": self.trainable}
