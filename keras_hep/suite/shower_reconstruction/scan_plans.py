"""Which hyper-parameters of networks that reconstruct showers are scanned: the published slices, and coarse ones.

Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, Section 5.2, which has the values off the axes, the numbers
of showers and repeats, and the best settings. The values along the axes are those of the authors' code.
"""

import dataclasses

from keras_hep.suite.hyperparameter_scan import grid
from keras_hep.suite.record import Quantity
from keras_hep.suite.shower_reconstruction import networks

DEFAULTS = {
    "depth": 3,
    "neurons": 512,
    "learning_rate": 4e-4,
    "dropout": 0.08,
    "decay": 0.04,
    "filters": 3,
    "kernel": 4,
}
BEST = {
    "gn": {"neurons": 1024, "learning_rate": 1e-4, "decay": 0.01},
    "cnn": {
        "depth": 4,
        "neurons": 512,
        "learning_rate": 4e-4,
        "dropout": 0.12,
        "decay": 0.0,
        "filters": 6,
        "kernel": 6,
    },
    "dnn": {"depth": 4, "neurons": 512, "learning_rate": 2e-4, "dropout": 0.04, "decay": 0.0},
}
NAMES = {
    "depth": "hidden layers",
    "neurons": "neurons per layer",
    "learning_rate": "learning rate",
    "dropout": "dropout",
    "decay": "decay",
    "filters": "filters",
    "kernel": "side of the kernel [cells]",
}


@dataclasses.dataclass(frozen=True)
class Slice:
    """Two hyper-parameters of a network, varied together.

    Args:
        network: str. "dnn", "cnn" or "gn".
        axes: dict of str to tuple. Values of the two, by name.
    """

    network: str
    axes: dict

    @property
    def name(self):
        """Network and hyper-parameters, as "dnn_depth_neurons"."""
        return "_".join((self.network, *self.axes))

    def points(self, defaults=DEFAULTS):
        """Return the settings of all points, list of dict; the second hyper-parameter varies fastest."""
        fixed = {name: value for name, value in defaults.items() if name in BEST[self.network]}
        return grid(self.axes, **fixed)


@dataclasses.dataclass(frozen=True)
class Plan:
    """How a network is scanned.

    Args:
        slices: tuple of `Slice`.
        events: int. Showers that a trial sees in training.
        tested: int. Showers of each class that it is tested on.
        repeats: int. Trials of each point.
        best: bool. Whether the published best settings, which lie in none of the slices, are tried beside them.
        defaults: dict. Values off the axes.
    """

    slices: tuple
    events: int
    tested: int
    repeats: int
    best: bool = False
    defaults: dict = dataclasses.field(default_factory=lambda: DEFAULTS)

    def points(self, network):
        """Return the settings of all points, each once, list of dict."""
        found = [point for one in self.slices for point in one.points(self.defaults)]
        found += [BEST[network]] if self.best else []
        return [point for number, point in enumerate(found) if point not in found[:number]]


_DEPTH, _NEURONS = tuple(range(1, 6)), (128, 256, 512, 1024, 2048)
_RATE = tuple(round(1e-4 * step, 6) for step in range(1, 8))
_DROPOUT = tuple(round(0.02 * step, 2) for step in range(1, 8))
_DECAY = tuple(round(0.01 * step, 2) for step in range(1, 10))
_TINY = {**DEFAULTS, "neurons": 16}


_DENSE = {"depth": _DEPTH, "neurons": _NEURONS}, {"learning_rate": _RATE, "dropout": _DROPOUT}


def _slices(network, *axes):
    return tuple(Slice(network, one) for one in axes)


# By profile and network, the longest trials first.
PLANS = {
    "smoke": {
        "gn": Plan(_slices("gn", {"learning_rate": (1e-4,), "decay": (0.01,)}), 100, 60, 1, defaults=_TINY),
        "cnn": Plan(_slices("cnn", {"filters": (1, 2), "kernel": (2, 4)}), 200, 60, 1, defaults=_TINY),
        "dnn": Plan(_slices("dnn", {"depth": (1, 2), "neurons": (8, 16)}), 200, 60, 2, defaults=_TINY),
    },
    "quick": {
        "gn": Plan(_slices("gn", {"learning_rate": (1e-4, 7e-4), "decay": (0.01,)}), 200, 200, 1),
        "cnn": Plan(_slices("cnn", {"filters": (1, 6), "kernel": (2, 6)}), 1_000, 500, 2),
        "dnn": Plan(
            _slices(
                "dnn",
                {"depth": (1, 3, 4), "neurons": (128, 512)},
                {"learning_rate": (2e-4, 7e-4), "dropout": (0.04, 0.14)},
            ),
            1_000,
            500,
            2,
        ),
    },
    "full": {
        "gn": Plan(
            _slices(
                "gn",
                {"neurons": (*_NEURONS, 4096), "learning_rate": _RATE},
                {"learning_rate": _RATE, "decay": _DECAY},
            ),
            100_000,
            50_000,
            10,
            best=True,
        ),
        "cnn": Plan(
            _slices("cnn", {"filters": tuple(range(1, 7)), "kernel": tuple(range(2, 7))}, *_DENSE),
            1_200_000,
            200_000,
            10,
            best=True,
        ),
        "dnn": Plan(
            _slices("dnn", *_DENSE),
            1_200_000,
            200_000,
            10,
            best=True,
        ),
    },
}
SAMPLES = {"gn": 100_000, "cnn": 400_000, "dnn": 400_000}  # showers that the article counts an epoch by


def structure():
    """Return what the published scan consists of, as our full scan has it, list of `Quantity`."""
    found, varied = [], {}
    for network, plan in PLANS["full"].items():
        label = networks.LABELS[network]
        for one in plan.slices:
            points = one.points(plan.defaults)
            definition = f"points of the slice of {label} in {' and '.join(NAMES[name] for name in one.axes)}"
            found.append(Quantity(f"{one.name}_points", len(points), definition=definition))
            for name in points[0].keys() - one.axes:
                varied.setdefault(name, set()).update(point[name] for point in points)
        found += [
            Quantity(f"{network}_best_{name}", value, definition=f"best {NAMES[name]} of {label} as published")
            for name, value in plan.points(network)[-1].items()
        ]
        numbers = {"repeats": plan.repeats, "tested": 2 * plan.tested, "epochs": plan.events / SAMPLES[network]}
        numbers["trials"] = plan.repeats * len(plan.points(network))
        found += [
            Quantity(f"{network}_{name}", value, definition=f"{name}, {label}") for name, value in numbers.items()
        ]
    for name, values in sorted(varied.items()):
        (value,) = values  # the same in every slice that does not vary it
        found.append(Quantity(f"default_{name}", value, definition=f"{NAMES[name]} where a slice does not vary it"))
    return found
