"""The part of each detector layer that a seed can lead to."""

import keras
import numpy as np
from keras import ops

from keras_hep.layers.plane_window import window


def road_side(layers, seed_layers):
    """Return the side of the square of pixels that holds every straight track of a seed, in each layer.

    A track that crosses pixel a of the first seed layer and pixel b of the last can cross, in layer l, the pixels from
    a + floor(t (b - a)) - ceil(t - 1) to a + floor(t (b - a)) + ceil(t + f) - 1, with t = l / (seed_layers - 1) and f
    the part behind the decimal point of t (b - a).

    Args:
        layers: int. Detector layers.
        seed_layers: int. Seed layers, at least 2.

    Example:

    >>> road_side(layers=10, seed_layers=3)
    9
    """
    gaps = seed_layers - 1
    largest = -((-(layers - 1) - (gaps - 1)) // gaps) - 1  # f is at most (gaps - 1) / gaps
    return 2 * max(largest, -(-(layers - 1 - gaps) // gaps)) + 1


@keras.saving.register_keras_serializable(package="keras_hep")
class SeedRoad(keras.layers.Layer):
    """Cut out of every layer behind the seed the square of pixels around the line through the seed's hits.

    The squares hold every straight track that agrees with the seed, whatever the size of the layers: a network behind
    it works for layers of any size. Pixels beyond the edge of a layer read 0.

    Args:
        seed_layers: int. First layers, which hold one hit each, at least 2.

    Input: float tensor, shape (batch, layers, pixels, pixels), 1 where a pixel fired. Output: three float tensors:
    `road`, shape (batch, layers - seed_layers, side, side), with side = `road_side(layers, seed_layers)`; `seed`, shape
    (batch, 2 (seed_layers - 1)), where within its pixels the seed's line runs: for both axes the rest of dividing its
    rise by the number of gaps, and the offsets of the seed hits in between; and `corner`, shape (batch, layers -
    seed_layers, 2), the pixel (x, y) at index (0, 0) of the road.

    Raises:
        ValueError: if `seed_layers` is below 2.

    Example:

    >>> image = np.zeros((1, 4, 5, 5), "float32")
    >>> image[0, [0, 1, 2, 3], [0, 1, 2, 3], 2] = 1
    >>> road, seed, corner = SeedRoad(seed_layers=3)(image)
    >>> np.argwhere(road)[0].tolist(), np.asarray(corner)[0, 0].tolist()
    ([0, 0, 1, 1], [2.0, 1.0])
    """

    def __init__(self, seed_layers=3, **kwargs):
        super().__init__(autocast=False, **{"dtype": "float32", **kwargs})
        if seed_layers < 2:
            raise ValueError(f"seed_layers must be at least 2 to give a direction, got {seed_layers}.")
        self.seed_layers = seed_layers

    def call(self, images):
        layers, pixels, gaps = images.shape[1], images.shape[2], self.seed_layers - 1
        rows, seeds = [], []
        for axis in (3, 2):
            hits = ops.sum(ops.sum(images[:, : gaps + 1], axis=axis) * np.arange(pixels, dtype="float32"), axis=2)
            # Half a step keeps the floor of whole numbers from rounding down.
            line = ops.floor(((hits[:, -1:] - hits[:, :1]) * np.arange(layers, dtype="float32") + 0.5) / gaps)
            rest = (hits[:, -1] - hits[:, 0]) / gaps - ops.floor((hits[:, -1] - hits[:, 0] + 0.5) / gaps)
            rows.append(hits[:, :1] + line[:, gaps + 1 :])
            seeds += [rest[:, None], hits[:, 1:-1] - hits[:, :1] - line[:, 1:gaps]]
        side = road_side(layers, self.seed_layers)
        corner = ops.stack(rows, axis=-1) - side // 2
        return window(images[:, gaps + 1 :], corner, side), ops.concatenate(seeds, axis=1), corner

    def compute_output_spec(self, images):
        batch, layers, *_ = images.shape
        side, behind = road_side(layers, self.seed_layers), layers - self.seed_layers
        shapes = (batch, behind, side, side), (batch, 2 * (self.seed_layers - 1)), (batch, behind, 2)
        return tuple(keras.KerasTensor(shape, dtype="float32") for shape in shapes)

    def get_config(self):
        return {**super().get_config(), "seed_layers": self.seed_layers}
