"""Likelihood of the cells that portions of energy fall into, for a mixture of normal laws over each layer."""

import math

import keras
from keras import ops

_LEAST = 1e-9  # probability of a cell, so that one far away has a logarithm


@keras.saving.register_keras_serializable(package="keras_hep")
class CellLikelihood(keras.layers.Layer):
    """Log likelihood of the numbers of portions in cells, where portions of a layer fall independently.

    A cell's probability is the integral over it of a mixture of normal laws, over that of the window.

    Input: a list of `portions`, float tensor, shape (batch, layers, across, along), and the mixtures: logarithms of
    `weights`, places `x` and `y` in cells from the middle of the window, and logarithms of the widths `log_x` and
    `log_y`, cells, each of shape (batch, layers, mixture). Output: float32, shape (batch,): the sum over the cells of
    portions times the logarithm of the probability. The multinomial coefficient, which no parameter changes, is left
    out.

    Example: four cells around the middle of a narrow law are equally probable.

    >>> import numpy as np
    >>> portions = np.zeros((1, 1, 2, 2), "float32")
    >>> portions[0, 0, 1, 0] = 3
    >>> zero = np.zeros((1, 1, 1), "float32")
    >>> round(float(CellLikelihood()([portions, zero, zero, zero, zero, zero])[0]) / 3, 4)  # log 1/4
    -1.3863
    """

    def __init__(self, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})

    def call(self, inputs):
        portions, weights, x, y, log_x, log_y = inputs
        across = self._in_cells(x, log_x, portions.shape[2])
        along = self._in_cells(y, log_y, portions.shape[3])
        inside = ops.sum(across, axis=-1) * ops.sum(along, axis=-1)  # of the window, (batch, layers, mixture)
        weights = ops.exp(weights)
        whole = ops.log(ops.sum(weights * inside, axis=-1) + _LEAST)
        cells = ops.matmul(ops.swapaxes(ops.expand_dims(weights, -1) * across, -1, -2), along)
        each = ops.sum(portions * ops.log(cells + _LEAST), axis=(1, 2, 3))
        return each - ops.sum(ops.sum(portions, axis=(2, 3)) * whole, axis=1)

    def _in_cells(self, mean, log_width, cells):
        """Return the probabilities of rows of cells, shape (batch, layers, mixture, cells)."""
        edges = ops.arange(cells + 1, dtype="float32") - cells / 2
        pulls = (edges - ops.expand_dims(mean, -1)) * ops.exp(-ops.expand_dims(log_width, -1)) / math.sqrt(2)
        below = ops.erf(pulls) / 2
        # Rounded error functions fall here and there, by more than the least probability.
        return ops.maximum(below[..., 1:] - below[..., :-1], 0.0)

    def compute_output_shape(self, input_shape):
        return input_shape[0][:1]
