"""How the networks of the TrackNET items are trained on TrackML-like events."""

from keras_hep import losses, models
from keras_hep.suite.candidate_training import fit_by_batches
from keras_hep.tracking.coordinates import Scaling
from keras_hep.tracking.direction_coordinates import DirectionCoordinates
from keras_hep.tracking.hit_sequences import HitSequences
from keras_hep.tracking.space_compression import SpaceCompression
from keras_hep.tracking.trackml_sequences import TrackMLSequences
from keras_hep.training_metrics import HitEfficiency, MeanRadius

PUBLISHED_ALPHA = 0.9999  # with coordinates in mm
METRE = 1000.0  # mm
METRES = Scaling((-METRE, -METRE, -METRE), (METRE, METRE, METRE))
DIRECTIONS = DirectionCoordinates()
NOT_COMPRESSED = SpaceCompression(factor=1.0)
WIDTH = 10.0
# Units: of the distance from the helix of the hits before, of the corrections after the first hit and after later ones,
# and of the radii, all in the coordinates of direction and depth.
FRAME = {"geometry": "helix", "depth": DIRECTIONS.depth, "residual": 0.002, "scales": (0.05, 0.005)}
RADIUS_UNIT = 0.02


def in_unit(alpha, unit):
    """Return the weight of `SphereLoss` that stands for `alpha` where lengths are divided by `unit`.

    Example:

    >>> round(in_unit(0.9999, 1000), 4)
    0.0099
    """
    odds = alpha / (1 - alpha) / unit**2
    return odds / (1 + odds)


def train_published(simulation, events, steps, seed):
    """Train the network as published: compressed coordinates read and given as they are, the published loss.

    Args:
        simulation: `keras_hep.simulation.trackml_like.TrackMLLike`.
        events: int. Events whose tracks are read again and again.
        steps: int. Batches of 512 tracks.
        seed: int.

    Returns:
        `keras_hep.training.Training`; its history has the loss, the share of hits inside their spheres and the mean
        radius.

    Differs: coordinates in metres, since a network that starts from small weights takes long to give thousands of mm;
        with the weight of the loss for metres it is the same network and the same loss up to a factor. The authors'
        step size and batches are not known.
    """
    stream = HitSequences(TrackMLSequences(simulation, events), METRES)
    loss = losses.SphereLoss(in_unit(PUBLISHED_ALPHA, METRE))
    return fit_by_batches(models.TrackNET(heads=1), stream, loss, 1e-2, steps, seed, _metrics())


def train_helix(simulation, events, steps, seed):
    """Train the network of ours: it corrects the helix through the beam and the last two hits; as `train_published`."""
    stream = HitSequences(TrackMLSequences(simulation, events, space=NOT_COMPRESSED), DIRECTIONS)
    model = models.TrackNET(heads=1, frame=FRAME, unit=RADIUS_UNIT)
    return fit_by_batches(model, stream, losses.SphereLikelihood(WIDTH), 1e-2, steps, seed, _metrics())


def _metrics():
    return [HitEfficiency(), MeanRadius()]
