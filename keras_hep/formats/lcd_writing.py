"""Writes calorimeter files of the LCD form."""

import h5py
import numpy as np

from keras_hep import __version__, files
from keras_hep.formats.lcd_layout import AXES, LABEL_KEYS, UNITS, checked_energies, checked_label, require, window_of

_BLOCK = 64  # images in memory at a time


def write_lcd(path, showers, compression=4, sparse=False, provenance=None):
    """Write showers as a file of the public form, whole or not at all.

    Images are stored one by one (a chunk per shower), compressed with gzip. The file tells units, axes and source.

    Args:
        path: str or path. Missing folders are made.
        showers: `Showers` with an energy and windows of the public shapes: square, 25 and 60 layers.
        compression: int, 0 to 9. Level of gzip.
        sparse: bool. Store the cells with energy once more, without the others, in groups `sparse/ECAL` and
            `sparse/HCAL` (indptr, indices, data, as of a SciPy `csr_array`): about doubles the file; `read_lcd` takes
            them from there, many times as fast.
        provenance: dict of str to str or number, or None. Further attributes of the file; by habit
            `generator_version`, `config_hash` and `seed`.

    Raises:
        InvalidShowers: if there are no showers, no energies, or windows or values that a file must not have.
        OSError: if the file cannot be written.
    """
    images = {"ECAL": showers.ecal} | ({} if showers.hcal is None else {"HCAL": showers.hcal})
    require(len(showers), path, "there must be at least one shower, got none")
    require("energy" in showers.labels, path, f"showers must have the label energy, got {', '.join(showers.labels)}")
    for key, cells in images.items():
        window_of((len(cells), *cells.shape), key, path)
        checked_energies(cells.energy, key, path)
    labels = {LABEL_KEYS[name]: checked_label(name, values, path) for name, values in showers.labels.items()}
    attributes = {"generator_version": f"keras_hep {__version__}", **(provenance or {})}
    attributes |= {"source": showers.source, "units": UNITS, "axes": AXES}
    with files.replacing(path) as temporary, h5py.File(temporary, "w") as file:
        for key, cells in images.items():
            _write_images(file, key, cells, compression)
            if sparse:
                _write_sparse(file.create_group(f"sparse/{key}"), cells)
        for key, values in labels.items():
            file.create_dataset(key, data=values)
        file.attrs.update(attributes)


def provenance_of(path):
    """Return what a file that `write_lcd` wrote says of itself; cells are not read.

    Args:
        path: str, path, or binary file object open for reading.

    Returns:
        dict of its attributes and `showers`, their number; None where the file is not there, truncated, or not of the
        form that `write_lcd` writes.
    """
    try:
        with h5py.File(path, "r") as file:
            showers, energies = file["ECAL"].shape[0], len(file["energy"])
            whole = file.attrs["units"] == UNITS and showers == energies
            said = {
                name: value.item() if isinstance(value, np.generic) else value for name, value in file.attrs.items()
            }
            return said | {"showers": showers} if whole else None
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, AttributeError):
        return None


def _write_images(file, key, cells, compression):
    dataset = file.create_dataset(
        key,
        (len(cells), *cells.shape),
        "f4",
        chunks=(1, *cells.shape),
        compression="gzip",
        compression_opts=compression,
    )
    for start in range(0, len(cells), _BLOCK):
        dataset[start : start + _BLOCK] = cells.take(slice(start, start + _BLOCK)).dense()


def _write_sparse(group, cells):
    for name, values in {"indptr": cells.starts, "indices": cells.index, "data": cells.energy}.items():
        group[name] = values  # not compressed: energies hardly shrink, and reading them would take ten times as long
    group.attrs["shape"] = np.array([len(cells), cells.cells])
