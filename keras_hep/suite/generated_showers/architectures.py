"""The layers of the published generator and discriminator: shapes, kernels and parameters, read off the built networks.

Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, Section 4.1 and Figure 6.
"""

import math

from keras_hep.metrics.showers import AXES
from keras_hep.models import ShowerDiscriminator, ShowerGenerator
from keras_hep.suite.record import Quantity

NAMES = {"generator": "generator", "released": "generator, public code", "discriminator": "discriminator"}
NAMES |= {"cropped": "cropped generator, ours"}
_KINDS = {  # what a layer is called in the figure; layers without weights and shape of their own are left out
    "Dense": "dense",
    "Conv3D": "convolution",
    "UpSampling3D": "upsampling",
    "AveragePooling3D": "pooling",
}
_OUTPUTS = ("reality", "energy")  # of the discriminator, learned


def built():
    """Return the untrained networks, dict of the names of `NAMES` to Keras models; the cropped one as it is trained."""
    from keras_hep.suite.generated_showers.trainings import PROFILES

    return {
        "generator": ShowerGenerator(),
        "released": ShowerGenerator("released"),
        "discriminator": ShowerDiscriminator(),
        "cropped": ShowerGenerator("cropped", latent=PROFILES["quick"].latent),
    }


def counts(name, network):
    """Return the parameters and multiplications of a network, list of `Quantity`.

    Args:
        name: str. One of `NAMES`.
        network: Keras model.
    """
    trainable = sum(math.prod(weight.shape) for weight in network.trainable_weights)
    return [
        Quantity(f"{name}_parameters", network.count_params(), definition=f"all parameters, {NAMES[name]}"),
        Quantity(f"{name}_trainable", trainable, definition=f"trainable parameters, {NAMES[name]}"),
        Quantity(
            f"{name}_multiplications",
            sum(_multiplications(layer) for layer in network.layers),
            definition=f"weights times values of dense layers and convolutions for one shower, {NAMES[name]}",
        ),
    ]


def convolutions(name, network):
    """Return filters and kernel of every convolution, list of `Quantity`: "<name>_conv_<number>_filters", "..._<axis>".

    Args:
        name: str. One of `NAMES`.
        network: Keras model.
    """
    quantities = []
    for layer in _of_class(network, "Conv3D"):
        quantities.append(Quantity(f"{name}_{layer.name}_filters", layer.filters, definition=f"{NAMES[name]}"))
        for axis, cells in zip(AXES, layer.kernel_size, strict=True):
            definition = f"cells of the kernel {axis}, {NAMES[name]}"
            quantities.append(Quantity(f"{name}_{layer.name}_{axis}", cells, unit="cells", definition=definition))
    return quantities


def kinds(name, network):
    """Return how many layers of each kind there are, list of `Quantity`: "<name>_leaky" and so on.

    Args:
        name: str. One of `NAMES`.
        network: Keras model.
    """
    found = {
        "convolutions": "Conv3D",
        "leaky": "LeakyReLU",
        "normalisations": "BatchNormalization",
        "upsamplings": "UpSampling3D",
        "dropouts": "Dropout",
    }
    return [
        Quantity(f"{name}_{kind}", len(_of_class(network, layer)), definition=f"layers {layer}, {NAMES[name]}")
        for kind, layer in found.items()
    ]


def ends(networks):
    """Return the sizes of input and image of the published generator, and its latent numbers, list of `Quantity`.

    Args:
        networks: dict as of `built`.
    """
    generator, discriminator = networks["generator"], networks["discriminator"]
    quantities = [
        Quantity("latent", generator.input.shape[1] - 2, definition="inputs beside energy and angle"),
        Quantity(
            "generator_rectified", _activation(generator.layers[-1]) == "relu", definition="last layer has a ReLU"
        ),
        Quantity(
            "reality_sigmoid",
            _activation(discriminator.get_layer("reality")) == "sigmoid",
            definition="output of the discriminator for true or fake is a sigmoid",
        ),
        Quantity(
            "energy_linear",
            _activation(discriminator.get_layer("energy")) == "linear",
            definition="output of the discriminator for the energy is linear",
        ),
    ]
    for name, shape in (("image", generator.output.shape), ("read", discriminator.input.shape)):
        for axis, cells in zip(AXES, shape[1:4], strict=True):
            of = "the generator makes" if name == "image" else "the discriminator reads"
            quantities.append(Quantity(f"{name}_{axis}", cells, unit="cells", definition=f"image that {of}"))
    return quantities


def boxes(name, network):
    """Return (title, detail) of the layers that the figure shows, from the input on, list.

    Args:
        name: str. One of `NAMES`.
        network: Keras model.

    Example:

    >>> boxes("cropped", ShowerGenerator("cropped"))[1]
    ('dense', '5 x 5 x 7 x 8: 359,800')
    """
    judges = name == "discriminator"
    found = [
        ("image", _size(network.input)) if judges else ("energy, angle, noise", f"2 + {network.input.shape[1] - 2}")
    ]
    for layer in network.layers:
        if type(layer).__name__ in _KINDS and layer.name not in _OUTPUTS:
            output = network.get_layer("volume").output if layer.name == "seed" else layer.output
            parameters = f": {layer.count_params():,}" if layer.count_params() else ""
            found.append((_title(layer), f"{_size(output)}{parameters}"))
    if judges:
        each = {network.get_layer(name).count_params() for name in _OUTPUTS}
        found.append(("true or fake, and energy", f"2 x {each.pop():,}"))
    return found


def _size(tensor):
    return " x ".join(str(cells) for cells in tensor.shape[1:])


def _title(layer):
    title = _KINDS[type(layer).__name__]
    if title == "convolution":
        return f"{layer.filters} filter{'s' * (layer.filters > 1)}, {' x '.join(map(str, layer.kernel_size))}"
    if title == "upsampling":
        return f"{title} {' x '.join(map(str, layer.size))}"
    return title


def _of_class(network, name):
    return [layer for layer in network.layers if type(layer).__name__ == name]


def _activation(layer):
    import keras

    return keras.activations.serialize(layer.activation)


def _multiplications(layer):
    if type(layer).__name__ not in ("Dense", "Conv3D"):
        return 0
    return math.prod(layer.output.shape[1:-1]) * math.prod(layer.kernel.shape)
