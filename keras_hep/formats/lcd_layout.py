"""What calorimeter files of the LCD form hold: keys, windows, units, names of files, and what an error says."""

import pathlib
import re

import numpy as np

from keras_hep.calorimetry.showers import INTEGERS

IMAGES = {"ECAL": 25, "HCAL": 60}  # the two calorimeters and their layers
LABEL_KEYS = {  # our labels under the names of the files
    "energy": "energy",
    "theta": "theta",
    "eta": "eta",
    "phi": "phi",
    "measured_theta": "mtheta",
    "reco_theta": "recoTheta",
    "reco_eta": "recoEta",
    "reco_phi": "recoPhi",
    "opening_angle": "openingAngle",
    "conversion": "conversion",
    "pdg_id": "pdgID",
}
OLD_ENERGY = "target"  # of very old files: the energy is its second column
THETAS = ("theta", "measured_theta", "reco_theta")
STORED_SCALE = 50.0  # cells hold the deposit in GeV times the inverse of the sampling fraction of the ECAL, 2 %
UNITS = "50*GeV_deposited"
AXES = "x(rphi),y(z),depth"
_PREFIXES = {"electron": "Ele", "photon": "Gamma", "pi0": "Pi0", "charged_pion": "ChPi"}
_NAME = re.compile(rf"({'|'.join(_PREFIXES.values())})(\w*?Escan)?_")
_ANGLES = {"fixed": "", "random": "RandomAngle_"}


class InvalidShowers(ValueError):
    """A file of showers that is not what its format says, or showers that do not fit into one."""


class ConvertedUnit(UserWarning):
    """A file does not tell its units, and the numbers look like others than those of the public files."""


def require(holds, source, rule):
    """Raise `InvalidShowers` with `rule` (str) about `source` (path or str) unless it holds."""
    if not holds:
        raise InvalidShowers(f"{source}: {rule}.")


def particle_of_name(path):
    """Return the particle that a file is of, by the name that its makers gave it.

    Args:
        path: str or path.

    Returns:
        str, one of `keras_hep.calorimetry.showers.PARTICLES`; None where the name is not of that form.

    Example:

    >>> particle_of_name("GammaEscan_RandomAngle_1_1.h5"), particle_of_name("Ele_VarAngleMeas_100_200_000.h5")
    ('photon', 'electron')
    >>> particle_of_name("showers.h5")
    """
    found = _NAME.match(pathlib.PurePath(path).name)
    return next((particle for particle, prefix in _PREFIXES.items() if found and prefix == found[1]), None)


def file_name(particle, angles, number):
    """Return the name that the makers gave to such a file.

    Args:
        particle: str. One of `keras_hep.calorimetry.showers.PARTICLES`.
        angles: str. "fixed" or "random".
        number: int. Number of the file, from 1.

    Example:

    >>> file_name("photon", "random", 3), file_name("electron", "fixed", 1)
    ('GammaEscan_RandomAngle_3_1.h5', 'EleEscan_1_1.h5')
    """
    if particle not in _PREFIXES:
        raise ValueError(f"file_name: particle must be one of {', '.join(_PREFIXES)}, got {particle!r}.")
    if angles not in _ANGLES:
        raise ValueError(f"file_name: angles must be fixed or random, got {angles!r}.")
    return f"{_PREFIXES[particle]}Escan_{_ANGLES[angles]}{number}_1.h5"


def window_of(shape, key, source):
    """Return the window (tuple of three int) of images of a shape (tuple) with the showers along the first axis.

    Args:
        shape: tuple of int: (showers, across, along, layers), perhaps with one channel behind.
        key: str. "ECAL" or "HCAL".
        source: str or path, for the message.

    Raises:
        InvalidShowers: if the window is not square with a cell in its centre, or has other layers.
    """
    window = shape[1:4] if shape[4:] in ((), (1,)) else ()
    square = len(window) == 3 and window[0] == window[1] and window[0] % 2 == 1
    layers = IMAGES[key]
    wanted = f"(showers, n, n, {layers}) with n odd, perhaps with one channel behind"
    require(square and window[2] == layers, source, f"{key} must have the shape {wanted}, got {shape}")
    return tuple(int(cells) for cells in window)


def checked_energies(energies, key, source):
    """Return cell energies (float array) as float32; refuse what is not finite or below zero."""
    with np.errstate(over="ignore", under="ignore"):
        energies = energies.astype(np.float32)
    right = np.isfinite(energies) & (energies >= 0)
    if not right.all():
        rule = f"cells of {key} must be finite and not negative, got {energies[np.argmin(right)]}"
        raise InvalidShowers(f"{source}: {rule}; drop or mend that shower.")
    return energies


def checked_label(name, values, source):
    """Return a label (array of shape (showers,)) in its type, float32 or int32.

    Angles may be NaN: a shower without energy has no barycentre.

    Raises:
        InvalidShowers: if a value is no number, is infinite, no whole number where it must be, or no positive energy.
    """
    key, values = LABEL_KEYS[name], np.asarray(values)
    require(values.dtype.kind in "iuf", source, f"{key} must hold numbers, got the type {values.dtype}")
    if name in INTEGERS:
        rule, right = "whole numbers of 32 bits", values == np.floor(values)
        right &= (values >= -(2**31)) & (values < 2**31)
    else:
        with np.errstate(over="ignore", under="ignore"):
            values = values.astype(np.float32)
        rule, right = ("energies", values > 0) if name == "energy" else ("finite angles, or NaN", True)
        right &= ~np.isinf(values)
    if not right.all():
        shower = np.argmin(right)
        require(False, source, f"{key} must hold {rule}, got {values[shower]} in shower {shower}; drop or mend it")
    return values.astype(np.int32 if name in INTEGERS else np.float32)
