"""Track finder for detector layers that differ in their number of pixels."""

import keras

from keras_hep.layers import PlaneDecoder, PlaneEncoder, original_lstm


@keras.saving.register_keras_serializable(package="keras_hep")
class TrackFinderWedgeLSTM(keras.Model):
    """An LSTM between dedicated fully connected maps of each detector layer.

    Args:
        widths: sequence of int. Active pixels of each detector layer, centred.
        pixels: int. Padded width.
        hidden_units: int. Size of the hidden vectors and of the LSTM's state.

    Input: float tensor, shape (batch, layers, pixels), 1 where a pixel fired. Output: float tensor of the same shape,
    the probability of each pixel to be crossed by the seeded track; exactly 0 where there is no pixel.

    Raises:
        ValueError: if a width is not between 1 and `pixels`.

    Reference: Farrell et al., EPJ Web Conf. 150 (2017) 00003, Section 5 and Figure 6. The wedge of 48 layers with 1,390
        pixels and 48 hidden units has 155,758 parameters.
    Differs: the maps of all layers are computed as one masked product.

    Example:

    >>> TrackFinderWedgeLSTM(widths=[2, 4, 4], pixels=4, hidden_units=3).output_shape
    (None, 3, 4)
    """

    def __init__(self, widths, pixels=48, hidden_units=48, **kwargs):
        image = keras.Input((len(widths), pixels), name="image")
        encoded = PlaneEncoder(widths, pixels, hidden_units, name="encoder")(image)
        hidden = original_lstm(hidden_units, return_sequences=True, name="lstm")(encoded)
        logits = PlaneDecoder(widths, pixels, dtype="float32", name="decoder")(hidden)
        probability = keras.layers.Activation("softmax", dtype="float32", name="probability")(logits)
        super().__init__(image, probability, **kwargs)
        self.arguments = {"widths": [int(width) for width in widths], "pixels": pixels, "hidden_units": hidden_units}

    def get_config(self):
        return {**self.arguments, "name": self.name, "trainable": self.trainable}
