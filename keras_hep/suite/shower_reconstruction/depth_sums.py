"""Energies of electrons from the sums in layers of depth against those from all cells, and boosted trees."""

import dataclasses

from keras_hep.suite.shower_reconstruction.courses import ELECTRONS, repeats
from keras_hep.suite.shower_reconstruction.trained_energies import ratio

LAYERS = dataclasses.replace(ELECTRONS, geometry="layers")
LABELS = {
    "cells": "DNN, all cells",
    "layers": "DNN, sums in layers",
    "boosted": "boosted trees",
    "linear": "linear regression",
}
RANGES = {"": (0, 500), "_low": (0, 100), "_high": (300, 500)}  # GeV


def wanted(profile, seed, data=None):
    """Return trainings on cells and on layers with their tests, as `trained_energies.outcomes` takes them."""
    tasks = {"cells": ELECTRONS.on(data), "layers": LAYERS.on(data)}
    return {
        name: (repeats(task, "dnn", profile, seed), {"electron": task.samples("test", profile, seed)[0]})
        for name, task in tasks.items()
    }


def quantities(found):
    """Return resolutions, biases and ratios of resolutions, list of `Quantity`.

    Args:
        found: dict of each of `LABELS` to `Energies` on the same showers.
    """
    listed = []
    for end, limits in RANGES.items():
        for name, label in LABELS.items():
            listed += [found[name].mean(f"{kind}_{name}{end}", kind, *limits, label) for kind in ("resolution", "bias")]
        pairs = {"boosted_layers": "boosted trees / sums in layers", "layers_cells": "sums in layers / all cells"}
        for pair, of in pairs.items():
            above, below = (found[name] for name in pair.split("_"))
            listed += ratio(f"ratio_{pair}{end}", above, below, "resolution", *limits, of)
    return listed
