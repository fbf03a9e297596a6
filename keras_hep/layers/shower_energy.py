"""Total energy of shower images."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_hep")
class ShowerEnergy(keras.layers.Layer):
    """Sum of all cells of each image.

    Input: float tensor, shape (batch, across, along, layers, 1), cell energies. Output: shape (batch, 1).

    Example:

    >>> import numpy as np
    >>> np.asarray(ShowerEnergy()(np.ones((1, 2, 2, 3, 1)))).tolist()
    [[12.0]]
    """

    def call(self, inputs):
        return ops.sum(inputs, axis=(1, 2, 3))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], 1)
