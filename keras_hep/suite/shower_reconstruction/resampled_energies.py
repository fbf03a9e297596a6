"""Energies of photons and neutral pions as other calorimeters see them: networks against boosted trees.

Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, section 5.4, Figures 18 and 19.
"""

import itertools

import numpy as np

from keras_hep.metrics.energy_regression import EDGES
from keras_hep.suite import figures
from keras_hep.suite.energy_regressions import HIGH, LOW
from keras_hep.suite.record import Curve, Quantity, Result
from keras_hep.suite.shower_reconstruction import baselines, courses, measurements
from keras_hep.suite.shower_reconstruction.energy_comparison import BASELINES, name_of, wide_biases
from keras_hep.suite.shower_reconstruction.resampled_showers import GEOMETRIES, named, task_on, trained
from keras_hep.suite.shower_reconstruction.trained_energies import Energies, difference, ratio
from keras_hep.suite.shower_samples import origin

NETWORKS = ("dnn", "cnn")  # the article has no GN here
METHODS = (*BASELINES, *NETWORKS)
RESAMPLED = ("atlas", "cms")
ALL = (0, 500)  # GeV
RANGES = {"": ALL, "_low": LOW, "_high": HIGH}
TENTH = 0.1  # by which resolutions may differ that count as alike


def compared(particle, profile, seed, data=None):
    """Train networks and baselines on every geometry, and return what Figures 18 and 19 are of, as `Result`.

    Args:
        particle: str. "photon" or "pi0".
        profile: str. One of `networks.PROFILES`.
        seed: int.
        data: str, path or None. As of `courses.Task.on`.
    """
    answers = trained(NETWORKS, profile, seed, data)
    found = energies(particle, answers, profile, seed, data)
    weights = courses.recorded(named(answers))
    return Result(quantities(found), curves(found), weights=weights, **origin(data))


def energies(particle, answers, profile, seed, data=None):
    """Return what all methods say of one particle's test, dict of (geometry, method) to `Energies`.

    Args:
        particle: str. "photon" or "pi0".
        answers: dict, as from `resampled_showers.trained`.
        profile: str. As of `compared`.
        seed: int.
        data: str, path or None.
    """
    place, found = courses.PHOTON_PI0.particles.index(particle), {}
    for geometry in GEOMETRIES:
        task = task_on(geometry, data)
        train, test = (task.samples(part, profile, seed)[place] for part in ("train", "test"))
        simple = baselines.energies(train, test)
        true = np.asarray(test.showers()["energy"])
        found |= {(geometry, method): Energies(true, getattr(simple, method)[None]) for method in BASELINES}
        for network in NETWORKS:
            found[geometry, network] = Energies.of(test, [pair[place] for pair in answers[geometry, network]])
    return found


def quantities(found):
    """Return resolutions, biases, and what networks gain over boosted trees, list of `Quantity`.

    They are "resolution_<method>_<geometry>", "bias_<method>_<geometry>"; "gain_<network>_<geometry>", resolution of
    boosted trees over that of the network, and "..._low", "..._high", of a range of energies;
    "bias_excess_<network>_<geometry>"; "gain_lost_<network>", the gain on ATLAS-like over that on CMS-like cells; and
    "widened_<method>_<geometry>", the resolution over that on the cells of CLIC.

    Args:
        found: dict, as from `energies`.
    """
    listed = []
    for (geometry, method), one in found.items():
        of = f"{name_of(method)}, {GEOMETRIES[geometry]}"
        for kind in ("resolution", "bias"):
            listed.append(one.mean(f"{kind}_{method}_{geometry}", kind, *ALL, of))
    for geometry in GEOMETRIES:
        for network in NETWORKS:
            listed += over_trees(network, geometry, found)
    for network in NETWORKS:
        of = f"XGBoost / {name_of(network)}, ATLAS-like / CMS-like"
        listed += product(f"gain_lost_{network}", _double(network, found), *ALL, of)
    for geometry in RESAMPLED:
        for method in METHODS:
            of = f"{name_of(method)}, {GEOMETRIES[geometry]} / CLIC"
            pair = found[geometry, method], found["clic", method]
            listed.append(ratio(f"widened_{method}_{geometry}", *pair, "resolution", *ALL, of)[0])
    return listed


def over_trees(network, geometry, found):
    """Return gains in resolution and the excess of the bias of a network on a geometry, list of `Quantity`."""
    trees, one, listed = found[geometry, "boosted"], found[geometry, network], []
    for end, limits in RANGES.items():
        of = f"XGBoost / {name_of(network)}, {GEOMETRIES[geometry]}"
        listed += ratio(f"gain_{network}_{geometry}{end}", trees, one, "resolution", *limits, of)
    of = f"{name_of(network)} - XGBoost, {GEOMETRIES[geometry]}"
    return listed + difference(f"bias_excess_{network}_{geometry}", one, trees, "bias", *ALL, of)


def product(name, terms, low, high, of):
    """Return a product of powers of resolutions on the same showers between two energies.

    Args:
        name: str.
        terms: list of (float, `Energies`). Exponents, and what they are of.
        low: float. GeV.
        high: float. GeV.
        of: str. What is multiplied and divided.

    Returns:
        list of two `Quantity`: "<name>", with the error of trainings and of test showers, which all share; and
        "<name>_errors", by how many errors its logarithm is above 0. With 1 and -1 that is `trained_energies.ratio`.

    Example:

    >>> wide, narrow = (Energies(np.full(4, 50.0), 50.0 + np.array([[-size, size] * 2])) for size in (2.0, 1.0))
    >>> product("gain", [(1, wide), (-1, narrow)], 0, 100, "wide / narrow")[0].value
    2.0
    """
    logarithm, moved, variance = 0.0, 0.0, 0.0
    for power, one in terms:
        values, each = one.measured("resolution", low, high)
        logarithm += power * np.log(values.mean())
        moved = moved + power * each / values.mean()
        variance += (power * measurements.of_trainings(values) / values.mean()) ** 2
    error = np.sqrt(variance + np.sum(moved**2))
    definition = f"ratio of resolutions, mean of the bins from {low} to {high} GeV; {of}"
    errors = measurements.with_errors(name, logarithm, error, f"logarithm of the {definition}")[1]
    return [Quantity(name, np.exp(logarithm), np.exp(logarithm) * error, definition=definition), errors]


def curves(found):
    """Return bias, resolution and its fit of all methods, and networks over boosted trees, list of `Curve`.

    They are "<method>_<geometry>_bias", "..._resolution", "..._fit", and "<network>_<geometry>_over_boosted".
    """
    listed = [curve for (place, method), one in found.items() for curve in one.curves(f"{method}_{place}")]
    for geometry in GEOMETRIES:
        listed += [_over_boosted(network, geometry, found) for network in NETWORKS]
    return listed


def _over_boosted(network, geometry, found):
    """Return the resolution of a network over that of boosted trees in bins of the true energy, as `Curve`."""
    one, trees = found[geometry, network], found[geometry, "boosted"]
    points = []
    for low, high in itertools.pairwise(EDGES):
        if one.measured("resolution", low, high)[0].all() and trees.measured("resolution", low, high)[0].all():
            both = ratio("", one, trees, "resolution", low, high, "")[0]
            points.append(((low + high) / 2, both.value, both.error))
    of = f"resolution of {name_of(network)} / of XGBoost in bins of the true energy, {GEOMETRIES[geometry]}"
    return Curve(f"{network}_{geometry}_over_boosted", *np.reshape(points, (-1, 3)).T, "GeV", "1", of)


def _double(network, found):
    """Return the terms of the gain on ATLAS-like cells over that on CMS-like ones, as `product` takes them."""
    powers = {("atlas", "boosted"): 1, ("atlas", network): -1, ("cms", "boosted"): -1, ("cms", network): 1}
    return [(power, found[key]) for key, power in powers.items()]


# Figure


def draw(result):
    """Draw bias, resolution, and resolution over that of boosted trees: ATLAS-like above, CMS-like below.

    Args:
        result: `Result`, as from `compared`.

    Returns:
        matplotlib `Figure`.
    """
    figure, axes = figures.panels(columns=3, rows=len(RESAMPLED), aspect=0.95)
    for row, geometry in enumerate(RESAMPLED):
        bias, resolution, over = axes[3 * row : 3 * row + 3]
        figures.energy_axes(bias, resolution)
        for index, method in enumerate(METHODS):
            name, label = f"{method}_{geometry}", name_of(method, result.scale or "full")
            looks = {"index": index, "filled": method not in BASELINES}
            figures.bias_and_resolution((bias, resolution), result.curves, name, label, **looks)
            if method in NETWORKS:
                figures.overlay(over, result.curves[f"{name}_over_boosted"], label=label, index=index, line=False)
        _ratio_axes(over, [result.curves[f"{network}_{geometry}_over_boosted"] for network in NETWORKS])
        wide_biases(bias)
        bias.set_title(GEOMETRIES[geometry])
        resolution.set_title("lines: fits of Eq. 3" if row == 0 else "")
    figures.legend(figure, columns=3)
    return figure


def _ratio_axes(axes, drawn):
    """Name and scale the axes of ratios of resolutions, so that all points are inside."""
    axes.axhspan(1 / (1 + TENTH), 1 / (1 - TENTH), color="0.9", zorder=0, label="alike: within a tenth")
    axes.axhline(1, color="0.6", linewidth=0.6, zorder=1)
    figures.axis_labels(axes, "true energy", "resolution / that of XGBoost", "GeV")
    ratios = np.concatenate([curve.y for curve in drawn])
    low, high = min(0.5, 0.8 * ratios.min(initial=1)), max(2.5, 1.25 * ratios.max(initial=1))
    ticks = [tick for tick in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50) if low <= tick <= high]
    axes.set(xlim=(0, 500), yscale="log", ylim=(low, high))
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_yticks([], minor=True)
