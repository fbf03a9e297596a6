"""Runs an item and stores its result, whole or not at all; draws, finds and replays stored results.

A result is stored with its provenance in `<out>/<source>/<item>.json`, on genuine events in `<item>@<events>.json`, its
figures beside it, trained weights in `<out>/weights`. One process at a time works on an item of an output folder.
"""

import contextlib
import json
import os
import pathlib
import sys

from keras_hep import files, training
from keras_hep.suite import catalog, provenance, record, request, startup
from keras_hep.suite.storage import alone, storing


def run(item, scale="quick", seed=None, weights=None, out=None):
    """Run the script of an item and store its result.

    Args:
        item: `keras_hep.suite.catalog.Item`, perhaps on genuine events (`request.on_events`).
        scale: str. One of the scales of the script.
        seed: int or None. None: the default of the script. Scripts without a parameter `seed` take none.
        weights: None to train (or to go on with what an interrupted run left), "recorded" to use the recorded weights
            without training, or a folder (str or path) of weights to use without training.
        out: str, path or None. Output folder, default `results/produced` of the checkout.

    Returns:
        The `record.Result` as stored.

    Raises:
        request.InvalidRun: for a scale that the script does not have, or events where it takes none.
        storage.CannotStore: if the output folder cannot be written; nothing is computed then.
    """
    path = item.produced_path(out)
    request.require_offered(item, scale)
    with alone(item, out):
        folder = catalog.output_folder(item.root, out) / "weights"
        result = compute(item, scale, seed, folder, request.stored_weights(item, weights))
        result.weights = {name: _relative(entry, path.parent) for name, entry in result.weights.items()}
        with storing(path.parent):
            result.write(path)
    return result


def compute(item, scale, seed=None, folder=None, recorded=None):
    """Run the script of an item and return its `record.Result` with id, scale and provenance, without storing it.

    Args:
        item: `keras_hep.suite.catalog.Item`, perhaps on genuine events (`request.on_events`).
        scale: str. One of the scales of the script.
        seed: int or None. None: the default of the script.
        folder: str or path. Where trained weights are kept; not needed with `recorded`.
        recorded: list of folders, or None. Given: nothing is trained, the weights come from there.

    Raises:
        request.InvalidRun: as in `run`.
        TypeError: if the script returns anything but a `Result`.
        ValueError: if the result does not name the events that it was asked to be computed on.
    """
    request.require_offered(item, scale)
    script = startup.load(item)
    arguments = request.arguments(item, script, scale, seed)
    _forget_other_items(arguments.get("seed"))
    with _weights_kept_in(folder, recorded), provenance.measured() as cost:
        result = script.reproduce(**arguments)
    _require_result(item, result)
    result.id, result.scale = item.id, scale
    result.provenance = {
        **provenance.describe(item.root),
        "seed": arguments.get("seed"),
        "arguments": arguments | ({"data": item.events} if item.events else {}),  # no path of this machine
        "seconds": cost.seconds,
        "training_seconds": _training_seconds(result.weights.values()),
        "peak_memory_mb": cost.peak_memory_mb,
        **result.provenance,
    }
    return result


def draw(item, result, reference, out=None):
    """Draw the figure of a result beside it as PNG and PDF.

    Args:
        item: `keras_hep.suite.catalog.Item`.
        result: `record.Result`.
        reference: `keras_hep.suite.reference.Reference` or None.
        out: str, path or None. Output folder.

    Returns:
        Path of the PNG, or None if the script draws nothing.

    Raises:
        storage.CannotStore: if the output folder cannot be written.
        ImportError: if matplotlib or mplhep is missing.
    """
    from keras_hep.suite import figures

    script = startup.load(item)
    if not hasattr(script, "draw"):
        return None
    stem = item.produced_path(out).with_suffix("")
    with figures.style():
        figure = script.draw(result, reference)
        figures.label(figure, result)
        with storing(stem.parent):
            figures.save(figure, stem)
    return stem.with_name(f"{stem.name}.png")


def explore(item, result, out=None):
    """Write the interactive display of a result beside it, whole or not at all.

    Args:
        item: `keras_hep.suite.catalog.Item`.
        result: `record.Result`.
        out: str, path or None. Output folder.

    Returns:
        Path of the HTML page, or None if the script has no function `explore`.

    Raises:
        storage.CannotStore: if the output folder cannot be written.
        ImportError: if plotly is missing.
        TypeError: if `explore` returns anything but a text.
    """
    script = startup.load(item)
    if not hasattr(script, "explore"):
        return None
    page = script.explore(result)
    if not isinstance(page, str):
        raise TypeError(f"explore() of {item.path} must return a text of HTML, got {type(page).__name__}.")
    path = item.produced_path(out).with_suffix(".html")
    with storing(path.parent):
        files.write_text(path, page)
    return path


def stored(item, out=None, recorded=False):
    """Return the stored result of an item and its path: the produced one, else the recorded one, else (None, None).

    Args:
        item: `keras_hep.suite.catalog.Item`.
        out: str, path or None. Output folder.
        recorded: bool. Look only at the recorded result.

    Raises:
        keras_hep.suite.record.RecordError: if the file is damaged.
    """
    paths = [item.recorded_path] if recorded else [item.produced_path(out), item.recorded_path]
    for path in paths:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            result = record.Result.read(path)
            found = catalog.label(result.id, result.events)
            if found != item.label:
                raise record.RecordError(f"{path} must hold the result of {item.label}, got {found!r}: run it again.")
            return result, path
    return None, None


def replay(item, rtol=1e-5):
    """Run an item again with its recorded seed and weights, and compare with what was recorded.

    Args:
        item: `keras_hep.suite.catalog.Item`. It needs a recorded result; on genuine events also their prefix.
        rtol: float. Allowed relative difference of every number.

    Returns:
        List of verdicts of `keras_hep.suite.reference.replay`.

    Raises:
        FileNotFoundError: if the item has no recorded result.
        keras_hep.training.WeightsMissing: if the script trains something whose weights were not recorded.
    """
    from keras_hep.suite import reference

    recorded = record.Result.read(item.recorded_path)
    seed = recorded.provenance.get("seed")
    again = compute(item, recorded.scale, seed, recorded=request.stored_weights(item, "recorded"))
    return reference.replay(recorded, again, rtol=rtol)


def _training_seconds(entries):
    """Return the seconds of all trainings; what one network answered on several samples tells of one training."""
    trainings = {
        json.dumps([entry["seconds"], entry.get("history") or entry.get("key")]): entry["seconds"]
        for entry in entries
        if "seconds" in entry
    }
    return sum(trainings.values())


def _require_result(item, result):
    if not isinstance(result, record.Result):
        raise TypeError(f"reproduce() of {item.path} must return a Result, got {type(result).__name__}.")
    if result.events != item.events:
        needs = f"a Result with events={item.events!r}"
        raise ValueError(f"reproduce() of {item.path} must return {needs}, got {result.events!r}: set data and events.")


def _forget_other_items(seed):
    """Make the run independent of items that ran before in this process: layer names and global random states."""
    keras = sys.modules.get("keras")
    if keras is not None:
        keras.utils.clear_session()
        keras.utils.set_random_seed(0 if seed is None else seed)


def _weights_kept_in(folder, recorded):
    """Context in which `keras_hep.training` keeps weights in `folder`, or only reads them from `recorded` folders."""
    if recorded is None:
        return training.store(training.Store(pathlib.Path(folder)))
    return training.store(training.Store(recorded[0], recorded=tuple(recorded), train=False))


def _relative(entry, folder):
    return {**entry, "file": pathlib.Path(os.path.relpath(entry["file"], folder)).as_posix()}
