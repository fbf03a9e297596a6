"""The published convolutional network that reconstructs particles from calorimeter cells."""

import keras

from keras_hep.models import shower_network as network

_HCAL_FILTERS, _HCAL_KERNEL, _POOL = 3, (2, 2, 6), 2


@keras.saving.register_keras_serializable(package="keras_hep")
class ShowerCNN(keras.Model):
    """Tell two particles apart and measure energy and direction of a shower: a convolution per calorimeter.

    Each is followed by a rectifier and the maximum over 2x2x2; dense layers read both. That of the HCAL has 3 filters
    of 2x2x6 cells.

    Args:
        filters: int. Of the convolution of the ECAL.
        kernel: int. Its cells along each axis.
        depth: int. Dense hidden layers.
        neurons, dropout, skip, ecal_shape, hcal_shape: as of `ShowerDNN`.

    Input and output: as of `ShowerDNN`.

    Raises:
        ValueError: if an argument is out of range, or a window too small for its kernel.

    Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, Sections 5.1 and 5.2: the defaults are the best found.
        The best settings in the authors' code have 3 filters and a kernel of 4.
    Differs: as of `ShowerDNN`.

    Example:

    >>> ShowerCNN().count_params(), ShowerCNN(filters=3, kernel=4).count_params()
    (4903290, 3874599)
    """

    def __init__(
        self,
        filters=6,
        kernel=6,
        depth=4,
        neurons=512,
        dropout=0.12,
        skip="residual",
        ecal_shape=network.ECAL_SHAPE,
        hcal_shape=network.HCAL_SHAPE,
        **kwargs,
    ):
        network.require_options("ShowerCNN", skip, ecal_shape=ecal_shape, hcal_shape=hcal_shape)
        network.require_dense("ShowerCNN", depth, neurons, dropout)
        network.require(filters >= 1, "ShowerCNN", "filters must be at least 1", filters)
        inputs = network.shower_inputs()
        parts = [_convolved(inputs, "ecal", ecal_shape, filters, (kernel,) * 3)]
        if hcal_shape is not None:
            parts.append(_convolved(inputs, "hcal", hcal_shape, _HCAL_FILTERS, _HCAL_KERNEL))
        values = network.joined([*parts, network.scaled_measurements(inputs, skip)], "entrance")
        hidden = network.hidden_layers(values, depth, neurons, dropout)
        super().__init__(inputs, network.shower_outputs(hidden, inputs, skip), **kwargs)
        self.arguments = {"filters": filters, "kernel": kernel, "depth": depth, "neurons": neurons}
        self.arguments |= {"dropout": dropout, "skip": skip}
        shapes = {"ecal_shape": ecal_shape, "hcal_shape": hcal_shape}
        self.arguments |= {name: shape and list(shape) for name, shape in shapes.items()}

    def get_config(self):
        return {**self.arguments, "name": self.name, "trainable": self.trainable}


def _convolved(inputs, part, shape, filters, kernel):
    """Return the flat values behind the convolution and the maximum of one calorimeter."""
    fits = all(1 <= size <= cells - _POOL + 1 for size, cells in zip(kernel, shape, strict=True))
    network.require(fits, "ShowerCNN", f"a kernel of {kernel} leaves nothing of the {part} window to pool", shape)
    images = network.shower_images(inputs, part, shape)
    values = keras.layers.Conv3D(filters, kernel, activation="relu", name=f"{part}_convolution")(images)
    return keras.layers.Flatten(name=f"{part}_flat")(keras.layers.MaxPooling3D(_POOL, name=f"{part}_pool")(values))
