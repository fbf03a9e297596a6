"""Depth and width of electromagnetic showers, as Longo and Sestili and Grindhammer and Peters describe them.

Reference: E. Longo and I. Sestili, Nucl. Instrum. Meth. 128 (1975) 283; G. Grindhammer and S. Peters, hep-ex/0001020.
"""

import dataclasses

import numpy as np
from scipy import special

from keras_hep.calorimetry.geometry import ECAL, HCAL

_LARGEST_SPREAD = 0.5  # of logarithms; the fits diverge below a GeV
_SMALLEST_DEPTH, _SMALLEST_SHAPE = 1.0, 1.2  # radiation lengths; exponent alpha


@dataclasses.dataclass(frozen=True, eq=False)
class Medium:
    """A sampling calorimeter as the parametrisation sees it. Fields are numbers, or arrays: one medium per shower.

    Args:
        critical_energy: float. Effective, GeV.
        charge: float. Effective atomic number.
        frequency: float. Layers per radiation length.
        signal_ratio: float. Response to electrons over that to minimum ionising particles, e^.
    """

    critical_energy: float
    charge: float
    frequency: float
    signal_ratio: float

    @classmethod
    def of_stack(cls, stack, charge, passive, active):
        """Return the `Medium` of a `LayerStack`, with the atomic numbers of mixture, absorber and active material."""
        lengths = stack.radiation_lengths
        critical = (stack.critical_energies * lengths).sum() / lengths.sum() / 1000
        return cls(critical, charge, len(stack) / lengths.sum(), 1 / (1 + 0.007 * (passive - active)))

    @classmethod
    def choice(cls, second, one, other):
        """Return the `Medium` that is `other` where the bool array `second` holds, else `one`."""
        names = [field.name for field in dataclasses.fields(cls)]
        return cls(*(np.where(second, getattr(other, name), getattr(one, name)) for name in names))


TUNGSTEN_SILICON = Medium.of_stack(ECAL, charge=70, passive=72, active=14)
STEEL_SCINTILLATOR = Medium.of_stack(HCAL, charge=25, passive=26, active=4)


@dataclasses.dataclass(frozen=True, eq=False)
class DepthProfiles:
    """Profiles t^(alpha - 1) exp(-beta t) of showers: arrays of one shape.

    Args:
        maximum: float array. Depth of the maximum behind the start, radiation lengths.
        shape: float array. Exponent alpha.

    Example:

    >>> random = np.random.default_rng(1)
    >>> profiles = DepthProfiles.drawn(random, np.full(10_000, 100.0), TUNGSTEN_SILICON, fluctuation=0.75)
    >>> contained = profiles.fraction_before(np.full((10_000, 1), 21.1))
    >>> profiles.maximum.mean().round(1).item(), contained.mean().round(2).item()
    (7.8, 0.98)
    """

    maximum: np.ndarray
    shape: np.ndarray

    @classmethod
    def drawn(cls, random, energy, medium, fluctuation=1.0):
        """Draw the profiles of electrons.

        Args:
            random: `numpy.random.Generator`.
            energy: float array. GeV.
            medium: `Medium`.
            fluctuation: float. Factor on the published standard deviations.
        """
        log_y = np.log(np.maximum(energy / medium.critical_energy, np.e))
        maximum = log_y - 0.812 - 0.55 / medium.frequency - 0.69 * (1 - medium.signal_ratio)
        shape = 0.81 + (0.458 + 2.26 / medium.charge) * log_y - 0.476 / medium.frequency
        maximum, shape = np.maximum(maximum, _SMALLEST_DEPTH), np.maximum(shape, _SMALLEST_SHAPE)
        widest = 1 / _LARGEST_SPREAD
        maximum_spread = fluctuation / np.maximum(-2.5 + 1.25 * log_y, widest)
        shape_spread = fluctuation / np.maximum(-0.82 + 0.79 * log_y, widest)
        correlation = 0.784 - 0.023 * log_y
        common, own = random.standard_normal((2, *np.shape(energy)))
        common, own = np.sqrt((1 + correlation) / 2) * common, np.sqrt((1 - correlation) / 2) * own
        maximum = maximum * np.exp(maximum_spread * (common + own))
        shape = shape * np.exp(shape_spread * (common - own))
        return cls(np.maximum(maximum, _SMALLEST_DEPTH), np.maximum(shape, _SMALLEST_SHAPE))

    def fraction_before(self, depth):
        """Return the part of the energy before depths behind the start, radiation lengths, one more axis than self."""
        slope = (self.shape - 1) / self.maximum
        return special.gammainc(self.shape[..., None], slope[..., None] * np.maximum(depth, 0))


@dataclasses.dataclass(frozen=True, eq=False)
class Widths:
    """Radial profile: two components with densities 2 r R^2 / (r^2 + R^2)^2. Arrays of one shape.

    Args:
        core: float array. R of the core, Moliere radii.
        tail: float array. R of the tail.
        core_fraction: float array. Energy in the core.
    """

    core: np.ndarray
    tail: np.ndarray
    core_fraction: np.ndarray

    @classmethod
    def at(cls, relative_depth, energy, medium=TUNGSTEN_SILICON):
        """Return the `Widths` at depths behind the start over the depth of the maximum.

        Args:
            relative_depth: float array, tau.
            energy: float array, broadcast against it. GeV.
            medium: `Medium`.
        """
        tau, log_energy = np.clip(relative_depth, 0, 4), np.log(np.clip(energy, 0.1, 1000))
        charge, signal, per_frequency = medium.charge, 1 - medium.signal_ratio, 1 / medium.frequency
        decay = per_frequency * np.exp(-tau)
        core = 0.0251 + 0.00319 * log_energy + (0.1162 - 0.000381 * charge) * tau
        core += -0.0203 * signal + 0.0397 * decay
        tail = np.exp(-2.59 * (tau - 0.645)) + np.exp((0.3585 + 0.0412 * log_energy) * (tau - 0.645))
        tail = (0.659 - 0.00309 * charge) * tail - 0.14 * signal - 0.495 * decay
        place = (0.401 + 0.00187 * charge - tau) / (1.313 - 0.0686 * log_energy)
        fraction = (2.632 - 0.00094 * charge) * np.exp(place - np.exp(place))
        fraction += signal * (0.348 - 0.642 * per_frequency * np.exp(-((tau - 1) ** 2)))
        # The fits leave the range of sense at the very front and end of a shower, where hardly any energy is.
        return cls(np.clip(core, 0.02, 0.5), np.clip(tail, 0.15, 5.0), np.clip(fraction, 0.05, 0.98))
