"""Opening angles of the photons of neutral pions, and the selection by them, from many decays."""

import numpy as np

from keras_hep.calorimetry.cells import Cells
from keras_hep.calorimetry.selections import merged_photons
from keras_hep.calorimetry.showers import Showers
from keras_hep.metrics.proportions import proportion_in_bins
from keras_hep.simulation.pi0_decays import decay
from keras_hep.suite.record import Curve, Quantity

BLOCK = 1_000_000  # decays with a random stream of their own
ENERGIES = 10.0, 510.0  # GeV, flat


def drawn(decays, seed, energies=ENERGIES):
    """Draw decays of neutral pions with energies flat between two limits.

    Args:
        decays: int. More of the same seed begin with the same blocks of a million.
        seed: sequence of int.
        energies: (float, float). GeV.

    Returns:
        Energies in GeV and opening angles in rad: float32 arrays, shape (decays,).
    """
    energy, angle = np.empty((2, decays), np.float32)
    for number, start in enumerate(range(0, decays, BLOCK)):
        random = np.random.default_rng([*seed, number])
        block = slice(start, min(start + BLOCK, decays))
        energy[block] = random.uniform(*energies, block.stop - block.start)
        angle[block] = decay(energy[block].astype(float), random)[1].sum(axis=1)
    return energy, angle


def passing(angles, pdg_id=111):
    """Return which particles with such opening angles the article's selection keeps: bool array, shape (particles,)."""
    nothing = Cells((1, 1, 1), np.zeros(len(angles), int), [], [])
    labels = {"opening_angle": angles, "pdg_id": np.full(len(angles), pdg_id)}
    return merged_photons(Showers(nothing, None, labels, source="simulation"))


def share(name, chosen, definition):
    """Return the share of true values (bool array) as `Quantity` with its binomial error."""
    value = np.count_nonzero(chosen) / len(chosen)
    return Quantity(name, value, _binomial(value, len(chosen)), definition=definition, count=len(chosen))


def histogram(name, angles, edges):
    """Return the share of all decays in each bin of the opening angle, as `Curve` at the centres of the bins."""
    shares = np.histogram(angles, edges)[0] / len(angles)
    definition = "share of all decays in each bin of the opening angle"
    return Curve(name, centres(edges), shares, _binomial(shares, len(angles)), "rad", "1", definition)


def passing_by_energy(name, energies, passed, edges):
    """Return the share of particles that pass (bool array) in bins of their energy, as `Curve`."""
    found = proportion_in_bins(passed, energies, edges)
    definition = "share with an opening angle below 0.01 rad, or without one, in bins of the energy"
    return Curve(name, centres(edges), found.value, _binomial(found.value, found.total), "GeV", "1", definition)


def mean_energy_near(name, energies, angles, angle, width=0.05):
    """Return the mean energy of pions whose opening angle is within a relative `width` of `angle`, as `Quantity`."""
    near = energies[np.abs(angles / angle - 1) < width].astype(float)
    definition = f"mean energy of decays within {width:.0%} of an opening angle of {angle:g} rad"
    return Quantity(name, near.mean(), near.std() / np.sqrt(len(near)), "GeV", definition, len(near))


def mean_energy_by_angle(name, energies, angles, edges):
    """Return the mean energy of the pions in bins of the opening angle that have some, as `Curve`."""
    bins = np.digitize(angles, edges) - 1
    inside = (bins >= 0) & (bins < len(edges) - 1)
    bins, energies = bins[inside], energies[inside].astype(float)
    count, first, second = (np.bincount(bins, energies**power, len(edges) - 1) for power in (0, 1, 2))
    some = count > 1
    mean = first[some] / count[some]
    error = np.sqrt(np.maximum(second[some] / count[some] - mean**2, 0) / count[some])
    return Curve(name, centres(edges)[some], mean, error, "rad", "GeV", "mean energy in each bin of the opening angle")


def centres(edges):
    """Return the middle of each bin, to ten digits: as a published table has them."""
    return np.round((np.asarray(edges)[1:] + np.asarray(edges)[:-1]) / 2, 10)


def _binomial(share, number):
    return np.sqrt(share * (1 - share) / number)
