"""A dense layer on an edge and the nodes at its ends."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_hep")
class EdgeDense(keras.layers.Layer):
    """Dense layer on the concatenation of an edge's features, those of its sender and those of its receiver.

    What belongs to a node is multiplied once per node, not once per edge: the same sum in another order, at a fraction
    of the cost where nodes have many edges.

    Args:
        units: int. Width of the output.
        difference: bool. Let the concatenation hold the difference sender minus receiver as well.
        kernel_initializer: Keras initializer, or its name. For the kernel of the whole concatenation.
        bias_initializer: Keras initializer, or its name.

    Input: list of tensors: nodes, float, shape (nodes, features); senders, int, shape (edges,); receivers, int, shape
    (edges,); and, or not, edges, float, shape (edges, edge features). Output: float tensor, shape (edges, units). The
    rows of the kernel belong to receiver, sender, difference (if any), edge (if any), in this order.

    Raises:
        ValueError: if `units` is below 1.

    Example:

    >>> import numpy as np
    >>> layer = EdgeDense(1, kernel_initializer="ones")
    >>> nodes, senders, receivers = np.array([[1.0], [2.0], [4.0]]), np.array([0, 1]), np.array([1, 2])
    >>> np.asarray(layer([nodes, senders, receivers])).tolist()
    [[3.0], [6.0]]
    """

    def __init__(
        self, units, difference=False, kernel_initializer="glorot_uniform", bias_initializer="zeros", **kwargs
    ):
        super().__init__(**kwargs)
        if units < 1:
            raise ValueError(f"units must be at least 1, got {units}.")
        self.units = units
        self.difference = difference
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)

    def build(self, input_shape):
        width = input_shape[0][-1]
        rows = [width, width] + [width] * self.difference + [shape[-1] for shape in input_shape[3:]]
        self.kernel = self.add_weight((sum(rows), self.units), self.kernel_initializer, name="kernel")
        self.bias = self.add_weight((self.units,), self.bias_initializer, name="bias")

    def call(self, inputs):
        nodes, senders, receivers, *edges = inputs
        width, parts = nodes.shape[-1], 3 if self.difference else 2
        of_receiver, of_sender, *rest = [self.kernel[part * width : (part + 1) * width] for part in range(parts)]
        if rest:
            of_receiver, of_sender = of_receiver - rest[0], of_sender + rest[0]
        total = ops.take(ops.matmul(nodes, of_sender) + self.bias, senders, axis=0)
        total = total + ops.take(ops.matmul(nodes, of_receiver), receivers, axis=0)
        return total + ops.matmul(edges[0], self.kernel[parts * width :]) if edges else total

    def compute_output_spec(self, inputs):
        return keras.KerasTensor((inputs[1].shape[0], self.units), dtype=self.compute_dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "difference": self.difference,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer),
        }
