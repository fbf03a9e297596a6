"""Trained generators by name, and the showers that they make beside simulated ones of the same energy and angle."""

import dataclasses
import importlib

import numpy as np

from keras_hep.calorimetry.cells import Cells
from keras_hep.metrics.showers import HIT_ENERGY, UNIT, ShowerObservables, shower_observables
from keras_hep.suite.generated_showers.samples import electrons

KINDS = {"published": "3DGAN", "ours": "ours"}
_MODULES = {"published": "trainings", "ours": "ours"}  # with `PROFILES`, `sampler`, and a function of that name
RECORDED_ELSEWHERE = ("generator",)  # with Figure 9
_BLOCK = 1_000  # showers that are generated at once
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
        training: finished training with `weights`: dict of entries by network, or the entry of a single one.
        learned: int. Showers of its training, the first of the part "train" of its seed.
    """

    kind: str
    sample: object
    training: object
    learned: int

    def observables(self, showers, seed):
        """Return the `ShowerObservables` of showers generated with the energies and angles of simulated `Showers`."""
        parts = self._blocks(showers, seed)
        return ShowerObservables.joined([shower_observables(cells, energy) for cells, energy in parts])

    def like(self, showers, seed):
        """Return the `Cells` of showers generated with the energies and angles of simulated `Showers`, all hits."""
        return Cells.joined([above_threshold(cells) for cells, _ in self._blocks(showers, seed)])

    def _blocks(self, showers, seed):
        """Yield the `Cells` of blocks of showers, whose cells nearly all may have some energy, and their energies."""
        for number, start in enumerate(range(0, len(showers), _BLOCK)):
            some = slice(start, start + _BLOCK)
            energy, angle = showers["energy"][some], showers["measured_theta"][some]
            yield self.sample(energy, angle, [*np.atleast_1d(seed).tolist(), _NOISE, number]), energy

    @property
    def parameters(self):
        """Parameters of the generator, int."""
        model = getattr(self.training, "generator", None) or self.training.model
        return model.count_params()

    @property
    def entries(self):
        """Descriptions of the weights by network, dict of dict."""
        weights = self.training.weights
        return {"generator": weights} if "key" in weights else weights

    def weights(self, prefix="", but=()):
        """Return the entries of its networks by name, dict, as of `Result.weights`.

        Args:
            prefix: str. Put before every name.
            but: sequence of str. Networks to leave out: recorded once, they are found by all items of the source.
        """
        return {f"{prefix}{name}": entry for name, entry in self.entries.items() if name not in but}


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
    return Generator(kind, module.sampler(training), training, module.PROFILES[profile].showers)


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
