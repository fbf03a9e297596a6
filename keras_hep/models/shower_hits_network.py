"""A small network of our own that reconstructs particles from the hits of a calorimeter."""

import math

import keras
from keras import ops

from keras_hep.layers.depth_coded_image import DepthCodedImage
from keras_hep.layers.depth_profile import DepthProfile
from keras_hep.layers.particle_outputs import ENERGY_UNIT
from keras_hep.models import shower_network as network

_SHARES = 10.0  # of the energy in a layer, so that they are of order 1
_NAME = "ShowerHitsNetwork"


@keras.saving.register_keras_serializable(package="keras_hep")
class ShowerHitsNetwork(keras.Model):
    """Tell two particles apart and measure energy and direction of a shower: a flat image made of its hits.

    Of 15,625 cells of the ECAL a few hundred have energy. `keras_hep.layers.DepthCodedImage` sums what they tell into
    an image across the axis of the shower, whose channels weigh the layers in depth. A convolution and two residual
    blocks, each behind a maximum over 2x2, read it, and hand on mean and maximum of every channel. Beside the image,
    `keras_hep.layers.DepthProfile` gives energy and hits of every layer of both calorimeters.

    Two parts of two hidden layers each read both, one for the classes and one for energy and angles. The second does
    not train the image: errors of the energy are most of the published loss, and would hide those of the classes.

    The defaults have 170,772 parameters and 3.5 million multiplications per shower of 450 hits, where the published
    `ShowerGoogLeNet` has 41.7 billion.

    Args:
        channels: int. Of the image.
        widths: tuple of three int. Channels behind the convolution and behind each of the residual blocks.
        neurons: int. Of the first hidden layer of each part; the second has half of them.
        side: int. Pixels of the image along both axes.
        straight: bool. As of `DepthCodedImage`.
        skip, ecal_shape, hcal_shape: as of `ShowerDNN`.

    Input and output: as of `ShowerDNN`.

    Raises:
        ValueError: if an argument is out of range.

    Reference: K. He et al., CVPR (2016), arXiv:1512.03385, for the residual blocks.
    Differs: no published network; the published ones read images of all cells.

    Example:

    >>> model = ShowerHitsNetwork()
    >>> model.count_params(), model.multiplications(hits=450)
    (170772, 3453245)
    """

    def __init__(
        self,
        channels=16,
        widths=(24, 32, 48),
        neurons=128,
        side=17,
        straight=True,
        skip="residual",
        ecal_shape=network.ECAL_SHAPE,
        hcal_shape=network.HCAL_SHAPE,
        **kwargs,
    ):
        network.require_options(_NAME, skip, ecal_shape=ecal_shape, hcal_shape=hcal_shape)
        numbers = {"channels": channels, "neurons": neurons, "side": side}
        for name, number in numbers.items():
            network.require(number >= 1, _NAME, f"{name} must be at least 1", number)
        possible = len(widths) == 3 and min(widths) >= 1
        network.require(possible, _NAME, "widths must be three positive numbers of channels", widths)
        inputs = network.shower_inputs()
        listed = [inputs[name] for name in ("ecal_place", "ecal_energy", "measured")]
        image = DepthCodedImage(channels, ecal_shape, side, straight, name="image")(listed)
        shapes = {"ecal": ecal_shape} | ({} if hcal_shape is None else {"hcal": hcal_shape})
        profiles = {part: _profile(inputs, part, shape) for part, shape in shapes.items()}
        described = _described(profiles, inputs, skip)
        found = network.joined(_convolved(image, widths), "found")
        classes = _hidden_layers([described, found], neurons, "class")
        energies = _hidden_layers([described, ops.stop_gradient(found)], neurons, "energy")
        linear = [energy / ENERGY_UNIT for energy, _, _ in profiles.values()]
        answers = network.shower_outputs(network.joined([energies, *linear], "linear"), inputs, skip)
        logits = keras.layers.Dense(2, dtype="float32", name="logits")(classes)
        outputs = answers + ops.pad(logits, ((0, 0), (0, 3)))
        super().__init__(inputs, outputs, **kwargs)
        self.arguments = numbers | {"widths": list(widths), "straight": straight, "skip": skip}
        shapes = {"ecal_shape": ecal_shape, "hcal_shape": hcal_shape}
        self.arguments |= {name: shape and list(shape) for name, shape in shapes.items()}

    def multiplications(self, hits=450):
        """Return the multiplications of weights and values for a shower of so many hits in the ECAL."""
        number = 0
        for layer in self.layers:
            if isinstance(layer, DepthCodedImage):
                number += hits * (math.prod(layer.laws.shape) + layer.channels)
            elif isinstance(layer, keras.layers.Conv2D | keras.layers.Dense):
                positions = math.prod(layer.output.shape[1:-1])
                number += positions * math.prod(layer.kernel.shape)
        return number

    def get_config(self):
        return {**self.arguments, "name": self.name, "trainable": self.trainable}


def _convolved(image, widths):
    """Return mean and maximum of the last channels over the image, two tensors of shape (showers, channels)."""
    values = keras.layers.Activation("relu", name="relu")(_convolution(image, widths[0], 3, "convolution"))
    for number, width in enumerate(widths[1:], 1):
        values = keras.layers.MaxPooling2D(2, padding="same", name=f"pool_{number}")(values)
        values = _residual_block(values, width, f"block_{number}")
    return [
        keras.layers.GlobalAveragePooling2D(name="average")(values),
        keras.layers.GlobalMaxPooling2D(name="largest")(values),
    ]


def _residual_block(values, width, name):
    """Return a rectified sum: of the input, by a 1x1 convolution, and of two 3x3 convolutions of it."""
    inner = keras.layers.Activation("relu", name=f"{name}_inner")(_convolution(values, width, 3, f"{name}_first"))
    inner = _convolution(inner, width, 3, f"{name}_second")
    direct = keras.layers.Conv2D(width, 1, name=f"{name}_direct")(values)
    summed = keras.layers.Add(name=f"{name}_sum")([inner, direct])
    return keras.layers.Activation("relu", name=name)(summed)


def _convolution(values, width, size, name):
    """Return a convolution, normalised over the batch."""
    values = keras.layers.Conv2D(width, size, padding="same", use_bias=False, name=name)(values)
    return keras.layers.BatchNormalization(momentum=0.9, name=f"{name}_normalisation")(values)


def _profile(inputs, part, shape):
    """Return energy and hits of each layer, and hits above some energies."""
    return DepthProfile(shape, name=f"{part}_profile")(
        [inputs[f"{part}_place"], inputs[f"{part}_energy"], inputs["measured"]]
    )


def _described(profiles, inputs, skip):
    """Return what is known of showers without an image, normalised over the batch, shape (showers, numbers)."""
    measured = network.scaled_measurements(inputs, skip)
    whole = ops.sum(profiles["ecal"][0], axis=-1, keepdims=True)
    parts = [measured, ops.square(measured[:, 1:2])]
    for energy, hits, above in profiles.values():
        total = ops.sum(energy, axis=-1, keepdims=True)
        parts += [ops.log(ops.maximum(total, 0.0) + 0.1), ops.log(1 + ops.maximum(energy, 0.0))]
        parts += [_SHARES * energy / ops.maximum(whole, 0.1), ops.log(1 + hits), ops.log(1 + above)]
    values = network.joined(parts, "described", dtype="float32")
    options = {"momentum": 0.95, "epsilon": 1e-4, "dtype": "float32", "name": "described_normalisation"}
    return keras.layers.BatchNormalization(**options)(values)


def _hidden_layers(parts, neurons, name):
    """Return the values behind two rectified dense layers."""
    values = network.joined(parts, f"{name}_entrance")
    for number, size in enumerate((neurons, -(-neurons // 2)), 1):
        values = keras.layers.Dense(size, "relu", name=f"{name}_hidden_{number}")(values)
    return values
