"""Selections of showers: those of the article and of its authors' code, and a record of what each one kept.

Each is a function of `Showers` that returns a bool array of shape (showers,): true where a shower is kept. A comparison
with an energy of 0 is false, so that an empty window passes no selection.

Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, section 2 and appendix D, and the code named there.
"""

import dataclasses

import numpy as np

from keras_hep.calorimetry.showers import PARTICLES
from keras_hep.metrics.proportions import proportion


def little_hcal_energy(showers, most=0.1):
    """Keep showers with an energy in the HCAL below `most` of that in the ECAL: electrons and pions that resemble them.

    Args:
        showers: `Showers` with an HCAL.
        most: float. Largest ratio of the two energies. The article has 0.1.

    Returns:
        bool array, shape (showers,).

    Raises:
        ValueError: if the showers have no HCAL.

    Reference: article, section 2.

    Example:

    >>> from keras_hep.calorimetry.cells import Cells
    >>> from keras_hep.calorimetry.showers import Showers
    >>> ecal, hcal = (Cells((1, 1, 1), [1, 1], [0, 0], energy) for energy in ([10.0, 10.0], [0.5, 2.0]))
    >>> little_hcal_energy(Showers(ecal, hcal, {}, source="simulation")).tolist()
    [True, False]
    """
    return _hcal_sums(showers, "little_hcal_energy") < most * showers.ecal.sums()


def merged_photons(showers, most=0.01):
    """Keep neutral pions whose two photons are close to each other, and every particle that is no neutral pion.

    The angle of a pion without such two photons (a Dalitz decay, or no record of the decay) is -1: it is not kept.

    Args:
        showers: `Showers` with the labels "pdg_id" and "opening_angle".
        most: float. Largest angle between the photons, rad. The article has 0.01.

    Returns:
        bool array, shape (showers,).

    Reference: article, section 2.
    Differs: the article says only "smaller than 0.01", which the -1 of a pion without two photons would pass.

    Example:

    >>> from keras_hep.calorimetry.cells import Cells
    >>> from keras_hep.calorimetry.showers import Showers
    >>> labels = {"pdg_id": [111, 111, 111, 22], "opening_angle": [0.004, 0.02, -1.0, -1.0]}
    >>> empty = Cells((1, 1, 1), [0, 0, 0, 0], [], [])
    >>> merged_photons(Showers(empty, None, labels, source="simulation")).tolist()
    [True, False, False, True]
    """
    angle = showers["opening_angle"]
    return (showers["pdg_id"] != PARTICLES["pi0"]) | ((angle > 0) & (angle < most))


def energy_in_window(showers, least=0.3):
    """Keep showers with more than `least` of their true energy in the cells, in the unit of the public files.

    One charged pion in 200 leaves almost nothing in its window and hinders a regression.

    Args:
        showers: `Showers` with the label "energy"; without an HCAL that of the ECAL counts alone.
        least: float. The article has 0.3, for charged pions.

    Returns:
        bool array, shape (showers,).

    Reference: article, appendix D.

    Example:

    >>> from keras_hep.calorimetry.cells import Cells
    >>> from keras_hep.calorimetry.showers import Showers
    >>> ecal = Cells((1, 1, 1), [1, 1], [0, 0], [20.0, 40.0])
    >>> energy_in_window(Showers(ecal, None, {"energy": [100.0, 100.0]}, source="simulation")).tolist()
    [False, True]
    """
    seen = showers.ecal.sums()
    if showers.hcal is not None:
        seen = seen + showers.hcal.sums()
    return seen > least * showers["energy"].astype(np.float64)


def whole_electromagnetic(showers, least=0.66, most=0.4):
    """Keep showers that are mostly in the window and in the ECAL, for the regression of electrons, photons and pi0.

    Args:
        showers: `Showers` with an HCAL and the label "energy".
        least: float. Least fraction of the true energy in the cells of both.
        most: float. Largest ratio of the energies in HCAL and ECAL.

    Returns:
        bool array, shape (showers,).

    Raises:
        ValueError: if the showers have no HCAL.

    Reference: the code of the regression with boosted trees at variable angles; the article does not name it.

    Example:

    >>> from keras_hep.calorimetry.cells import Cells
    >>> from keras_hep.calorimetry.showers import Showers
    >>> ecal, hcal = (Cells((1, 1, 1), [1, 1, 1], [0, 0, 0], energy) for energy in ([90, 60, 60], [5, 5, 30]))
    >>> whole_electromagnetic(Showers(ecal, hcal, {"energy": [100.0, 100.0, 100.0]}, source="simulation")).tolist()
    [True, False, False]
    """
    return energy_in_window(showers, least) & (
        _hcal_sums(showers, "whole_electromagnetic") < most * showers.ecal.sums()
    )


def energy_in_ecal(showers, least=10.0):
    """Keep showers with more than `least` in the ECAL, as the loader of the generative network does.

    Args:
        showers: `Showers`.
        least: float. Sum of the ECAL in the unit of the public files, 50 times the deposit in GeV.

    Returns:
        bool array, shape (showers,).

    Reference: the code of the generative network.

    Example:

    >>> from keras_hep.calorimetry.cells import Cells
    >>> from keras_hep.calorimetry.showers import Showers
    >>> energy_in_ecal(Showers(Cells((1, 1, 1), [1, 1], [0, 0], [9.0, 11.0]), None, {}, source="simulation")).tolist()
    [False, True]
    """
    return showers.ecal.sums() > least


@dataclasses.dataclass(frozen=True, eq=False)
class CutFlow:
    """How many showers selections kept. Made by `select`; flows of parts of a sample are added.

    Attributes:
        names: tuple of str. The selections, in the order applied.
        total: int. Showers before the first.
        alone: int array, shape (selections,). Showers that each one keeps of all.
        together: int array, shape (selections,). Showers that it and those before it keep.
    """

    names: tuple
    total: int
    alone: np.ndarray
    together: np.ndarray

    def __add__(self, other):
        if self.names != other.names:
            raise ValueError(
                f"CutFlow: only flows of the same selections are added, got {self.names} and {other.names}."
            )
        return CutFlow(self.names, self.total + other.total, self.alone + other.alone, self.together + other.together)

    @property
    def kept(self):
        """Showers that all selections keep, int."""
        return int(self.together[-1]) if self.names else self.total

    def fraction(self, level=0.6827):
        """Return the fraction that all selections keep, `Proportion` with a Clopper-Pearson interval."""
        return proportion(self.kept, self.total, level)


def select(showers, *selections):
    """Return the showers that all selections keep, and what each one kept.

    Args:
        showers: `Showers`.
        *selections: functions of `Showers` that return a bool array of shape (showers,): those of this module, or
            `functools.partial` of them with another limit.

    Returns:
        (`Showers`, `CutFlow`).

    Example:

    >>> from keras_hep.calorimetry.cells import Cells
    >>> from keras_hep.calorimetry.showers import Showers
    >>> showers = Showers(Cells((1, 1, 1), [1, 1], [0, 0], [9.0, 11.0]), None, {}, source="simulation")
    >>> kept, flow = select(showers, energy_in_ecal)
    >>> len(kept), flow.names, flow.together.tolist(), float(flow.fraction().value)
    (1, ('energy_in_ecal',), [1], 0.5)
    """
    passed = np.array([selection(showers) for selection in selections], bool).reshape(len(selections), len(showers))
    together = np.logical_and.accumulate(passed, axis=0)
    names = tuple(getattr(selection, "func", selection).__name__ for selection in selections)
    flow = CutFlow(names, len(showers), passed.sum(axis=1), together.sum(axis=1))
    return (showers.take(together[-1]) if selections else showers), flow


def _hcal_sums(showers, name):
    if showers.hcal is None:
        raise ValueError(f"{name}: showers must have an HCAL, got none; read or simulate them in both calorimeters.")
    return showers.hcal.sums()
