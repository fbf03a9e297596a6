"""How the networks of the TrackNET items are trained on the BM@N look-alike: both stages, as published and ours."""

import dataclasses

import numpy as np

from keras_hep import losses, models, training
from keras_hep.graphs.candidate_streams import SimulatedCandidates
from keras_hep.simulation.bmn import NOMINAL_Z, NORMALISATION, BMNLike
from keras_hep.simulation.bmn_detector import STATIONS, VERTEX
from keras_hep.simulation.hit_event import HitEvent
from keras_hep.suite.candidate_training import fit_by_batches
from keras_hep.tracking.candidate_growth import SliceGrowth
from keras_hep.tracking.coordinates import Scaling
from keras_hep.tracking.growth_pool import GrowthPool
from keras_hep.tracking.hit_sequences import HitSequences
from keras_hep.tracking.target_view import TargetView
from keras_hep.tracking.track_net_cell import TrackNETCell
from keras_hep.tracking.virtual_points import GappedSequences

SCALING = Scaling(*NORMALISATION.tolist())  # as the authors scale
PLANES = tuple(SCALING.scale(np.outer(NOMINAL_Z, [0, 0, 1]))[:, 2].tolist())
PUBLISHED_ALPHA = 0.01
# What is left open in the slopes, in scaled coordinates: 0.02 in x and 0.06 in y at the first hit, where the target's
# size tells, and 0.01 to 0.05 later, by the field in x and by the measurement in y.
FRAME = {
    "geometry": "planes",
    "target": SCALING.scale(np.array(VERTEX)).tolist(),
    "planes": PLANES,
    "slope": 0.2,
    "scales": (0.03, 0.02),
}
VIEW = TargetView(SCALING, VERTEX, slopes=(0.2, 0.1), waves=(1.0, 0.2, 0.04))
WIDTH = 8.0  # its ellipse holds 0.997 of the hits if these follow the law of the likelihood
GRAPHS = 8  # events whose graphs are read at once


def train_published(steps, seed):
    """Train StepAhead TrackNET as published: coordinates read and given as they are, the published loss.

    Without its second head, which reads nothing of its own, it is TrackNET.

    Args:
        steps: int. Batches of 512 new tracks without missing hits.
        seed: int.

    Returns:
        `keras_hep.training.Training`.

    Differs: the authors' step size of 3e-5 is for 800 passes over their tracks in batches of 128. Ours falls from 5e-3,
        for the few steps that a processor allows.
    """
    network = models.TrackNET(heads=2, shape="ellipse")
    return fit_by_batches(network, _complete_tracks(), losses.EllipseLoss(PUBLISHED_ALPHA), 5e-3, steps, seed)


def train_residual(steps, seed):
    """Train a network of ours: it corrects straight lines, and its ellipses follow the likelihood of distances.

    Arguments and result as of `train_published`.
    """
    return fit_by_batches(_residual(), _complete_tracks(), _likelihood(), 1e-2, steps, seed)


def train_with_gaps(first, steps, seed):
    """Train a network of ours on tracks with missing hits, in whose place it reads virtual points.

    Args:
        first: `keras_hep.training.Training` of the network that predicts these points, by `train_residual`.
        steps: int.
        seed: int.

    Returns:
        `keras_hep.training.Training`.
    """
    simulation, cell = BMNLike(data="hard", nominal_z=True), TrackNETCell.of(first.model)
    stream = GappedSequences.of(cell, simulation, SCALING, 2, first.weights["key"], PLANES)
    return fit_by_batches(_residual(), stream, _likelihood(), 1e-2, steps, seed)


def train_graph_net(first, rules, simulation, steps, seed, hidden_units=128, ours=False):
    """Train the network that decides on the candidates of a first stage.

    Args:
        first: `keras_hep.training.Training` of the first stage.
        rules: `keras_hep.tracking.growth_rules.GrowthRules` of its candidates.
        simulation: `BMNLike`.
        steps: int. Batches of 8 new events.
        seed: int.
        hidden_units: int. As of `keras_hep.models.GraphNet`.
        ours: bool. Whether hits are read as seen from the target (`VIEW`) and all edges have one weight.

    Returns:
        `keras_hep.training.Training`.

    Differs: the authors make an update for each 128 events, and 400 passes over 37,000 events.
    """
    import keras

    cell, view, true_weight = TrackNETCell.of(first.model), VIEW if ours else SCALING, 1.0 if ours else 20.0
    first_stage = {"network": first.weights["key"], "growth": dataclasses.asdict(rules)}

    step_size = keras.optimizers.schedules.CosineDecay(3e-3, steps) if ours else 1e-3
    # A process of its own grows them with one thread: NumPy's threads and those of the training hinder each other.
    with GrowthPool(SliceGrowth(cell, STATIONS, rules, PLANES), workers=1, together=1) as pool:

        def candidates(event):
            position = np.stack([event.hits[axis] for axis in "xyz"], axis=1)
            return next(pool.map([(SCALING.scale(position), event.hits["station"])]))

        return training.fit(
            models.GraphNet(VIEW.features if ours else 3, hidden_units, iterations=4),
            SimulatedCandidates.of(WantedTracks(simulation), view, candidates, first_stage, true_weight),
            optimizer=keras.optimizers.Adam(step_size),
            loss=keras.losses.BinaryCrossentropy(from_logits=True, reduction="mean_with_sample_weight"),
            events=steps * GRAPHS,
            seed=seed,
            batch_size=GRAPHS,
            interval=max(steps // 20, 1) * GRAPHS,
        )


@dataclasses.dataclass(frozen=True)
class WantedTracks:
    """Events in which hits of tracks that need not be found are fake hits, as the authors have them.

    Args:
        simulation: `BMNLike`.

    Example:

    >>> event = WantedTracks(BMNLike()).event(seed=1)
    >>> bool(event.tracks["reconstructable"][event.hits["track"][event.hits["track"] >= 0]].all())
    True
    """

    simulation: BMNLike

    def event(self, seed):
        """Return one event as `HitEvent`; the same seed gives the same event."""
        return wanted_only(self.simulation.event(seed))


def wanted_only(event):
    """Return a `HitEvent` of the look-alike in which only hits of reconstructable tracks have a track."""
    wanted = np.append(event.tracks["reconstructable"], False)  # the last one stands for fake hits
    track = np.where(wanted[event.hits["track"]], event.hits["track"], np.int32(-1))
    return HitEvent({**event.hits, "track": track}, event.tracks)


def _residual():
    return models.TrackNET(heads=2, shape="ellipse", frame=FRAME, unit=FRAME["scales"][1] / 2)


def _likelihood():
    return losses.SphereLikelihood(WIDTH, dimensions=2)


def _complete_tracks():
    return HitSequences(BMNLike(data="easy", nominal_z=True), SCALING, heads=2, dimensions=2)
