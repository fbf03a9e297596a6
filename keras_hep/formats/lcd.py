"""Calorimeter files of the LCD form, HDF5: images of showers in two calorimeters, and labels.

`ECAL` has the shape (showers, 51, 51, 25) or (showers, 25, 25, 25), `HCAL` (showers, 11, 11, 60); axes are r-phi, along
the beam, depth. Cells are 50 times the deposit in GeV. Labels, of shape (showers,), are `energy` (GeV), `pdgID`,
`conversion`, `openingAngle`, and angles (rad): `theta`, `eta`, `phi` true, `recoTheta`, `recoEta`, `recoPhi` of the
barycentre, `mtheta` measured from the image. Files have some of them.

Images are read a few at a time, and only cells with energy are kept: a file of 10,000 large windows, 2.6 GB as images,
takes about 60 MB. Further keys, such as features that were computed before, are ignored.

Reference: Belayneh et al., EPJC 80, 688 (2020), sections 2 and 3; loaders in github.com/BucketOfFish/Triforce_CaloML
and github.com/svalleco/3Dgan.
"""

import contextlib
import pathlib
import warnings

import h5py
import numpy as np

from keras_hep.calorimetry.cells import Cells
from keras_hep.calorimetry.showers import PARTICLES, Showers
from keras_hep.formats.lcd_layout import (
    IMAGES,
    LABEL_KEYS,
    OLD_ENERGY,
    STORED_SCALE,
    THETAS,
    UNITS,
    ConvertedUnit,
    InvalidShowers,
    checked_energies,
    checked_label,
    file_name,
    particle_of_name,
    require,
    window_of,
)
from keras_hep.formats.lcd_writing import provenance_of, write_lcd

__all__ = [
    "ConvertedUnit",
    "InvalidShowers",
    "LCDFile",
    "describe_lcd",
    "file_name",
    "lcd_blocks",
    "particle_of_name",
    "provenance_of",
    "read_lcd",
    "write_lcd",
]

_BLOCK_BYTES = 2**25  # of images in memory at a time
_LOOKED_AT = 200  # showers that tell the unit of the cells
# Sum of cells over true energy: about 1 in the unit of the public files, less for pions, 0.02 if deposits are in GeV.
_LEAST_STORED, _MOST_STORED = 0.1, 3.0
_MOST_RADIANS = 3.2


def read_lcd(path, showers=None, scale=None):
    """Read showers of a file.

    Args:
        path: str or path.
        showers: slice without step, or None. Which ones; None: all.
        scale: float or None. What cells are multiplied by, to be 50 times the deposit in GeV. None: 1 where the file
            tells its units as those of `write_lcd` do; else 1, or 50 where the first showers look like deposits in GeV.

    Returns:
        `Showers`, with the labels that the file has. Source is "simulation" where `write_lcd` wrote showers of the
        simulation, else "files". Where there is no pdgID, the particle is that of the file's name, if it has one.

    Raises:
        InvalidShowers: naming the file, if it is empty, no HDF5 file, truncated or damaged; if ECAL or the energy is
            missing, a shape or type is not that of the format, lengths differ, a value is not what it may be; if cells
            fit neither unit; or if no shower is chosen.
        OSError: if there is no such file, or it cannot be read.

    Warns:
        ConvertedUnit: if cells were multiplied by 50, or polar angles were in degrees.

    Example:

    >>> import tempfile
    >>> ecal = Cells((25, 25, 25), counts=[1, 2], index=[7812, 7812, 7813], energy=[10.0, 16.0, 32.0])
    >>> showers = Showers(ecal, None, {"energy": [10.0, 50.0], "pdg_id": [22, 22]}, source="simulation")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_lcd(f"{folder}/GammaEscan_1_1.h5", showers)
    ...     read = read_lcd(f"{folder}/GammaEscan_1_1.h5", slice(1, None))
    >>> read.ecal.sums().tolist(), read["energy"].tolist(), read.source
    ([48.0], [50.0], 'simulation')
    """
    with LCDFile(path, scale) as file:
        return file.read(showers)


def lcd_blocks(path, size=1000, scale=None):
    """Yield the `Showers` of a file in blocks of `size` (int), the last one perhaps smaller; else as `read_lcd`."""
    if size < 1:
        raise ValueError(f"lcd_blocks: size must be at least 1, got {size}.")
    with LCDFile(path, scale) as file:
        for start in range(0, len(file), size):
            yield file.read(slice(start, start + size))


def describe_lcd(path):
    """Say what is in a file, whatever it is.

    Args:
        path: str or path.

    Returns:
        dict with `datasets`, dict of name to (shape, name of the type), and `attributes`, dict of name to value.

    Raises:
        InvalidShowers: if the file is empty, no HDF5 file, truncated or damaged.
        OSError: if there is no such file, or it cannot be read.
    """
    with _opened(path) as file, _damage_named(path):
        return {"datasets": _found(file), "attributes": {name: _text(value) for name, value in file.attrs.items()}}


class LCDFile:
    """An open file of showers, for reading several parts of it: a context manager.

    Args:
        path: str or path.
        scale: float or None, as in `read_lcd`.

    Attributes:
        windows: dict of str to tuple of three int: "ECAL" and, where the file has it, "HCAL".
        labels: dict of str to array of shape (showers,).
        source: str. "simulation" or "files".

    Raises:
        InvalidShowers: as `read_lcd`, except for what is wrong with cells.
        OSError: as `read_lcd`.
    """

    def __init__(self, path, scale=None):
        self.path = pathlib.Path(path)
        with contextlib.ExitStack() as stack:
            self._file = stack.enter_context(_opened(self.path))
            self._inspect(scale)
            self._close = stack.pop_all().close

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._close()

    def __len__(self):
        return self._number

    def read(self, showers=None):
        """Return the `Showers` of a slice (without step; None: all).

        Raises:
            InvalidShowers: if cells are damaged or not what they may be, or the slice has no shower.
            ValueError: if the slice has a step.
        """
        showers = slice(None) if showers is None else showers
        if showers.step not in (None, 1):
            raise ValueError(f"showers must be a slice without step, got {showers}; use Showers.take for others.")
        start, stop, _ = showers.indices(len(self))
        require(start < stop, self.path, f"showers must be some of the {len(self)} of the file, got {showers}")
        labels = {name: values[start:stop] for name, values in self.labels.items()}
        cells = {key: self._cells(key, start, stop, self._scale) for key in self.windows}
        return Showers(cells["ECAL"], cells.get("HCAL"), labels, self.source)

    def _inspect(self, scale):
        with _damage_named(self.path):
            self.windows = {key: window_of(self._dataset(key).shape, key, self.path) for key in self._images()}
            self._number = self._file["ECAL"].shape[0]
            self._check_lengths()
            self.source = "simulation" if _text(self._file.attrs.get("source")) == "simulation" else "files"
            self._tells_units = _text(self._file.attrs.get("units")) == UNITS
            self.labels = self._read_labels()
            self._scale = self._found_scale() if scale is None else np.float32(scale)

    def _images(self):
        return [key for key in IMAGES if key == "ECAL" or key in self._file]

    def _dataset(self, key, kinds="f", kind="16, 32 or 64-bit floats"):
        """Return a dataset whose type is of one of the `kinds` (NumPy's letters)."""
        if not isinstance(self._file.get(key), h5py.Dataset):
            found = ", ".join(f"{name} {shape} {dtype}" for name, (shape, dtype) in _found(self._file).items())
            require(False, self.path, f"there must be a dataset {key}, found {found or 'none'}")
        dtype = self._file[key].dtype
        require(dtype.kind in kinds and dtype.itemsize <= 8, self.path, f"{key} must hold {kind}, got {dtype}")
        return self._file[key]

    def _check_lengths(self):
        require(self._number, self.path, "there must be at least one shower, got none")
        for key in self.windows:
            length = self._file[key].shape[0]
            require(
                length == self._number, self.path, f"{key} must have the {self._number} showers of ECAL, got {length}"
            )

    def _read_labels(self):
        labels = {name: self._label(key) for name, key in LABEL_KEYS.items() if key in self._file}
        if "energy" not in labels:
            labels["energy"] = self._old_energy() if OLD_ENERGY in self._file else self._label("energy")
        particle = particle_of_name(self.path)
        if "pdg_id" not in labels and particle is not None:
            labels["pdg_id"] = np.full(self._number, PARTICLES[particle])
        labels = {name: checked_label(name, values, self.path) for name, values in labels.items()}
        for name in THETAS:
            if name in labels and not self._tells_units and (np.abs(labels[name]) > _MOST_RADIANS).any():
                self._warn(f"{LABEL_KEYS[name]} goes beyond {_MOST_RADIANS}: taken as degrees")
                labels[name] = np.deg2rad(labels[name])
        return labels

    def _label(self, key):
        values = self._dataset(key, "iuf", "numbers")[()]
        if key == "pdgID" and values.size == 1:
            return np.full(self._number, values.item())
        wanted = (self._number,)
        right = values.shape in (wanted, (*wanted, 1))
        require(right, self.path, f"{key} must have the shape {wanted} or {(*wanted, 1)}, got {values.shape}")
        return values.reshape(wanted)

    def _old_energy(self):
        values = self._dataset(OLD_ENERGY, "iuf", "numbers")[()]
        right = values.ndim in (2, 3) and values.shape[0] == self._number and values.shape[-1] > 1
        right = right and values.shape[1:-1] in ((), (1,))
        shapes = f"({self._number}, n) or ({self._number}, 1, n), n > 1"
        require(right, self.path, f"{OLD_ENERGY} must have the shape {shapes}, got {values.shape}")
        return values.reshape(self._number, -1)[:, 1]

    def _found_scale(self):
        """Return what cells are multiplied by: 1, or 50 where their sums say so."""
        if self._tells_units:
            return np.float32(1)
        stop = min(_LOOKED_AT, self._number)
        sums = sum(self._cells(key, 0, stop, np.float32(1)).sums() for key in self.windows)
        ratio = np.median(sums / self.labels["energy"][:stop])
        rule = f"cells must sum to about the energy, or to a fiftieth of it, got {ratio:.3g} times it; give a scale"
        require(ratio <= _MOST_STORED, self.path, rule)
        if not 0 < ratio < _LEAST_STORED:
            return np.float32(1)
        self._warn(
            f"cells sum to {ratio:.3g} of the energy: taken as deposits in GeV and multiplied by {STORED_SCALE:g}"
        )
        return np.float32(STORED_SCALE)

    def _warn(self, text):
        warnings.warn(f"{self.path}: {text}.", ConvertedUnit, stacklevel=4)

    def _cells(self, key, start, stop, scale):
        with _damage_named(self.path):
            if f"sparse/{key}" in self._file:
                return self._sparse_cells(key, start, stop, scale)
            dataset, window = self._file[key], self.windows[key]
            parts = [_of_images(dataset[low:high], window, scale) for low, high in _pieces(dataset, start, stop)]
            return _joined(parts, key, window, self.path)

    def _sparse_cells(self, key, start, stop, scale):
        """Return cells without their images, where `write_lcd` wrote both."""
        group = self._file[f"sparse/{key}"]
        right = len(group["indptr"]) == self._number + 1
        require(right, self.path, f"sparse/{key} must have the {self._number} showers of {key}; write the file again")
        ends = group["indptr"][start : stop + 1].astype(np.int64)
        hits = slice(int(ends[0]), int(ends[-1]))
        counts, index, energy = np.diff(ends), group["indices"][hits], group["data"][hits] * scale
        return _joined([(counts, index, energy)], key, self.windows[key], self.path)


def _of_images(images, window, scale):
    """Return counts, places and energies of the cells of a block of images that have some."""
    with np.errstate(over="ignore", under="ignore"):
        flat = images.astype(np.float32, copy=False).ravel()
        hits = np.flatnonzero(flat != 0)
        energy = flat[hits] * scale
    cells = int(np.prod(window))
    counts = np.diff(np.searchsorted(hits, np.arange(len(images) + 1) * cells))
    return counts, hits - np.repeat(np.arange(len(images)) * cells, counts), energy


def _joined(parts, key, window, source):
    counts, index, energy = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return Cells(window, counts, index, checked_energies(energy, key, source))


def _pieces(dataset, start, stop):
    """Yield (first, behind last) of pieces of showers that fit into memory, none of which cuts a chunk of the file."""
    bytes_each = dataset.dtype.itemsize * int(np.prod(dataset.shape[1:]))
    chunk = dataset.chunks[0] if dataset.chunks else 1
    size = max(_BLOCK_BYTES // bytes_each // chunk, 1) * chunk
    while start < stop:
        behind = min((start // size + 1) * size, stop)
        yield start, behind
        start = behind


@contextlib.contextmanager
def _opened(path):
    """Open a file for reading; say what is wrong with one that is no HDF5 file."""
    with open(path, "rb") as stream:  # whatever keeps a file from being read is the system's to say
        require(stream.read(1), path, "the file is empty; fetch it again")
    require(h5py.is_hdf5(path), path, "the file must be an HDF5 file; convert it, or fetch it again")
    with _damage_named(path):
        file = h5py.File(path, "r")
    with file:
        yield file


@contextlib.contextmanager
def _damage_named(path):
    """Turn whatever HDF5 says about a damaged file into an error that names the file and the remedy."""
    try:
        yield
    except InvalidShowers:
        raise
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, OverflowError) as error:
        reason = str(error).strip("\"'.")
        raise InvalidShowers(f"{path}: the file must be whole, got: {reason}; fetch it again.") from error


def _found(file):
    """Return the datasets of an open file, dict of name to (shape, name of the type)."""
    found = {}

    def note(name, item):
        if isinstance(item, h5py.Dataset):
            found[name] = item.shape, str(item.dtype)

    file.visititems(note)
    return found


def _text(value):
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else value
