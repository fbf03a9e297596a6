"""Dense map from equal hidden vectors to probabilities in detector layers of different widths."""

import keras
import numpy as np
from keras import ops

from keras_hep.layers.active_pixels import active_mask, checked_widths, glorot_rows, row_index, unpack


@keras.saving.register_keras_serializable(package="keras_hep")
class PlaneDecoder(keras.layers.Layer):
    """One fully connected map per detector layer, to logits of its active pixels; the others get minus infinity.

    Only weights of active pixels exist. A softmax over the last axis then gives exactly zero outside the active pixels.

    Args:
        widths: sequence of int. Active pixels of each detector layer, centred.
        pixels: int. Padded width.

    Input: float tensor, shape (batch, layers, units). Output: float tensor, shape (batch, layers, pixels).

    Raises:
        ValueError: if a width is not between 1 and `pixels`.

    Reference: Farrell et al., EPJ Web Conf. 150 (2017) 00003, Section 5 (variable-sized layers, Figure 6).

    Example:

    >>> import numpy as np
    >>> logits = PlaneDecoder(widths=[2, 4], pixels=4)(np.ones((1, 2, 3)))
    >>> np.isinf(np.array(logits)).tolist()
    [[[True, False, False, True], [False, False, False, False]]]
    """

    def __init__(self, widths, pixels, **kwargs):
        super().__init__(**kwargs)
        self.widths = checked_widths(widths, pixels)
        self.pixels = pixels
        self._mask = active_mask(self.widths, pixels)
        self._index = row_index(self._mask)

    def build(self, input_shape):
        units = input_shape[-1]
        self.kernel = self.add_weight(
            shape=(sum(self.widths), units), initializer=glorot_rows(self.widths, units), name="kernel"
        )
        self.bias = self.add_weight(shape=(sum(self.widths),), initializer="zeros", name="bias")

    def call(self, inputs):
        logits = ops.einsum("blu,lpu->blp", inputs, unpack(self.kernel, self._index)) + unpack(self.bias, self._index)
        return ops.where(self._mask, logits, -np.inf)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.pixels)

    def get_config(self):
        return {**super().get_config(), "widths": self.widths, "pixels": self.pixels}
