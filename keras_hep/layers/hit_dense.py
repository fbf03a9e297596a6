"""Dense map of a sparse binary vector that is given as a list of hits."""

import keras
from keras import ops

from keras_hep.layers.active_pixels import unpack


@keras.saving.register_keras_serializable(package="keras_hep")
class HitDense(keras.layers.Layer):
    """A `Dense` layer that reads which inputs are 1: the product with its kernel is the sum of the rows of the hits.

    Weights and function are those of `keras.layers.Dense` on the vector of 0 and 1.

    Args:
        units: int. Size of the output.
        positions: int. Positions that a hit can have: the length of the vector of 0 and 1.
        activation: name or callable. Activation function.

    Input: int tensor, shape (..., hits): positions of the hits, each at most once, and -1 where there is none. Output:
    float tensor, shape (..., units).

    Example:

    >>> layer, dense = HitDense(units=3, positions=5), keras.layers.Dense(3)
    >>> _ = layer(ops.array([[1, 4], [2, -1]])), dense(ops.zeros((1, 5)))
    >>> layer.set_weights(dense.get_weights())
    >>> bool(ops.all(layer(ops.array([[2, -1]])) == dense(ops.array([[0, 0, 1, 0, 0]]))))
    True
    """

    def __init__(self, units, positions, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.positions = positions
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(self.positions, self.units), initializer="glorot_uniform", name="kernel")
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")

    def call(self, inputs):
        return self.activation(row_sum(self.kernel, inputs) + self.bias)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def get_config(self):
        activation = keras.activations.serialize(self.activation)
        return {**super().get_config(), "units": self.units, "positions": self.positions, "activation": activation}


def row_sum(kernel, hits):
    """Return the sum of the rows of `kernel` at `hits`, shape (..., units); -1 is the row of zeros behind the last."""
    return ops.sum(unpack(kernel, ops.cast(hits, "int32")), axis=-2)
