"""Track finder that reads the detector layer by layer."""

import keras

from keras_hep.layers import original_lstm


@keras.saving.register_keras_serializable(package="keras_hep")
class TrackFinderLSTM(keras.Model):
    """An LSTM over the detector layers and a softmax over the pixels of each layer.

    Args:
        layers: int. Detector layers.
        pixels: int. Pixels per layer.
        hidden_units: int. Size of the LSTM's state.

    Input: float tensor, shape (batch, layers, pixels), 1 where a pixel fired. Output: float tensor of the same shape,
    the probability of each pixel to be crossed by the seeded track; every layer sums to 1.

    Reference: Farrell et al., EPJ Web Conf. 150 (2017) 00003, Figures 4 and 5: 65,450 parameters with 100 hidden units
        and 50 pixels; 22,750 with 50 hidden units (the authors' noise study).

    Example:

    >>> TrackFinderLSTM(layers=50, pixels=50, hidden_units=100).count_params()
    65450
    """

    def __init__(self, layers=50, pixels=50, hidden_units=100, **kwargs):
        image = keras.Input((layers, pixels), name="image")
        hidden = original_lstm(hidden_units, return_sequences=True, name="lstm")(image)
        logits = keras.layers.Dense(pixels, name="logits")(hidden)
        probability = keras.layers.Activation("softmax", dtype="float32", name="probability")(logits)
        super().__init__(image, probability, **kwargs)
        self.arguments = {"layers": layers, "pixels": pixels, "hidden_units": hidden_units}

    def get_config(self):
        return {**self.arguments, "name": self.name, "trainable": self.trainable}
