"""What a network's structure lets through, whatever its weights."""

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
