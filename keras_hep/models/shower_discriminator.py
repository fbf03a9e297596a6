"""Discriminator of shower images: real or generated, and what can be measured on them."""

import keras

from keras_hep.layers.cell_intensities import KINDS, CellIntensities
from keras_hep.layers.physical_image import IMAGE_POWER, PhysicalImage
from keras_hep.layers.shower_angle import ShowerAngle
from keras_hep.layers.shower_energy import ShowerEnergy

WINDOWS = {"published": (51, 51, 25), "cropped": (25, 25, 25)}
_LEAK, _DROPOUT = 0.3, 0.2


@keras.saving.register_keras_serializable(package="keras_hep")
class ShowerDiscriminator(keras.Model):
    """Four 3D convolutions that tell real images from generated ones and estimate the particle's energy.

    Beside these two learned outputs it has up to three measured ones, without weights: what they find on a generated
    image pulls the generator towards images with the energy, the angle and the cells that were asked for.

    Args:
        window: str. "published": images of 51 x 51 x 25 cells; "cropped": ours for small machines, of the inner 25 x 25
            x 25 cells, with half as many filters in the first convolution, which has strides of 2, and smaller kernels.
        intensities: str. How cells are counted by energy, "soft" or "sum" as in `CellIntensities`, or "off": not at
            all, as in the authors' later code.
        power: float. Power of the images, as in `PhysicalImage`.

    Input: float tensor, shape (batch, across, along, layers, 1). Output: dict of float tensors: "reality", probability
    of being real, "energy" in units of 100 GeV, "total_energy" in the unit of the public files, "angle" in rad, each of
    shape (batch, 1), and "intensities" of shape (batch, bins).

    Raises:
        ValueError: if there is no such window or way to count.

    Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, Section 4.1: 87,402 parameters. Strides, padding, dropout
        of 0.2 and average pooling follow the authors' public code.

    Example:

    >>> discriminator = ShowerDiscriminator()
    >>> discriminator.count_params(), list(discriminator.output)
    (87402, ['reality', 'energy', 'total_energy', 'angle', 'intensities'])
    """

    def __init__(self, window="published", intensities="soft", power=IMAGE_POWER, **kwargs):
        if window not in WINDOWS:
            raise ValueError(f"ShowerDiscriminator: window must be one of {', '.join(WINDOWS)}, got {window!r}.")
        if intensities not in (*KINDS, "off"):
            raise ValueError(f'ShowerDiscriminator: intensities must be "soft", "sum" or "off", got {intensities!r}.')
        image = keras.Input((*WINDOWS[window], 1), name="image")
        features = keras.layers.Flatten(name="flat")(_features(image, strides=1 if window == "published" else 2))
        outputs = {
            "reality": keras.layers.Dense(1, activation="sigmoid", dtype="float32", name="reality")(features),
            "energy": keras.layers.Dense(1, dtype="float32", name="energy")(features),
            **_measured(image, intensities, power),
        }
        super().__init__(image, outputs, **kwargs)
        self.arguments = {"window": window, "intensities": intensities, "power": power}

    def get_config(self):
        return {**self.arguments, "name": self.name, "trainable": self.trainable}


def _features(image, strides):
    """Return the features of the four convolutions; the smaller kernels belong to the cropped window."""
    filters, first, kernel = (16, (5, 6, 6), (5, 6, 6)) if strides == 1 else (8, (4, 4, 4), (3, 4, 4))
    features = keras.layers.Conv3D(filters, first, strides=strides, padding="same", name="conv_1")(image)
    features = keras.layers.LeakyReLU(_LEAK, name="leaky_1")(features)
    features = keras.layers.Dropout(_DROPOUT, name="dropout_1")(features)
    for number in (2, 3, 4):
        if number < 4:
            features = keras.layers.ZeroPadding3D((0, 0, 1), name=f"margin_{number}")(features)
        features = keras.layers.Conv3D(8, kernel, name=f"conv_{number}")(features)
        features = keras.layers.LeakyReLU(_LEAK, name=f"leaky_{number}")(features)
        features = keras.layers.BatchNormalization(epsilon=1e-6, name=f"normalisation_{number}")(features)
        features = keras.layers.Dropout(_DROPOUT, name=f"dropout_{number}")(features)
    return keras.layers.AveragePooling3D(2, name="pooling")(features)


def _measured(image, intensities, power):
    """Return the outputs that have no weights; in float32, since small cells and large sums meet there."""
    cells = PhysicalImage(power, dtype="float32", name="cells")(image)
    measured = {
        "total_energy": ShowerEnergy(dtype="float32", name="total_energy")(cells),
        "angle": ShowerAngle(dtype="float32", name="angle")(cells),
    }
    if intensities != "off":
        measured["intensities"] = CellIntensities(intensities, dtype="float32", name="intensities")(cells)
    return measured
