"""Networks with their recorded weights, by name, verified before they are used."""

import difflib
import json
import os
import pathlib

from keras_hep import files

SHORT_NAMES = {
    "3dgan": "calorimetry/fig09_gan_shapes:generator",
    "shower_vae": "calorimetry/classifier_test:ours_0_generator",
}


class UnknownWeights(LookupError):
    """No recorded weights have that name; the message lists near matches."""


class DamagedWeights(ValueError):
    """A weights file is absent or differs from the one that was recorded."""


def names(folder=None):
    """Return the names of all recorded weights, "source/item:network", sorted.

    Args:
        folder: path or None. Folder of recorded results, default `results/recorded` of the checkout.
    """
    return sorted(_recorded(folder))


def load(name, folder=None):
    """Build a network from its recorded configuration and load its recorded weights.

    Args:
        name: str. "source/item:network", or one of `SHORT_NAMES`; ":network" may be left out where an item has one
            network.
        folder: path or None. Folder of recorded results, default `results/recorded` of the checkout.

    Returns:
        Keras model of `keras_hep.models`.

    Raises:
        UnknownWeights: if there are none of that name, or an item has several networks and `name` gives none.
        DamagedWeights: if the file is absent or its SHA-256 is not the recorded one.
    """
    from keras_hep import models

    recorded = _recorded(folder)
    path, entry = recorded[_full_name(name, list(recorded))]
    if not path.is_file() or files.sha256(path) != entry["sha256"]:
        raise DamagedWeights(f"{path} must have SHA-256 {entry['sha256']}: restore it, or run the item again.")
    model = getattr(models, entry["model"]["class"])(**entry["model"]["config"])
    model.load_weights(path)
    return model


def _recorded(folder):
    """Return {name: (path of the weights, entry)} of all stored results below a folder."""
    if folder is None:
        root = os.environ.get("KERAS_HEP_ROOT") or pathlib.Path(__file__).resolve().parents[1]
        folder = pathlib.Path(root, "results", "recorded")
    found = {}
    for path in pathlib.Path(folder).glob("*/*.json"):
        result = json.loads(path.read_text(encoding="utf-8"))
        for network, entry in result.get("weights", {}).items():
            if not entry["file"].endswith(".weights.h5"):
                continue  # answers of a network that is too large to be recorded
            found[f"{path.parent.name}/{path.stem}:{network}"] = (path.parent / pathlib.Path(entry["file"]).name, entry)
    return found


def _full_name(name, known):
    name = SHORT_NAMES.get(name, name)
    if name in known:
        return name
    of_item = [full for full in known if full.split(":")[0] == name]
    if len(of_item) == 1:
        return of_item[0]
    near = of_item or difflib.get_close_matches(name, known, n=3, cutoff=0.4) or known
    raise UnknownWeights(f"The name of recorded weights must be one of {', '.join(near) or '(none)'}, got {name!r}.")
