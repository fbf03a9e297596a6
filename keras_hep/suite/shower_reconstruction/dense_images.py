"""The straightforward way with showers: dense images of all of them in memory, and networks that read images."""

import numpy as np

from keras_hep.calorimetry.shower_streams import shower_inputs, shower_targets

_STANDARDISED, _NORMALISED = 1e-5, 1e-7  # small variances that are added
_PARTS = ("ecal", "hcal")


class DenseShowers:
    """Two classes of showers as dense float32 images in memory, of which batches are cut out.

    The same seed cuts out the same showers as `keras_hep.calorimetry.shower_streams.ShowerStream` of
    `StoredShowers`.

    Args:
        classes: sequence of `Showers`.

    Attributes:
        bytes: int. Of the images.
    """

    def __init__(self, classes):
        self._classes = [
            (
                {part: getattr(showers, part).dense().astype(np.float32, copy=False)[..., None] for part in _PARTS},
                shower_inputs(showers)["measured"],
                shower_targets(showers, np.full(len(showers), number)),
            )
            for number, showers in enumerate(classes)
        ]
        self.bytes = sum(images.nbytes for parts, _, _ in self._classes for images in parts.values())

    def batch(self, events, seed):
        """Return (inputs, targets) as of `ShowerStream.batch`, with images "ecal" and "hcal" instead of lists."""
        inputs, targets, number = {"ecal": [], "hcal": [], "measured": []}, [], len(self._classes)
        for place, (images, measured, known) in enumerate(self._classes):
            random = np.random.default_rng([*np.ravel(seed).tolist(), place])
            rows = random.choice(len(known), (events + place) // number, replace=False, shuffle=False)
            for part in images:
                inputs[part].append(images[part][rows])
            inputs["measured"].append(measured[rows])
            targets.append(known[rows])
        return {name: np.concatenate(parts) for name, parts in inputs.items()}, np.concatenate(targets)


def on_images(model):
    """Return a Keras model of dense images with the answers of `model`, one of the published networks.

    Args:
        model: `ShowerDNN` or `ShowerCNN`: the same layers stand behind an input of images, and share their weights; or
            `ShowerGoogLeNet`: each of its convolutions by itself, with copies of the weights.

    Returns:
        `keras.Model` of a dict of "ecal" and, where it is read, "hcal", shape (showers, *window, 1), and "measured".
    """
    import keras

    measured = next(tensor for tensor in model.inputs if tensor.name == "measured")
    names = [layer.name for layer in model.layers]
    parts = [part for part in _PARTS if f"{part}_cells" in names]
    images = {part: model.get_layer(f"{part}_cells").output for part in parts}
    if any(name.startswith("inception") for name in names):
        return _plain_inception(model, images["ecal"].shape[1:])
    behind = keras.Model([*images.values(), measured], model.output)
    named = {
        name: keras.Input(tensor.shape[1:], name=name) for name, tensor in (*images.items(), ("measured", measured))
    }
    return keras.Model(named, behind(list(named.values())))


def _plain_inception(model, shape):
    import keras
    from keras import ops

    from keras_hep.models.shower_network import MEASURED_SCALES

    images, measured = keras.Input(shape, name="ecal"), keras.Input((4,), name="measured")
    mean, variance = ops.moments(images, axes=(1, 2, 3, 4), keepdims=True)
    values = (images - mean) / ops.sqrt(variance + _STANDARDISED)
    for layer in model.layers:
        if layer.name == "stem":
            values = _normalised(values, layer)
        elif layer.name.startswith("inception"):
            values = _module(values, layer)
        elif layer.name.startswith("pool"):
            values = keras.layers.MaxPooling3D(3, 2, "same")(values)
    values = keras.layers.GlobalAveragePooling3D()(values)
    arguments = model.get_config()
    scales = MEASURED_SCALES[: 2 if arguments["skip"] == "none" else 4]
    scaled = measured[:, : len(scales)] * np.array(scales, np.float32)
    hidden = keras.layers.Dense(arguments["neurons"], "relu")
    hidden = _weighted(hidden, ops.concatenate([values, scaled], -1), model.get_layer("hidden_1").get_weights())
    last = ops.concatenate([hidden, scaled], -1)
    numbers = _weighted(keras.layers.Dense(5), last, model.get_layer("numbers").get_weights())
    return keras.Model({"ecal": images, "measured": measured}, model.get_layer("particle")([numbers, measured]))


def _module(values, layer):
    """Return the four branches of an inception module, each convolution by itself."""
    import keras

    direct, narrow_3, _, narrow_5, _, _ = layer.channels
    ends = np.cumsum([0, direct, narrow_3, narrow_5])
    entrance, second, *third, fourth = layer.convolutions
    branches = [_normalised(values, entrance, slice(*ends[number : number + 2])) for number in range(3)]
    branches[1] = _normalised(branches[1], second)
    for unit in third:
        branches[2] = _normalised(branches[2], unit)
    branches.append(_normalised(keras.layers.MaxPooling3D(3, 1, "same")(values), fourth))
    return keras.layers.Concatenate()(branches)


def _normalised(values, unit, channels=slice(None)):
    """Return a convolution, its normalisation and its rectifier, with some of the channels of `unit`."""
    import keras

    kernel, bias = (weights[..., channels] for weights in unit.convolution.get_weights())
    convolution = keras.layers.Conv3D(len(bias), unit.size, unit.strides, padding="same")
    values = _weighted(convolution, values, [kernel, bias])
    normalisation = keras.layers.BatchNormalization(epsilon=_NORMALISED, momentum=unit.normalisation.momentum)
    values = _weighted(normalisation, values, [weights[channels] for weights in unit.normalisation.get_weights()])
    return keras.layers.ReLU()(values)


def _weighted(layer, values, weights):
    """Return what a layer with these weights makes of values."""
    values = layer(values)
    layer.set_weights(weights)
    return values
