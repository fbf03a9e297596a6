"""Networks that upsample and convolve, rewritten to do the same with fewer multiplications."""

import itertools

import keras

from keras_hep.layers.upsampled_conv_3d import UpsampledConv3D


def fold_upsampling(model):
    """Return a network with the same output and weights that convolves volumes before they are upsampled.

    Each row of `UpSampling3D`, optional `ZeroPadding3D` and `Conv3D` becomes one `UpsampledConv3D`. The other layers
    are made anew, so that each network has weights of its own; `get_weights` of one fit the other.

    Args:
        model: Keras model whose layers follow one another, channels last.

    Returns:
        functional Keras model.

    Raises:
        ValueError: if the layers of the model do not form a single chain.

    Example:

    >>> import numpy as np
    >>> volume = keras.Input((2, 2, 2, 1))
    >>> large = keras.layers.UpSampling3D(2)(volume)
    >>> model = keras.Model(volume, keras.layers.Conv3D(3, 2)(large))
    >>> [type(layer).__name__ for layer in fold_upsampling(model).layers]
    ['InputLayer', 'UpsampledConv3D']
    """
    layers = _chain(model)
    inputs = outputs = keras.Input(model.inputs[0].shape[1:], name=layers[0].name)
    waiting = []  # an upsampling, and the padding behind it
    for layer in layers[1:]:
        folded = _folded(waiting, layer)
        if folded is not None:
            outputs, waiting = folded(outputs), []
        elif _continues(waiting, layer):
            waiting.append(layer)
        else:
            for one in (*waiting, layer):
                outputs = _copied(one)(outputs)
            waiting = []
    for one in waiting:
        outputs = _copied(one)(outputs)
    quick = keras.Model(inputs, outputs, name=f"{model.name}_folded")
    quick.set_weights(model.get_weights())
    return quick


def _chain(model):
    """Return the layers in their order, the input first."""
    layers = list(model.layers)
    if layers and not isinstance(layers[0], keras.layers.InputLayer):  # a `Sequential` hides it
        layers = [keras.layers.InputLayer(model.inputs[0].shape[1:]), *layers]
    chained = len(model.inputs) == len(model.outputs) == 1
    for one, following in itertools.pairwise(layers[1:]):
        chained = chained and following.input is one.output
    if not chained or not layers or model.outputs[0] is not layers[-1].output:
        raise ValueError(f"fold_upsampling: layers must form a single chain, those of {model.name} do not.")
    return layers


def _continues(waiting, layer):
    if isinstance(layer, keras.layers.UpSampling3D):
        return not waiting and layer.data_format == "channels_last"
    return isinstance(layer, keras.layers.ZeroPadding3D) and len(waiting) == 1 and layer.data_format == "channels_last"


def _folded(waiting, layer):
    """Return the layer that does what those waiting and `layer` do; None where that cannot be folded."""
    if not waiting or type(layer) is not keras.layers.Conv3D:
        return None
    plain = {layer.strides, layer.dilation_rate} == {(1, 1, 1)} and layer.groups == 1
    if not plain or layer.padding not in ("same", "valid") or layer.data_format != "channels_last":
        return None
    padding = waiting[1].padding if len(waiting) == 2 else ((0, 0),) * 3
    if layer.padding == "same":  # one more zero behind than in front where the kernel is even
        padding = [(a + (k - 1) // 2, b + k // 2) for (a, b), k in zip(padding, layer.kernel_size, strict=True)]
    return UpsampledConv3D(
        layer.filters,
        layer.kernel_size,
        waiting[0].size,
        padding,
        activation=layer.activation,
        use_bias=layer.use_bias,
        kernel_initializer=layer.kernel_initializer,
        dtype=layer.dtype_policy,
        name=layer.name,
    )


def _copied(layer):
    return type(layer).from_config(layer.get_config())
