"""The networks that reconstruct showers, as they are trained at each scale."""

import dataclasses

from keras_hep.optimizers import PenalisedAdam
from keras_hep.shower_objectives import EnergyBias, EnergyResolution, ParticleAccuracy, ParticleLoss

LABELS = {"dnn": "DNN", "cnn": "CNN", "gn": "GN", "hits": "hits"}
CLASSES = {"dnn": "ShowerDNN", "cnn": "ShowerCNN", "gn": "ShowerGoogLeNet", "hits": "ShowerHitsNetwork"}
LOSS = ParticleLoss(energy_weight=200.0)


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How a network is built and trained.

    Args:
        events: int. Showers that it sees in training, those of a sample again and again.
        arguments: dict. Of the model.
        learning_rate: float.
        decay: float. Of the weights, as in the authors' optimizer.
        batch_size: int.
        intervals: int. Entries of the history.
    """

    events: int
    arguments: dict
    learning_rate: float
    decay: float = 0.0
    batch_size: int = 100
    intervals: int = 10


@dataclasses.dataclass(frozen=True)
class Profile:
    """Sizes of trainings and tests at one scale.

    Args:
        showers: int. Of each class, in the sample that trainings draw from.
        rare: int. The same of charged pions that look like electrons, and of converted photons.
        test: int. Showers of each class, in the test.
        watched: int. Other showers, on which the networks that learning curves are drawn of are tested in training.
        repeats: int. Trainings that a result is the mean of.
        recipes: dict of str to `Recipe`, by network.
    """

    showers: int
    rare: int
    test: int
    watched: int
    repeats: int
    recipes: dict


_NARROW = {"width_multiplier": 1 / 16, "stem_stride": 2, "neurons": 256}
PROFILES = {
    "smoke": Profile(
        showers=200,
        rare=60,
        test=120,
        watched=50,
        repeats=2,
        recipes={
            "dnn": Recipe(400, {"depth": 2, "neurons": 16}, 1e-3),
            "cnn": Recipe(400, {"depth": 2, "neurons": 16, "filters": 2, "kernel": 4}, 1e-3),
            "gn": Recipe(100, {"width_multiplier": 1 / 64, "stem_stride": 3, "neurons": 16}, 1e-3, 0.01, 50),
            "hits": Recipe(400, {}, 1e-3),
        },
    ),
    "quick": Profile(
        showers=20_000,
        rare=8_000,
        test=5_000,
        watched=1_000,
        repeats=3,
        recipes={
            "dnn": Recipe(20_000, {"neurons": 256}, 5e-4),
            "cnn": Recipe(10_000, {"neurons": 256, "filters": 3, "kernel": 4}, 2e-3),
            "gn": Recipe(1_000, _NARROW, 2e-3, 0.01, 50, intervals=4),
            "hits": Recipe(30_000, {}, 1e-3),
        },
    ),
    "full": Profile(
        showers=400_000,
        rare=100_000,
        test=100_000,
        watched=20_000,
        repeats=3,
        recipes={
            "dnn": Recipe(2_400_000, {}, 2e-4, batch_size=1000),
            "cnn": Recipe(2_400_000, {}, 4e-4, batch_size=1000),
            "gn": Recipe(800_000, {}, 1e-4, 0.01, 100),
            "hits": Recipe(2_400_000, {}, 1e-3, batch_size=250),
        },
    ),
}


def sized(name, profile):
    """Return what a network is called at a scale, which says how it is reduced.

    Args:
        name: str. One of `LABELS`.
        profile: str. One of `PROFILES`; of a result without a scale, empty, full.

    Example:

    >>> sized("dnn", "full"), sized("dnn", "quick"), sized("gn", "quick")
    ('DNN', 'DNN of 256 neurons', 'GN 1/16 wide')
    """
    arguments = PROFILES[profile or "full"].recipes[name].arguments
    if "width_multiplier" in arguments:
        return f"{LABELS[name]} 1/{round(1 / arguments['width_multiplier'])} wide"
    return f"{LABELS[name]} of {arguments['neurons']} neurons" if "neurons" in arguments else LABELS[name]


def network(name, **arguments):
    """Return an untrained network: "dnn", "cnn", "gn", or "hits", ours.

    Args:
        name: str.
        **arguments: of its model.
    """
    from keras_hep import models

    return getattr(models, CLASSES[name])(**arguments)


def optimizer(recipe):
    """Return the optimizer of a `Recipe`: Adam, with a penalty on squared weights if there is a decay."""
    import keras

    if recipe.decay:
        return PenalisedAdam(recipe.learning_rate, penalty=recipe.decay)
    return keras.optimizers.Adam(recipe.learning_rate)


def metrics():
    """Return what the history of a training says beside the loss."""
    return [ParticleAccuracy(), EnergyBias(), EnergyResolution()]
