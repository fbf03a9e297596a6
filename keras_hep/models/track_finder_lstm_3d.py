"""Recurrent track finders that read planes of pixels layer by layer."""

import keras

from keras_hep.layers import original_lstm

VARIANTS = ("basic", "deep", "bidirectional")


@keras.saving.register_keras_serializable(package="keras_hep")
class TrackFinderLSTM3D(keras.Model):
    """An LSTM over the detector layers, each flattened, and a softmax over the pixels of each layer.

    Args:
        layers: int. Detector layers.
        pixels: int. Pixels per layer, along each of its two axes.
        hidden_units: int. Size of the LSTM's state and of the fully connected layers.
        variant: str. "basic" (an LSTM alone), "deep" (a fully connected layer with ReLU before and behind the LSTM) or
            "bidirectional" (an LSTM in each direction and a fully connected layer with ReLU behind them).
        next_layer: bool. Predict each layer from the layers before it, without its own hits.

    Input: float tensor, shape (batch, layers, pixels, pixels), 1 where a pixel fired. Output: float tensor, shape
    (batch, layers, pixels * pixels), the probability of each pixel, x * pixels + y, to be crossed by the seeded track;
    every layer sums to 1. With `next_layer` nothing predicts layer 0: there every pixel has the same probability, which
    adds the constant 2 log(pixels) / layers to the mean cross-entropy and nothing to its gradient.

    Raises:
        ValueError: if there is no such variant, or if `next_layer` is asked of the bidirectional one.

    Reference: Farrell et al., EPJ Web Conf. 150 (2017) 00003, Section 5 (three dimensions, Figures 9 and 10). With 50
        pixels and 512 hidden units: 7,453,124 parameters (basic), 4,924,868 (deep), 14,148,548 (bidirectional).
    Differs: the next-layer network of the paper has one output layer less, as it has none for layer 0.

    Example:

    >>> TrackFinderLSTM3D(layers=10, pixels=50, hidden_units=512).count_params()
    7453124
    >>> TrackFinderLSTM3D(layers=10, pixels=8, hidden_units=4, variant="deep", next_layer=True).output_shape
    (None, 10, 64)
    """

    def __init__(self, layers=10, pixels=50, hidden_units=512, variant="basic", next_layer=False, **kwargs):
        image = keras.Input((layers, pixels, pixels), name="image")
        planes = keras.layers.Reshape((layers, pixels**2), name="planes")(image)
        probability = track_probability(planes, pixels, hidden_units, variant, next_layer)
        super().__init__(image, probability, **kwargs)
        self.arguments = {
            "layers": layers,
            "pixels": pixels,
            "hidden_units": hidden_units,
            "variant": variant,
            "next_layer": next_layer,
        }

    def get_config(self):
        return {**self.arguments, "name": self.name, "trainable": self.trainable}


def track_probability(planes, pixels, hidden_units, variant, next_layer, lstm=original_lstm, dense=keras.layers.Dense):
    """Return the probability of each pixel of each layer, symbolic tensor of shape (batch, layers, pixels * pixels).

    Args:
        planes: symbolic tensor, shape (batch, layers, ...). What the network reads of each layer.
        pixels: int. As in `TrackFinderLSTM3D`, like the next three.
        hidden_units: int.
        variant: str.
        next_layer: bool.
        lstm: callable, units -> layer. The LSTM, where it reads the planes.
        dense: callable, units -> layer. The fully connected layer, where it reads the planes.

    Raises:
        ValueError: as `TrackFinderLSTM3D`.
    """
    _check(variant, next_layer)
    if next_layer:
        planes = keras.layers.Cropping1D((0, 1), name="layers_before")(planes)
    logits = keras.layers.Dense(pixels**2, name="logits")(_hidden(planes, hidden_units, variant, lstm, dense))
    if next_layer:
        logits = keras.layers.ZeroPadding1D((1, 0), name="layers_behind")(logits)
    return keras.layers.Activation("softmax", dtype="float32", name="probability")(logits)


def _check(variant, next_layer):
    if variant not in VARIANTS:
        raise ValueError(f"variant must be one of {', '.join(VARIANTS)}, got {variant!r}: choose one of them.")
    if next_layer and variant == "bidirectional":
        raise ValueError(
            "next_layer must not see the layer that it predicts, as variant='bidirectional' does: choose basic or deep."
        )


def _hidden(planes, units, variant, lstm, dense):
    if variant == "basic":
        return lstm(units, return_sequences=True, name="lstm")(planes)
    if variant == "deep":
        planes = dense(units, activation="relu", name="encoder")(planes)
        hidden = original_lstm(units, return_sequences=True, name="lstm")(planes)
    else:
        forward = lstm(units, return_sequences=True, name="forward")
        hidden = keras.layers.Bidirectional(forward, name="lstm")(planes)
    return keras.layers.Dense(units, activation="relu", name="decoder")(hidden)
