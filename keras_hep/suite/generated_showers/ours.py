"""Training of a generator of ours: the same inputs as 3DGAN, but maximum likelihood in the place of a discriminator.

Its numbers of portions, its angles and its windows are those of `keras_hep.shower_sampling`.
"""

import dataclasses

from keras_hep import training
from keras_hep.likelihood_terms import LikelihoodTerm, NegativeLogLikelihood
from keras_hep.models import ShowerVAE
from keras_hep.models.shower_vae import TERMS
from keras_hep.shower_portions import PortionStream, standards
from keras_hep.shower_sampling import ShowerSampler
from keras_hep.suite.generated_showers.samples import WINDOWS, electrons

_STEEPEST = 3000.0  # norm of a gradient, nats: beyond, it is made so short
_WARM_UP = 100  # steps, from a hundredth of the rate


@dataclasses.dataclass(frozen=True)
class Profile:
    """How long it is trained.

    Args:
        window: str. "published" or "cropped", of the showers.
        showers: int. For the training.
        events: int. Showers that it sees, those of the sample again and again.
        batch_size: int.
        rate: float. Largest learning rate of Adam; it falls to 0 along half a cosine.
    """

    window: str
    showers: int
    events: int
    batch_size: int = 32
    rate: float = 3e-3

    @property
    def optimizer(self):
        """A new Keras optimizer."""
        import keras

        steps = self.events // self.batch_size
        warm_up = min(_WARM_UP, steps // 10)
        rate = keras.optimizers.schedules.CosineDecay(
            self.rate / 100, max(steps - warm_up, 1), warmup_target=self.rate, warmup_steps=warm_up
        )
        return keras.optimizers.Adam(rate, global_clipnorm=_STEEPEST)


PROFILES = {
    "smoke": Profile("cropped", showers=64, events=320),
    "quick": Profile("cropped", showers=8_000, events=192_000),
    "full": Profile("published", showers=60_000, events=1_200_000),
}


def ours(profile, seed):
    """Return the generator, trained if need be, `keras_hep.training.Training` of a `ShowerVAE`.

    Args:
        profile: str. One of `PROFILES`.
        seed: int. Of the showers and of the training.

    Raises:
        ValueError: if there is no such profile.
        WeightsMissing: if the `keras_hep.training.Store` in use has no such weights and may not train.
    """
    if profile not in PROFILES:
        raise ValueError(f"Trainings of our generator: profile must be one of {', '.join(PROFILES)}, got {profile!r}.")
    chosen = PROFILES[profile]
    showers = electrons(chosen.showers, seed, "train", chosen.window)
    model = ShowerVAE(*standards(showers), side=WINDOWS[chosen.window])
    return training.fit(
        model,
        PortionStream(showers, model.sizes["latent"]),
        optimizer=chosen.optimizer,
        loss=NegativeLogLikelihood(),
        metrics=[LikelihoodTerm(number, f"{name}_term") for number, name in enumerate(TERMS)],
        events=chosen.events,
        seed=seed,
        batch_size=chosen.batch_size,
        interval=-(-chosen.events // 10),
    )


def sampler(training):
    """Return a function that draws showers of a trained generator.

    Args:
        training: `keras_hep.training.Training`.

    Returns:
        function of energies in GeV and measured angles in rad, float arrays of shape (showers,), and a seed, int or
        list of int, that returns `Cells` in the unit of the public files.
    """
    return ShowerSampler(training.model)
