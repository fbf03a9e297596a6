"""Generator of shower images from energy, angle and noise."""

import math

import keras

LATENT = 254  # random numbers behind energy and angle
READINGS = ("paper", "released", "cropped")
_LEAK = 0.3
_CROPPED_SCALE = 1 / 32  # chosen: without it, the energy of the first images is 80 times that of a shower
_CROPPED_MOMENTUM = 0.9  # of its normalisation: in few steps, slower statistics would stay behind the weights


@keras.saving.register_keras_serializable(package="keras_hep")
class ShowerGenerator(keras.Model):
    """Images of electromagnetic showers: a dense layer makes a coarse volume, upsampling and convolutions refine it.

    Args:
        reading: str. "paper": the network of the article, 64 filters of 6 x 6 x 8 first, two upsamplings; "released":
            the one of the authors' public code, a single upsampling and seven small convolutions with ReLU. Both make
            images of 51 x 51 x 25 cells. "cropped": ours for small machines, in the manner of the article, for the
            inner 25 x 25 x 25 cells: a thirtieth of the multiplications, and an output scaled so that an untrained
            network makes images of about the energy of a shower.
        latent: int. Random numbers.

    Input: float tensor, shape (batch, 2 + latent): energy in units of 100 GeV, angle in rad, and noise of the standard
    normal law. Output: float tensor, shape (batch, across, along, layers, 1), not negative: cell energies raised to
    the power 0.85 of `PhysicalImage`.

    Raises:
        ValueError: if there is no such reading.

    Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, Section 4.1 and Figure 6: 1,607,348 parameters; 1,365,047
        of the released network. What the article leaves open (the dense layer, padding, batch normalisation behind the
        activation, no bias of the last convolution) follows the authors' public code.

    Example:

    >>> ShowerGenerator().count_params(), ShowerGenerator("released").count_params()
    (1607348, 1365047)
    >>> ShowerGenerator("cropped").output.shape
    (None, 25, 25, 25, 1)
    """

    def __init__(self, reading="paper", latent=LATENT, **kwargs):
        if reading not in READINGS:
            raise ValueError(f"ShowerGenerator: reading must be one of {', '.join(READINGS)}, got {reading!r}.")
        inputs = keras.Input((2 + latent,), name="energy_angle_noise")
        layers = {"paper": _paper, "released": _released, "cropped": _cropped}[reading]()
        outputs = inputs
        for layer in layers:
            outputs = layer(outputs)
        super().__init__(inputs, outputs, **kwargs)
        self.arguments = {"reading": reading, "latent": latent}

    def get_config(self):
        return {**self.arguments, "name": self.name, "trainable": self.trainable}


def _paper():
    return [
        *_seed(9, 9, 8, 8),
        *_leaky(1, 64, (6, 6, 8), padding="same", kernel_initializer="he_uniform"),
        *_normalised(1, size=(3, 3, 2)),
        _margin(2, (2, 3, 1)),
        *_leaky(2, 6, (5, 8, 8), kernel_initializer="he_uniform"),
        *_normalised(2, size=(2, 2, 3)),
        _margin(3, (0, 2, 0)),
        *_leaky(3, 6, (3, 5, 8), kernel_initializer="he_uniform"),
        *_image(4, use_bias=False),
    ]


def _cropped():
    return [
        *_seed(5, 5, 7, 8),
        *_leaky(1, 16, (4, 4, 5), padding="same", kernel_initializer="he_uniform"),
        *_normalised(1, size=(3, 3, 2), momentum=_CROPPED_MOMENTUM),
        _margin(2, (1, 1, 2)),
        *_leaky(2, 6, (5, 5, 6), kernel_initializer="he_uniform"),
        *_normalised(2, size=(2, 2, 2), momentum=_CROPPED_MOMENTUM),
        *_leaky(3, 4, (3, 3, 3), padding="same", kernel_initializer="he_uniform"),
        *_image(4, use_bias=False, scale=_CROPPED_SCALE),
    ]


def _released():
    layers = [*_seed(9, 9, 8, 8), keras.layers.UpSampling3D((6, 6, 6), name="upsampling_1")]
    layers += _rectified(1, 8, (6, 6, 8))
    for number in (2, 3, 4):
        layers += [_margin(number, (2, 2, 1)), *_rectified(number, 6, (4, 4, 6))]
    layers += [_margin(5, (1, 1, 0)), *_rectified(5, 6, (3, 3, 5))]
    layers += [_margin(6, (1, 1, 0)), *_rectified(6, 6, (3, 3, 3))[:1]]  # no normalisation before the last convolution
    return [*layers, *_image(7, use_bias=True)]


def _seed(*shape):
    return [keras.layers.Dense(math.prod(shape), name="seed"), keras.layers.Reshape(shape, name="volume")]


def _leaky(number, filters, kernel, **options):
    return [
        keras.layers.Conv3D(filters, kernel, name=f"conv_{number}", **options),
        keras.layers.LeakyReLU(_LEAK, name=f"leaky_{number}"),
    ]


def _normalised(number, size, momentum=0.99):
    return [
        keras.layers.BatchNormalization(momentum=momentum, name=f"normalisation_{number}"),
        keras.layers.UpSampling3D(size, name=f"upsampling_{number}"),
    ]


def _rectified(number, filters, kernel):
    return [
        keras.layers.Conv3D(filters, kernel, activation="relu", kernel_initializer="he_uniform", name=f"conv_{number}"),
        keras.layers.BatchNormalization(epsilon=1e-6, name=f"normalisation_{number}"),
    ]


def _margin(number, padding):
    return keras.layers.ZeroPadding3D(padding, name=f"margin_{number}")


def _image(number, use_bias, scale=None):
    """The last convolution, and the rectifier that makes energies of its output."""
    scaled = [] if scale is None else [keras.layers.Rescaling(scale, name="scale")]
    return [
        keras.layers.Conv3D(1, 2, use_bias=use_bias, kernel_initializer="glorot_normal", name=f"conv_{number}"),
        *scaled,
        keras.layers.Activation("relu", dtype="float32", name="image"),
    ]
