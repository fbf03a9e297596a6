"""The six networks that were compared in three dimensions."""

from keras_hep.models.track_finder_autoencoder_3d import TrackFinderAutoencoder3D
from keras_hep.models.track_finder_cnn_3d import TrackFinderCNN3D
from keras_hep.models.track_finder_lstm_3d import TrackFinderLSTM3D


def track_finders_3d(layers=10, pixels=50, hidden_units=512, convolutions=10):
    """Return the six networks of the study in three dimensions, untrained.

    Args:
        layers: int. Detector layers.
        pixels: int. Pixels per layer, along each of its two axes.
        hidden_units: int. Size of the state (of each direction) and of the hidden layers of the LSTMs.
        convolutions: int. Hidden convolutions of the convolutional network.

    Returns:
        dict of name to Keras model: "lstm", "deep_lstm", "bidirectional_lstm", "next_layer_lstm", "cnn", "autoencoder".

    Reference: Farrell et al., EPJ Web Conf. 150 (2017) 00003, Section 5 and Figure 9. That the next-layer LSTM is the
        basic one, and 512 hidden units, are not stated there; 512 is the default of the authors' scripts.

    Example:

    >>> {name: network.count_params() for name, network in track_finders_3d().items()}
    {'lstm': 7453124, 'deep_lstm': 4924868, 'bidirectional_lstm': 14148548, 'next_layer_lstm': 7453124, 'cnn': 16065,
     'autoencoder': 514892}
    """
    recurrent = (layers, pixels, hidden_units)
    return {
        "lstm": TrackFinderLSTM3D(*recurrent),
        "deep_lstm": TrackFinderLSTM3D(*recurrent, variant="deep"),
        "bidirectional_lstm": TrackFinderLSTM3D(*recurrent, variant="bidirectional"),
        "next_layer_lstm": TrackFinderLSTM3D(*recurrent, next_layer=True),
        "cnn": TrackFinderCNN3D(layers, pixels, convolutions),
        "autoencoder": TrackFinderAutoencoder3D(layers, pixels),
    }
