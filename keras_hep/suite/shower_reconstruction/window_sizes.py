"""Energies from windows of different sizes around the same showers: by networks, and by baselines without training.

A window is named by its sides: (cells of the ECAL, cells of the HCAL).

Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, Appendix K, Figures 38 and 39.
"""

import dataclasses
import itertools

import numpy as np

from keras_hep.metrics.energy_regression import EDGES
from keras_hep.suite import figures
from keras_hep.suite.record import Curve, Quantity
from keras_hep.suite.shower_reconstruction import accuracy_comparison, baselines, courses, networks, trained_energies
from keras_hep.suite.shower_reconstruction.energy_comparison import BASELINES
from keras_hep.suite.shower_reconstruction.samples import prepare
from keras_hep.suite.shower_reconstruction.trained_energies import Energies

LAYERS = (25, 60)  # of ECAL and HCAL


@dataclasses.dataclass(frozen=True, eq=False)
class WindowEnergies:
    """Energies of the same showers, seen in several windows by several methods.

    Attributes:
        energies: dict of (method, sides) to `Energies`.
        answers: dict of "<network>_<window>_<training>" to `Answers`.
    """

    energies: dict
    answers: dict

    def curves(self):
        """Return bias, resolution and its fit of all, list of `Curve`: "<method>_<window>_bias" and so on."""
        named = ((name_of(*key), energies) for key, energies in self.energies.items())
        return [curve for name, energies in named for curve in energies.curves(name)]

    def resolutions(self, ranges):
        """Return resolution and bias of all in ranges of energy.

        Args:
            ranges: dict of str to (float, float). GeV.

        Returns:
            list of `Quantity`: "<method>_<window>_<range>" and "<method>_<window>_<range>_bias", percent.
        """
        return [
            energies.mean(f"{name_of(*key)}_{end}{suffix}", kind, *limits, described(*key))
            for key, energies in self.energies.items()
            for end, limits in ranges.items()
            for kind, suffix in (("resolution", ""), ("bias", "_bias"))
        ]

    def ratios(self, method, above, below, ranges):
        """Return ratios of resolutions in two windows, as of `trained_energies.ratio`.

        Args:
            method: str.
            above: (int, int). Window, of the numerator.
            below: (int, int). Of the denominator.
            ranges: dict of str to (float, float). GeV.

        Returns:
            list of `Quantity`: "<method>_<window>_over_<window>_<range>", and the same with "_errors".
        """
        pair = self.energies[method, above], self.energies[method, below]
        of = f"{described(method, above)} / {described(method, below)}"
        name, found = ratio_name(method, above, below), []
        for end, limits in ranges.items():
            found += _ratio(f"{name}_{end}", pair, limits, of)
        return found

    def ratio_curve(self, method, above, below):
        """Return the ratio of resolutions in bins of 25 GeV, `Curve` "<method>_<window>_over_<window>"."""
        pair = self.energies[method, above], self.energies[method, below]
        points = []
        for limits in itertools.pairwise(EDGES):
            inside = (pair[0].true >= limits[0]) & (pair[0].true < limits[1])
            if np.count_nonzero(inside) > 1:
                one, _ = _ratio("", pair, limits, "")
                points.append((np.mean(limits), one.value, one.error))
        definition = f"ratio of resolutions, {described(method, above)} / {described(method, below)}"
        return Curve(ratio_name(method, above, below), *np.reshape(points, (-1, 3)).T, "GeV", "1", definition)


def measured(particle, names, windows, sizes, seed, data=None):
    """Train networks and fit baselines on windows of different sizes around the same showers.

    Args:
        particle: (str, str or None). Particle and selection, as of `ShowerSample`.
        names: sequence of str. Networks.
        windows: dict of str to sequence of sides. "networks": those that networks are trained on, "baselines": those
            that baselines are fitted on.
        sizes: (str, int or None, int): profile, showers that a network sees, and showers that baselines are fitted on.
        seed: int.
        data: str, path or None. As of `courses.Task.on`.

    Returns:
        `WindowEnergies`.
    """
    profile, events, fitted = sizes
    tasks = {
        sides: courses.Task((particle[0],), (particle[1],), window="large", sides=sides).on(data)
        for sides in {*windows["networks"], *windows["baselines"]}
    }
    tests = {sides: task.samples("test", profile, seed) for sides, task in tasks.items()}
    each = [
        (course, sides)
        for network in names
        for sides in windows["networks"]
        for course in courses.repeats(tasks[sides], network, profile, seed, events=events)
    ]
    found = courses.carried_out([(course, tests[sides]) for course, sides in each])
    grouped, answers = {}, {}
    for (course, sides), (answer,) in zip(each, found, strict=True):
        grouped.setdefault((course.network, sides), []).append(answer)
        answers[f"{name_of(course.network, sides)}_{course.repeat}"] = answer
    energies = {key: Energies.of(*tests[key[1]], several) for key, several in grouped.items()}
    trains = {sides: tasks[sides].samples("train", profile, seed)[0] for sides in windows["baselines"]}
    for sides, train in trains.items():
        energies |= _baselines(dataclasses.replace(train, number=fitted), *tests[sides], sides)
    return WindowEnergies(energies, answers)


def _baselines(train, test, sides):
    """Return the `Energies` of baselines by (method, sides)."""
    prepare([train, test])
    simple, true = baselines.energies(train, test), np.asarray(test.showers()["energy"])
    return {(method, sides): Energies(true, getattr(simple, method)[None]) for method in BASELINES}


def _ratio(name, pair, limits, of):
    with np.errstate(divide="ignore", invalid="ignore"):  # resolutions of two showers have no error of their own
        return trained_energies.ratio(name, *pair, "resolution", *limits, of)


def cells_ratio(above, below):
    """Return the cells of a window over those of another one, exact, as `Quantity`."""
    definition = f"cells of both calorimeters, {shown(above)} / {shown(below)}"
    return Quantity("cells_ratio", cells(above) / cells(below), definition=definition)


def time_ratio(found, network, above, below):
    """Return the time of a training for a shower in a window over that in another one, as `Quantity`.

    Args:
        found: `WindowEnergies`.
        network: str.
        above: (int, int). Window.
        below: (int, int).
    """
    times = [
        accuracy_comparison.seconds_per_shower(
            [answer for name, answer in found.answers.items() if name.startswith(f"{name_of(network, sides)}_")]
        )
        for sides in (above, below)
    ]
    definition = f"time of a training of the {networks.LABELS[network]} for a shower, {shown(above)} / {shown(below)}"
    return Quantity(f"time_ratio_{network}", times[0] / times[1], definition=f"{definition}, side by side", timed=True)


def cells(sides):
    """Return the number of cells of a window in both calorimeters.

    Example:

    >>> cells((25, 5))
    17125
    """
    return sum(side**2 * layers for side, layers in zip(sides, LAYERS, strict=True))


def worse_bins(curve, errors=2.0):
    """Return in how many bins a ratio of resolutions lies below 1 by more than so many errors, as `Quantity`.

    Example:

    >>> worse_bins(Curve("dnn_25_5_over_51_11", (1, 2, 3), (0.7, 0.9, 1.3), (0.1, 0.1, 0.1))).value
    1
    """
    ratio, error = np.asarray(curve.y), np.asarray(curve.error)
    below = int(np.count_nonzero(ratio + errors * error < 1))
    definition = f"bins in which it is below 1 by more than {errors:g} errors: {curve.definition}"
    return Quantity(f"{curve.name}_worse_bins", below, definition=definition, count=len(ratio))


# Names


def name_of(method, sides):
    """Return how names of quantities begin.

    Example:

    >>> name_of("dnn", (51, 11))
    'dnn_51_11'
    """
    return f"{method}_{sides[0]}_{sides[1]}"


def ratio_name(method, above, below):
    """Return how names of ratios of two windows begin.

    Example:

    >>> ratio_name("dnn", (25, 5), (51, 11))
    'dnn_25_5_over_51_11'
    """
    return f"{name_of(method, above)}_over_{below[0]}_{below[1]}"


def shown(sides):
    """Return what a window is called in a figure.

    Example:

    >>> shown((51, 11))
    '51\u00b2, 11\u00b2 cells'
    """
    return f"{sides[0]}\N{SUPERSCRIPT TWO}, {sides[1]}\N{SUPERSCRIPT TWO} cells"


def described(method, sides):
    """Return what definitions of quantities say of a method and a window.

    Example:

    >>> described("dnn", (25, 5))
    'DNN, ECAL 25 x 25, HCAL 5 x 5'
    """
    label = (BASELINES | networks.LABELS)[method]
    return f"{label}, ECAL {sides[0]} x {sides[0]}, HCAL {sides[1]} x {sides[1]}"


# Figures


@figures.style()
def draw_methods(result, panels, methods, windows):
    """Draw bias and resolution of methods in windows; baselines have open points and dashed fits.

    Args:
        result: `Result` with the curves of `WindowEnergies`.
        panels: (bias, resolution): matplotlib `Axes`.
        methods: sequence of str.
        windows: sequence of sides.
    """
    figures.energy_axes(*panels)
    keys = [(method, sides) for method in methods for sides in windows]
    for index, (method, sides) in enumerate(keys):
        label = BASELINES.get(method) or networks.sized(method, result.scale)
        looks = {"index": index, "filled": method not in BASELINES}
        name = name_of(method, sides)
        figures.bias_and_resolution(panels, result.curves, name, f"{label}, {shown(sides)}", **looks)
    panels[1].set_ylim(top=3 * panels[1].get_ylim()[1])  # room for the legend
    figures.legend(panels[1], loc="upper right")


@figures.style()
def draw_ratios(result, axes, methods, above, below):
    """Draw ratios of resolutions in two windows.

    Args:
        result: `Result` with curves of `WindowEnergies.ratio_curve`.
        axes: matplotlib `Axes`.
        methods: sequence of str.
        above: (int, int). Window, of the numerator.
        below: (int, int). Of the denominator.
    """
    for index, method in enumerate(methods):
        label = BASELINES.get(method) or networks.sized(method, result.scale)
        figures.overlay(axes, result.curves[ratio_name(method, above, below)], label=label, index=index)
    axes.axhline(1, color="0.6", linewidth=0.6, zorder=0)
    figures.axis_labels(axes, "true energy", "ratio of resolutions", "GeV")
    axes.set_title(f"{shown(above)} / {shown(below)}")
    axes.set_xlim(0, 500)
