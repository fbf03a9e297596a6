"""Upsampling and the convolution behind it as one convolution of the small volume."""

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable(package="keras_hep")
class UpsampledConv3D(keras.layers.Layer):
    """What `UpSampling3D`, `ZeroPadding3D` and `Conv3D` compute in a row, with a fraction of the multiplications.

    Repeated voxels meet several weights of the kernel with the same value. Their sums form smaller kernels, one for
    each position of an output voxel within a repeated one; these are the channels of one convolution of the small
    volume, put into their places afterwards. Weights are those of the `Conv3D`, so that the layer can be trained, and
    exchanges weights with the three layers.

    Args:
        filters: int.
        kernel_size: sequence of three int. Of the convolution of the large volume.
        size: sequence of three int. How often each voxel is repeated along each axis.
        padding: sequence of three pairs of int. Zeros in front of and behind the large volume, along each axis.
        activation: str or None. Of the output.
        use_bias: bool.
        kernel_initializer: str or Keras initializer.

    Input: float tensor, shape (batch, x, y, z, channels). Output: float tensor, shape (batch, *(size * length +
    padding - kernel_size + 1), filters).

    Example:

    >>> import numpy as np
    >>> layer = UpsampledConv3D(1, (2, 1, 1), size=(2, 1, 1), use_bias=False, kernel_initializer="ones")
    >>> volume = np.array([1.0, 10.0]).reshape(1, 2, 1, 1, 1)
    >>> np.asarray(layer(volume)).ravel().tolist()  # 1 1 10 10, neighbours added
    [2.0, 11.0, 20.0]
    """

    def __init__(
        self,
        filters,
        kernel_size,
        size,
        padding=((0, 0), (0, 0), (0, 0)),
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.filters, self.use_bias = filters, use_bias
        self.kernel_size, self.size = ([int(number) for number in one] for one in (kernel_size, size))
        self.padding = [[int(number) for number in pair] for pair in padding]
        self.activation = keras.activations.get(activation)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self._folds = [_Fold(*axis) for axis in zip(self.kernel_size, self.size, self.padding, strict=True)]

    def build(self, input_shape):
        shape = (*self.kernel_size, input_shape[-1], self.filters)
        self.kernel = self.add_weight(shape=shape, initializer=self.kernel_initializer, name="kernel")
        self.bias = self.add_weight(shape=(self.filters,), initializer="zeros", name="bias") if self.use_bias else None

    def call(self, inputs):
        lengths = inputs.shape[1:4]
        margins = [fold.margins(length) for fold, length in zip(self._folds, lengths, strict=True)]
        outputs = ops.conv(_padded(inputs, margins), self._folded_kernel(), padding="valid")
        outputs = self._in_place(outputs, lengths)
        if self.bias is not None:
            outputs = outputs + self.bias
        return self.activation(outputs)

    def _folded_kernel(self):
        """Return the kernel of the small volume, its channels being position along x, y, z and filter."""
        tables = [ops.convert_to_tensor(fold.table, self.kernel.dtype) for fold in self._folds]
        kernel = ops.convert_to_tensor(self.kernel)
        for table in tables:  # an axis of the kernel goes, its position and its smaller axis come last
            kernel = ops.tensordot(kernel, table, axes=[[0], [2]])
        # now channel, filter, position x, x, position y, y, position z, z
        kernel = ops.transpose(kernel, (3, 5, 7, 0, 2, 4, 6, 1))
        *small, channels = kernel.shape[:4]
        return ops.cast(ops.reshape(kernel, (*small, channels, -1)), self.compute_dtype)

    def _in_place(self, outputs, lengths):
        """Return the large volume from the one whose channels are the positions within a voxel."""
        cells = outputs.shape[1:4]
        x, y, z = self.size
        outputs = ops.reshape(outputs, (-1, *cells, x, y, z, self.filters))
        outputs = ops.transpose(outputs, (0, 1, 4, 2, 5, 3, 6, 7))
        outputs = ops.reshape(
            outputs, (-1, *(cell * one for cell, one in zip(cells, self.size, strict=True)), self.filters)
        )
        x, y, z = (fold.output_length(length) for fold, length in zip(self._folds, lengths, strict=True))
        return outputs[:, :x, :y, :z]

    def compute_output_shape(self, input_shape):
        lengths = (fold.output_length(one) for fold, one in zip(self._folds, input_shape[1:4], strict=True))
        return (input_shape[0], *lengths, self.filters)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "size": self.size,
            "padding": self.padding,
            "activation": keras.activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }


class _Fold:
    """One axis: weight t of the kernel, for an output voxel at position p, meets the voxel (p + t - padding) // size.

    Attributes:
        table: float array, shape (size, smaller kernel, kernel). 1 where a weight counts.
    """

    def __init__(self, kernel, size, padding):
        self.kernel, self.size, self.padding = kernel, size, padding
        voxel = (np.arange(size)[:, None] + np.arange(kernel) - padding[0]) // size
        self.lowest, width = int(voxel.min()), int(np.ptp(voxel)) + 1
        self.table = (voxel[:, None, :] - self.lowest == np.arange(width)[:, None]).astype(np.float32)

    def output_length(self, length):
        return length * self.size + sum(self.padding) - self.kernel + 1

    def margins(self, length):
        """Return the voxels to add in front of and behind the small volume; negative: to leave out."""
        needed = -(-self.output_length(length) // self.size) + self.table.shape[1] - 1
        return -self.lowest, needed - length + self.lowest


def _padded(volume, margins):
    """Return the volume with zeros around it, or without its last voxels where no output needs them."""
    added = [(max(front, 0), max(behind, 0)) for front, behind in margins]
    ends = [length + min(behind, 0) for length, (_, behind) in zip(volume.shape[1:4], margins, strict=True)]
    x, y, z = ends
    return ops.pad(volume[:, :x, :y, :z], [(0, 0), *added, (0, 0)])
