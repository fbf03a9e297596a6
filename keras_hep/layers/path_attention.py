"""Graph attention on paths: every hit reads itself and its neighbours along its own track."""

import keras
from keras import ops

_ABSENT = float("-inf")  # logit of a neighbour that is not there: its share of the attention is exactly 0


@keras.saving.register_keras_serializable(package="keras_hep")
class PathAttention(keras.layers.Layer):
    """Graph attention layer on tracks that stand one behind the other, hits in their order.

    With h = W x, hit i attends to j = i - 1, i, i + 1 of its own track by
    a_ij = softmax_j(LeakyReLU(a_source h_j + a_target h_i)) and becomes sum_j a_ij h_j + b. A path needs no list of
    edges: neighbours are the same array shifted by one row, masked where a track begins or ends.

    Args:
        units: int. Width of the output.
        negative_slope: float. Of the leaky rectifier.
        kernel_initializer: Keras initializer, or its name. For W and both attention vectors.

    Input: list of tensors: hits, float, shape (hits, features); first, float or bool, shape (hits,), 1 where a track
    begins. Output: float tensor, shape (hits, units).

    Raises:
        ValueError: if `units` is below 1.

    Reference: Velickovic et al., arXiv:1710.10903, with one head; for tracks: TrackGANN (slides, 2025), "Encoder",
        where a plus stands for the concatenation of the two hits.

    Example:

    >>> import numpy as np
    >>> layer = PathAttention(1, kernel_initializer="zeros")
    >>> hits, first = np.array([[3.0], [6.0], [9.0], [5.0]], "float32"), np.array([True, False, False, True])
    >>> layer.build([hits.shape, first.shape])
    >>> kernel = layer.kernel.assign([[1.0]])  # the attention vectors stay 0: means over the neighbourhoods
    >>> np.asarray(layer([hits, first])).ravel().round(4).tolist()
    [4.5, 6.0, 7.5, 5.0]
    """

    def __init__(self, units, negative_slope=0.2, kernel_initializer="glorot_uniform", **kwargs):
        super().__init__(**kwargs)
        if units < 1:
            raise ValueError(f"units must be at least 1, got {units}.")
        self.units = units
        self.negative_slope = negative_slope
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape):
        width = input_shape[0][-1]
        self.kernel = self.add_weight((width, self.units), self.kernel_initializer, name="kernel")
        self.source = self.add_weight((self.units, 1), self._again(), name="source")
        self.target = self.add_weight((self.units, 1), self._again(), name="target")
        self.bias = self.add_weight((self.units,), "zeros", name="bias")

    def _again(self):
        """Return another initializer of the same kind, so that both vectors are drawn independently."""
        return self.kernel_initializer.clone()

    def call(self, inputs):
        hits, first = inputs
        features = ops.matmul(hits, self.kernel)
        # One product gives both halves of the attention of all hits.
        halves = ops.matmul(features, ops.concatenate([self.source, self.target], axis=1))
        source, target = ops.split(halves, 2, axis=1)
        begins = ops.cast(first, "bool")[:, None]
        has_previous, has_next = ops.logical_not(begins), ops.logical_not(_following(begins))
        logits = ops.concatenate([_previous(source), source, _following(source)], axis=1) + target
        present = ops.concatenate([has_previous, ops.ones_like(has_previous), has_next], axis=1)
        logits = ops.where(present, ops.leaky_relu(logits, self.negative_slope), _ABSENT)
        of_previous, own, of_following = ops.split(ops.softmax(logits, axis=1), 3, axis=1)
        total = of_previous * _previous(features) + own * features
        return total + of_following * _following(features) + self.bias

    def compute_output_spec(self, inputs):
        return keras.KerasTensor((inputs[0].shape[0], self.units), dtype=self.compute_dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "negative_slope": self.negative_slope,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }


def _previous(values):
    """Return for each row the row before it; the first gets the last, which no track joins it to."""
    return ops.roll(values, 1, axis=0)


def _following(values):
    """Return for each row the row behind it; the last gets the first, which begins a track."""
    return ops.roll(values, -1, axis=0)
