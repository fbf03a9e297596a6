"""Mean of the hits of each track."""

import keras
from keras import ops

from keras_hep.layers.segment_operations import segment_sum


@keras.saving.register_keras_serializable(package="keras_hep")
class TrackMean(keras.layers.Layer):
    """Average what belongs to hits over the hits of each track.

    Input: list of tensors: hits, float, shape (hits, features); track, int, shape (hits,), the track of each hit; and
    hit_counts, float or int, shape (tracks,). Output: float tensor, shape (tracks, features), 0 for a track without
    hits.

    Example:

    >>> import numpy as np
    >>> hits, track, counts = np.array([[1.0], [3.0], [8.0]]), np.array([0, 0, 2]), np.array([2, 0, 1])
    >>> np.asarray(TrackMean()([hits, track, counts])).ravel().tolist()
    [2.0, 0.0, 8.0]
    """

    def call(self, inputs):
        hits, track, counts = inputs
        counts = ops.maximum(ops.cast(counts, self.compute_dtype), 1)[:, None]
        return segment_sum(hits, track, ops.shape(counts)[0]) / counts

    def compute_output_spec(self, inputs):
        shape = (inputs[2].shape[0], inputs[0].shape[-1])
        return keras.KerasTensor(shape, dtype=self.compute_dtype)
