"""Dense map from detector layers of different widths to equal hidden vectors."""

import keras
from keras import ops

from keras_hep.layers.active_pixels import active_mask, checked_widths, glorot_rows, row_index, unpack


@keras.saving.register_keras_serializable(package="keras_hep")
class PlaneEncoder(keras.layers.Layer):
    """One linear fully connected map per detector layer, from its active pixels to a vector of fixed size.

    The function is that of one `Dense` layer per detector layer, computed as one product: only weights of active pixels
    exist, pixels outside are ignored.

    Args:
        widths: sequence of int. Active pixels of each detector layer, centred.
        pixels: int. Padded width.
        units: int. Size of the hidden vectors.

    Input: float tensor, shape (batch, layers, pixels). Output: float tensor, shape (batch, layers, units).

    Raises:
        ValueError: if a width is not between 1 and `pixels`.

    Reference: Farrell et al., EPJ Web Conf. 150 (2017) 00003, Section 5 (variable-sized layers, Figure 6).

    Example:

    >>> import numpy as np
    >>> tuple(PlaneEncoder(widths=[2, 4], pixels=4, units=3)(np.ones((1, 2, 4))).shape)
    (1, 2, 3)
    """

    def __init__(self, widths, pixels, units, **kwargs):
        super().__init__(**kwargs)
        self.widths = checked_widths(widths, pixels)
        self.pixels = pixels
        self.units = units
        self._index = row_index(active_mask(self.widths, pixels))

    def build(self, input_shape):
        self.kernel = self.add_weight(
            shape=(sum(self.widths), self.units), initializer=glorot_rows(self.widths, self.units), name="kernel"
        )
        self.bias = self.add_weight(shape=(len(self.widths), self.units), initializer="zeros", name="bias")

    def call(self, inputs):
        return ops.einsum("blp,lpu->blu", inputs, unpack(self.kernel, self._index)) + self.bias

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def get_config(self):
        return {**super().get_config(), "widths": self.widths, "pixels": self.pixels, "units": self.units}
