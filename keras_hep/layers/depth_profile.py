"""Energy and hits of showers in each layer of a calorimeter, from lists of hits."""

import math

import keras
from keras import ops

THRESHOLDS = (0.1, 0.3, 1.0, 3.0, 10.0)  # GeV


@keras.saving.register_keras_serializable(package="keras_hep")
class DepthProfile(keras.layers.Layer):
    """Sum energies of hits over each layer, and count the hits.

    Args:
        shape: tuple of int. Cells of the window along each axis, the layers in depth last.
        thresholds: sequence of float. Rising; hits above each of these energies are counted, GeV. Those of a layer are
            counted above the first one.

    Input: a list of `place` and `energy`, shape (hits,), and any tensor whose first axis is that of the showers, as of
    `ScatterCells`. Energies of one cell do not add up for the counts.
    Output: list of three float32 tensors: energy of each layer, GeV, and number of hits of each layer, both of shape
    (showers, layers); and number of hits above each threshold, shape (showers, thresholds).

    Raises:
        ValueError: if the shape is not of positive numbers, or thresholds do not rise from a positive one on.

    Example: the last hit is none.

    >>> import numpy as np
    >>> place, energy = np.array([0, 2, 5, 0], "int32"), np.array([1.0, 2.0, 0.2, 0.0], "float32")
    >>> energies, hits, above = DepthProfile((2, 2), (0.1, 0.5))([place, energy, np.zeros((2, 4), "float32")])
    >>> np.asarray(energies).round(1).tolist(), np.asarray(hits).tolist(), np.asarray(above).tolist()
    ([[3.0, 0.0], [0.0, 0.20000000298023224]], [[2.0, 0.0], [0.0, 1.0]], [[2.0, 2.0], [1.0, 0.0]])
    """

    def __init__(self, shape, thresholds=THRESHOLDS, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})
        self.shape, self.thresholds = tuple(map(int, shape)), [float(energy) for energy in thresholds]
        if not self.shape or min(self.shape) < 1:
            raise ValueError(f"shape must be positive numbers of cells, one or more, got {list(shape)}.")
        if not self.thresholds or self.thresholds != sorted({*self.thresholds}) or self.thresholds[0] <= 0:
            raise ValueError(f"thresholds must rise from a positive energy on, got {list(thresholds)}.")

    def call(self, inputs):
        place, energy, of_showers = inputs
        showers, layers = ops.shape(of_showers)[0], self.shape[-1]
        energy = ops.cast(energy, "float32")
        shower = ops.expand_dims(place // math.prod(self.shape), -1)
        above = [ops.cast(energy > threshold, "float32") for threshold in self.thresholds]
        rows = shower * layers + ops.expand_dims(place % layers, -1)
        profile = ops.scatter(rows, ops.stack([energy, above[0]], axis=-1), (showers * layers, 2))
        profile = ops.reshape(profile, (showers, layers, 2))
        return [
            profile[..., 0],
            profile[..., 1],
            ops.scatter(shower, ops.stack(above, axis=-1), (showers, len(above))),
        ]

    def compute_output_shape(self, input_shape):
        showers = input_shape[2][0]
        return [(showers, self.shape[-1]), (showers, self.shape[-1]), (showers, len(self.thresholds))]

    def get_config(self):
        return {**super().get_config(), "shape": list(self.shape), "thresholds": self.thresholds}
