"""Energy that the parts of electromagnetic showers leave in each layer, and how wide it is spread there."""

import dataclasses

import numpy as np

from keras_hep.calorimetry.geometry import ECAL
from keras_hep.simulation.calorimeter_depths import (
    CELLS,
    ECAL_LAYERS,
    ELECTROMAGNETIC_LAYERS,
    HCAL_LAYERS,
    LAYERS,
    MOLIERE_RADII,
    RADIATION_EDGES,
    RADII,
    THICK,
    responses,
)
from keras_hep.simulation.electromagnetic_profiles import TUNGSTEN_SILICON, DepthProfiles, Widths

# Variance of the energy of a layer grows with its absorber: thin and thick ones against the mean of the stack.
GRANULARITY_RATIOS = 0.8, 1.6
# Stochastic term of electrons in steel and scintillator at 1 GeV: CALICE, JINST 6 (2011) P04003.
HCAL_SAMPLING = 0.22


@dataclasses.dataclass(frozen=True, eq=False)
class Deposits:
    """Energy in the layers: arrays of shape (showers, parts, layers), the layers being the first ones of all.

    Args:
        energy: float array. Stored energy, 50 times the deposit in GeV.
        x: float array. Where the axis of the part crosses the layer, cells.
        y: float array.
        width_x: float array. Scale of the radial profile on the layer, cells; 0 for a track.
        width_y: float array.
    """

    energy: np.ndarray
    x: np.ndarray
    y: np.ndarray
    width_x: np.ndarray
    width_y: np.ndarray

    @classmethod
    def joined(cls, parts):
        """Return the parts of a list of `Deposits` of the same showers and layers, as one."""
        names = [field.name for field in dataclasses.fields(cls)]
        return cls(*(np.concatenate([getattr(part, name) for part in parts], axis=1) for name in names))

    def layers(self, chosen):
        """Return the `Deposits` in a slice of the layers."""
        return Deposits(*(getattr(self, field.name)[..., chosen] for field in dataclasses.fields(self)))


def granularities(physics, layers=LAYERS):
    """Return the deposits, GeV of absorbed energy, that the Gamma law of the sampling counts, of the first layers.

    With granularity g, an energy E in a layer fluctuates by sqrt(g E), whatever the number of showers that it is of.

    Reference: Grindhammer and Peters, hep-ex/0001020.
    """
    thin, thick = GRANULARITY_RATIOS
    ecal = physics.sampling**2 * np.where(THICK, thick, thin)
    return np.concatenate([ecal, [1.0], np.full(HCAL_LAYERS, HCAL_SAMPLING**2)])[:layers]


def electromagnetic_deposits(random, electrons, physics, medium=TUNGSTEN_SILICON, layers=ELECTROMAGNETIC_LAYERS):
    """Draw what electron-like showers leave in the layers.

    Args:
        random: `numpy.random.Generator`.
        electrons: `Electrons`, shape (showers, parts).
        physics: `ShowerPhysics`.
        medium: `Medium`. Where they begin.
        layers: int. Number of layers to look at.

    Returns:
        `Deposits`, shape (showers, 2 parts, layers): cores of all parts, then tails.
    """
    present = np.nonzero(electrons.energy > 0)
    energy, start, rays = electrons.energy[present], electrons.start[present], electrons.rays[present]
    if np.ndim(medium.charge):
        medium = dataclasses.replace(medium, **{name: value[present] for name, value in vars(medium).items()})
    profiles = DepthProfiles.drawn(random, energy, medium, physics.profile_fluctuation)
    slopes = np.stack(rays.slopes)
    path = np.sqrt(1 + (slopes**2).sum(axis=0))
    depths = path[:, None] * RADIATION_EDGES[: layers + 1] - start[:, None]
    absorbed = energy[:, None] * np.diff(profiles.fraction_before(depths), axis=1)
    grain = granularities(physics, layers)
    stored = random.standard_gamma(absorbed / grain) * (grain * responses(physics)[:layers])
    middles = (depths[:, 1:] + depths[:, :-1]) / (2 * profiles.maximum[:, None])
    widths = Widths.at(middles, energy[:, None])
    moliere = MOLIERE_RADII[:layers] / CELLS[:layers]
    shape = *electrons.energy.shape, layers
    axes = [_scattered(present, place, shape) for place in axes_in_cells(rays, layers)]
    energies = [widths.core_fraction * stored, (1 - widths.core_fraction) * stored]
    stretches = np.sqrt(1 + slopes**2)[..., None]
    return Deposits.joined(
        [
            Deposits(
                _scattered(present, part, shape),
                *axes,
                *(_scattered(present, scale * stretch, shape) for stretch in stretches),
            )
            for part, scale in zip(energies, (widths.core * moliere, widths.tail * moliere), strict=True)
        ]
    )


def axes_in_cells(rays, layers=LAYERS):
    """Return where `Rays` from the front cross the first layers, x and y in cells, one more axis than the rays."""
    depth = RADII[:layers] - ECAL.inner_radius
    places = zip((rays.x, rays.y), rays.slopes, strict=True)
    return [(place[..., None] + slope[..., None] * depth) / CELLS[:layers] for place, slope in places]


def _scattered(present, values, shape):
    """Return float32 zeros of `shape` with `values` in the rows that are present."""
    whole = np.zeros(shape, np.float32)
    whole[present] = values
    return whole


def measured():
    """Return the layers of the electromagnetic and of the hadronic calorimeter, as slices."""
    return slice(0, ECAL_LAYERS), slice(ECAL_LAYERS + 1, None)
