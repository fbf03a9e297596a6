"""Messages of the nodes at the other ends of weighted edges."""

import keras
from keras import ops

from keras_hep.layers.segment_operations import segment_sum


@keras.saving.register_keras_serializable(package="keras_hep")
class WeightedNeighbourSum(keras.layers.Layer):
    """Add up, at each node, the states of the nodes that its incoming edges come from, each times the edge's weight.

    With senders and receivers exchanged it adds up over the outgoing edges.

    Input: list of tensors: nodes, float, shape (nodes, features); weights, float, shape (edges, 1); senders, int, shape
    (edges,); receivers, int, shape (edges,), where the sum is made. Output: float tensor, shape (nodes, features), 0
    for a node that is no edge's receiver.

    Example:

    >>> import numpy as np
    >>> nodes, weights = np.array([[1.0], [10.0], [100.0]]), np.array([[0.5], [1.0]])
    >>> np.asarray(WeightedNeighbourSum()([nodes, weights, np.array([0, 1]), np.array([2, 2])])).ravel().tolist()
    [0.0, 0.0, 10.5]
    """

    def call(self, inputs):
        nodes, weights, senders, receivers = inputs
        return segment_sum(weights * ops.take(nodes, senders, axis=0), receivers, ops.shape(nodes)[0])

    def compute_output_spec(self, inputs):
        return keras.KerasTensor(inputs[0].shape, dtype=self.compute_dtype)
