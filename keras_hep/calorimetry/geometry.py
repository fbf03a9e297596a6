"""The barrel calorimeters of the CLIC detector model that the public showers were simulated in: layers and materials.

Radiation, interaction and Moliere lengths follow from the thicknesses of the layers and the constants of the materials.

Reference: CLIC detector model CLIC_o2_v04 (compact description in key4hep/k4geo); Particle Data Group, "Atomic and
    nuclear properties of materials" and Review of Particle Physics, "Passage of particles through matter".
"""

import dataclasses
import functools

import numpy as np

SCALE_ENERGY = 21.2052  # MeV, multiple-scattering energy m_e c^2 sqrt(4 pi / alpha)
SIDES = 12  # of the barrel
CELL_UNIT = 50.0  # energies in the public files: this times the deposit in GeV, about 1 / sampling fraction
FIELD = 4.0  # T, inside of the solenoid

# Cells of the published windows: across and along, in the electromagnetic and the hadronic calorimeter.
RECONSTRUCTION_WINDOW = 25, 11
LARGE_WINDOW = 51, 11
GENERATION_WINDOW = 51, None


@dataclasses.dataclass(frozen=True)
class Material:
    """What electrons, photons and hadrons meet.

    Args:
        density: float. g / cm^3.
        radiation_length: float. g / cm^2.
        interaction_length: float. Nuclear, g / cm^2.
        critical_energy: float. Of electrons, MeV.

    Reference: Particle Data Group, "Atomic and nuclear properties of materials".
    """

    density: float
    radiation_length: float
    interaction_length: float
    critical_energy: float

    @classmethod
    def mixture(cls, parts, density=None):
        """Return the `Material` of a list of (mass fraction, `Material`).

        Inverse lengths add in proportion to mass, and so do critical energies in units of radiation lengths, which is
        how they enter the Moliere radius. Without `density`, in g / cm^3, volumes add.
        """
        inverse = sum(fraction / part.radiation_length for fraction, part in parts)
        losses = sum(fraction * part.critical_energy / part.radiation_length for fraction, part in parts)
        return cls(
            density or 1 / sum(fraction / part.density for fraction, part in parts),
            1 / inverse,
            1 / sum(fraction / part.interaction_length for fraction, part in parts),
            losses / inverse,
        )


TUNGSTEN = Material(19.30, 6.76, 191.9, 7.97)
NICKEL = Material(8.902, 12.68, 134.1, 19.05)
IRON = Material(7.874, 13.84, 132.1, 21.68)
COPPER = Material(8.960, 12.86, 137.3, 19.42)
SILICON = Material(2.329, 21.82, 108.4, 40.19)
POLYSTYRENE = Material(1.060, 43.79, 77.1, 93.11)
POLYIMIDE = Material(1.420, 40.58, 85.5, 85.3)
AIR = Material(1.205e-3, 36.62, 90.1, 87.9)
# Critical energy between glass, 51 MeV, and epoxy, about 80 MeV: circuit boards make a thousandth of a Moliere radius.
GLASS_EPOXY = Material(1.70, 33.0, 90.2, 60.0)
ABSORBER_ALLOY = Material.mixture([(0.93, TUNGSTEN), (0.061, NICKEL), (0.009, IRON)], density=17.8)
# Copper and its carrier, by mass as in the detector model.
READOUT_BOARD = Material.mixture([(0.819, COPPER), (0.181, GLASS_EPOXY)])
GROUND_FOIL = Material.mixture([(0.864, COPPER), (0.136, POLYIMIDE)])


@dataclasses.dataclass(frozen=True)
class LayerStack:
    """Layers of one calorimeter, each a sequence of slabs, in a barrel of flat sides.

    Args:
        inner_radius: float. Distance of the front from the beam, mm.
        cell: float. Side of the square cells, mm.
        sensitive: `Material`. The one whose slab measures.
        layers: tuple. For each layer a tuple of slabs (`Material`, mm), from the front on.

    Example:

    >>> len(ECAL), round(float(ECAL.radiation_lengths.sum()), 1), round(float(HCAL.interaction_lengths.sum()), 1)
    (25, 21.1, 7.5)

    Reference: Review of Particle Physics, "Passage of particles through matter", for mixtures.
    """

    inner_radius: float
    cell: float
    sensitive: Material
    layers: tuple

    def __len__(self):
        return len(self.layers)

    @functools.cached_property
    def thicknesses(self):
        """Of each layer, mm, shape (layers,)."""
        return np.array([sum(thickness for _, thickness in slabs) for slabs in self.layers])

    @functools.cached_property
    def fronts(self):
        """Distance of the front of each layer from the beam, mm, shape (layers,)."""
        return self.inner_radius + np.concatenate([[0.0], np.cumsum(self.thicknesses)[:-1]])

    @functools.cached_property
    def radii(self):
        """Distance of the middle of each sensitive slab from the beam, mm, shape (layers,)."""
        return self.fronts + np.array([_depth_of(self.sensitive, slabs) for slabs in self.layers])

    @functools.cached_property
    def radiation_lengths(self):
        """Thickness of each layer in radiation lengths, shape (layers,)."""
        return self._in_lengths("radiation_length")

    @functools.cached_property
    def interaction_lengths(self):
        """Thickness of each layer in nuclear interaction lengths, shape (layers,)."""
        return self._in_lengths("interaction_length")

    @functools.cached_property
    def critical_energies(self):
        """Effective critical energy of each layer, MeV, shape (layers,)."""
        return np.array([_critical_loss(slabs) for slabs in self.layers]) / self.radiation_lengths

    @functools.cached_property
    def moliere_radii(self):
        """Effective Moliere radius of each layer, mm, shape (layers,)."""
        return SCALE_ENERGY * self.thicknesses / (self.critical_energies * self.radiation_lengths)

    @functools.cached_property
    def wedge_limits(self):
        """Number of cells from the middle of a side of the barrel to its edge, int array, shape (layers,)."""
        return np.rint(self.fronts * np.tan(np.pi / SIDES) / self.cell).astype(np.int32)

    def _in_lengths(self, name):
        return np.array(
            [
                sum(0.1 * thickness * part.density / getattr(part, name) for part, thickness in slabs)
                for slabs in self.layers
            ]
        )


def _depth_of(sensitive, slabs):
    """Return the depth of the middle of the sensitive slab, mm."""
    depth = 0.0
    for material, thickness in slabs:
        if material is sensitive:
            return depth + thickness / 2
        depth += thickness
    raise ValueError("LayerStack: each layer must have a slab of the sensitive material, got one without.")


def _critical_loss(slabs):
    """Return the critical energy in MeV times the thickness in radiation lengths."""
    return sum(
        0.1 * thickness * part.density * part.critical_energy / part.radiation_length for part, thickness in slabs
    )


def _tungsten_layer(absorber):
    """Return the slabs of one layer of the electromagnetic calorimeter with an absorber of so many mm."""
    front = (ABSORBER_ALLOY, absorber), (AIR, 0.25), (GROUND_FOIL, 0.10), (SILICON, 0.50)
    return *front, (AIR, 0.10), (READOUT_BOARD, 0.80), (AIR, 0.25)


_STEEL_LAYER = (IRON, 19.5), (POLYSTYRENE, 3.0), (COPPER, 0.1), (GLASS_EPOXY, 0.7), (IRON, 0.5), (AIR, 2.7)

THIN_LAYERS = 17  # of the electromagnetic calorimeter; those behind have twice the absorber
ECAL = LayerStack(
    1500.0, 5.1, SILICON, (_tungsten_layer(2.40),) * THIN_LAYERS + (_tungsten_layer(4.80),) * (25 - THIN_LAYERS)
)
HCAL = LayerStack(1697.0, 30.0, POLYSTYRENE, (_STEEL_LAYER,) * 60)

# Behind the last silicon: one more absorber plate and its support of carbon fibre, 10 mm of 0.375 g / cm^3.
_CARBON_SUPPORT = Material(0.375, 42.70, 85.8, 81.7)
BEHIND_ECAL = LayerStack(
    float(ECAL.fronts[-1] + ECAL.thicknesses[-1]),
    5.1,
    ABSORBER_ALLOY,
    (((ABSORBER_ALLOY, 4.80), (_CARBON_SUPPORT, 10.0)),),
)
