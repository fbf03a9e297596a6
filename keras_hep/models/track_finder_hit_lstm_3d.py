"""Recurrent track finders that read lists of hits layer by layer."""

import keras

from keras_hep.layers import HitDense, HitLSTM
from keras_hep.models.track_finder_lstm_3d import track_probability


@keras.saving.register_keras_serializable(package="keras_hep")
class TrackFinderHitLSTM3D(keras.Model):
    """The networks of `TrackFinderLSTM3D` with the fired pixels as input: same weights, same function.

    The first matrix product of those networks multiplies thousands of pixels, of which a handful is not 0, with their
    weights; here it is the sum of the weights of the fired pixels, which pays while few fire. Measured on TensorFlow,
    one busy core, 10 layers of 50 x 50 pixels, 512 hidden units, 128 events, as the ratio of speeds to those of
    `TrackFinderLSTM3D` (its spread over two runs):

    - basic: inference 2.6 to 2.7, 1.9 and 0.7 with a mean background of 1, 10 and 100 tracks, training 1.7 to 2.4,
      1.0 to 1.4 and 0.5; at 30 tracks 1.9 and 0.9 (one run);
    - deep, whose first product is four times smaller: 1.0 to 1.3 up to 10 tracks, 0.7 to 1.5 at 100, no clear winner.

    With JAX on a CPU the first product alone is faster at 1 track, equal within the noise at 10 and seven times slower
    at 100. The sum holds batch x layers x hits x (4 x hidden units) numbers at a time (hidden units in the deep
    network): 1.3 GB for 128 events with lists of 128 hits.

    Args:
        layers: int. Detector layers.
        pixels: int. Pixels per layer, along each of its two axes.
        hidden_units: int. As in `TrackFinderLSTM3D`.
        variant: str. As in `TrackFinderLSTM3D`.
        next_layer: bool. As in `TrackFinderLSTM3D`.

    Input: int tensor, shape (batch, layers, hits), the positions x * pixels + y of the fired pixels, padded with -1, as
    `fired_positions` returns them. Output: as that of `TrackFinderLSTM3D`.

    Raises:
        ValueError: as `TrackFinderLSTM3D`.

    Reference: Farrell et al., EPJ Web Conf. 150 (2017) 00003, Section 5 (three dimensions, Figures 9 and 10).

    Example:

    >>> import numpy as np
    >>> from keras_hep.layers import fired_positions
    >>> from keras_hep.models import TrackFinderLSTM3D
    >>> dense = TrackFinderLSTM3D(layers=4, pixels=3, hidden_units=2)
    >>> images = np.eye(3, dtype="float32")[None, None].repeat(4, axis=1)
    >>> hits = TrackFinderHitLSTM3D.of(dense)
    >>> np.allclose(hits(fired_positions(images)), dense(images), atol=1e-6)
    True
    """

    def __init__(self, layers=10, pixels=50, hidden_units=512, variant="basic", next_layer=False, **kwargs):
        hits = keras.Input((layers, None), dtype="int32", name="hits")
        lstm, dense = _reading_hits(HitLSTM, pixels**2), _reading_hits(HitDense, pixels**2)
        probability = track_probability(hits, pixels, hidden_units, variant, next_layer, lstm, dense)
        super().__init__(hits, probability, **kwargs)
        self.arguments = {
            "layers": layers,
            "pixels": pixels,
            "hidden_units": hidden_units,
            "variant": variant,
            "next_layer": next_layer,
        }

    @classmethod
    def of(cls, model):
        """Return the network with the weights of `model`, a `TrackFinderLSTM3D`, copied."""
        network = cls(**model.arguments)
        network.set_weights(model.get_weights())
        return network

    def get_config(self):
        return {**self.arguments, "name": self.name, "trainable": self.trainable}


def _reading_hits(layer, positions):
    return lambda units, **kwargs: layer(units, positions, **kwargs)
