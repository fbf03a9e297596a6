"""Trained generators by name, and the showers that they make beside simulated ones of the same energy and angle."""

import dataclasses
import importlib

from keras_hep.metrics.showers import HIT_ENERGY, UNIT, shower_observables
from keras_hep.suite.generated_showers.samples import electrons

KINDS = {"published": "3DGAN", "ours": "ours"}
_MODULES = {"published": "trainings", "ours": "ours"}  # each with a function of the kind's name, and `sampler`
RECORDED_ELSEWHERE = ("generator",)  # with Figure 9
_NOISE = 5  # of the seed: noise of validations


@dataclasses.dataclass(frozen=True)
class Sizes:
    """How many simulated showers a validation takes.

    Args:
        window: str. As of `samples.electrons`.
        test: int. Showers that generated ones are compared with.
        judged: int. Others, from which a classifier learns to tell the two apart.
        predicted: int. Showers whose energy and kind are predicted; the article has 2,213.
        repeats: int. Trainings of each generator, where errors of trainings matter.
    """

    window: str
    test: int
    judged: int
    predicted: int
    repeats: int


SIZES = {
    "smoke": Sizes("cropped", test=600, judged=120, predicted=120, repeats=2),
    "quick": Sizes("cropped", test=5_000, judged=2_000, predicted=2_213, repeats=3),
    "full": Sizes("published", test=20_000, judged=20_000, predicted=2_213, repeats=3),
}


@dataclasses.dataclass(frozen=True, eq=False)
class Generator:
    """A trained generator.

    Attributes:
        kind: str. One of `KINDS`.
        sample: function (energy in GeV, theta in rad, seed) -> `Cells`.
        training: object with `generator`, a Keras model, and `weights`, dict of entries by network.
    """

    kind: str
    sample: object
    training: object

    def observables(self, showers, seed):
        """Return the `ShowerObservables` of showers generated with the energies and angles of simulated `Showers`."""
        return shower_observables(self.like(showers, seed), showers["energy"])

    def like(self, showers, seed):
        """Return the `Cells` of showers generated with the energies and measured angles of simulated `Showers`."""
        return self.sample(showers["energy"], showers["measured_theta"], [seed, _NOISE])

    @property
    def parameters(self):
        """Parameters of the generator, int."""
        return self.training.generator.count_params()

    def weights(self, prefix="", but=()):
        """Return the entries of its networks by name, dict, as of `Result.weights`.

        Args:
            prefix: str. Put before every name.
            but: sequence of str. Networks to leave out: recorded once, they are found by all items of the source.
        """
        return {f"{prefix}{name}": entry for name, entry in self.training.weights.items() if name not in but}


def trained(kind, profile, seed):
    """Return the `Generator` of a kind, trained if need be.

    Args:
        kind: str. One of `KINDS`.
        profile: str. One of `SIZES`.
        seed: int.

    Raises:
        ValueError: if there is no such kind.
        WeightsMissing: if the `keras_hep.training.Store` in use has no such weights and may not train.
    """
    if kind not in KINDS:
        raise ValueError(f"Generators: kind must be one of {', '.join(KINDS)}, got {kind!r}.")
    module = importlib.import_module(f"keras_hep.suite.generated_showers.{_MODULES[kind]}")
    training = getattr(module, kind)(profile, seed)
    return Generator(kind, module.sampler(training), training)


def tested(profile, seed):
    """Return the simulated `Showers` of the validation."""
    sizes = SIZES[profile]
    return electrons(sizes.test, seed, "test", sizes.window)


def above_threshold(cells):
    """Return `Cells` without what the article does not count as a hit, 3e-4 MeV of deposit and less.

    Generated cells are seldom exactly 0: without this a classifier would only count cells.

    Args:
        cells: `Cells`. In the unit of the public files.

    Example:

    >>> from keras_hep.calorimetry.cells import Cells
    >>> above_threshold(Cells((1, 1, 2), counts=[2], index=[0, 1], energy=[1e-6, 1.0])).counts.tolist()
    [1]
    """
    return cells.where(cells.energy * UNIT > HIT_ENERGY)


def named(profile):
    """Return what the generator of a profile is called in figures: at the smaller scales it is the cropped one.

    Example:

    >>> named("quick"), named("full")
    ('3DGAN, cropped', '3DGAN')
    """
    return "3DGAN" if SIZES[profile or "full"].window == "published" else "3DGAN, cropped"
