"""Expert features and labels of many showers: simulated once and kept in files, or of your own calorimeter files."""

import concurrent.futures
import contextlib
import dataclasses
import functools
import hashlib
import json
import multiprocessing
import os
import pathlib
import warnings

import numpy as np

import keras_hep.calorimetry
import keras_hep.simulation
from keras_hep import files
from keras_hep.calorimetry import selections
from keras_hep.calorimetry.features import ANGLES, FEATURES, shower_features
from keras_hep.calorimetry.geometry import RECONSTRUCTION_WINDOW
from keras_hep.calorimetry.moments import r9
from keras_hep.calorimetry.projections import depth_summed
from keras_hep.calorimetry.showers import LABELS
from keras_hep.formats.lcd import lcd_blocks
from keras_hep.simulation.particle_pool import CACHE_VARIABLE
from keras_hep.simulation.showers import BLOCK, ShowerSimulation
from keras_hep.suite.calorimeter_files import matching_files, origin

__all__ = ["COLUMNS", "SELECTIONS", "features", "matching_files", "origin", "selected", "table_of"]

SELECTIONS = ("little_hcal_energy", "merged_photons", "energy_in_window", "whole_electromagnetic")
BARYCENTRE_R9 = "R9_barycentre"  # R9 as the article has it; "R9" is that of the authors' code
COLUMNS = (*FEATURES, BARYCENTRE_R9, *LABELS, *SELECTIONS)
CODE = {  # what showers and features depend on, beside NumPy and this file
    keras_hep.calorimetry: "cells features geometry moments projections selections showers",
    keras_hep.simulation: "calorimeter_depths electromagnetic_profiles hadronic_showers pi0_decays shower_deposits "
    "shower_kinematics shower_physics shower_spots shower_windows showers",
}
_WORTH_PROCESSES = 8  # blocks: to start processes takes as long as three


def features(particle, angles, number, seed, data=None, energies=None):
    """Return features and labels of showers in the windows of reconstruction.

    Simulated showers are drawn in blocks of 1,000 on all cores, so that a script that asks for many needs
    `if __name__ == "__main__":`. Their tables are kept in the folder that the environment variable KERAS_HEP_CACHE
    names, else in `.cache/keras_hep` of the home folder; they are drawn again if damaged, or if the simulation, the
    features or NumPy are others. Fewer showers are the first of more.

    Args:
        particle: str. "electron", "photon", "pi0" or "charged_pion".
        angles: str. "fixed", 90 degrees, or "random", 60 to 120 degrees.
        number: int. Showers; of files at most so many.
        seed: int or sequence of int. Of the simulation.
        data: str, path or None. None: simulated. Else a folder, or a pattern, of calorimeter files of the public form,
            of which those count whose name says the particle and the angles.
        energies: (float, float) or None. Limits of the simulated energies, GeV; None: 10 to 510 GeV.

    Returns:
        dict of str to float32 array of shape (showers,): `FEATURES`, "R9_barycentre", the labels of `Showers`, and for
        each of `SELECTIONS` 1 where it keeps the shower, else 0. Of files those that are known of all showers.

    Raises:
        ValueError: if `number` is below 1.
        InvalidShowers: if there are no such files, or one is damaged or of another form.
    """
    _require(number >= 1, "number must be at least 1", number)
    if data is None:
        simulation = ShowerSimulation(particle, angles=angles, energies=energies)
        tables = _Sample(simulation, seed).tables(-(-number // BLOCK))
    else:
        tables = _read(matching_files(data, particle, angles), number)
    columns = np.concatenate(tables)[:number].T
    known = {name: np.ascontiguousarray(column) for name, column in zip(COLUMNS, columns, strict=True)}
    return {name: column for name, column in known.items() if not np.isnan(column).any()}


def selected(table, *names):
    """Return the showers of a table that selections keep, by name.

    Example:

    >>> table = {"energy": np.float32([20, 30]), "merged_photons": np.float32([0, 1])}
    >>> selected(table, "merged_photons")["energy"]
    array([30.], dtype=float32)
    """
    kept = np.logical_and.reduce([table[name] > 0 for name in names])
    return {name: column[kept] for name, column in table.items()}


def table_of(showers):
    """Return features, labels and selections of `Showers`, float32 array of shape (showers, columns of `COLUMNS`).

    What is not known is NaN: labels that are not there, and what needs them, or an HCAL where there is none.
    """
    known = shower_features(showers, angles=False) | showers.labels
    known |= {name: known[label] for name, label in ANGLES.items() if label in known}
    known[BARYCENTRE_R9] = r9(depth_summed(showers.ecal), "barycentre")
    for name in SELECTIONS:
        with contextlib.suppress(KeyError, ValueError):  # of a label or an HCAL that is not there
            known[name] = getattr(selections, name)(showers)
    unknown = np.full(len(showers), np.nan)
    return np.stack([np.asarray(known.get(name, unknown), np.float32) for name in COLUMNS], axis=1)


def _read(paths, number):
    """Return the tables of the first showers of files, in the windows of reconstruction."""
    tables, left = [], number
    for path in paths:
        for showers in lcd_blocks(path):
            tables.append(table_of(showers.cropped(*RECONSTRUCTION_WINDOW)))
            left -= len(showers)
            if left <= 0:
                return tables
    return tables


@dataclasses.dataclass(frozen=True)
class _Sample:
    """Tables of the blocks of one simulation and seed, and the folder that keeps them."""

    simulation: ShowerSimulation
    seed: object

    def tables(self, blocks):
        """Return the tables of the first so many blocks: the kept ones, and others drawn on all cores."""
        tables = {block: self.kept(block) for block in range(blocks)}
        missing = [block for block, table in tables.items() if table is None]
        processes = min(_cores(), len(missing))
        if processes < 2 or len(missing) < _WORTH_PROCESSES:
            drawn = list(map(self.draw, missing))
        else:
            spawn = multiprocessing.get_context("spawn")  # a forked process would share the threads of a framework
            with concurrent.futures.ProcessPoolExecutor(processes, spawn) as pool:
                drawn = list(pool.map(self.draw, missing))
        return list((tables | dict(zip(missing, drawn, strict=True))).values())

    def kept(self, block, warn=True):
        """Return the table in the file of a block, or None if there is none that is whole; say so if it is damaged."""
        path = self._path(block)
        try:
            with open(path, "rb") as stream, np.load(stream, allow_pickle=False) as archive:
                table = archive["table"]
            _require((table.shape, table.dtype) == ((BLOCK, len(COLUMNS)), np.float32), "another table", table.shape)
            return table
        except OSError:
            return None
        except Exception as error:  # whatever a damaged archive raises
            if warn:
                warnings.warn(f"{path} is damaged ({error}): its showers are drawn again.", stacklevel=2)
            return None

    def draw(self, block):
        """Draw the table of a block and keep it, unless another process did so meanwhile."""
        table, path = None, self._path(block)
        try:
            with files.lock(path.with_suffix(".lock")):
                table = self.kept(block, warn=False)
                if table is None:
                    table = self._fresh(block)
                    with files.replacing(path) as temporary, open(temporary, "wb") as stream:
                        np.savez(stream, table=table)
        except OSError as error:
            warnings.warn(f"{error} Its showers are drawn again by the next process.", stacklevel=2)
        return self._fresh(block) if table is None else table

    def _fresh(self, block):
        return table_of(self.simulation.block(self.seed, block))

    @functools.cached_property
    def _folder(self):
        """Its name changes with the simulation, the seed, the columns, NumPy and the code."""
        said = {"simulation": dataclasses.asdict(self.simulation), "seed": np.ravel(self.seed).tolist()}
        said |= {"columns": COLUMNS, "numpy": np.__version__}
        key = hashlib.sha256(b"\0".join([json.dumps(said, sort_keys=True).encode(), *map(_content, sources())]))
        cache = pathlib.Path(os.environ.get(CACHE_VARIABLE) or "~/.cache/keras_hep").expanduser()
        return cache / f"showers_{self.simulation.particle}_{key.hexdigest()[:16]}"

    def _path(self, block):
        return self._folder / f"{block:04}.npz"


def sources():
    """Return the files of the code that tables depend on, list of path."""
    parts = [(package.__path__[0], name) for package, names in CODE.items() for name in names.split()]
    return [pathlib.Path(__file__), *(pathlib.Path(folder, f"{name}.py") for folder, name in parts)]


def _content(path):
    return path.read_bytes()


def _cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _require(holds, rule, value):
    if not holds:
        raise ValueError(f"Shower samples: {rule}, got {value}.")
