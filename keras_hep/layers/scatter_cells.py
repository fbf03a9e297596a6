"""Images of showers, made of lists of cells with energy where the network computes."""

import math

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_hep")
class ScatterCells(keras.layers.Layer):
    """Make the images of a batch of showers from one list of all their cells with energy.

    A list has a twentieth of the size of the images: a batch of 1,000 showers of the published window is 6 MB instead
    of 91 MB on its way to the device.

    Args:
        shape: tuple of int. Cells of the window along each axis.

    Input: a list of `place`, int tensor, shape (hits,): number of the shower in the batch, times the cells of a window,
    plus the place of the cell in its window, flat; `energy`, float tensor, shape (hits,); and any tensor whose first
    axis is that of the showers. Energies of one place add up, so that a list is padded by an energy of 0 at place 0.
    Output: float32 tensor, shape (showers, *shape, 1).

    Raises:
        ValueError: if the shape is not of positive numbers.

    Example:

    >>> import numpy as np
    >>> place, energy = np.array([1, 3, 3, 0], "int32"), np.array([5.0, 1.0, 2.0, 0.0])
    >>> np.asarray(ScatterCells((2,))([place, energy, np.zeros((2, 4))]))[..., 0].tolist()
    [[0.0, 5.0], [0.0, 3.0]]
    """

    def __init__(self, shape, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})
        self.shape = tuple(int(number) for number in shape)
        if not self.shape or min(self.shape) < 1:
            raise ValueError(f"shape must be positive numbers of cells, one or more, got {list(shape)}.")

    def call(self, inputs):
        place, energy, of_showers = inputs
        showers = ops.shape(of_showers)[0]
        # The same as `ops.scatter`, and under TensorFlow four to eight times as fast.
        flat = ops.segment_sum(energy, place, num_segments=showers * math.prod(self.shape))
        return ops.reshape(flat, (showers, *self.shape, 1))

    def compute_output_shape(self, input_shape):
        return (input_shape[2][0], *self.shape, 1)

    def get_config(self):
        return {**super().get_config(), "shape": list(self.shape)}
