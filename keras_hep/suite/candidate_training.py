"""How the networks of the TrackNET items are trained on the toy of the Spin Physics Detector."""

from keras_hep import losses, models, training
from keras_hep.simulation.spd import HALF_LENGTH, SPDToy
from keras_hep.tracking.coordinates import Scaling
from keras_hep.tracking.hit_sequences import HitSequences
from keras_hep.tracking.track_net_cell import TrackNETCell
from keras_hep.tracking.virtual_points import GappedSequences

SCALING = Scaling((-851, -851, -HALF_LENGTH), (851, 851, HALF_LENGTH))  # as the authors scale
BATCH = 512
PUBLISHED_ALPHA = 0.0008
# A straight line from the origin to the first station starts one pitch before it; steps and what is left open of them
# are in units of the largest coordinate.
FRAME = {"geometry": "barrel", "first_ratio": 1 - 580 / 34 / 270, "step": 0.02, "scales": (0.02, 0.002)}
WIDTH = 15.0
EFFICIENCY_IN_TRAINING = 0.97


def train_published(heads, steps, seed, alpha=PUBLISHED_ALPHA):
    """Train a network as published: coordinates read and given as they are, the published loss, complete tracks.

    Args:
        heads: int. 1: TrackNET; 2: StepAhead TrackNET.
        steps: int. Batches of 512 new tracks.
        seed: int.
        alpha: float. Weight of the distance in the loss.

    Returns:
        `keras_hep.training.Training`.

    Differs: the authors' step size of 1e-3 is for 2,000 passes over their tracks in batches of 16,384. Ours falls from
        5e-3, for the few steps that a processor allows.
    """
    stream = HitSequences(SPDToy(), SCALING, heads)
    return fit_by_batches(models.TrackNET(heads=heads), stream, losses.SphereLoss(alpha), 5e-3, steps, seed)


def train_residual(heads, steps, seed, alpha=None):
    """Train a network of ours on complete tracks: it corrects a straight continuation.

    Args:
        heads: int. 1 or 2.
        steps: int. Batches of 512 new tracks.
        seed: int.
        alpha: float or None. None: spheres follow the likelihood of distances; else the published loss with this
            weight.

    Returns:
        `keras_hep.training.Training`.
    """
    loss = _likelihood() if alpha is None else losses.SphereLoss(alpha)
    return fit_by_batches(_residual(heads), HitSequences(SPDToy(), SCALING, heads), loss, 1e-2, steps, seed)


def train_with_gaps(first, steps, seed):
    """Train a StepAhead network of ours on tracks with missing hits, in whose place it reads virtual points.

    Args:
        first: `keras_hep.training.Training` of the network that predicts these points, by `train_residual`.
        steps: int.
        seed: int.

    Returns:
        `keras_hep.training.Training`.
    """
    simulation = SPDToy(efficiency=EFFICIENCY_IN_TRAINING)
    cell, key = TrackNETCell.of(first.model), first.weights["key"]
    stream = GappedSequences.of(cell, simulation, SCALING, 2, key)
    return fit_by_batches(_residual(2), stream, _likelihood(), 1e-2, steps, seed)


def _residual(heads):
    return models.TrackNET(heads=heads, frame=FRAME, unit=FRAME["scales"][0])


def _likelihood():
    return losses.SphereLikelihood(WIDTH)


def fit_by_batches(model, stream, loss, step_size, steps, seed, metrics=()):
    """Train a network on batches of 512 new tracks with Adam, whose step falls along a cosine to a hundredth.

    Args:
        model: `keras_hep.models.TrackNET`.
        stream: such as `keras_hep.tracking.hit_sequences.HitSequences`.
        loss: Keras loss.
        step_size: float. First step of Adam.
        steps: int. Batches.
        seed: int.
        metrics: sequence of Keras metrics, further entries of the history.

    Returns:
        `keras_hep.training.Training`.
    """
    import keras

    schedule = keras.optimizers.schedules.CosineDecay(step_size, steps, alpha=0.01)
    return training.fit(
        model,
        stream,
        optimizer=keras.optimizers.Adam(schedule, global_clipnorm=1.0),
        events=steps * BATCH,
        seed=seed,
        batch_size=BATCH,
        interval=max(steps // 30, 1) * BATCH,
        loss=loss,
        metrics=metrics,
    )
