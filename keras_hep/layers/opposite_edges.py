"""What the opposite of each edge has."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_hep")
class OppositeEdges(keras.layers.Layer):
    """Give each edge the features of its opposite.

    Input: list of tensors: edges, float, shape (edges, features), and reverse, int, shape (edges,), the index of each
    edge's opposite. Output: float tensor, shape (edges, features).

    Example:

    >>> import numpy as np
    >>> np.asarray(OppositeEdges()([np.array([[1.0], [2.0], [3.0]]), np.array([1, 0, 2])])).ravel().tolist()
    [2.0, 1.0, 3.0]
    """

    def call(self, inputs):
        edges, reverse = inputs
        return ops.take(edges, reverse, axis=0)

    def compute_output_spec(self, inputs):
        return keras.KerasTensor(inputs[0].shape, dtype=self.compute_dtype)
