"""Showers in the barrel calorimeters of a detector for CLIC, simulated here or read from files of the public form."""

import dataclasses
import pathlib
import re

import numpy as np
import tensorflow_datasets as tfds

from keras_hep import files
from keras_hep.calorimetry.showers import INTEGERS, LABELS, Showers
from keras_hep.formats.lcd import InvalidShowers, LCDFile
from keras_hep.simulation.showers import BLOCK, WINDOWS, ShowerSimulation

_SPLITS = ("train", "validation", "test")
_TENTHS = {"train": (0, 7), "validation": (7, 8), "test": (8, 10)}  # of each file
_UNITS = {
    "ecal/energy, hcal/energy": "50 times the deposit in GeV",
    "energy": "GeV",
    "theta, phi, measured_theta, reco_theta, reco_phi, opening_angle": "radian",
}
_INSTRUCTIONS = """\
Files of the public form, HDF5 with the keys ECAL, energy, perhaps HCAL, pdgID, theta, ... (names end in .h5 or .hdf5),
lie in this folder or below it. files_generation reads windows of 51 x 51 x 25 cells, such as
Ele_VarAngleMeas_100_200_000.h5 (5,000 electrons each), files_large the same with an HCAL of 11 x 11 x 60,
files_reconstruction 25 x 25 x 25 or more and that HCAL, such as EleEscan_RandomAngle_1_1.h5, GammaEscan_*.h5,
Pi0Escan_*.h5 and ChPiEscan_*.h5 (10,000 showers each).
The record https://zenodo.org/records/3603086 is named as the data of 3DGAN, windows for generation, by
https://github.com/interTwin-eu/DetectorSim-3DGAN; said, but not verified, is that https://zenodo.org/records/3603122
has electrons at a fixed angle. No public address of the files for reconstruction is known to us. Neither sizes nor
checksums are published: keys, shapes, types and lengths are verified, and the SHA-256 of each file is noted.
"""


@dataclasses.dataclass(eq=False)
class ShowersConfig(tfds.core.BuilderConfig):
    """One choice of showers and size.

    Args:
        simulation: `ShowerSimulation`; None: showers are read from the user's own files.
        window: str. "reconstruction", "large" or "generation": cells that are kept of files. Simulated showers have
            the window of the simulation.
        train: int. Number of simulated showers of the split; of each file, seven tenths.
        validation: int. Of each file, the next tenth.
        test: int. Of each file, the last two tenths.
        seed: int. Every split has blocks of 1,000 showers with their own random streams below this seed.
    """

    simulation: ShowerSimulation | None = None
    window: str = "reconstruction"
    train: int = 21_000
    validation: int = 3_000
    test: int = 6_000
    seed: int = 2020

    def __post_init__(self):
        if self.simulation is not None:
            self.window = self.simulation.window

    def blocks(self, split):
        """Yield the simulated `Showers` of a split (str) in blocks."""
        stream, number = (self.seed, _SPLITS.index(split)), getattr(self, split)
        for block in range(-(-number // BLOCK)):
            yield self.simulation.block(stream, block, min(BLOCK, number - BLOCK * block))


def _simulated(window, particle, angles):
    degrees = {"fixed": "90 degrees", "random": "60 to 120 degrees"}[angles]
    return ShowersConfig(
        name=f"{window}_{particle}_{angles}",
        simulation=ShowerSimulation(particle, window=window, angles=angles),
        description=f"Simulated showers of one particle, {particle}, at {degrees}, in the window of {window}.",
    )


class Builder(tfds.core.GeneratorBasedBuilder):
    """Builder of `clic_calorimeter`: an example is one shower."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "First version."}  # noqa: RUF012 (the name is TFDS's)
    MANUAL_DOWNLOAD_INSTRUCTIONS = _INSTRUCTIONS
    BUILDER_CONFIGS = [  # noqa: RUF012
        *(
            _simulated("reconstruction", particle, angles)
            for angles in ("fixed", "random")
            for particle in ("electron", "photon", "pi0", "charged_pion")
        ),
        *(_simulated("generation", "electron", angles) for angles in ("fixed", "random")),
        *(
            ShowersConfig(name=f"files_{window}", window=window, description=f"Your own files, windows of {window}.")
            for window in WINDOWS
        ),
    ]

    def __init__(self, *, file_format="array_record", **arguments):
        """Take random access as the default: `as_data_source` reads it from any backend."""
        super().__init__(file_format=file_format, **arguments)

    def _info(self):
        config = self.builder_config
        cells = {"index": _ragged(np.int32), "energy": _ragged(np.float32)}
        labels = {name: np.int32 if name in INTEGERS else np.float32 for name in LABELS}
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict({"ecal": cells, "hcal": cells, **labels}),
            supervised_keys=None,
            homepage="https://arxiv.org/abs/1912.06794",
            license="that of the files" if config.simulation is None else "Apache-2.0",
            disable_shuffling=True,  # showers are independent, and so the same at every size
            metadata=tfds.core.MetadataDict(
                source="files" if config.simulation is None else "simulation",
                simulation=config.simulation and dataclasses.asdict(config.simulation),
                seed=config.seed,
                windows=_windows(config.window),
                units=_UNITS,
            ),
        )

    def _split_generators(self, dl_manager):
        config = self.builder_config
        if config.simulation is not None:
            self.info.metadata["labels"] = list(config.simulation.block(config.seed, 0, 1).labels)
            return {split: _examples(config.blocks(split)) for split in _SPLITS}
        paths = _paths(dl_manager.manual_dir)
        if not paths:
            raise AssertionError(f"{dl_manager.manual_dir} has no file of showers.\n{_INSTRUCTIONS}")
        self.info.metadata.update(_described(paths, dl_manager.manual_dir, config.window))
        return {split: _examples(_read(paths, config.window, split)) for split in _SPLITS}

    def _generate_examples(self):
        raise NotImplementedError("The splits are drawn or read.")


def _ragged(dtype):
    return tfds.features.Tensor(shape=(None,), dtype=dtype)


def _windows(window):
    """Return the shapes of the cells of a window by calorimeter; those of generation have no hadronic one."""
    ecal, hcal = WINDOWS[window]
    return {"ecal": [ecal, ecal, 25]} | ({} if hcal is None else {"hcal": [hcal, hcal, 60]})


def _paths(folder):
    """Return the HDF5 files in a folder and below it, in the order of the numbers in their names."""

    def order(path):
        return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", str(path.relative_to(folder)))]

    folder = pathlib.Path(folder)
    return sorted((path for path in folder.rglob("*") if path.suffix in (".h5", ".hdf5")), key=order)


def _described(paths, folder, window):
    """Return what is noted of files: source, labels that all have, showers and checksum of each; check all."""
    labels, sources, notes = set(LABELS), set(), {}
    for path in paths:
        with LCDFile(path) as file:
            _check_windows(file, window)
            labels &= set(file.labels)
            sources.add(file.source)
            name = pathlib.Path(path).relative_to(folder).as_posix()
            notes[name] = {"showers": len(file), "sha256": files.sha256(path)}
    if len(sources) > 1:
        raise InvalidShowers(f"{folder}: simulation and files are never mixed; keep them in folders of their own.")
    return {"source": sources.pop(), "labels": [name for name in LABELS if name in labels], "files": notes}


def _check_windows(file, window):
    for name, shape in _windows(window).items():
        found = file.windows.get(name.upper())
        if found is None or found[0] < shape[0]:
            wanted = " x ".join(map(str, shape))
            raise InvalidShowers(
                f"{file.path}: files_{window} needs {name.upper()} with {wanted} cells or more, got {found}; "
                "take another config, or that file out of the folder."
            )


def _read(paths, window, split):
    """Yield the `Showers` of a split of files in blocks, in the window wanted."""
    ecal, hcal = WINDOWS[window]
    for path in paths:
        with LCDFile(path) as file:
            low, high = (len(file) * tenth // 10 for tenth in _TENTHS[split])
            for start in range(low, high, BLOCK):
                showers = file.read(slice(start, min(start + BLOCK, high)))
                if hcal is None:
                    showers = dataclasses.replace(showers, hcal=None)
                yield showers.cropped(ecal, hcal)


def _examples(blocks):
    """Yield the examples of blocks of `Showers`, numbered; labels that are not known are NaN, or -1."""
    number = 0
    for showers in blocks:
        columns = _label_columns(showers)
        calorimeters = {name: _rows(cells) for name, cells in (("ecal", showers.ecal), ("hcal", showers.hcal))}
        for row in range(len(showers)):
            cells = {name: rows(row) for name, rows in calorimeters.items()}
            yield number, cells | {name: values[row] for name, values in columns.items()}
            number += 1


def _label_columns(showers: Showers):
    number = len(showers)
    unknown = {
        name: np.full(number, -1, np.int32) if name in INTEGERS else np.full(number, np.nan, "f4") for name in LABELS
    }
    return unknown | showers.labels


def _rows(cells):
    """Return a function that gives places and energies of one shower (int)."""
    if cells is None:
        return lambda row: {"index": np.empty(0, np.int32), "energy": np.empty(0, np.float32)}
    starts, index, energy = cells.starts, cells.index, cells.energy
    return lambda row: {
        "index": index[starts[row] : starts[row + 1]],
        "energy": energy[starts[row] : starts[row + 1]],
    }
