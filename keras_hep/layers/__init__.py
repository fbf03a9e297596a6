"""Keras layers, one class per file."""

from keras_hep.layers.original_lstm import original_lstm
from keras_hep.layers.plane_decoder import PlaneDecoder
from keras_hep.layers.plane_encoder import PlaneEncoder
from keras_hep.layers.track_covariance import TrackCovariance

__all__ = ["PlaneDecoder", "PlaneEncoder", "TrackCovariance", "original_lstm"]
