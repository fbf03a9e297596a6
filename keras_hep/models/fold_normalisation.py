"""Networks of inception modules made faster for inference, without other answers."""

from keras_hep.layers.inception import Inception
from keras_hep.layers.rectified_convolution import RectifiedConvolution


def fold_normalisation(model, winograd=True):
    """Return a network for inference with the answers of `model`: normalisations are made part of the convolutions.

    A normalisation with fixed means and variances is linear, so that its factor belongs into the kernel before it and
    the rest into the bias, which is exact. Large convolutions are computed with a fraction of the multiplications,
    which is exact up to rounding.

    Args:
        model: `ShowerGoogLeNet` in the form "training". It is not changed; later changes of its weights are not seen.
        winograd: bool. False: convolutions stay as they are, which may be better on a GPU. True takes up to 13 times
            the memory of the weights, and is best with one to four showers at once, whose values stay in the cache.

    Returns:
        `ShowerGoogLeNet` of another form, float32.

    Raises:
        ValueError: if the model is folded already.

    Example:

    >>> from keras_hep.models import ShowerGoogLeNet
    >>> model = ShowerGoogLeNet(neurons=8, width_multiplier=1 / 48, ecal_shape=(7, 7, 7))
    >>> folded = fold_normalisation(model)
    >>> folded.get_config()["form"], folded.count_params() < model.count_params()
    ('winograd', True)
    """
    config = model.get_config()
    if config.get("form") != "training":
        raise ValueError(f"fold_normalisation needs a network in the form training, got {config.get('form')!r}.")
    twin = type(model).from_config({**config, "form": "winograd" if winograd else "folded"})
    for layer in model.layers:
        same = twin.get_layer(layer.name)
        if isinstance(layer, Inception):
            for convolution, other in zip(layer.convolutions, same.convolutions, strict=True):
                other.take_over(convolution)
        elif isinstance(layer, RectifiedConvolution):
            same.take_over(layer)
        elif layer.weights:
            same.set_weights(layer.get_weights())
    return twin
