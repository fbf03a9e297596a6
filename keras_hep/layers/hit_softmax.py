"""Softmax over those pixels of a layer that fired."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_hep")
class HitSoftmax(keras.layers.Layer):
    """Softmax over the pixels that fired; 0 everywhere if none did.

    Input: a list of logits and of 0 or 1, both float tensors of shape (..., pixels). Output: float32 tensor of this
    shape.

    Example:

    >>> import numpy as np
    >>> np.asarray(HitSoftmax()([ops.array([[1.0, 5.0, 1.0]]), ops.array([[1.0, 0.0, 1.0]])])).tolist()
    [[0.5, 0.0, 0.5]]
    """

    def __init__(self, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})

    def call(self, inputs):
        logits, fired = inputs
        highest = ops.stop_gradient(ops.max(ops.where(fired > 0, logits, -1e9), axis=-1, keepdims=True))
        # A pixel without a hit may have the highest logit of all: it must not overflow before it is dropped.
        weights = fired * ops.exp(ops.minimum(logits - highest, 0.0))
        return weights / ops.maximum(ops.sum(weights, axis=-1, keepdims=True), 1e-9)

    def compute_output_shape(self, input_shape):
        return tuple(input_shape[0])

    def get_config(self):
        return super().get_config()
