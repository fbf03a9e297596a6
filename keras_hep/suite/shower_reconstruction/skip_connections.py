"""What networks gain from the energies in both calorimeters, given to their first dense layer and to their last."""

import numpy as np

from keras_hep.metrics import estimates
from keras_hep.suite.record import Quantity
from keras_hep.suite.shower_reconstruction import measurements
from keras_hep.suite.shower_reconstruction.courses import ELECTRONS, repeats
from keras_hep.suite.shower_reconstruction.trained_energies import ratio

SKIPS = {"init1": "skip connections", "none": "without", "residual": "sum and correction (released code)"}
RANGES = {"": (0, 500), "_low": (0, 100), "_high": (300, 500)}  # GeV
ENTRIES = {"energy_resolution": "resolution in training, %, over showers seen", "loss": "loss in training"}


def courses(profile, seed, data=None):
    """Return the `Course`s of the three kinds of networks, dict of str to list."""
    task = ELECTRONS.on(data)
    return {skip: repeats(task, "cnn", profile, seed, options=(("skip", skip),)) for skip in SKIPS}


def quantities(found):
    """Return resolutions and their ratios, list of `Quantity`.

    Args:
        found: dict of each of `SKIPS` to `Energies`.
    """
    listed = []
    for end, limits in RANGES.items():
        for skip, label in SKIPS.items():
            listed += [found[skip].mean(f"{kind}_{skip}{end}", kind, *limits, label) for kind in ("resolution", "bias")]
        of = "without / with skip connections"
        for kind in ("resolution", "bias"):
            listed += ratio(f"ratio_{kind}{end}", found["none"], found["init1"], kind, *limits, of)
    of = "with skip connections / as sum and correction"
    return [*listed, *ratio("ratio_residual", found["init1"], found["residual"], "resolution", *RANGES[""], of)]


def convergence(name, sooner, later, entry="loss"):
    """Return after what share of a training networks are where others end, as `Quantity`.

    Args:
        name: str.
        sooner: list of dict of lists. Histories of repeated trainings.
        later: list of dict of lists. Histories of the others, at the same numbers of showers.
        entry: str. What is to be as small: the mean of the others at their end.

    Example: of ten intervals, the fourth is the first with a loss as small.

    >>> fast = {"events": range(10), "loss": [9, 7, 5, 3, 2, 1, 1, 1, 1, 1]}
    >>> slow = {"events": range(10), "loss": [9, 8, 8, 7, 7, 6, 6, 5, 4, 3]}
    >>> convergence("share", [fast], [slow]).value, convergence("share", [slow], [fast]).value
    (0.4, 1.0)
    """
    end = np.mean([one[entry][-1] for one in later])
    shares = []
    for history in sooner:
        reached = np.flatnonzero(np.asarray(history[entry]) <= end)
        shares.append((reached[0] + 1) / len(history[entry]) if len(reached) else 1.0)
    value, error = estimates.mean(shares) if len(shares) > 1 else (shares[0], None)
    definition = f"share of the training after which the {entry} is what others end with; 1 if never"
    return Quantity(name, value, error, definition=definition)


def history_curves(histories):
    """Return the course of trainings, list of `Curve`; `histories` is a dict of each of `SKIPS` to a list of them."""
    parts = [measurements.history_curves(skip, each, ENTRIES) for skip, each in histories.items()]
    return [curve for part in parts for curve in part]
