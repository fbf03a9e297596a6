"""Trainings of 3DGAN, and the function that draws showers of it.

The published recipe is that of the article: RMSprop, labels switched at 5 %, two steps of the generator per step of the
discriminator, images raised to the power 0.85, and the published weights of the losses. The profile "full" is this
recipe and nothing else. The smaller profiles train the cropped networks, where minutes of a processor stand for the
article's days of a GPU; `Profile` says what they change.

Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, Section 4.
"""

import dataclasses

from keras_hep import adversarial_training, shower_generation
from keras_hep.adversarial_steps import AdversarialSettings, StartUp
from keras_hep.models import ShowerDiscriminator, ShowerGenerator
from keras_hep.models.shower_generator import LATENT
from keras_hep.suite.generated_showers.samples import electrons


@dataclasses.dataclass(frozen=True)
class Profile:
    """How long 3DGAN is trained, and where its recipe differs from the published one.

    Args:
        window: str. "published" or "cropped", of the networks and the showers.
        showers: int. For the training; an epoch sees each of them once.
        validation: int. Other showers, by which the best epoch is chosen.
        epochs: int.
        batch_size: int. Published: 64; smaller ones give more steps in the same time.
        latent: int. Random numbers of the generator. Published: 254, among which energy and angle are found late.
        rate: float. Of RMSprop. Published: 0.001; after a `StartUp`, 0.0005 undid in a trial what it taught.
        falls: bool. Whether the rate falls to a twentieth along half a cosine. Published: no.
        start: int. Steps of the `StartUp`, in which the generator learns mean showers alone. Published: none. Within
            minutes most of what a generator knows of energy, angle and profiles comes from there, not from the
            discriminator; without it, 200 adversarial steps taught the energy, but neither angle nor profiles.
        least_intensity: float. Cells that a bin of cell energies counts as holding at least, in the percentage error of
            the intensities. Published: none; at full 1. Simulated cells have a threshold, so that the lower bins are
            all but empty: an untrained generator would be off by 10^4 % there and learn nothing else. With 100 cells,
            the outskirts of showers became emptier still than with 1,000, where half of the variance across is left.
        live_discriminator: bool. As of `AdversarialSettings`. True as in the authors' code: within few steps, the
            statistics of the discriminator's normalisation have not settled.
    """

    window: str
    showers: int
    validation: int
    epochs: int
    batch_size: int = 64
    latent: int = LATENT
    rate: float = 1e-3
    falls: bool = False
    start: int = 0
    least_intensity: float = 1.0
    live_discriminator: bool = False

    @property
    def settings(self):
        """The `AdversarialSettings`."""
        return AdversarialSettings(
            batch_size=self.batch_size,
            least_intensity=self.least_intensity,
            live_discriminator=self.live_discriminator,
            start=StartUp(self.start) if self.start else None,
        )

    @property
    def optimizer(self):
        """A new Keras optimizer; both networks take two of its steps per batch."""
        import keras

        steps = 2 * self.epochs * (self.showers // self.batch_size)
        rate = keras.optimizers.schedules.CosineDecay(self.rate, steps, alpha=0.05) if self.falls else self.rate
        return keras.optimizers.RMSprop(rate, rho=0.9)


_CROPPED = {"window": "cropped", "batch_size": 16, "latent": 30, "rate": 1e-4, "falls": True}
_CROPPED |= {"least_intensity": 1_000.0, "live_discriminator": True}
PROFILES = {
    "smoke": Profile(showers=64, validation=60, epochs=2, start=20, **_CROPPED),
    "quick": Profile(showers=3_200, validation=500, epochs=2, start=600, **_CROPPED),
    "full": Profile("published", showers=180_000, validation=20_000, epochs=60),
}


def published(profile, seed):
    """Return 3DGAN, trained if need be, `AdversarialTraining`.

    Args:
        profile: str. One of `PROFILES`.
        seed: int. Of the showers and of the training.

    Raises:
        ValueError: if there is no such profile.
        WeightsMissing: if the `keras_hep.training.Store` in use has no such weights and may not train.
    """
    if profile not in PROFILES:
        raise ValueError(f"Trainings of 3DGAN: profile must be one of {', '.join(PROFILES)}, got {profile!r}.")
    chosen = PROFILES[profile]
    generator = ShowerGenerator("paper" if chosen.window == "published" else "cropped", latent=chosen.latent)
    return adversarial_training.fit(
        generator,
        ShowerDiscriminator(chosen.window),
        electrons(chosen.showers, seed, "train", chosen.window),
        electrons(chosen.validation, seed, "choice", chosen.window),
        epochs=chosen.epochs,
        seed=seed,
        settings=chosen.settings,
        optimizer=chosen.optimizer,
    )


def sampler(training):
    """Return a function that draws showers of a trained generator.

    Args:
        training: `AdversarialTraining`.

    Returns:
        function of energies in GeV and measured angles in rad, float arrays of shape (showers,), and a seed, int or
        list of int, that returns `Cells` in the unit of the public files.
    """

    def sample(energy_gev, theta_rad, seed):
        return shower_generation.generate(training.generator, energy_gev, theta_rad, seed=seed)

    return sample
