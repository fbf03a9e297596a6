"""Means of many showers that the literature knows: depth of the maximum, containment, response, resolution.

Reference: Review of Particle Physics, "Passage of particles through matter", electromagnetic cascades.
"""

import numpy as np
from scipy import optimize

from keras_hep.calorimetry.geometry import ECAL, THIN_LAYERS

ABSORBER_WEIGHTS = np.where(np.arange(len(ECAL)) < THIN_LAYERS, 1.0, 2.0)  # of the thickness, shape (layers,)
DEPTHS = np.cumsum(ECAL.radiation_lengths) - ECAL.radiation_lengths / 2  # middle of each layer, radiation lengths
_SUBCELLS = 5  # a side: a cell counts in this many squared points in `containment`


def depth_profile(showers, weights=ABSORBER_WEIGHTS):
    """Return the mean energy per radiation length in each layer of the electromagnetic calorimeter.

    Args:
        showers: `Showers`.
        weights: float array, shape (layers,). Inverse sampling fractions up to a factor. Layers of thick absorber count
            double by default, since the stored energies are not weighted.

    Returns:
        float64 array, shape (layers,).
    """
    cells = showers.ecal
    energy = np.bincount(cells.index % cells.shape[2], cells.energy, minlength=cells.shape[2])
    return energy * weights / ECAL.radiation_lengths / len(showers)


def depth_of_maximum(profile, half_range=2.5):
    """Return where a `depth_profile` is largest, radiation lengths, from a fit of t^(alpha - 1) exp(-beta t).

    Args:
        profile: float array, shape (layers,).
        half_range: float. The layers so far from the largest one are used, radiation lengths.

    Example:

    >>> round(float(depth_of_maximum(DEPTHS**4.0 * np.exp(-0.5 * DEPTHS))), 6)  # 4 / 0.5
    8.0
    """
    near = np.abs(DEPTHS - DEPTHS[np.argmax(profile)]) < half_range
    depths = DEPTHS[near]
    terms = np.stack([np.ones_like(depths), np.log(depths), -depths], axis=1)
    (_, power, decay), *_ = np.linalg.lstsq(terms, np.log(profile[near]))
    return power / decay


def centroid(profile):
    """Return the mean depth of a `depth_profile`, radiation lengths.

    Example:

    >>> round(float(centroid(np.ones(25))), 2), round(float(ECAL.radiation_lengths.sum() / 2), 2)
    (10.54, 10.54)
    """
    energy = profile * ECAL.radiation_lengths
    return (energy @ DEPTHS) / energy.sum()


def expected_maximum(energy, particle):
    """Return the depth of the maximum as the Review of Particle Physics has it, radiation lengths.

    Args:
        energy: float or array. GeV.
        particle: str. "electron" or "photon".

    Example:

    >>> expected_maximum([50.0, 100.0], "electron").round(1).tolist()
    [8.1, 8.8]
    """
    lengths = ECAL.radiation_lengths
    critical = (ECAL.critical_energies * lengths).sum() / lengths.sum() / 1000
    return np.log(np.asarray(energy) / critical) + {"electron": -0.5, "photon": 0.5}[particle]


def containment(showers, moliere_radii, weights=ABSORBER_WEIGHTS):
    """Return the fraction of the energy within cylinders around the barycentre of each shower.

    Args:
        showers: `Showers` at 90 degrees, neutral or of high energy: with their axis along the depth.
        moliere_radii: sequence of float. Radii of the cylinders in Moliere radii of each layer.
        weights: float array, shape (layers,). As of `depth_profile`: where showers are wide, less is stored.

    Returns:
        float64 array, one mean over the showers per radius. Energy of a cell counts as spread evenly over it.
    """
    cells = showers.ecal
    x, y, layer = cells.places
    energy = cells.energy * np.asarray(weights)[layer]
    total = np.maximum(np.bincount(cells.shower, energy, minlength=len(cells)), np.finfo(float).tiny)
    centres = [np.bincount(cells.shower, energy * place, minlength=len(cells)) / total for place in (x, y)]
    x, y = (place - centre[cells.shower] for place, centre in zip((x, y), centres, strict=True))
    limit = np.asarray(moliere_radii)[:, None] * (ECAL.moliere_radii / ECAL.cell)[layer]
    fraction = np.zeros(limit.shape)
    points = (np.arange(_SUBCELLS) + 0.5) / _SUBCELLS - 0.5
    for across in points:
        for along in points:
            fraction += np.hypot(x + across, y + along) < limit
    return (fraction @ (energy / total[cells.shower])) / (_SUBCELLS**2 * np.count_nonzero(cells.sums()))


def response(showers):
    """Return the mean of ECAL energy over true energy, its statistical error, and its relative standard deviation.

    Example:

    >>> from keras_hep.calorimetry.cells import Cells
    >>> from keras_hep.calorimetry.showers import Showers
    >>> cells = Cells((1, 1, 1), counts=[1, 1], index=[0, 0], energy=[9.0, 11.0])
    >>> [round(float(value), 3) for value in response(Showers(cells, None, {"energy": [10.0, 10.0]}, "simulation"))]
    [1.0, 0.071, 0.1]
    """
    ratio = showers.ecal.sums() / showers["energy"]
    return ratio.mean(), ratio.std() / np.sqrt(len(ratio)), ratio.std() / ratio.mean()


def resolution_terms(energies, resolutions):
    """Fit sqrt(stochastic^2 / E + constant^2) to relative resolutions.

    Args:
        energies: float array, shape (points,). GeV.
        resolutions: float array, shape (points,). All are taken to be equally well known, relatively.

    Returns:
        Stochastic term at 1 GeV and constant term, floats.

    Example:

    >>> energies = np.array([10.0, 50.0, 200.0])
    >>> [round(float(term), 3) for term in resolution_terms(energies, np.hypot(0.16 / np.sqrt(energies), 0.01))]
    [0.16, 0.01]
    """
    energies, resolutions = np.asarray(energies, float), np.asarray(resolutions, float)

    def residuals(terms):
        return np.hypot(terms[0] / np.sqrt(energies), terms[1]) / resolutions - 1

    return tuple(np.abs(optimize.least_squares(residuals, [0.2, 0.01]).x))


def hadronic_ratio(showers):
    """Return HCAL over ECAL energy of each shower, float64 array; infinite where the ECAL window is empty."""
    ecal, hcal = showers.ecal.sums(), showers.hcal.sums()
    return np.where(ecal > 0, hcal / np.where(ecal > 0, ecal, 1.0), np.inf)


def through_going(showers):
    """Return which showers have one cell in each ECAL layer, as single tracks do: bool array, shape (showers,)."""
    layers = showers.ecal.shape[2]
    cells = np.bincount(
        showers.ecal.shower * layers + showers.ecal.index % layers, minlength=len(showers) * layers
    ).reshape(-1, layers)
    return (cells == 1).all(axis=1)
