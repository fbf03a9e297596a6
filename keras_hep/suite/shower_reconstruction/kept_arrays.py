"""Arrays that take long to compute: kept beside trained weights, and recorded with results, which replay with them."""

import dataclasses
import hashlib
import json
import pathlib

import numpy as np

from keras_hep import files, training_store


@dataclasses.dataclass(frozen=True, eq=False)
class KeptArrays:
    """Arrays by name, and the file that holds them.

    Attributes:
        arrays: dict of str to array.
        weights: dict. `file`, `sha256`, `bytes` and `key`, as of a training.
    """

    arrays: dict
    weights: dict

    def __getitem__(self, name):
        return self.arrays[name]


def kept_arrays(described, compute):
    """Return arrays that were computed once, and are found afterwards.

    Args:
        described: dict that JSON can hold. All that decides the arrays.
        compute: function without arguments that returns a dict of str to array. Floats are kept as float32.

    Returns:
        `KeptArrays`.

    Raises:
        WeightsMissing: if the `Store` in use does not have them and may not train.
    """
    place = training_store.STORE.get(training_store.DEFAULT_STORE)
    key = hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()[:16]
    path = pathlib.Path(place.folder) / f"arrays-{key}.answers.json"
    for entry in training_store.kept_entries(place, path, key):
        with np.load(entry["file"], allow_pickle=False) as archive:
            return KeptArrays({name: archive[name] for name in archive.files}, entry)
    if not place.train:
        raise training_store.WeightsMissing(f"There are no arrays of key {key} in {place.folder}: run the item again.")
    return _keep(path, key, {name: _narrow(values) for name, values in compute().items()})


def _narrow(values):
    values = np.asarray(values)
    return values.astype(np.float32) if values.dtype.kind == "f" else values


def _keep(path, key, arrays):
    file = path.with_suffix(".npz")
    with files.replacing(file) as temporary, open(temporary, "wb") as stream:
        np.savez_compressed(stream, **arrays)
    entry = {"file": file.name, "sha256": files.sha256(file), "bytes": file.stat().st_size, "key": key}
    files.write_text(path, json.dumps(entry, indent=1))
    return KeptArrays(arrays, {**entry, "file": str(file.resolve())})
