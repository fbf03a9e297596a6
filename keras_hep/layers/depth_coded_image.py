"""Flat images of showers with a learned code of depth, summed over the hits."""

import math

import keras
from keras import ops

THIN_LAYERS, SPACINGS, CELL = 17, (4.4, 6.8), 5.1  # mm: of the first layers, of those behind; side of a cell
_LAWS = 3  # functions of the energy of a hit
_TERMS = 3 * _LAWS  # each alone, times the offset across, times the offset along
_LOWEST_ENERGY = 0.1  # GeV: below, the logarithm is about linear
_TINY = 1e-12


@keras.saving.register_keras_serializable(package="keras_hep")
class DepthCodedImage(keras.layers.Layer):
    """Look along each shower: an image across its axis, whose channels weigh the layers in depth.

    A hit counts by its share of the energy, the root of that, and the logarithm of its energy; each of them alone and
    times its two offsets from the middle of its pixel, so that no place is rounded away. A channel is the sum over the
    hits of a pixel of these nine numbers, times weights of the channel, times the weight of the layer in the channel:
    what a convolution of 1x1 cells and all layers would be, for the hits only.

    Places are relative to the barycentre. Along the beam they are straightened: a shower at the pseudorapidity eta
    moves by sinh(eta) cells from one layer to one a cell's width behind, and the image does not.

    Args:
        channels: int.
        shape: tuple of three int. Cells of the window: across, along the beam, layers in depth.
        side: int. Pixels of the image along both axes, of a cell's size. Hits outside are left out.
        straight: bool. False: places are those in the window, about its middle cell.

    Input: a list of `place`, int tensor, shape (hits,), and `energy`, float tensor, shape (hits,), as of
    `ScatterCells`; and `measured`, shape (showers, 4), whose second column is eta.
    Output: float32 tensor, shape (showers, side, side, channels).

    Raises:
        ValueError: if a number is not positive.

    Example: a hit of energy 0 counts nothing.

    >>> import numpy as np
    >>> place, measured = np.array([62, 62, 0], "int32"), np.zeros((1, 4), "float32")
    >>> image = np.asarray(DepthCodedImage(2, (5, 5, 5), 3)([place, np.array([1.0, 2.0, 0.0], "float32"), measured]))
    >>> image.shape, [int(np.count_nonzero(image[0, x].any(axis=-1))) for x in range(3)]
    ((1, 3, 3, 2), [0, 1, 0])
    """

    def __init__(self, channels, shape, side=25, straight=True, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})
        self.channels, self.shape, self.side, self.straight = channels, tuple(map(int, shape)), side, straight
        if len(self.shape) != 3 or min(channels, side, *self.shape) < 1:
            raise ValueError(
                "channels, side and the three numbers of shape must be positive, "
                f"got {channels}, {side}, {list(shape)}."
            )

    def build(self, input_shape):
        layers = self.shape[2]
        random = keras.initializers.RandomNormal
        self.code = self.add_weight(shape=(layers, self.channels), initializer=random(0.0, 0.5), name="code")
        self.laws = self.add_weight(shape=(_TERMS, self.channels), initializer=random(0.0, 0.5), name="laws")

    def call(self, inputs):
        place, energy, measured = inputs
        showers, cells = ops.shape(measured)[0], math.prod(self.shape)
        shower, layer = place // cells, place % self.shape[2]
        energy = ops.maximum(ops.cast(energy, "float32"), 0.0)
        total, across, along = self._places(place, energy, measured)
        inside = (across > -0.5) & (along > -0.5) & (across < self.side - 0.5) & (along < self.side - 0.5)
        pixels = [ops.clip(ops.floor(axis + 0.5), 0, self.side - 1) for axis in (across, along)]
        share = energy / ops.maximum(ops.take(total, shower, axis=0), _TINY)
        laws = ops.stack([10 * share, 3 * ops.sqrt(share), 0.3 * ops.log(1 + energy / _LOWEST_ENERGY)], axis=-1)
        laws = laws * ops.expand_dims(ops.cast(inside, "float32"), -1)
        offsets = [2 * ops.expand_dims(axis - pixel, -1) for axis, pixel in zip((across, along), pixels, strict=True)]
        terms = ops.concatenate([laws, *(laws * offset for offset in offsets)], axis=-1)
        values = ops.matmul(terms, self.laws) * ops.take(self.code, layer, axis=0)
        row, column = (ops.cast(pixel, "int32") for pixel in pixels)
        pixel = (shower * self.side + row) * self.side + column
        image = ops.scatter(ops.expand_dims(pixel, -1), values, (showers * self.side**2, self.channels))
        return ops.reshape(image, (showers, self.side, self.side, self.channels))

    def _places(self, place, energy, measured):
        """Return energy of each shower, shape (showers,), and places of hits in the image, in pixels, shape (hits,)."""
        showers, (wide, long, layers) = ops.shape(measured)[0], self.shape
        shower, layer = place // math.prod(self.shape), place % layers
        across, along = (
            ops.cast(index, "float32") for index in (place // (long * layers) % wide, place // layers % long)
        )
        if self.straight:
            slope = ops.sinh(ops.cast(measured[:, 1], "float32"))
            along = along - ops.take(slope, shower, axis=0) * ops.take(_depths(layers), layer, axis=0)
        moments = ops.stack([energy, energy * across, energy * along], axis=-1)
        sums = ops.scatter(ops.expand_dims(shower, -1), moments, (showers, 3))
        total = sums[:, 0]
        if self.straight:
            middle = ops.take(sums[:, 1:] / ops.maximum(sums[:, :1], _TINY), shower, axis=0)
            across, along = across - middle[:, 0], along - middle[:, 1]
        else:
            across, along = across - wide // 2, along - long // 2
        return total, across + self.side // 2, along + self.side // 2

    def compute_output_shape(self, input_shape):
        return (input_shape[2][0], self.side, self.side, self.channels)

    def get_config(self):
        own = {"channels": self.channels, "shape": list(self.shape), "side": self.side, "straight": self.straight}
        return {**super().get_config(), **own}


def _depths(layers):
    """Return the distance of each layer from the first, in cells, shape (layers,)."""
    thin, thick = SPACINGS
    last = THIN_LAYERS - 1
    depths = [(thin * min(layer, last) + thick * max(layer - last, 0)) / CELL for layer in range(layers)]
    return ops.convert_to_tensor(depths, "float32")
