"""The second TrackNET: where a seed goes on, told the z of the next station."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_hep")
class TrackNETv2(keras.Model):
    """A convolution and two recurrent layers over the hits of a seed; an ellipse on the next station.

    Args:
        coordinates: int. 4: x, y, z of each hit and z of the station after it.
        hidden_units: pair of int. Filters and width of the first recurrent layer, and width of the second.

    Input: float tensor, shape (batch, hits, coordinates), scaled; zeros behind the last hit do not count. Output:
    float tensor, shape (batch, 4): x and y on the next station and two semi-axes.

    Reference: the authors' public Keras code of TrackNETv2; 9,348 parameters, 64 of which are moving statistics of
        batch normalisation.
    Differs: it may only be asked about the last hit: the convolution sees one hit ahead of each other one.

    Example:

    >>> TrackNETv2().count_params()
    9348
    """

    def __init__(self, coordinates=4, hidden_units=(32, 16), **kwargs):
        first, second = hidden_units
        points = keras.Input((None, coordinates), name="points")
        exists = ops.any(ops.not_equal(points, 0.0), axis=-1)
        hidden = keras.layers.Conv1D(first, 3, padding="same", name="convolution")(points)
        hidden = keras.layers.BatchNormalization(name="normalisation")(hidden)
        hidden = keras.layers.ReLU(name="relu")(hidden)
        hidden = keras.layers.GRU(first, return_sequences=True, name="gru_1")(hidden, mask=exists)
        hidden = keras.layers.GRU(second, name="gru_2")(hidden, mask=exists)
        centre = keras.layers.Dense(2, name="centre")(hidden)
        sizes = keras.layers.Dense(2, activation="softplus", name="size")(hidden)
        super().__init__(points, keras.layers.Concatenate(name="ellipse")([centre, sizes]), **kwargs)
        self.arguments = {"coordinates": coordinates, "hidden_units": tuple(hidden_units)}

    def get_config(self):
        return {**self.arguments, "name": self.name, "trainable": self.trainable}
