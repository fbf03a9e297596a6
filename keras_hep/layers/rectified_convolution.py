"""Convolution, normalisation over the batch, and rectifier: what inception networks are made of."""

import keras
from keras import ops

# The authors' code sets the first; the second is the default of its framework, which counts the other way round.
EPSILON, MOMENTUM = 1e-7, 0.9


@keras.saving.register_keras_serializable(package="keras_hep")
class RectifiedConvolution(keras.layers.Layer):
    """Convolution over three axes with bias, normalisation over the batch, and rectifier; the size stays the same.

    Args:
        filters: int. Channels of the output.
        size: int. Cells of the kernel along each axis.
        folded: bool. Without the normalisation, whose factors are in the convolution then: for inference only.

    Input: float tensor, shape (showers, x, y, z, channels). Output: the same with `filters` channels.

    Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, Appendix E, and its code. Initial weights are those of
        the authors' framework, uniform within one over the root of the number of inputs.

    Example:

    >>> layer = RectifiedConvolution(8, size=3)
    >>> layer(keras.ops.zeros((2, 5, 5, 5, 4))).shape, layer.count_params() == 3**3 * 4 * 8 + 8 + 4 * 8
    (TensorShape([2, 5, 5, 5, 8]), True)
    """

    def __init__(self, filters, size, folded=False, **kwargs):
        super().__init__(**kwargs)
        self.filters, self.size, self.folded = filters, size, folded
        uniform = keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")
        self.convolution = keras.layers.Conv3D(
            filters, size, padding="same", kernel_initializer=uniform, dtype=self.dtype_policy, name="convolution"
        )
        self.normalisation = None
        if not folded:
            self.normalisation = keras.layers.BatchNormalization(
                momentum=MOMENTUM, epsilon=EPSILON, dtype=self.dtype_policy, name="normalisation"
            )

    def build(self, input_shape):
        self.convolution.build(input_shape)
        if not self.folded:
            self.normalisation.build(self.compute_output_shape(input_shape))

    def call(self, inputs, training=None):
        outputs = self.convolution(inputs)
        if not self.folded:
            outputs = self.normalisation(outputs, training=training)
        return ops.relu(outputs)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.filters)

    def get_config(self):
        return {**super().get_config(), "filters": self.filters, "size": self.size, "folded": self.folded}
