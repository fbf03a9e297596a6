"""Inception modules on images with three axes."""

import keras
from keras import ops

from keras_hep.layers.rectified_convolution import RectifiedConvolution


@keras.saving.register_keras_serializable(package="keras_hep")
class Inception(keras.layers.Layer):
    """Four branches side by side, each of convolutions that are normalised over the batch and rectified.

    The first is a 1x1x1 convolution; the second a 1x1x1 and a 3x3x3; the third a 1x1x1 and a 5x5x5; the fourth a
    maximum over 3x3x3 and a 1x1x1. The three 1x1x1 convolutions that read the input itself are computed as one.

    Args:
        channels: sequence of six int. Outputs of the convolutions in this order: B to G of the article.
        factorised: bool. Two 3x3x3 convolutions instead of the 5x5x5, as in the authors' code.
        form: str. Of the convolutions, as of `RectifiedConvolution`.

    Input: float tensor, shape (showers, x, y, z, channels). Output: the same with B + D + F + G channels.

    Raises:
        ValueError: if there are not six positive numbers of channels, or no such form.

    Reference: C. Szegedy et al., CVPR (2015), arXiv:1409.4842; Belayneh et al., Eur. Phys. J. C 80 (2020) 688,
        Appendix E.

    Example:

    >>> Inception((64, 96, 128, 16, 32, 32)).compute_output_shape((None, 25, 25, 25, 192))
    (None, 25, 25, 25, 256)
    """

    def __init__(self, channels, factorised=False, form="training", **kwargs):
        super().__init__(**kwargs)
        self.channels = [int(number) for number in channels]
        if len(self.channels) != 6 or min(self.channels) < 1:
            raise ValueError(f"channels must be six positive numbers, got {list(channels)}.")
        self.factorised, self.form = factorised, form
        direct, narrow_3, wide_3, narrow_5, wide_5, pooled = self.channels
        unit = {"form": form, "dtype": self.dtype_policy}
        self.entrance = RectifiedConvolution(direct + narrow_3 + narrow_5, 1, name="entrance", **unit)
        self.second = RectifiedConvolution(wide_3, 3, name="second", **unit)
        third = [("third", 3), ("third_again", 3)] if factorised else [("third", 5)]
        self.third = [RectifiedConvolution(wide_5, size, name=name, **unit) for name, size in third]
        self.pool = keras.layers.MaxPooling3D(3, 1, "same", dtype=self.dtype_policy, name="pool")
        self.fourth = RectifiedConvolution(pooled, 1, name="fourth", **unit)

    def build(self, input_shape):
        _, narrow_3, _, narrow_5, wide_5, _ = self.channels
        self.entrance.build(input_shape)
        self.second.build((*input_shape[:-1], narrow_3))
        for unit, channels in zip(self.third, (narrow_5, wide_5), strict=False):
            unit.build((*input_shape[:-1], channels))
        self.fourth.build(input_shape)

    def call(self, inputs, training=None):
        direct, narrow_3, *_ = self.channels
        entered = self.entrance(inputs, training=training)
        first, second, third = ops.split(entered, [direct, direct + narrow_3], axis=-1)
        second = self.second(second, training=training)
        for unit in self.third:
            third = unit(third, training=training)
        fourth = self.fourth(self.pool(inputs), training=training)
        return ops.concatenate([first, second, third, fourth], axis=-1)

    @property
    def convolutions(self):
        """The convolutions with their normalisation, list of `RectifiedConvolution`."""
        return [self.entrance, self.second, *self.third, self.fourth]

    def compute_output_shape(self, input_shape):
        direct, _, wide_3, _, wide_5, pooled = self.channels
        return (*input_shape[:-1], direct + wide_3 + wide_5 + pooled)

    def get_config(self):
        own = {"channels": self.channels, "factorised": self.factorised, "form": self.form}
        return {**super().get_config(), **own}
