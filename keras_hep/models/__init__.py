"""Published networks as Keras models, one class per file."""

from keras_hep.models.fold_normalisation import fold_normalisation
from keras_hep.models.fold_upsampling import fold_upsampling
from keras_hep.models.graph_net import GraphNet
from keras_hep.models.interaction_network import InteractionNetwork
from keras_hep.models.maximising_images import maximising_images
from keras_hep.models.road_track_finder import RoadTrackFinder
from keras_hep.models.segment_classifier import SegmentClassifier
from keras_hep.models.shower_cnn import ShowerCNN
from keras_hep.models.shower_discriminator import ShowerDiscriminator
from keras_hep.models.shower_dnn import ShowerDNN
from keras_hep.models.shower_generator import ShowerGenerator
from keras_hep.models.shower_googlenet import ShowerGoogLeNet
from keras_hep.models.shower_hits_network import ShowerHitsNetwork
from keras_hep.models.shower_vae import ShowerVAE
from keras_hep.models.track_embedder import TrackEmbedder
from keras_hep.models.track_finder_autoencoder import TrackFinderAutoencoder
from keras_hep.models.track_finder_autoencoder_3d import TrackFinderAutoencoder3D
from keras_hep.models.track_finder_cnn import TrackFinderCNN
from keras_hep.models.track_finder_cnn_3d import TrackFinderCNN3D
from keras_hep.models.track_finder_hit_lstm_3d import TrackFinderHitLSTM3D
from keras_hep.models.track_finder_lstm import TrackFinderLSTM
from keras_hep.models.track_finder_lstm_3d import TrackFinderLSTM3D
from keras_hep.models.track_finder_wedge_lstm import TrackFinderWedgeLSTM
from keras_hep.models.track_finders_3d import track_finders_3d
from keras_hep.models.track_gann import TrackGANN
from keras_hep.models.track_net import TrackNET
from keras_hep.models.track_net_growth import TrackNETGrowth
from keras_hep.models.track_net_v1 import TrackNETv1
from keras_hep.models.track_net_v2 import TrackNETv2
from keras_hep.models.track_parameter_covariance_network import TrackParameterCovarianceNetwork
from keras_hep.models.track_parameter_network import TrackParameterNetwork
from keras_hep.models.vertex_graph_network import VertexGraphNetwork
from keras_hep.models.wiring import wiring

__all__ = [
    "GraphNet",
    "InteractionNetwork",
    "RoadTrackFinder",
    "SegmentClassifier",
    "ShowerCNN",
    "ShowerDNN",
    "ShowerDiscriminator",
    "ShowerGenerator",
    "ShowerGoogLeNet",
    "ShowerHitsNetwork",
    "ShowerVAE",
    "TrackEmbedder",
    "TrackFinderAutoencoder",
    "TrackFinderAutoencoder3D",
    "TrackFinderCNN",
    "TrackFinderCNN3D",
    "TrackFinderHitLSTM3D",
    "TrackFinderLSTM",
    "TrackFinderLSTM3D",
    "TrackFinderWedgeLSTM",
    "TrackGANN",
    "TrackNET",
    "TrackNETGrowth",
    "TrackNETv1",
    "TrackNETv2",
    "TrackParameterCovarianceNetwork",
    "TrackParameterNetwork",
    "VertexGraphNetwork",
    "fold_normalisation",
    "fold_upsampling",
    "maximising_images",
    "track_finders_3d",
    "wiring",
]
