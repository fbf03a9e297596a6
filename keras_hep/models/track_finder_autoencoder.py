"""Convolutional track finder that sees the whole image by down-sampling it."""

import keras


@keras.saving.register_keras_serializable(package="keras_hep")
class TrackFinderAutoencoder(keras.Model):
    """Convolutions with pooling, convolutions with up-sampling, and a softmax over the pixels of each layer.

    Each of `filters` is one 3 x 3 convolution with ReLU followed by 2 x 2 max pooling; the way back repeats them in
    reverse order, each followed by nearest-neighbour up-sampling. There are no skip connections.

    Args:
        layers: int. Detector layers, a multiple of 2 to the number of `filters`.
        pixels: int. Pixels per layer, likewise.
        filters: sequence of int. Channels on the way down.

    Input: float tensor, shape (batch, layers, pixels), 1 where a pixel fired. Output: float tensor of the same shape,
    the probability of each pixel to be crossed by the seeded track; every layer sums to 1.

    Raises:
        ValueError: if the image cannot be halved once per entry of `filters`.

    Reference: Farrell et al., EPJ Web Conf. 150 (2017) 00003, Figure 8: 85,633 parameters.
    Differs: 48 x 48 pixels as in the authors' notebook; the 50 x 50 of the paper's text cannot be halved four times.

    Example:

    >>> TrackFinderAutoencoder().count_params()
    85633
    """

    def __init__(self, layers=48, pixels=48, filters=(8, 16, 32, 64), **kwargs):
        factor = 2 ** len(filters)
        if layers % factor or pixels % factor:
            raise ValueError(
                f"layers and pixels must be multiples of {factor} to be halved {len(filters)} times, "
                f"got {layers} x {pixels}: choose other sizes or fewer filters."
            )
        image = keras.Input((layers, pixels), name="image")
        features = keras.layers.Reshape((layers, pixels, 1), name="channel")(image)
        for number, channels in enumerate(filters, 1):
            features = _convolution(channels, f"encode_{number}")(features)
            features = keras.layers.MaxPooling2D(2, name=f"pool_{number}")(features)
        for number, channels in enumerate(reversed(filters), 1):
            features = _convolution(channels, f"decode_{number}")(features)
            features = keras.layers.UpSampling2D(2, name=f"upsample_{number}")(features)
        logits = keras.layers.Conv2D(1, 3, padding="same", name="logits")(features)
        logits = keras.layers.Reshape((layers, pixels), name="plane")(logits)
        probability = keras.layers.Activation("softmax", dtype="float32", name="probability")(logits)
        super().__init__(image, probability, **kwargs)
        self.arguments = {"layers": layers, "pixels": pixels, "filters": [int(channels) for channels in filters]}

    def get_config(self):
        return {**self.arguments, "name": self.name, "trainable": self.trainable}


def _convolution(channels, name):
    return keras.layers.Conv2D(channels, 3, padding="same", activation="relu", name=name)
