"""Data sets: prepared by their TFDS builders, read as plain arrays.

A data set is named `dataset/config`, such as "heptrkx_toy/tracks_2d"; a bare `dataset` stands for its first config.
It is kept below `data_dir`: by default the folder named by TFDS_DATA_DIR, else `tensorflow_datasets` in the home
folder, as in TFDS. The builders are read from `datasets/` of the checkout; a prepared data set is read without them.
"""

import contextlib
import difflib
import errno
import functools
import importlib
import json
import operator
import os
import pathlib
import re
import shutil
import sys

import numpy as np

from keras_hep import files

_READ_BLOCK = 1024  # examples decoded between two copies into arrays


class UnknownDataset(ValueError):
    """No data set, config or split has this name: the message lists the near matches."""


class NotPrepared(FileNotFoundError):
    """The data set is not in the folder: the message says how to build it."""


class CorruptDataset(ValueError):
    """A file of a prepared data set cannot be read: the message names it."""


class CannotStore(OSError):
    """The folder of data sets cannot be written, or its disk is full."""


def load(name, split="train", limit=None, data_dir=None):
    """Read a prepared data set.

    Args:
        name: str. "dataset/config", or "dataset" for its first config.
        split: str. Name of a split, or a slice of it as in TFDS ("train[:10%]").
        limit: int or None. Read the first examples only.
        data_dir: str, path or None. Folder of data sets.

    Returns:
        Dict of feature name to array with the examples along the first axis. A feature `hits` whose length changes
        from example to example is one array of all of them, shape (sum of lengths, ...), beside `hits_splits`, int64
        of shape (examples + 1,): example i has the rows `hits_splits[i]` to `hits_splits[i + 1]`. A feature `x` within
        a feature `hits` is called `hits/x`, its row splits `hits/x_splits`.

    Raises:
        ModuleNotFoundError: if TFDS is not installed.
        UnknownDataset: if there is no such data set, config or split.
        NotPrepared: if it has not been built in `data_dir`.
        CorruptDataset: if a file is damaged.
        ValueError: if `limit` is negative.
    """
    return _joined(list(_read(name, split, _READ_BLOCK, limit, data_dir)))


def load_blocks(name, split="train", size=_READ_BLOCK, limit=None, data_dir=None):
    """Yield a prepared data set in blocks of `size` (int) examples, the last one perhaps smaller; else as `load`."""
    if size < 1:
        raise ValueError(f"size must be at least 1, got {size!r}.")
    for block in _read(name, split, size, limit, data_dir):
        yield _joined([block])


def build(name, data_dir=None, manual_dir=None):
    """Build a data set, or verify it if it is there; what is damaged is built again.

    Two processes may do so at once: the second waits, then verifies.

    Args:
        name: str. "dataset/config", or "dataset" for its first config.
        data_dir: str, path or None. Folder of data sets.
        manual_dir: str, path or None. Folder of files that only the user can download; None: `downloads/manual` in
            the folder of data sets, as in TFDS.

    Returns:
        `pathlib.Path` of the folder of the data set.

    Raises:
        ModuleNotFoundError: if TFDS is not installed.
        UnknownDataset: if there is no builder of that name.
        CannotStore: if the folder cannot be written, or the disk is full.
        AssertionError: if files are missing that only the user can download; the message names them.
    """
    tfds = _tfds()
    home = _data_dir(data_dir)
    dataset, config = _dataset_and_config(name)
    with _storage_named(home):
        home.mkdir(parents=True, exist_ok=True)
        with files.lock(home / f".{dataset}.lock"):
            folder = _prepared_folder(f"{dataset}/{config}" if config else dataset, home)
            if folder is not None and not _damage(folder):
                return folder
            if folder is not None:
                shutil.rmtree(folder)
            builder = _builder_class(dataset)(data_dir=home, config=config or None)
            with _quiet(tfds):
                builder.download_and_prepare(download_config=_download_config(tfds, manual_dir))
            return pathlib.Path(builder.data_path)


def describe(name, data_dir=None):
    """Say what a data set is, whether prepared or not.

    Args:
        name: str. "dataset/config", or "dataset" for its first config.
        data_dir: str, path or None. Folder of data sets.

    Returns:
        Dict with `name`, `version`, `licence`, `citation` (BibTeX), `description` (text), `metadata` (dict, what the
        builder notes), `path` (`pathlib.Path` of its folder, there or not), `prepared` (bool) and `splits` (dict of
        name to number of examples; empty if not prepared).

    Raises:
        ModuleNotFoundError: if TFDS is not installed.
        UnknownDataset: if there is no such data set.
    """
    tfds = _tfds()
    folder = _prepared_folder(name, data_dir)
    if folder is None:
        dataset, config = _dataset_and_config(name)
        builder = _builder_class(dataset)(data_dir=_data_dir(data_dir), config=config or None)
    else:
        with _damage_named(name, folder):
            builder = tfds.builder_from_directory(folder)
    info = builder.info
    return {
        "name": info.full_name.rpartition("/")[0],
        "version": str(info.version),
        "licence": info.redistribution_info.license or "not stated",
        "citation": info.citation,
        "description": info.description,
        "metadata": dict(info.metadata or {}),
        "path": pathlib.Path(builder.data_path),
        "prepared": folder is not None,
        "splits": {split: info.splits[split].num_examples for split in info.splits},
    }


def _read(name, split, size, limit, data_dir):
    """Yield the columns of blocks of examples, one block without any where there are none."""
    if limit is not None and limit < 0:
        raise ValueError(f"limit must be None or not negative, got {limit!r}: None reads all.")
    tfds = _tfds()
    folder = _prepared_folder(name, data_dir)
    if folder is None:
        raise _not_prepared(name, data_dir)
    with _damage_named(name, folder):
        info = tfds.builder_from_directory(folder)
        _require_known(split.partition("[")[0], list(info.info.splits), f"split of {name}")
        source = info.as_data_source(split)
        count = len(source) if limit is None else min(limit, len(source))
        for start in range(0, count, size) or [0]:
            yield _columns(source.__getitems__(range(start, min(start + size, count))), info.info.features)


def _tfds():
    try:
        import tensorflow_datasets
    except ModuleNotFoundError as error:
        message = f"Data sets are read by TFDS, but {error.name} is not installed: pip install keras_hep."
        raise ModuleNotFoundError(message, name=error.name) from error
    return tensorflow_datasets


def _download_config(tfds, manual_dir):
    """Return the settings of a build: where the user's own downloads are, if not where TFDS looks for them."""
    manual_dir = pathlib.Path(manual_dir).expanduser().absolute() if manual_dir else None
    return tfds.download.DownloadConfig(manual_dir=manual_dir)


def _data_dir(data_dir):
    return pathlib.Path(data_dir or os.environ.get("TFDS_DATA_DIR") or "~/tensorflow_datasets").expanduser().absolute()


def _builders():
    """Return the folder `datasets/` of the checkout, or None."""
    beside = [os.environ.get("KERAS_HEP_ROOT"), pathlib.Path(__file__).parents[1], pathlib.Path.cwd()]
    folders = [pathlib.Path(folder) / "datasets" for folder in beside if folder]
    return next((folder for folder in folders if any(folder.glob("*/*_dataset_builder.py"))), None)


def _builder_class(dataset):
    """Return the builder class of a data set."""
    tfds, folder = _tfds(), _builders()
    known = sorted(path.parent.name for path in folder.glob("*/*_dataset_builder.py")) if folder else []
    _require_known(dataset, known, "data set")
    # Not registered in TFDS: the same file may be imported there under another name.
    with tfds.core.utils.add_sys_path(folder), tfds.core.registered.skip_registration():
        return importlib.import_module(f"{dataset}.{dataset}_dataset_builder").Builder


def _dataset_and_config(name):
    """Split "dataset/config"; a missing config is the first one. Config "": the data set has none."""
    dataset, _, config = name.partition("/")
    configs = list(_builder_class(dataset).builder_configs)
    if config:
        _require_known(config, configs, f"config of {dataset}")
    return dataset, config or next(iter(configs), "")


def _require_known(name, known, kind):
    if name not in known:
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(known) or 'none'}."
        raise UnknownDataset(f"No {kind} is called {name!r}: {hint}")


def _prepared_folder(name, data_dir):
    """Return the folder of the newest prepared version, or None."""
    folder = _data_dir(data_dir) / name
    versions = [path.parent for path in folder.glob("*/dataset_info.json") if re.fullmatch(r"[\d.]+", path.parent.name)]
    if versions:
        return max(versions, key=lambda version: [int(number) for number in version.name.split(".")])
    if "/" in name:
        return None
    with contextlib.suppress(UnknownDataset):
        config = _dataset_and_config(name)[1]
        return _prepared_folder(f"{name}/{config}", data_dir) if config else None
    return None


def _not_prepared(name, data_dir):
    """Return the error for a data set that is not there: unknown, or not yet built."""
    _dataset_and_config(name)
    option = f" --data-dir {data_dir}" if data_dir else ""
    return NotPrepared(
        f"{name} is not prepared in {_data_dir(data_dir)}: build it with `keras-hep data {name}{option}`."
    )


def _columns(examples, features):
    """Return the features of a list of examples as arrays, with the lengths of those whose length changes."""
    columns = {}
    for feature, description in _flat(features):
        shape, dtype = description.shape, description.np_dtype
        values = [functools.reduce(operator.getitem, feature, example) for example in examples]
        name = "/".join(feature)
        if None in shape:
            rest = tuple(0 if size is None else size for size in shape)
            columns[name] = np.concatenate([np.empty(rest, dtype), *values])
            columns[f"{name}_splits"] = np.array([len(value) for value in values], np.int64)
        else:
            columns[name] = np.array(values, dtype).reshape(len(values), *shape)
    return columns


def _flat(features, above=()):
    """Yield (names from the outermost inwards, feature) of the features within features."""
    for name, feature in features.items():
        if hasattr(feature, "items"):
            yield from _flat(feature, (*above, name))
        else:
            yield (*above, name), feature


def _joined(blocks):
    """Join blocks of `_columns`; lengths become row splits."""
    columns = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
    lengths = [name for name in columns if name.endswith("_splits") and name.removesuffix("_splits") in columns]
    return columns | {name: np.concatenate([[0], np.cumsum(columns[name])]) for name in lengths}


def _damage(folder):
    """Return what is wrong with the files of a prepared data set, or an empty text."""
    try:
        info = json.loads((folder / "dataset_info.json").read_text(encoding="utf-8"))
        shards = [(split["name"], split["shardLengths"]) for split in info["splits"]]
    except (OSError, ValueError, KeyError):
        return f"{folder / 'dataset_info.json'} is damaged"
    for split, lengths in shards:
        for number, length in enumerate(lengths):
            name = f"{info['name']}-{split}.{info['fileFormat']}-{number:05d}-of-{len(lengths):05d}"
            if not _readable(folder / name, int(length)):
                return f"{folder / name} is damaged or missing"
    return ""


def _readable(path, length):
    """Whether a file is there and, if it is an array_record, yields so many records with right checksums."""
    if ".array_record" not in path.name:
        return path.is_file()
    from array_record.python import array_record_module

    try:
        reader = array_record_module.ArrayRecordReader(str(path))
        return len(reader.read_all() if length else []) == length
    except (RuntimeError, IndexError, ValueError):
        return False


@contextlib.contextmanager
def _damage_named(name, folder):
    """Turn whatever TFDS says about a damaged file into an error that names the file and the remedy."""
    try:
        yield
    except UnknownDataset:
        raise
    except Exception as error:
        damage = _damage(folder)
        if not damage:
            raise
        raise CorruptDataset(f"{damage}: build {name} again with `keras-hep data {name}`.") from error


@contextlib.contextmanager
def _storage_named(home):
    """Name the folder when it cannot be written. TFDS says of a full disk only what its writer said."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        full = "No space left on device" in str(error)
        if not full and (isinstance(error, RuntimeError) or error.filename is None):
            raise
        number = errno.ENOSPC if full else error.errno
        message = f"Cannot write in {home} ({os.strerror(number)}): choose another data_dir or free some space."
        raise CannotStore(number, message) from error


@contextlib.contextmanager
def _quiet(tfds):
    """Keep TFDS from printing; on a terminal its progress bar stays."""
    if not sys.stderr.isatty():
        tfds.disable_progress_bar()
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        yield
