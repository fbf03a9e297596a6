"""The published inception network that reconstructs particles from calorimeter cells."""

import keras

from keras_hep.layers.inception import Inception
from keras_hep.layers.rectified_convolution import RectifiedConvolution
from keras_hep.models import shower_network as network

STEM = 192  # channels
# Channels B to G of each module; "pool" halves the image.
MODULES = (
    (64, 96, 128, 16, 32, 32),
    (128, 128, 192, 32, 96, 64),
    "pool",
    (192, 96, 208, 16, 48, 64),
    (160, 112, 224, 24, 64, 64),
    (128, 128, 256, 24, 64, 64),
    (112, 144, 288, 32, 64, 64),
    (256, 160, 320, 32, 128, 128),
    "pool",
    (256, 160, 320, 32, 128, 128),
    (384, 192, 384, 48, 128, 128),
)
_EPSILON = 1e-5  # of the standardised cells, as in the authors' framework


@keras.saving.register_keras_serializable(package="keras_hep")
class ShowerGoogLeNet(keras.Model):
    """Tell two particles apart and measure energy and direction of a shower: nine inception modules on the ECAL.

    The cells of a shower are standardised, so that the convolutions see its shape but not its energy, which enters
    behind them with the energy in the HCAL. The cells of the HCAL are not read.

    Args:
        neurons: int. Of the hidden layer.
        skip: str. As of `ShowerDNN`.
        reading: str. "paper": the third branch of a module has a 5x5x5 convolution; "released": two of 3x3x3.
        width_multiplier: float. Times every published number of channels, rounded up to a multiple of 4: for small
            machines. Less than 1 is not the published network.
        stem_stride: int. Cells from one position of the first convolution to the next, along each axis: for small
            machines. With 2 the maps have 13, 7 and 4 cells a side. More than 1 is not the published network.
        ecal_shape: tuple of three int. Cells of the window.
        form: str. "training"; or for inference "folded" or "winograd", as `keras_hep.models.fold_normalisation` makes.

    Input and output: as of `ShowerDNN`.

    Raises:
        ValueError: if an argument is out of range.

    Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, Section 5.1 and Appendix E; 41.7 billion multiplications
        per shower.
    Differs: the last average is over the whole image, which in the published window is the published 7x7x7. The three
        1x1x1 convolutions of one input are computed as one.

    Example:

    >>> ShowerGoogLeNet().count_params(), ShowerGoogLeNet(reading="released").count_params()
    (15303945, 14972089)
    """

    def __init__(
        self,
        neurons=1024,
        skip="residual",
        reading="paper",
        width_multiplier=1.0,
        stem_stride=1,
        ecal_shape=network.ECAL_SHAPE,
        form="training",
        **kwargs,
    ):
        network.require_options("ShowerGoogLeNet", skip, ecal_shape=ecal_shape)
        network.require_dense("ShowerGoogLeNet", 1, neurons, 0.0)
        known = reading in network.READINGS
        readings = ", ".join(network.READINGS)
        network.require(known, "ShowerGoogLeNet", f"reading must be one of {readings}", repr(reading))
        positive = width_multiplier > 0
        network.require(positive, "ShowerGoogLeNet", "width_multiplier must be positive", width_multiplier)
        network.require(stem_stride >= 1, "ShowerGoogLeNet", "stem_stride must be at least 1", stem_stride)
        inputs = network.shower_inputs()
        images = network.shower_images(inputs, "ecal", ecal_shape)
        options = {"factorised": reading == "released", "form": form}
        pooled = _convolved(images, width_multiplier, stem_stride, options)
        values = network.joined([pooled, network.scaled_measurements(inputs, skip)], "entrance")
        hidden = keras.layers.Dense(neurons, "relu", name="hidden_1")(values)
        super().__init__(inputs, network.shower_outputs(hidden, inputs, skip), **kwargs)
        self.arguments = {"neurons": neurons, "skip": skip, "reading": reading, "width_multiplier": width_multiplier}
        self.arguments |= {"stem_stride": stem_stride, "ecal_shape": list(ecal_shape), "form": form}

    def get_config(self):
        return {**self.arguments, "name": self.name, "trainable": self.trainable}


def _convolved(images, multiplier, stride, options):
    """Return the averages of the last module's channels, shape (showers, channels)."""
    standardised = keras.layers.GroupNormalization(
        groups=1, epsilon=_EPSILON, center=False, scale=False, dtype="float32", name="standardised_cells"
    )
    values = standardised(images)
    stem = RectifiedConvolution(_scaled(STEM, multiplier), 3, options["form"], stride, name="stem")
    values = stem(values)
    for number, channels in enumerate(MODULES, 1):
        if channels == "pool":
            values = keras.layers.MaxPooling3D(3, 2, "same", name=f"pool_{number}")(values)
        else:
            channels = [_scaled(channel, multiplier) for channel in channels]
            values = Inception(channels, name=f"inception_{number}", **options)(values)
    return keras.layers.GlobalAveragePooling3D(name="average")(values)


def _scaled(channels, multiplier):
    return 4 * -int(-channels * multiplier // 4)
