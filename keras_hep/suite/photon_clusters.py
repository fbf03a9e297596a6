"""Photons, and neutral pions whose two photons can just be told apart, and the clusters that both make."""

import numpy as np

from keras_hep.calorimetry.cells import Cells
from keras_hep.calorimetry.clusters import cluster_counts
from keras_hep.calorimetry.projections import depth_summed
from keras_hep.calorimetry.showers import Showers
from keras_hep.formats.lcd import InvalidShowers, lcd_blocks
from keras_hep.simulation.pi0_decays import lowest_energy
from keras_hep.simulation.showers import ShowerSimulation
from keras_hep.suite.record import Quantity
from keras_hep.suite.shower_samples import matching_files

ANGLES = 0.009, 0.01  # rad, between the two photons
SHARING = 2.0  # largest ratio of their energies
_EQUAL = np.sqrt(SHARING) / (1 + SHARING)  # root of the product of their shares of the energy, where that is reached
ENERGIES = lowest_energy(ANGLES[1]), lowest_energy(ANGLES[0]) / (2 * _EQUAL)  # GeV: no others have such photons
_PARTS = "shape", "counts", "index", "energy"  # of `Cells`
STEEPEST = 0.05  # rad, from 90 degrees: sums over depth do not smear what is farther along the beam


def drawn(particle, number, seed, data=None):
    """Return perpendicular showers that did not convert, of pions those whose photons can just be told apart.

    Args:
        particle: str. "photon" or "pi0".
        number: int. Showers to draw or to read, of which some are kept.
        seed: int or sequence of int.
        data: str, path or None. None: simulated. Else calorimeter files, at random angles.

    Returns:
        `Showers`.

    Raises:
        InvalidShowers: if none is left.
    """
    if data is None:
        showers = ShowerSimulation(particle, energies=ENERGIES).showers(number, seed)
    else:
        showers = _of_files(particle, number, data)
    kept = showers["conversion"] == 0
    if particle == "pi0":
        kept &= just_separate(showers["energy"], showers["opening_angle"])
    if not kept.any():
        raise InvalidShowers(f"At least one {particle} must be suitable, got none of {len(kept)}: ask for more.")
    return showers.take(kept)


def just_separate(energy, angle):
    """Return of which pions the photons are 0.009 to 0.01 rad apart and share the energy within a factor of two.

    The product of the two shares is (lowest energy of the angle / 2 E)^2.

    Args:
        energy: float array. GeV.
        angle: float array. rad; -1 where there are no two photons.

    Example:

    >>> just_separate([30.0, 40.0, 30.0], [0.0095, 0.0095, 0.02]).tolist()
    [True, False, False]
    """
    energy, angle = np.asarray(energy, float), np.asarray(angle, float)
    inside = (angle > ANGLES[0]) & (angle < ANGLES[1])
    return inside & (lowest_energy(np.where(inside, angle, 1.0)) / (2 * energy) > _EQUAL)


def resolved(name, showers):
    """Return the share of showers with two clusters or more in the ECAL, as `Quantity`."""
    several = cluster_counts(depth_summed(showers.ecal)) > 1
    share = several.mean()
    definition = "share with two clusters or more in the ECAL"
    return Quantity(name, share, np.sqrt(share * (1 - share) / len(showers)), definition=definition, count=len(showers))


def clusters(name, showers):
    """Return the number of clusters of one shower in the ECAL, as `Quantity`."""
    (count,) = cluster_counts(depth_summed(showers.ecal))
    return Quantity(name, count, definition="maxima of the ECAL image, summed over layers and smoothed over a cell")


def to_arrays(showers):
    """Return the cells of `Showers` with an HCAL as arrays of a `Result`, dict of array."""
    calorimeters = {"ecal": showers.ecal, "hcal": showers.hcal}
    parts = ("shape", "counts", "index", "energy")
    return {
        f"{name}_{part}": np.asarray(getattr(cells, part)) for name, cells in calorimeters.items() for part in parts
    }


def from_arrays(arrays):
    """Return the `Showers` of what `to_arrays` made, without labels."""
    ecal, hcal = (Cells(*(arrays[f"{name}_{part}"] for part in _PARTS)) for name in ("ecal", "hcal"))
    return Showers(ecal, hcal, {}, source="simulation")


def _of_files(particle, number, data):
    """Return up to so many showers of files that are near in angle and energy."""
    parts = []
    for path in matching_files(data, particle, "random"):
        for showers in lcd_blocks(path):
            near = np.abs(showers["reco_theta"] - np.pi / 2) < STEEPEST
            near &= (showers["energy"] > ENERGIES[0]) & (showers["energy"] < ENERGIES[1])
            parts.append(showers.take(near))
            number -= len(parts[-1])
            if number <= 0:
                return Showers.joined(parts)
    return Showers.joined(parts)
