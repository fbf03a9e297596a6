"""Runs an item and stores its result, whole or not at all; replays and accepts results.

A result is stored with its provenance in `<out>/<source>/<item>.json`, its figures beside it, trained weights in
`<out>/weights`. One process at a time works on an item of an output folder.
"""

import contextlib
import dataclasses
import hashlib
import inspect
import os
import pathlib
import shutil
import sys
import tempfile
import threading

from keras_hep import files, training
from keras_hep.suite import catalog, provenance, record, startup

PROBE_BYTES = 1 << 20
LARGEST_WEIGHTS = 2_500_000  # bytes of a weights file that is recorded: the repository keeps small networks only
_held = set()


class InvalidRun(ValueError):
    """A run was asked for what the item does not offer: the message names the allowed values."""


class CannotStore(OSError):
    """The output folder cannot be written; noticed before anything is computed where possible."""


class NotAcceptable(ValueError):
    """A produced result cannot become the recorded one: the message names the rule."""


@dataclasses.dataclass(frozen=True)
class Change:
    """One number that acceptance changes; `old` or `new` is None where the name is new or gone."""

    name: str
    old: object
    new: object


def run(item, scale="quick", seed=None, weights=None, out=None):
    """Run the script of an item and store its result.

    Args:
        item: `keras_hep.suite.catalog.Item`.
        scale: str. One of the scales of the script.
        seed: int or None. None: the default of the script. Scripts without a parameter `seed` take none.
        weights: None to train (or to go on with what an interrupted run left), "recorded" to use the recorded weights
            without training, or a folder (str or path) of weights to use without training.
        out: str, path or None. Output folder, default `results/produced` of the checkout.

    Returns:
        The `record.Result` as stored.

    Raises:
        InvalidRun: for a scale that the script does not have.
        CannotStore: if the output folder cannot be written; nothing is computed then.
    """
    path = item.produced_path(out)
    _require_scale(item, scale)
    with alone(item, out):
        folder = catalog.output_folder(item.root, out) / "weights"
        result = compute(item, scale, seed, folder, _stored_weights(item, weights))
        result.weights = {name: _relative(entry, path.parent) for name, entry in result.weights.items()}
        with _storing(path.parent):
            result.write(path)
    return result


def compute(item, scale, seed=None, folder=None, recorded=None):
    """Run the script of an item and return its `record.Result` with id, scale and provenance, without storing it.

    Args:
        item: `keras_hep.suite.catalog.Item`.
        scale: str. One of the scales of the script.
        seed: int or None. None: the default of the script.
        folder: str or path. Where trained weights are kept; not needed with `recorded`.
        recorded: list of folders, or None. Given: nothing is trained, the weights come from there.
    """
    _require_scale(item, scale)
    script = startup.load(item)
    arguments = _arguments(item, script, scale, seed)
    _forget_other_items(arguments.get("seed"))
    with _weights_kept_in(folder, recorded), provenance.measured() as cost:
        result = script.reproduce(**arguments)
    if not isinstance(result, record.Result):
        raise TypeError(f"reproduce() of {item.path} must return a Result, got {type(result).__name__}.")
    result.id, result.scale = item.id, scale
    result.provenance = {
        **provenance.describe(item.root),
        "seed": arguments.get("seed"),
        "arguments": arguments,
        "seconds": cost.seconds,
        "training_seconds": sum(entry.get("seconds", 0.0) for entry in result.weights.values()),
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
        CannotStore: if the output folder cannot be written.
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
        with _storing(stem.parent):
            figures.save(figure, stem)
    return stem.with_name(f"{stem.name}.png")


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
            if result.id != item.id:
                raise record.RecordError(f"{path} must hold the result of {item.id}, got {result.id!r}: run it again.")
            return result, path
    return None, None


def replay(item, rtol=1e-5):
    """Run an item again with its recorded seed and weights, and compare with what was recorded.

    Args:
        item: `keras_hep.suite.catalog.Item`. It needs a recorded result.
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
    again = compute(item, recorded.scale, seed, recorded=_stored_weights(item, "recorded"))
    return reference.replay(recorded, again, rtol=rtol)


def changes(item, out=None):
    """Return what accepting the produced result would change in the recorded one, as a list of `Change`.

    Raises:
        NotAcceptable: if there is no produced result, or it is one of scale smoke.
    """
    produced = _acceptable(item, out)
    try:
        recorded = record.Result.read(item.recorded_path)
    except (FileNotFoundError, record.RecordError):
        recorded = record.Result()
    old, new = _numbers(recorded), _numbers(produced)
    names = [*old, *(name for name in new if name not in old)]
    pairs = [Change(name, old.get(name), new.get(name)) for name in names]
    return [change for change in pairs if change.old != change.new]


def accept(item, out=None):
    """Make the produced result of an item, with its weights and its figure, the recorded one.

    If a file of weights is larger than `LARGEST_WEIGHTS`, none is recorded: the item is then checked, not replayed.

    Returns:
        Path of the recorded result.

    Raises:
        NotAcceptable: if there is none, it is one of scale smoke, or its weights are gone or changed.
    """
    with alone(item, out):
        result = _acceptable(item, out)
        produced, recorded = item.produced_path(out), item.recorded_path
        sources = {
            name: _verified_weights(produced.parent / entry["file"], entry, item)
            for name, entry in result.weights.items()
        }
        with _storing(recorded.parent):
            for name, source in sources.items():
                target = recorded.with_name(f"{item.name}.{name}.weights.h5")
                with files.replacing(target) as temporary:
                    shutil.copyfile(source, temporary)
                result.weights[name]["file"] = target.name
            result.write(recorded)
            _remove_stale_weights(item, result)
            _copy_figure(produced.with_suffix(".png"), recorded.with_suffix(".png"))
    return recorded


@contextlib.contextmanager
def alone(item, out=None):
    """Hold the item in the output folder for this process; wait, and say so, while another process has it.

    Raises:
        CannotStore: if the output folder cannot be written.
    """
    path = item.produced_path(out).with_name(f".{item.name}.lock")
    if path in _held:
        yield
        return
    require_writable(path.parent)
    message = f"Waiting for another run of {item.id} in {path.parent} to end."
    notice = threading.Timer(1.0, print, args=[message], kwargs={"flush": True})
    notice.daemon = True
    notice.start()
    try:
        with files.lock(path):
            notice.cancel()
            _held.add(path)
            try:
                yield
            finally:
                _held.discard(path)
    finally:
        notice.cancel()


def require_writable(folder):
    """Raise `CannotStore` unless a file of a megabyte can be written in `folder`, which is made if absent."""
    with _storing(folder), tempfile.TemporaryDirectory(prefix=".writing-", dir=_made(folder)) as probe:
        pathlib.Path(probe, "probe").write_bytes(bytes(PROBE_BYTES))


def _made(folder):
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    return folder


@contextlib.contextmanager
def _storing(folder):
    """Turn an OSError of the block into `CannotStore` with one sentence."""
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise CannotStore(
            error.errno, f"Cannot write in {folder} ({reason}): choose another folder with --out or free some space."
        ) from error


def _require_scale(item, scale):
    if scale not in item.scales:
        allowed = ", ".join(item.scales)
        raise InvalidRun(f"The scale of {item.id} must be one of {allowed}, got {scale!r}.")


def _arguments(item, script, scale, seed):
    """Return the keyword arguments of `reproduce`: those of the scale, and the seed where the script has one."""
    arguments = dict(item.scales[scale])
    parameters = inspect.signature(script.reproduce).parameters
    if "seed" not in parameters:
        return arguments
    default = arguments.get("seed", parameters["seed"].default)
    if seed is None and default is inspect.Parameter.empty:
        raise InvalidRun(f"reproduce() of {item.id} has no default seed: give --seed, or a default in {item.path}.")
    return {**arguments, "seed": default if seed is None else seed}


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


def _stored_weights(item, weights):
    """Return the folders to read weights from, or None to train."""
    if weights is None:
        return None
    folder = item.recorded_path.parent if weights == "recorded" else pathlib.Path(weights).absolute()
    if weights != "recorded" and not folder.is_dir():
        raise InvalidRun(f"weights must be 'recorded' or an existing folder, got {str(weights)!r}.")
    return [folder]


def _relative(entry, folder):
    return {**entry, "file": pathlib.Path(os.path.relpath(entry["file"], folder)).as_posix()}


def _acceptable(item, out):
    try:
        result = record.Result.read(item.produced_path(out))
    except FileNotFoundError:
        raise NotAcceptable(f"{item.id} has no produced result to accept: run it first.") from None
    if result.scale == "smoke":
        raise NotAcceptable(f"{item.id} must be run at scale quick or full to be accepted, got smoke: run it again.")
    if any(entry["bytes"] > LARGEST_WEIGHTS for entry in result.weights.values()):
        result.weights = {}  # all or none: with some of them, a replay would have to train the others
    return result


def _numbers(result):
    """Return what a result holds by name: (value, error) of quantities, of the rest a text with size and checksum."""
    numbers = {"scale": result.scale} if result.scale else {}
    numbers.update({name: (quantity.value, quantity.error) for name, quantity in result.quantities.items()})
    for name, curve in result.curves.items():
        numbers[f"curve {name}"] = f"{len(curve.x)} points, {_digest(repr((curve.x, curve.y, curve.error)).encode())}"
    for name, array in result.arrays.items():
        numbers[f"array {name}"] = f"{array.dtype} {array.shape}, {_digest(array.tobytes())}"
    numbers.update({f"weights {name}": entry["sha256"][:12] for name, entry in result.weights.items()})
    return numbers


def _digest(content):
    return hashlib.sha256(content).hexdigest()[:12]


def _verified_weights(path, entry, item):
    try:
        found = files.sha256(path)
    except FileNotFoundError:
        found = "no file"
    if found != entry["sha256"]:
        raise NotAcceptable(f"{path} must have sha256 {entry['sha256']}, got {found}: run {item.id} again.")
    return path


def _copy_figure(drawn, recorded):
    """Put the figure beside the recorded result; without one, an older figure goes."""
    if not drawn.exists():
        recorded.unlink(missing_ok=True)
        return
    with files.replacing(recorded) as temporary:
        shutil.copyfile(drawn, temporary)


def _remove_stale_weights(item, result):
    current = {entry["file"] for entry in result.weights.values()}
    for path in item.recorded_path.parent.glob(f"{item.name}.*.weights.h5"):
        if path.name not in current:
            path.unlink()
