"""Convolutional track finder that keeps the size of the image."""

import keras


@keras.saving.register_keras_serializable(package="keras_hep")
class TrackFinderCNN(keras.Model):
    """A stack of 3 x 3 convolutions without down-sampling and a softmax over the pixels of each layer.

    Information travels one detector layer per convolution, the last one included: with S seed layers the last layer
    that can see the seed is S + `convolutions` (counted from 0).

    Args:
        layers: int. Detector layers.
        pixels: int. Pixels per layer.
        convolutions: int. Hidden convolutions with ReLU, before the last one to a single channel.
        filters: int. Channels of the hidden convolutions.

    Input: float tensor, shape (batch, layers, pixels), 1 where a pixel fired. Output: float tensor of the same shape,
    the probability of each pixel to be crossed by the seeded track; every layer sums to 1.

    Reference: Farrell et al., EPJ Web Conf. 150 (2017) 00003, Figure 7: 5,409 parameters with ten hidden convolutions,
        11,249 with twenty.

    Example:

    >>> TrackFinderCNN(convolutions=10).count_params(), TrackFinderCNN(convolutions=20).count_params()
    (5409, 11249)
    """

    def __init__(self, layers=48, pixels=48, convolutions=10, filters=8, **kwargs):
        image = keras.Input((layers, pixels), name="image")
        features = keras.layers.Reshape((layers, pixels, 1), name="channel")(image)
        for number in range(1, convolutions + 1):
            features = keras.layers.Conv2D(filters, 3, padding="same", activation="relu", name=f"conv_{number}")(
                features
            )
        logits = keras.layers.Conv2D(1, 3, padding="same", name="logits")(features)
        logits = keras.layers.Reshape((layers, pixels), name="plane")(logits)
        probability = keras.layers.Activation("softmax", dtype="float32", name="probability")(logits)
        super().__init__(image, probability, **kwargs)
        self.arguments = {"layers": layers, "pixels": pixels, "convolutions": convolutions, "filters": filters}

    def get_config(self):
        return {**self.arguments, "name": self.name, "trainable": self.trainable}
