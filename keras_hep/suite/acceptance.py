"""Makes a produced result, with its weights and its figure, the recorded one; says before what that changes.

Of genuine events numbers, curves and the figure are recorded, the arrays (their hits) are not: they are not ours to
redistribute.
"""

import dataclasses
import hashlib
import shutil

from keras_hep import files
from keras_hep.suite import record
from keras_hep.suite.storage import alone, storing

LARGEST_WEIGHTS = 3_500_000  # bytes of a weights file that is recorded: the repository keeps small networks only
KINDS = (".weights.h5", ".answers.npz")  # of recorded files: weights, or what a large network answered on test events
LEFT_OUT = "arrays_left_out"  # in the provenance: the names of arrays that were computed and not recorded


class NotAcceptable(ValueError):
    """A produced result cannot become the recorded one: the message names the rule."""


@dataclasses.dataclass(frozen=True)
class Change:
    """One number that acceptance changes; `old` or `new` is None where the name is new or gone."""

    name: str
    old: object
    new: object


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
        with storing(recorded.parent):
            for name, source in sources.items():
                target = recorded.with_name(f"{recorded.stem}.{name}{_kind(source)}")
                with files.replacing(target) as temporary:
                    shutil.copyfile(source, temporary)
                result.weights[name]["file"] = target.name
            result.write(recorded)
            _remove_stale_weights(recorded, result)
            _copy_figure(produced.with_suffix(".png"), recorded.with_suffix(".png"))
    return recorded


def _acceptable(item, out):
    """Return the produced result without what is not recorded of it."""
    try:
        result = record.Result.read(item.produced_path(out))
    except FileNotFoundError:
        raise NotAcceptable(f"{item.label} has no produced result to accept: run it first.") from None
    if result.scale == "smoke":
        raise NotAcceptable(f"{item.label} must be run at scale quick or full to be accepted, got smoke: run it again.")
    if any(entry["bytes"] > LARGEST_WEIGHTS for entry in result.weights.values()):
        result.weights = {}  # all or none: with some of them, a replay would have to train the others
    if result.data in record.GENUINE and result.arrays:
        result.provenance[LEFT_OUT] = list(result.arrays)
        result.arrays = {}
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
        raise NotAcceptable(f"{path} must have sha256 {entry['sha256']}, got {found}: run {item.label} again.")
    return path


def _copy_figure(drawn, recorded):
    """Put the figure beside the recorded result; without one, an older figure goes."""
    if not drawn.exists():
        recorded.unlink(missing_ok=True)
        return
    with files.replacing(recorded) as temporary:
        shutil.copyfile(drawn, temporary)


def _remove_stale_weights(recorded, result):
    current = {entry["file"] for entry in result.weights.values()}
    for kind in KINDS:
        for path in recorded.parent.glob(f"{recorded.stem}.*{kind}"):
            if path.name not in current:
                path.unlink()


def _kind(path):
    """Return what the name of a file says of it: the weights of a network, or its answers."""
    return next(kind for kind in KINDS if path.name.endswith(kind))
