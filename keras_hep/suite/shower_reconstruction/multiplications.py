"""How many multiplications of weights and values a network of showers makes for one shower."""

import math


def multiplications(model, hits=450):
    """Return the multiplications of weights and values for one shower, int.

    Those of normalisations and of maxima are left out, here as everywhere.

    Args:
        model: one of the networks of showers of `keras_hep.models`, in the form for training.
        hits: int. In the ECAL, of a network that reads hits; of others all cells count.

    Raises:
        ValueError: if the model has weights in a layer that is not counted.

    Example: the published inception network, 41.7 billion.

    >>> from keras_hep.models import ShowerGoogLeNet
    >>> multiplications(ShowerGoogLeNet())
    41740647252
    """
    if hasattr(model, "multiplications"):
        return model.multiplications(hits)
    return sum(_of_layer(layer) for layer in model.layers if layer.weights)


def _of_layer(layer):
    import keras

    from keras_hep.layers.inception import Inception
    from keras_hep.layers.rectified_convolution import RectifiedConvolution

    cells = math.prod(layer.output.shape[1:-1])
    if isinstance(layer, Inception):
        return cells * sum(_weights(unit.convolution) for unit in layer.convolutions)
    if isinstance(layer, RectifiedConvolution):
        return cells * _weights(layer.convolution)
    if isinstance(layer, keras.layers.Dense | keras.layers.Conv2D | keras.layers.Conv3D):
        return cells * _weights(layer)
    raise ValueError(f"multiplications counts dense and convolutional layers, got {layer.name!r}: count it here too.")


def _weights(layer):
    return math.prod(layer.kernel.shape)
