"""Convolutional track finder that keeps the size of the planes of pixels."""

import keras


@keras.saving.register_keras_serializable(package="keras_hep")
class TrackFinderCNN3D(keras.Model):
    """A stack of 3 x 3 x 3 convolutions without down-sampling and a softmax over the pixels of each layer.

    Information travels one detector layer per convolution, the last one included: with S seed layers the last layer
    that can see the seed is S + `convolutions` (counted from 0).

    Args:
        layers: int. Detector layers.
        pixels: int. Pixels per layer, along each of its two axes.
        convolutions: int. Hidden convolutions with ReLU, before the last one to a single channel.
        filters: int. Channels of the hidden convolutions.

    Input: float tensor, shape (batch, layers, pixels, pixels), 1 where a pixel fired. Output: float tensor, shape
    (batch, layers, pixels * pixels), the probability of each pixel, x * pixels + y, to be crossed by the seeded track;
    every layer sums to 1.

    Reference: Farrell et al., EPJ Web Conf. 150 (2017) 00003, Section 5 (three dimensions, Figure 9) and the authors'
        notebooks: 16,065 parameters.

    Example:

    >>> TrackFinderCNN3D(layers=10, pixels=50).count_params()
    16065
    """

    def __init__(self, layers=10, pixels=50, convolutions=10, filters=8, **kwargs):
        image = keras.Input((layers, pixels, pixels), name="image")
        features = keras.layers.Reshape((layers, pixels, pixels, 1), name="channel")(image)
        for number in range(1, convolutions + 1):
            features = keras.layers.Conv3D(filters, 3, padding="same", activation="relu", name=f"conv_{number}")(
                features
            )
        logits = keras.layers.Conv3D(1, 3, padding="same", name="logits")(features)
        logits = keras.layers.Reshape((layers, pixels**2), name="plane")(logits)
        probability = keras.layers.Activation("softmax", dtype="float32", name="probability")(logits)
        super().__init__(image, probability, **kwargs)
        self.arguments = {"layers": layers, "pixels": pixels, "convolutions": convolutions, "filters": filters}

    def get_config(self):
        return {**self.arguments, "name": self.name, "trainable": self.trainable}
