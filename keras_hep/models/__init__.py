"""Published networks as Keras models, one class per file."""

from keras_hep.models.track_finder_autoencoder import TrackFinderAutoencoder
from keras_hep.models.track_finder_cnn import TrackFinderCNN
from keras_hep.models.track_finder_lstm import TrackFinderLSTM
from keras_hep.models.track_finder_wedge_lstm import TrackFinderWedgeLSTM
from keras_hep.models.wiring import wiring

__all__ = ["TrackFinderAutoencoder", "TrackFinderCNN", "TrackFinderLSTM", "TrackFinderWedgeLSTM", "wiring"]
