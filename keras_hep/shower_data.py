"""Showers of a prepared data set, in batches."""

import numpy as np

from keras_hep import data
from keras_hep.calorimetry.cells import Cells
from keras_hep.calorimetry.showers import Showers


def load_showers(name, split="train", size=1000, limit=None, data_dir=None):
    """Yield the showers of a data set in batches, in its order; no more than one batch is in memory.

    Args:
        name: str. "clic_calorimeter/config", simulated or from your own files.
        split: str. Name of a split, or a slice of it as in TFDS ("train[:10%]").
        size: int. Showers of a batch; the last one may have fewer.
        limit: int or None. Read the first showers only.
        data_dir: str, path or None. Folder of data sets, as in `keras_hep.data`.

    Yields:
        `Showers`, with the labels that are known of all showers of the data set.

    Raises:
        ValueError: if `size` is below 1 or `limit` below 0, or the data set has no showers.
        ModuleNotFoundError, UnknownDataset, NotPrepared, CorruptDataset: as `keras_hep.data.load`.
    """
    described = data.describe(name, data_dir)
    noted = described["metadata"]
    if "windows" not in noted:
        raise ValueError(f"load_showers reads data sets of showers such as clic_calorimeter, got {name!r}.")
    for columns in data.load_blocks(name, split, size, limit, data_dir):
        showers = _of_columns(columns, noted)
        if len(showers):
            yield showers


def _of_columns(columns, noted):
    windows = noted["windows"]
    ecal, hcal = (_cells(columns, windows[key], key) if key in windows else None for key in ("ecal", "hcal"))
    return Showers(ecal, hcal, {name: columns[name] for name in noted["labels"]}, noted["source"])


def _cells(columns, shape, key):
    counts = np.diff(columns[f"{key}/index_splits"])
    return Cells(shape, counts, columns[f"{key}/index"], columns[f"{key}/energy"])
