"""The way back from the road of a seed to whole detector layers."""

import keras

from keras_hep.layers.plane_window import window


@keras.saving.register_keras_serializable(package="keras_hep")
class RoadToLayers(keras.layers.Layer):
    """Put values of a `SeedRoad` back to their place in whole layers; all other pixels are 0.

    Args:
        pixels: int. Pixels per layer, along each of its two axes.

    Input: a list of `road`, shape (batch, layers, side, side), and `corner`, shape (batch, layers, 2), as from
    `SeedRoad`. Output: float tensor, shape (batch, layers, pixels, pixels). Values beyond the edge are dropped.

    Example:

    >>> import numpy as np
    >>> whole = RoadToLayers(pixels=3)([np.ones((1, 1, 2, 2), "float32"), np.array([[[2.0, 0.0]]], "float32")])
    >>> np.asarray(whole)[0, 0].tolist()
    [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [1.0, 1.0, 0.0]]
    """

    def __init__(self, pixels, **kwargs):
        super().__init__(autocast=False, **{"dtype": "float32", **kwargs})
        self.pixels = pixels

    def call(self, inputs):
        road, corner = inputs
        return window(road, -corner, self.pixels)

    def compute_output_shape(self, input_shape):
        return (*input_shape[0][:2], self.pixels, self.pixels)

    def get_config(self):
        return {**super().get_config(), "pixels": self.pixels}
