"""Keras layers, one class per file."""

from keras_hep.layers.autoregressive_mixture import AutoregressiveMixture
from keras_hep.layers.barrel_steps import BarrelCentres, BarrelFeatures
from keras_hep.layers.cell_intensities import CellIntensities
from keras_hep.layers.cell_likelihood import CellLikelihood
from keras_hep.layers.depth_coded_image import DepthCodedImage
from keras_hep.layers.depth_profile import DepthProfile
from keras_hep.layers.edge_dense import EdgeDense
from keras_hep.layers.edges_to_nodes import EdgesToNodes
from keras_hep.layers.fired_positions import fired_positions
from keras_hep.layers.helix_steps import HelixCentres, HelixFeatures
from keras_hep.layers.hit_dense import HitDense
from keras_hep.layers.hit_lstm import HitLSTM
from keras_hep.layers.hit_softmax import HitSoftmax
from keras_hep.layers.inception import Inception
from keras_hep.layers.opposite_edges import OppositeEdges
from keras_hep.layers.original_lstm import original_lstm
from keras_hep.layers.particle_outputs import ParticleOutputs
from keras_hep.layers.path_attention import PathAttention
from keras_hep.layers.path_consensus import PathConsensus
from keras_hep.layers.physical_image import PhysicalImage
from keras_hep.layers.plane_decoder import PlaneDecoder
from keras_hep.layers.plane_encoder import PlaneEncoder
from keras_hep.layers.plane_steps import PlaneCentres, PlaneFeatures
from keras_hep.layers.rectified_convolution import RectifiedConvolution
from keras_hep.layers.road_to_layers import RoadToLayers
from keras_hep.layers.scatter_cells import ScatterCells
from keras_hep.layers.seed_road import SeedRoad
from keras_hep.layers.shower_angle import ShowerAngle
from keras_hep.layers.shower_energy import ShowerEnergy
from keras_hep.layers.track_covariance import TrackCovariance
from keras_hep.layers.track_mean import TrackMean
from keras_hep.layers.upsampled_conv_3d import UpsampledConv3D
from keras_hep.layers.weighted_neighbour_sum import WeightedNeighbourSum
from keras_hep.layers.winograd_convolution import WinogradConvolution

__all__ = [
    "AutoregressiveMixture",
    "BarrelCentres",
    "BarrelFeatures",
    "CellIntensities",
    "CellLikelihood",
    "DepthCodedImage",
    "DepthProfile",
    "EdgeDense",
    "EdgesToNodes",
    "HelixCentres",
    "HelixFeatures",
    "HitDense",
    "HitLSTM",
    "HitSoftmax",
    "Inception",
    "OppositeEdges",
    "ParticleOutputs",
    "PathAttention",
    "PathConsensus",
    "PhysicalImage",
    "PlaneCentres",
    "PlaneDecoder",
    "PlaneEncoder",
    "PlaneFeatures",
    "RectifiedConvolution",
    "RoadToLayers",
    "ScatterCells",
    "SeedRoad",
    "ShowerAngle",
    "ShowerEnergy",
    "TrackCovariance",
    "TrackMean",
    "UpsampledConv3D",
    "WeightedNeighbourSum",
    "WinogradConvolution",
    "fired_positions",
    "original_lstm",
]
