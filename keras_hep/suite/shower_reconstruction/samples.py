"""Showers for trainings and tests of networks: simulated once and kept in a file, or of your own calorimeter files."""

import concurrent.futures
import dataclasses
import functools
import hashlib
import json
import multiprocessing
import os
import pathlib
import warnings

import numpy as np

from keras_hep import files
from keras_hep.calorimetry import selections
from keras_hep.calorimetry.cells import Cells
from keras_hep.calorimetry.projections import layer_energies
from keras_hep.calorimetry.resampling import ATLAS, CMS, resampled_images
from keras_hep.calorimetry.shower_streams import SimulatedShowers
from keras_hep.calorimetry.showers import Showers
from keras_hep.formats.lcd import lcd_blocks
from keras_hep.simulation import early_pions
from keras_hep.simulation.early_pions import EarlyPionSimulation
from keras_hep.simulation.particle_pool import CACHE_VARIABLE
from keras_hep.simulation.showers import ShowerSimulation
from keras_hep.suite import shower_samples
from keras_hep.suite.calorimeter_files import matching_files

PARTS = {"train": 0, "test": 1, "choice": 2}  # of a run's showers; choices are made on showers of their own
GEOMETRIES = {"clic": None, "layers": None, "atlas": ATLAS, "cms": CMS}  # "layers": those of CLIC, each a single cell
LARGEST_KEPT = 60_000  # showers of a sample; more are drawn anew for every batch


@dataclasses.dataclass(frozen=True)
class ShowerSample:
    """Showers of one particle: a description, whose showers are simulated when they are first asked for.

    They are kept in the folder that the environment variable KERAS_HEP_CACHE names, else in `.cache/keras_hep` of the
    home folder, and simulated again if damaged, or if the code of the simulation is another.

    Args:
        particle: str. "electron", "photon", "pi0" or "charged_pion".
        number: int. Showers that pass the selection; of files at most so many.
        seed: int.
        part: str. One of `PARTS`: showers of different parts are independent; of files they are different showers.
        angles: str. "random", 60 to 120 degrees, or "fixed", 90 degrees.
        selection: str or None. One of `keras_hep.calorimetry.shower_streams.SELECTIONS`; or "converted", photons that
            became a pair of electrons in front. Charged pions that are to leave "little_hcal_energy", one in a few
            hundred, are simulated by `EarlyPionSimulation`.
        window: str. "reconstruction", 25 x 25 and 11 x 11 cells, or "large", 51 x 51 and 11 x 11.
        sides: (int, int) or None. Cells along a side that are kept of both calorimeters; None: all.
        geometry: str. One of `GEOMETRIES`: whose cells the showers are seen with.
        data: str. Empty, or a folder or pattern of calorimeter files of the public form instead of the simulation.

    Raises:
        ValueError: if an argument is unknown.
        InvalidShowers: if there are no such files, or one is damaged or of another form.
    """

    particle: str
    number: int
    seed: int
    part: str = "train"
    angles: str = "random"
    selection: str | None = None
    window: str = "reconstruction"
    sides: tuple | None = None
    geometry: str = "clic"
    data: str = ""

    def __post_init__(self):
        _require(self.part in PARTS, f"part must be one of {', '.join(PARTS)}", self.part)
        _require(self.geometry in GEOMETRIES, f"geometry must be one of {', '.join(GEOMETRIES)}", self.geometry)
        _require(self.number >= 1, "number must be at least 1", self.number)

    def showers(self):
        """Return the `Showers`, cells as the simulated calorimeter has them, in the window that is kept."""
        whole = _showers(dataclasses.replace(self, sides=None, geometry="clic"))
        return whole if self.sides is None else whole.cropped(*self.sides)

    def draw(self, number, seed):
        """Return `Showers` drawn at random, none twice unless there are fewer: for `ShowerStream`.

        Args:
            number: int.
            seed: int or list of int.
        """
        if self.number > LARGEST_KEPT and not self.data and self.selection not in _WEIGHTED:
            drawn = self._source().draw(number, seed)
        else:
            drawn = self._drawn_of_kept(number, seed)
        return self.seen(drawn if self.sides is None else drawn.cropped(*self.sides))

    def seen(self, showers):
        """Return `Showers` with the cells of the sample's geometry."""
        target = GEOMETRIES[self.geometry]
        if self.geometry == "layers":
            return dataclasses.replace(showers, ecal=_layers(showers.ecal), hcal=_layers(showers.hcal))
        if target is None:
            return showers
        images = resampled_images(showers.ecal, target)
        index = np.tile(np.arange(showers.ecal.cells, dtype=np.int32), len(showers))  # most cells have energy now
        counts = np.full(len(showers), showers.ecal.cells)
        return dataclasses.replace(showers, ecal=Cells(showers.ecal.shape, counts, index, images.ravel()))

    def _drawn_of_kept(self, number, seed):
        kept = _showers(dataclasses.replace(self, sides=None, geometry="clic"))
        random = np.random.default_rng(seed)
        return kept.take(random.choice(len(kept), number, replace=number > len(kept), shuffle=False))

    def _source(self):
        selection = None if self.selection in _WEIGHTED else self.selection
        return SimulatedShowers(ShowerSimulation(self.particle, self.window, self.angles), selection)

    def simulate(self):
        """Simulate the showers; files are read instead."""
        seed = [self.seed, PARTS[self.part], 8]
        if self.data:
            return self._of_files()
        if self.selection == "little_hcal_energy" and self.particle == "charged_pion":
            simulation = EarlyPionSimulation(window=self.window, angles=self.angles)
            return simulation.natural(self.number, seed)
        if self.selection == "converted":
            return _gathered(self.number, lambda turn: _converted(self._source().simulation, [*seed, turn]))
        return self._source().draw(self.number, seed)

    def _of_files(self):
        """Return showers of files; which part a shower belongs to depends on its place in the files alone."""
        parts, first, missing = [], 0, self.number
        for path in matching_files(self.data, self.particle, self.angles):
            for showers in lcd_blocks(path):
                place = (first + np.arange(len(showers))) % len(_PLACES)
                first += len(showers)
                showers = showers.take(np.isin(place, [turn for turn, part in enumerate(_PLACES) if part == self.part]))
                showers = showers.take(self._kept(showers))
                parts.append(showers if self.window == "large" else showers.cropped(25, 11))
                missing -= len(showers)
                if missing <= 0:
                    return Showers.joined(parts).take(slice(0, self.number))
        return Showers.joined(parts)

    def _kept(self, showers):
        if self.selection is None:
            return slice(None)
        if self.selection == "converted":
            return showers["conversion"] > 0
        return getattr(selections, self.selection)(showers)


_PLACES = ("test", "train", "train", "test", "train", "choice")  # of one shower after the other in files
_WEIGHTED = ("little_hcal_energy", "converted")  # rare, so that they are simulated in a way of their own


def prepare(samples):
    """Simulate samples that are not kept yet, side by side on all cores.

    Args:
        samples: iterable of `ShowerSample`. Scripts that prepare several need `if __name__ == "__main__":`.
    """
    wanted = {dataclasses.replace(sample, sides=None, geometry="clic") for sample in samples if not sample.data}
    missing = [sample for sample in wanted if sample.number <= LARGEST_KEPT and not _path(sample).exists()]
    if len(missing) < 2 or (os.cpu_count() or 1) < 2:
        return
    spawn = multiprocessing.get_context("spawn")  # a forked process would share the threads of a framework
    with concurrent.futures.ProcessPoolExecutor(min(os.cpu_count(), len(missing)), spawn) as pool:
        list(pool.map(_prepare, sorted(missing, key=lambda sample: -sample.number)))


def _prepare(sample):
    _kept_or_simulated(sample)


@functools.lru_cache(maxsize=6)
def _showers(sample):
    return sample.simulate() if sample.data else _kept_or_simulated(sample)


def _kept_or_simulated(sample):
    path = _path(sample)
    with files.lock(path.with_suffix(".lock")):
        kept = _read(path)
        if kept is None:
            kept = sample.simulate()
            with files.replacing(path) as temporary, open(temporary, "wb") as stream:
                np.savez(stream, **_arrays(kept))
    return kept


def _path(sample):
    """Return the file of a sample; its name changes with the sample, NumPy and the code of the simulation."""
    said = json.dumps({**dataclasses.asdict(sample), "numpy": np.__version__}, sort_keys=True)
    code = [pathlib.Path(__file__), pathlib.Path(early_pions.__file__), *shower_samples.sources()]
    key = hashlib.sha256(b"\0".join([said.encode(), *(path.read_bytes() for path in code)])).hexdigest()[:16]
    cache = pathlib.Path(os.environ.get(CACHE_VARIABLE) or "~/.cache/keras_hep").expanduser()
    return cache / "shower_cells" / f"{sample.particle}_{sample.part}_{key}.npz"


def _arrays(showers):
    arrays = {f"label_{name}": values for name, values in showers.labels.items()}
    for part in ("ecal", "hcal"):
        cells = getattr(showers, part)
        arrays |= {f"{part}_shape": cells.shape, f"{part}_counts": cells.counts, f"{part}_energy": cells.energy}
        arrays[f"{part}_index"] = cells.index.astype(np.uint16)  # windows have fewer than 65,536 cells
    return arrays


def _read(path):
    """Return kept `Showers`, or None if there are none that are whole."""
    try:
        with open(path, "rb") as stream, np.load(stream, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        ecal, hcal = (
            Cells(*(arrays[f"{part}_{name}"] for name in ("shape", "counts", "index", "energy")))
            for part in ("ecal", "hcal")
        )
        labels = {name.removeprefix("label_"): arrays[name] for name in arrays if name.startswith("label_")}
        return Showers(ecal, hcal, labels, "simulation")
    except FileNotFoundError:
        return None
    except Exception as error:  # whatever a damaged archive raises
        warnings.warn(f"{path} is damaged ({error}): its showers are simulated again.", stacklevel=2)
        return None


def _layers(cells):
    """Return `Cells` in which every layer is one cell."""
    energies = layer_energies(cells)
    layers = cells.shape[2]
    index = np.tile(np.arange(layers, dtype=np.int32), len(cells))
    return Cells((1, 1, layers), np.full(len(cells), layers), index, energies.ravel())


def _gathered(number, drawn):
    """Return so many `Showers` of `drawn`, a function of the turn."""
    parts, turn = [], 0
    while sum(map(len, parts)) < number:
        parts.append(drawn(turn))
        turn += 1
    return Showers.joined(parts).take(slice(0, number))


def _converted(simulation, seed):
    showers = [simulation.block(seed, block) for block in range(4)]
    return Showers.joined([part.take(part["conversion"] > 0) for part in showers])


def _require(holds, rule, value):
    if not holds:
        raise ValueError(f"ShowerSample: {rule}, got {value!r}.")
