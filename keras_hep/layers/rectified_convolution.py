"""Convolution, normalisation over the batch, and rectifier: what inception networks are made of."""

import keras
import numpy as np
from keras import ops

from keras_hep.layers.toom_cook import TILE
from keras_hep.layers.winograd_convolution import WinogradConvolution

FORMS = ("training", "folded", "winograd")
# The authors' code sets the first; the second is the default of its framework, which counts the other way round.
EPSILON, MOMENTUM = 1e-7, 0.9
_FEWEST_CHANNELS = 8  # below, the values at the points take more time than they save


@keras.saving.register_keras_serializable(package="keras_hep")
class RectifiedConvolution(keras.layers.Layer):
    """Convolution over three axes with bias, normalisation over the batch, and rectifier, with zeros around the image.

    Args:
        filters: int. Channels of the output.
        size: int. Cells of the kernel along each axis.
        form: str. "training"; or for inference "folded": the factors of the normalisation are in the convolution; or
            "winograd": besides, large convolutions are computed by `keras_hep.layers.WinogradConvolution`, those of
            stride 1.
        strides: int. Cells from one position of the kernel to the next, along each axis.

    Input: float tensor, shape (showers, x, y, z, channels). Output: the same with `filters` channels, and with one cell
    for every `strides` along each axis, rounded up.

    Raises:
        ValueError: if there is no such form, or the stride is below 1.

    Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, Appendix E, and its code. Initial weights are those of
        the authors' framework, uniform within one over the root of the number of inputs.

    Example:

    >>> layer = RectifiedConvolution(8, size=3)
    >>> _ = layer(keras.ops.zeros((2, 5, 5, 5, 4)))
    >>> layer.count_params() == 3**3 * 4 * 8 + 8 + 4 * 8
    True
    """

    def __init__(self, filters, size, form="training", strides=1, **kwargs):
        super().__init__(**kwargs)
        if form not in FORMS:
            raise ValueError(f"form must be one of {', '.join(FORMS)}, got {form!r}.")
        if strides < 1:
            raise ValueError(f"strides must be at least 1, got {strides}.")
        self.filters, self.size, self.form, self.strides = filters, size, form, strides
        self.convolution = self.normalisation = None
        if form == "training":
            options = {"momentum": MOMENTUM, "epsilon": EPSILON, "dtype": self.dtype_policy}
            self.normalisation = keras.layers.BatchNormalization(**options, name="normalisation")

    def build(self, input_shape):
        if self.form == "winograd" and self.strides == 1 and _is_large(input_shape, self.size):
            self.convolution = WinogradConvolution(self.filters, self.size, name="convolution")
        else:
            options = {"kernel_initializer": keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")}
            options |= {"strides": self.strides, "padding": "same", "dtype": self.dtype_policy, "name": "convolution"}
            self.convolution = keras.layers.Conv3D(self.filters, self.size, **options)
        self.convolution.build(input_shape)
        if self.normalisation is not None:
            self.normalisation.build(self.compute_output_shape(input_shape))

    def call(self, inputs, training=None):
        outputs = self.convolution(inputs)
        if self.normalisation is not None:
            outputs = self.normalisation(outputs, training=training)
        return ops.relu(outputs)

    def take_over(self, unit):
        """Make this layer, built and for inference, compute what `unit`, one in training, computes then."""
        kernel, bias = (weights.astype(np.float64) for weights in unit.convolution.get_weights())
        gamma, beta, mean, variance = (weights.astype(np.float64) for weights in unit.normalisation.get_weights())
        factor = gamma / np.sqrt(variance + EPSILON)
        kernel, bias = kernel * factor, (bias - mean) * factor + beta
        if isinstance(self.convolution, WinogradConvolution):
            self.convolution.set_kernel(kernel, bias)
        else:
            self.convolution.set_weights([kernel, bias])

    def compute_output_shape(self, input_shape):
        showers, *cells, _ = input_shape
        return (showers, *(number and -(-number // self.strides) for number in cells), self.filters)

    def get_config(self):
        own = {"filters": self.filters, "size": self.size, "form": self.form, "strides": self.strides}
        return {**super().get_config(), **own}


def _is_large(input_shape, size):
    """Return whether a convolution of this input is faster by values at points than directly."""
    _, *cells, channels = input_shape
    return size > 1 and channels >= _FEWEST_CHANNELS and min(cells) > 2 * TILE
