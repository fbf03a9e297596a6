"""Simulated electrons for trainings and tests of generators: drawn once and kept in a file."""

import functools
import hashlib
import json
import os
import pathlib
import warnings

import numpy as np

from keras_hep import files
from keras_hep.calorimetry.cells import Cells
from keras_hep.calorimetry.showers import Showers
from keras_hep.metrics.showers import measured_angle
from keras_hep.simulation.particle_pool import CACHE_VARIABLE
from keras_hep.simulation.showers import ENERGIES, ShowerSimulation
from keras_hep.suite import shower_samples

PARTS = {"train": 0, "test": 1, "choice": 2, "judge": 3}  # "judge": what classifiers of showers learn from
WINDOWS = {"cropped": 25, "published": 51}  # cells a side, all 25 layers
LOW, HIGH = ENERGIES["generation"]  # GeV
LARGEST_KEPT = 60_000  # showers of a sample; more are drawn anew
_STREAM = 31  # of the seed, so that no other item has the same showers
_ARRAYS = ("counts", "index", "energy")


@functools.lru_cache(maxsize=6)
def electrons(size, seed, part="train", window="cropped"):
    """Return electrons of 100 to 200 GeV at polar angles of 60 to 120 degrees, flat in both.

    They are kept in the folder that the environment variable KERAS_HEP_CACHE names, else in `.cache/keras_hep` of the
    home folder, and simulated again if damaged, or if the code of the simulation is another.

    Args:
        size: int. Showers; fewer of the same seed are the first of more.
        seed: int. Of the run.
        part: str. One of `PARTS`; showers of different parts are independent.
        window: str. One of `WINDOWS`: 25 x 25 x 25 or 51 x 51 x 25 cells of the electromagnetic calorimeter about the
            barycentre.

    Returns:
        `Showers` without hadronic calorimeter; the label "measured_theta", rad, is what a generator is asked for.

    Raises:
        ValueError: if an argument is unknown or `size` is below 1.

    Reference: the GEN dataset of Belayneh et al., Eur. Phys. J. C 80 (2020) 688, Section 2.
    """
    _require(size >= 1, "size must be at least 1", size)
    _require(part in PARTS, f"part must be one of {', '.join(PARTS)}", part)
    _require(window in WINDOWS, f"window must be one of {', '.join(WINDOWS)}", window)
    if size > LARGEST_KEPT:
        return _drawn(size, seed, part, window)
    path = _path(size, seed, part, window)
    with files.lock(path.with_suffix(".lock")):
        kept = _read(path)
        if kept is None:
            kept = _drawn(size, seed, part, window)
            with files.replacing(path) as temporary, open(temporary, "wb") as stream:
                np.savez(stream, **_arrays(kept))
    return kept


def _drawn(size, seed, part, window):
    simulation = ShowerSimulation("electron", "generation", angles="random")
    showers = simulation.showers(size, [seed, _STREAM, PARTS[part]])
    showers = showers.cropped(WINDOWS[window], 1)
    labels = {**showers.labels, "measured_theta": measured_angle(showers.ecal)}
    return Showers(showers.ecal, None, labels, showers.source)


def _path(*said):
    """Return the file of a sample; its name changes with the sample, NumPy and the code of the simulation."""
    code = [pathlib.Path(__file__), *shower_samples.sources()]
    content = [json.dumps([*said, np.__version__]).encode(), *(path.read_bytes() for path in code)]
    key = hashlib.sha256(b"\0".join(content)).hexdigest()[:16]
    cache = pathlib.Path(os.environ.get(CACHE_VARIABLE) or "~/.cache/keras_hep").expanduser()
    return cache / "generation_cells" / f"electron_{said[2]}_{key}.npz"


def _arrays(showers):
    cells = showers.ecal
    arrays = {f"label_{name}": values for name, values in showers.labels.items()} | {"shape": cells.shape}
    return arrays | {name: getattr(cells, name) for name in _ARRAYS}


def _read(path):
    """Return kept `Showers`, or None if there are none that are whole."""
    try:
        with open(path, "rb") as stream, np.load(stream, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        cells = Cells(arrays.pop("shape"), *(arrays.pop(name) for name in _ARRAYS))
        return Showers(cells, None, {name.removeprefix("label_"): arrays[name] for name in arrays}, "simulation")
    except FileNotFoundError:
        return None
    except Exception as error:  # whatever a damaged archive raises
        warnings.warn(f"{path} is damaged ({error}): its showers are simulated again.", stacklevel=2)
        return None


def _require(holds, rule, value):
    if not holds:
        raise ValueError(f"Electrons for generators: {rule}, got {value!r}.")
