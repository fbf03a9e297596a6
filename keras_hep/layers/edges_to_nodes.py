"""From edges to the nodes where they end."""

import keras
from keras import ops

from keras_hep.layers.segment_operations import segment_mean, segment_sum

_REDUCTIONS = {"sum": segment_sum, "mean": segment_mean}


@keras.saving.register_keras_serializable(package="keras_hep")
class EdgesToNodes(keras.layers.Layer):
    """Collect the features of a node's edges.

    Args:
        reduction: str. "mean" or "sum".

    Input: list of tensors: edges, float, shape (edges, features); ends, int, shape (edges,), the node that each edge
    is collected at; and nodes, shape (nodes, ...), which only says how many there are. Output: float tensor, shape
    (nodes, features), 0 for a node without edges.

    Raises:
        ValueError: if the reduction is another.

    Example:

    >>> import numpy as np
    >>> edges, ends, nodes = np.array([[1.0], [3.0]]), np.array([1, 1]), np.zeros((3, 2))
    >>> np.asarray(EdgesToNodes()([edges, ends, nodes])).ravel().tolist()
    [0.0, 2.0, 0.0]
    """

    def __init__(self, reduction="mean", **kwargs):
        super().__init__(**kwargs)
        if reduction not in _REDUCTIONS:
            raise ValueError(f"reduction must be mean or sum, got {reduction!r}.")
        self.reduction = reduction

    def call(self, inputs):
        edges, ends, nodes = inputs
        return _REDUCTIONS[self.reduction](edges, ends, ops.shape(nodes)[0])

    def compute_output_spec(self, inputs):
        edges, _, nodes = inputs
        return keras.KerasTensor((nodes.shape[0], edges.shape[-1]), dtype=edges.dtype)

    def get_config(self):
        return {**super().get_config(), "reduction": self.reduction}
