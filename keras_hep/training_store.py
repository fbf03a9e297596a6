"""Where the weights of trainings are kept, and how they are found again."""

import contextlib
import contextvars
import dataclasses
import hashlib
import json
import pathlib
import warnings

from keras_hep import files


class WeightsMissing(LookupError):
    """No kept weights fit the training asked for, and training is switched off."""


@dataclasses.dataclass(frozen=True)
class Store:
    """Where trained weights are kept and looked for.

    Args:
        folder: path. Weights and checkpoints of own trainings.
        recorded: sequence of paths. Folders of stored results whose weights serve as well.
        train: bool. False: use kept weights only.
    """

    folder: pathlib.Path
    recorded: tuple = ()
    train: bool = True


DEFAULT_STORE = Store(pathlib.Path("results/produced/weights"))
STORE = contextvars.ContextVar("store")


@contextlib.contextmanager
def store(place):
    """Use `place`, a `Store`, for all trainings within the block."""
    token = STORE.set(place)
    try:
        yield place
    finally:
        STORE.reset(token)


@dataclasses.dataclass(frozen=True)
class Training:
    """A finished training.

    Attributes:
        model: Keras model with its trained weights.
        weights: dict. Where the weights are (`file`, `sha256`, `bytes`), what they belong to (`key`, `model`), what
            they cost (`events`, `seconds`, `backend`) and the `history`: lists `events`, `loss` and, of a
            classification, `accuracy`, one entry per interval.
    """

    model: object
    weights: dict

    @property
    def history(self):
        """Training loss (and accuracy) over the events seen: dict of lists."""
        return self.weights["history"]


def content_key(model, stream, arguments):
    """Return 16 hexadecimal digits that name a training by model, events and arguments."""
    described = {
        "model": describe(model),
        "stream": [type(stream).__name__, dataclasses.asdict(stream)],
        "arguments": arguments,
    }
    return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()[:16]


def describe(instance):
    """Return class and arguments of a model or optimizer, without names and without options that are off."""
    config = {
        key: value
        for key, value in instance.get_config().items()
        if key not in ("name", "trainable") and value is not None and value is not False
    }
    return {"class": type(instance).__name__, "config": config}


def kept_path(place, key):
    """Return the path of the description of a training's weights."""
    import keras

    return pathlib.Path(place.folder) / f"{keras.backend.backend()}-{key}.json"


def find(place, key, model):
    """Return the kept `Training` of this key, or None. Damaged weights are reported and not used."""
    for weights in kept_entries(place, kept_path(place, key), key):
        rebuilt = type(model).from_config(model.get_config())
        rebuilt.load_weights(weights["file"])
        return Training(rebuilt, weights)
    return None


def kept_entries(place, path, key):
    """Yield the descriptions (dict) of files of a key that are whole, `file` being their full path.

    Args:
        place: `Store`. Its recorded results are searched too.
        path: path of the description of an own training.
        key: str.
    """
    candidates = [path]
    candidates += [path for folder in place.recorded for path in sorted(pathlib.Path(folder).glob("*.json"))]
    for candidate in candidates:
        for entry in _entries(candidate):
            if entry.get("key") == key and _intact(candidate, entry):
                yield {**entry, "file": str((candidate.parent / entry["file"]).resolve())}


def keep(path, model, key, facts):
    """Write the weights of a trained model and their description; return the `Training`.

    Args:
        path: path of the description, from `kept_path`.
        model: Keras model.
        key: str. From `content_key`.
        facts: dict. What else the description says: what the training cost, and its history.
    """
    import keras

    weights_path = path.with_suffix(".weights.h5")
    with files.replacing(weights_path) as temporary:
        model.save_weights(temporary)
    weights = {
        "file": weights_path.name,
        "sha256": files.sha256(weights_path),
        "bytes": weights_path.stat().st_size,
        "key": key,
        "model": describe(model),
        "backend": keras.backend.backend(),
        **facts,
    }
    files.write_text(path, json.dumps(weights, indent=1))
    return Training(model, {**weights, "file": str(weights_path.resolve())})


def _entries(path):
    """Return the weight entries that a JSON file describes: a kept training or a stored result."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except ValueError:
        warnings.warn(f"{path} is damaged and not used: the training is done again.", stacklevel=2)
        return []
    return [content] if "key" in content else list(content.get("weights", {}).values())


def _intact(path, weights):
    file = path.parent / weights["file"]
    if not file.exists():
        return False
    if files.sha256(file) == weights["sha256"]:
        return True
    warnings.warn(f"{file} does not match its SHA-256 and is not used: the training is done again.", stacklevel=2)
    return False
