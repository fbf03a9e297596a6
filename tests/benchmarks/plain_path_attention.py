"""Graph attention with a list of edges, as graph libraries do it: gather the ends, softmax by receiver, add up."""

import keras
from keras import ops


class GatheredAttention(keras.layers.Layer):
    """The attention of `keras_hep.layers.PathAttention`, for any graph; weights of the same names and shapes.

    Input: list of hits, senders and receivers, the edges of every hit to itself among them.
    """

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        width = input_shape[0][-1]
        self.kernel = self.add_weight((width, self.units), "glorot_uniform", name="kernel")
        self.source = self.add_weight((self.units, 1), "glorot_uniform", name="source")
        self.target = self.add_weight((self.units, 1), "glorot_uniform", name="target")
        self.bias = self.add_weight((self.units,), "zeros", name="bias")

    def call(self, inputs):
        hits, senders, receivers = inputs
        features, number = ops.matmul(hits, self.kernel), ops.shape(hits)[0]
        of_senders = ops.take(features, senders, axis=0)
        logits = ops.matmul(of_senders, self.source) + ops.take(ops.matmul(features, self.target), receivers, axis=0)
        logits = ops.leaky_relu(logits, 0.2)
        largest = ops.segment_max(ops.stop_gradient(logits), receivers, num_segments=number)
        shares = ops.exp(logits - ops.take(largest, receivers, axis=0))
        shares = shares / ops.take(ops.segment_sum(shares, receivers, num_segments=number), receivers, axis=0)
        return ops.segment_sum(shares * of_senders, receivers, num_segments=number) + self.bias

    def compute_output_spec(self, inputs):
        return keras.KerasTensor((inputs[0].shape[0], self.units), dtype=self.compute_dtype)
