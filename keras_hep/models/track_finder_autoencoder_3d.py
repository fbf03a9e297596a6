"""Convolutional track finder that sees whole planes of pixels by down-sampling them."""

import keras

# Convolutions of each stage and the size of their kernels within a layer; along the detector layers it is always 3.
_STAGES = ((2, 3), (2, 3), (1, 3), (1, 3), (1, 2), (1, 1))


@keras.saving.register_keras_serializable(package="keras_hep")
class TrackFinderAutoencoder3D(keras.Model):
    """Convolutions with pooling within the layers, and a fully connected map to the pixels of each layer.

    The first two of the six stages have two convolutions each, the others one, all with ReLU. Between two stages, 2 x 2
    max pooling halves the layers' two axes, as long as there is more than one pixel left; the number of detector layers
    is kept. The decoder maps the features of each layer to its pixels at once, with the same weights in every layer.

    Args:
        layers: int. Detector layers.
        pixels: int. Pixels per layer, along each of its two axes.
        filters: sequence of six int. Channels of the convolutions of each stage.

    Input: float tensor, shape (batch, layers, pixels, pixels), 1 where a pixel fired. Output: float tensor, shape
    (batch, layers, pixels * pixels), the probability of each pixel, x * pixels + y, to be crossed by the seeded track;
    every layer sums to 1.

    Raises:
        ValueError: if there are not six stages.

    Reference: Farrell et al., EPJ Web Conf. 150 (2017) 00003, Section 5 (three dimensions, Figure 9) and the authors'
        notebooks: 514,892 parameters with 50 pixels, 324,488 with 32.

    Example:

    >>> TrackFinderAutoencoder3D(layers=10, pixels=50).count_params()
    514892
    """

    def __init__(self, layers=10, pixels=50, filters=(8, 16, 32, 64, 96, 128), **kwargs):
        if len(filters) != len(_STAGES):
            raise ValueError(f"filters must hold one number per stage, six in all, got {list(filters)}: give six.")
        image = keras.Input((layers, pixels, pixels), name="image")
        features = keras.layers.Reshape((layers, pixels, pixels, 1), name="channel")(image)
        for number, channels in enumerate(filters, 1):
            features = _stage(features, number, channels)
        features = keras.layers.Reshape((layers, -1), name="features")(features)
        logits = keras.layers.Dense(pixels**2, name="logits")(features)
        probability = keras.layers.Activation("softmax", dtype="float32", name="probability")(logits)
        super().__init__(image, probability, **kwargs)
        self.arguments = {"layers": layers, "pixels": pixels, "filters": [int(channels) for channels in filters]}

    def get_config(self):
        return {**self.arguments, "name": self.name, "trainable": self.trainable}


def _stage(features, number, channels):
    """Return the features behind stage `number`, pooled first unless it is the first one or one pixel is left."""
    if number > 1 and features.shape[2] > 1:
        features = keras.layers.MaxPooling3D((1, 2, 2), name=f"pool_{number - 1}")(features)
    convolutions, size = _STAGES[number - 1]
    for repeat in range(1, convolutions + 1):
        features = keras.layers.Conv3D(
            channels, (3, size, size), padding="same", activation="relu", name=f"conv_{number}_{repeat}"
        )(features)
    return features
