"""How the networks of the TrackGANN items are trained: stage after stage on ever more candidates for each track."""

import dataclasses

from keras_hep import losses, models, training
from keras_hep.graphs.time_slice_streams import METRE, TimeSliceStream
from keras_hep.simulation.spd_slices import SPDSlices
from keras_hep.simulation.trackml_slices import TrackMLSlices
from keras_hep.suite.parallel_training import train_together
from keras_hep.training_metrics import EdgeAccuracy, EdgePrecision, EdgeRecall

MEAN_EVENTS = 15.0  # of all training slices
FEW_EVENTS = 10.0  # of the other test slices
STEP_SIZE = 1e-3  # of the first step of a stage
CLIPPED = 1.0  # norm of the gradients


@dataclasses.dataclass(frozen=True)
class Stage:
    """One stage of the published curriculum.

    Args:
        resolution: int. r of the drift-time intervals.
        negative_weight: float. Weight of false edges in the loss.
        gamma: float. Focus of the loss.
        start: int or None. Resolution of the stage whose weights it starts from.
    """

    resolution: int
    negative_weight: float
    gamma: float
    start: int = None


# The authors' configurations. With SPD tracks the first says r = 6 for its training slices, which contradicts the
# curriculum; with TrackML tracks r = 5 starts from r = 3.
STAGES = {
    "spd": (Stage(2, 0.5, 1.5), Stage(3, 0.6, 1.5, 2), Stage(4, 0.6, 1.5, 3), Stage(5, 0.7, 1.8, 4)),
    "trackml": (Stage(2, 0.7, 1.5), Stage(3, 0.8, 1.5, 2), Stage(4, 0.8, 1.5, 3), Stage(5, 0.6, 1.5, 3)),
}
SIMULATIONS = {"spd": SPDSlices, "trackml": TrackMLSlices}


def simulation(tracks, resolution, mean_events=MEAN_EVENTS, test=False, **arguments):
    """Return the simulation of time slices; test slices of TrackML-like tracks come from events of their own.

    Args:
        tracks: str. "spd" or "trackml".
        resolution: int. r.
        mean_events: float.
        test: bool.
        **arguments: of the simulation, such as `jitter`.
    """
    if test and tracks == "trackml":
        arguments |= {"pool": 1}
    return SIMULATIONS[tracks](mean_events=mean_events, resolution=resolution, **arguments)


def curriculum(tracks, epochs, slices, tested, seed, unit=METRE):
    """Train the published network through the published stages.

    Args:
        tracks: str. "spd" or "trackml".
        epochs: sequence of int. Epochs of the stages r = 2, 3, 4, 5; 0: a stage is left out.
        slices: int. Training slices of an epoch, one a step.
        tested: int. Test slices after each epoch, with a mean of 15 and of 10 events.
        seed: int.
        unit: float. Length in mm that the network reads as 1.

    Returns:
        dict of int to `keras_hep.training.Training`, by resolution.

    Reference: the configurations in the authors' repository.
    Differs: every training slice is new; coordinates in metres (mm saturate the first tanh at once); gradients are
        clipped and the network is taken back to its best epoch where it collapses, which the published logs show
        several times; the optimizer starts anew with each stage, and its step size, which is constant in the original,
        falls along a cosine to a hundredth, since few steps have to do.
    """
    fitted = {}
    for stage, number in zip(STAGES[tracks], epochs, strict=True):
        start = None if stage.start is None else fitted[stage.start]
        fitted[stage.resolution] = start
        if number:
            fitted[stage.resolution] = train_stage(tracks, stage, start, number, slices, tested, seed, unit)
    return fitted


def curricula(epochs, slices, tested, seed, more=()):
    """Train the published network through all stages for both kinds of tracks, side by side.

    Args:
        epochs: sequence of int. As all other arguments of `curriculum`.
        slices: int.
        tested: int.
        seed: int.
        more: list of (function, dict of its arguments). Further trainings to be done at the same time.

    Returns:
        dict of "spd" and "trackml" to what `curriculum` returns.
    """
    sizes = {"epochs": epochs, "slices": slices, "tested": tested, "seed": seed}
    train_together([(curriculum, {"tracks": tracks, **sizes}) for tracks in STAGES] + list(more))
    return {tracks: curriculum(tracks, **sizes) for tracks in STAGES}


def train_stage(tracks, stage, start, epochs, slices, tested, seed, unit=METRE, jitter=0.0):
    """Train the published network on slices of one resolution.

    Args:
        tracks: str. "spd" or "trackml".
        stage: `Stage`.
        start: `keras_hep.training.Training` or None. The network to go on with.
        epochs: int.
        slices: int. Training slices of an epoch, one a step.
        tested: int. Test slices after each epoch.
        seed: int.
        unit: float. Length in mm that the network reads as 1.
        jitter: float. Of the drift-time intervals; 0: as published.

    Returns:
        `keras_hep.training.Training`. Its history has an entry per epoch: `loss`, `accuracy`, `precision` and `recall`
        in training, with `test_` before them on test slices with a mean of 15 events, with `few_` on such with 10.
    """
    import keras

    def stream(mean_events=MEAN_EVENTS, test=True):
        return TimeSliceStream(simulation(tracks, stage.resolution, mean_events, test, jitter=jitter), unit)

    schedule = keras.optimizers.schedules.CosineDecay(STEP_SIZE, epochs * slices, alpha=0.01)
    return training.fit(
        models.TrackGANN(),
        stream(test=False),
        optimizer=keras.optimizers.AdamW(
            schedule, weight_decay=1e-3, amsgrad=True, epsilon=1e-8, global_clipnorm=CLIPPED
        ),
        events=epochs * slices,
        seed=1000 * stage.resolution + seed,
        batch_size=1,
        interval=slices,
        loss=losses.BalancedFocalLoss(stage.negative_weight, stage.gamma),
        metrics=[EdgeAccuracy(), EdgePrecision(), EdgeRecall()],
        start=start,
        frozen=False,
        watch=training.Watch(stream(), tested, also={"few": stream(FEW_EVENTS)}),
    )
