"""Decays of neutral pions into two photons, and what is expected of their angles.

Reference: Review of Particle Physics, "Kinematics", two-body decays.
"""

import numpy as np

PION_MASS = 0.1349768  # GeV, Particle Data Group


def decay(energy, random):
    """Draw decays of neutral pions, isotropic in the rest frame of the pion.

    Args:
        energy: float array, shape (pions,). Total energy, GeV, above the mass.
        random: `numpy.random.Generator`.

    Returns:
        Photon energies, GeV, and angles between pion and photon, rad: float64 arrays of shape (pions, 2), the photon
        that flies forward in the pion's frame first. The two photons lie on opposite sides, so that the opening angle
        is the sum of the angles.

    Raises:
        ValueError: if an energy is not above the mass.

    Example:

    >>> energies, angles = decay(np.array([10.0, 100.0]), np.random.default_rng(1))
    >>> energies.sum(axis=1).round(6).tolist(), (angles.sum(axis=1) > smallest_opening_angle([10, 100])).tolist()
    ([10.0, 100.0], [True, True])
    """
    energy = np.asarray(energy, float)
    _require((energy > PION_MASS).all(), f"energies must be above the mass, {PION_MASS} GeV", energy.min(initial=1.0))
    cosine = random.random(energy.shape)[..., None] * [1.0, -1.0]
    velocity = np.sqrt(1 - (PION_MASS / energy) ** 2)[..., None]
    along = energy[..., None] / 2 * (velocity + cosine)
    across = PION_MASS / 2 * np.sqrt(1 - cosine**2)
    return energy[..., None] / 2 * (1 + velocity * cosine), np.arctan2(across, along)


def smallest_opening_angle(energy):
    """Return the smallest angle between the photons of pions, rad: that of equal photon energies.

    Example:

    >>> smallest_opening_angle([10.0, 510.0]).round(6).tolist()
    [0.026996, 0.000529]
    """
    return 2 * np.arcsin(PION_MASS / np.asarray(energy, float))


def fraction_below(angle, energy):
    """Return the probability of an opening angle below `angle`, for pions of one energy.

    Args:
        angle: float or array. rad.
        energy: float or array. GeV; both are broadcast.

    Example:

    >>> fraction_below(0.01, [20.0, 50.0, 100.0, 200.0]).round(3).tolist()
    [0.0, 0.842, 0.963, 0.991]
    """
    energy = np.asarray(energy, float)
    ratio = lowest_energy(angle) / energy
    return np.sqrt(np.clip(1 - ratio**2, 0, None) / (1 - (PION_MASS / energy) ** 2))


def lowest_energy(angle):
    """Return the energy, GeV, below which pions have no opening angle as small as `angle`, rad."""
    return PION_MASS / np.sin(np.asarray(angle, float) / 2)


def mean_fraction_below(angle, low, high):
    """Return the probability of an opening angle below `angle`, for pions with energies flat from `low` to `high`.

    Args:
        angle: float or array. rad.
        low: float or array. GeV, far above the mass, which is neglected against it.
        high: float or array. GeV.

    Example:

    >>> mean_fraction_below(0.01, 10.0, 510.0).round(4).item()
    0.9366
    """
    edge = lowest_energy(angle)

    def integral(energy):
        ratio = np.minimum(edge / energy, 1)
        return energy * (np.sqrt(1 - ratio**2) - ratio * np.arccos(ratio))

    return (integral(np.asarray(high, float)) - integral(np.asarray(low, float))) / (np.asarray(high) - low)


def mean_energy(angle, low, high):
    """Return the mean energy of pions with one opening angle, energies being flat from `low` to `high`.

    Args:
        angle: float or array. rad; nan is returned where no such pion has this angle.
        low: float. GeV, far above the mass.
        high: float. GeV.

    Returns:
        float64 array, GeV.

    Example:

    >>> mean_energy([0.001, 0.005, 0.01], 10.0, 510.0).round().tolist()
    [333.0, 108.0, 65.0]
    """
    edge = lowest_energy(angle)
    first = np.maximum(edge, low)
    with np.errstate(invalid="ignore"):
        numerator = np.arccosh(high / edge) - np.arccosh(first / edge)
        return edge * numerator / (np.arccos(edge / high) - np.arccos(edge / first))


def _require(holds, rule, value):
    if not holds:
        raise ValueError(f"decay: {rule}, got {value}.")
