"""The inception network as it is usually written, from dense images, and a pipeline of dense images: for comparison."""

import keras
import numpy as np
from keras import ops


def plain_network(model):
    """Return a Keras model of images and measurements with the answers of `model`, a `ShowerGoogLeNet`."""
    images, measured = keras.Input((25, 25, 25, 1)), keras.Input((4,))
    mean, variance = ops.moments(images, axes=(1, 2, 3, 4), keepdims=True)
    values = (images - mean) / ops.sqrt(variance + 1e-5)
    for layer in model.layers:
        if layer.name == "stem":
            values = _normalised(values, layer)
        elif layer.name.startswith("inception"):
            values = _module(values, layer)
        elif layer.name.startswith("pool"):
            values = keras.layers.MaxPooling3D(3, 2, "same")(values)
    values = keras.layers.Flatten()(keras.layers.AveragePooling3D(7, 1)(values))
    scaled = measured * np.array([10, 10, 0.01, 0.01], "float32")
    hidden = _with_weights(keras.layers.Dense(1024, "relu"), ops.concatenate([values, scaled], -1), model, "hidden_1")
    numbers = _with_weights(keras.layers.Dense(5), ops.concatenate([hidden, scaled], -1), model, "numbers")
    return keras.Model([images, measured], model.get_layer("particle")([numbers, measured]))


def _module(values, layer):
    """Return the four branches of an inception module, each convolution by itself."""
    direct, narrow_3, _, narrow_5, _, _ = layer.channels
    entrance, second, *third, fourth = layer.convolutions
    ends = np.cumsum([0, direct, narrow_3, narrow_5])
    branches = [_normalised(values, entrance, slice(*ends[number : number + 2])) for number in range(3)]
    branches[1] = _normalised(branches[1], second)
    for convolution in third:
        branches[2] = _normalised(branches[2], convolution)
    branches.append(_normalised(keras.layers.MaxPooling3D(3, 1, "same")(values), fourth))
    return keras.layers.Concatenate()(branches)


def _normalised(values, layer, channels=slice(None)):
    """Return a convolution, its normalisation and its rectifier, with some of the channels of `layer`."""
    kernel, bias = (weights[..., channels] for weights in layer.convolution.get_weights())
    convolution = keras.layers.Conv3D(len(bias), layer.size, padding="same")
    values = convolution(values)
    convolution.set_weights([kernel, bias])
    normalisation = keras.layers.BatchNormalization(epsilon=1e-7)
    values = normalisation(values)
    normalisation.set_weights([weights[channels] for weights in layer.normalisation.get_weights()])
    return keras.layers.ReLU()(values)


def _with_weights(dense, values, model, name):
    values = dense(values)
    dense.set_weights(model.get_layer(name).get_weights())
    return values


class DenseStream:
    """Batches cut out of dense images in memory, as the original reads them."""

    def __init__(self, classes):
        self.classes = [
            (showers.ecal.dense()[..., None], showers.hcal.dense()[..., None], showers.labels) for showers in classes
        ]

    def batch(self, events, seed):
        """Return ((ECAL images, HCAL images, phi and eta), targets)."""
        random, parts, targets = np.random.default_rng(seed), [], []
        for number, (ecal, hcal, labels) in enumerate(self.classes):
            rows = random.choice(len(ecal), events // 2, replace=False)
            angles = np.stack([labels["reco_phi"][rows], labels["reco_eta"][rows]], axis=1)
            parts.append((ecal[rows], hcal[rows], angles))
            known = [labels[name][rows] for name in ("energy", "eta", "phi")]
            targets.append(np.stack([np.full(len(rows), number, "float32"), *known], axis=1))
        return tuple(np.concatenate(pair) for pair in zip(*parts, strict=True)), np.concatenate(targets)
