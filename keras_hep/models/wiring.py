"""What a network's structure lets through, whatever its weights."""

import functools

import keras
import numpy as np


def wiring(model, output="plane"):
    """Return a network's structure as a function: all weights positive, so that no signals cancel.

    An output differs between two inputs exactly where the structure connects it to a pixel that differs. The weights of
    `model` are left as they are.

    Args:
        model: Keras model with `get_config`.
        output: str. Name of the layer to read, before the softmax that would mix the pixels of a detector layer.

    Returns:
        callable: float array of images -> float32 NumPy array, the output of that layer.

    Raises:
        ValueError: if there is no layer of that name.
    """
    probed = type(model).from_config(model.get_config())
    probed.set_weights([np.abs(weights) for weights in probed.get_weights()])
    logits = keras.Model(probed.input, probed.get_layer(output).output)
    return lambda images: keras.ops.convert_to_numpy(logits(np.asarray(images, np.float32)))


def applications(model, inputs):
    """Return how often a network applies each of its layers to one input.

    Args:
        model: functional Keras model, whose layers are no models themselves.
        inputs: what the model reads: array, or dict or list of arrays.

    Returns:
        dict of name of the layer to int. Layers of the input, which compute nothing, are left out.

    Example:

    >>> inputs, twice = keras.Input((2,)), keras.layers.Dense(2, name="twice")
    >>> applications(keras.Model(inputs, twice(twice(inputs))), np.zeros((1, 2)))
    {'twice': 2}
    """
    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    counts = {layer.name: 0 for layer in layers}
    try:
        for layer in layers:
            layer.call = _counting(layer.call, layer.name, counts)
        model(inputs, training=False)
    finally:
        for layer in layers:
            vars(layer).pop("call", None)  # the method of the class is seen again
    return counts


def _counting(call, name, counts):
    @functools.wraps(call)
    def counted(*arguments, **options):
        counts[name] += 1
        return call(*arguments, **options)

    return counted
