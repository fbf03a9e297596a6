"""Generated showers beside the simulated ones they were asked to be like: response, hits, profiles, moments, tails.

Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, Section 4.2, Figures 9 and 10.
"""

import dataclasses

import numpy as np

from keras_hep.metrics import estimates
from keras_hep.metrics.sample_comparison import histogram_chi2, mean_chi2, separation_power
from keras_hep.metrics.showers import AXES, VALIDATION_ANGLES, VALIDATION_ENERGIES, ShowerObservables
from keras_hep.suite.record import Curve, Quantity

ENERGY_EDGES = np.linspace(100.0, 200.0, 11)  # GeV
BINS = 25  # of histograms, five standard deviations of simulated showers to both sides
REACH = 5.0
RESAMPLINGS = 100  # for errors of distances
_FEW = 10  # showers; of fewer a bin has no point


@dataclasses.dataclass(frozen=True, eq=False)
class Pair:
    """Simulated showers and as many generated ones, each asked for with the energy and angle of its partner.

    Args:
        true: `ShowerObservables`.
        generated: `ShowerObservables`, in the same order.
    """

    true: ShowerObservables
    generated: ShowerObservables

    def near(self, energy=None, degrees=None):
        """Return the pairs whose simulated shower lies in a bin, as of `ShowerObservables.near`."""
        some = self.true.near(energy, degrees)
        return Pair(self.true.take(some), self.generated.take(some))

    def values(self, name):
        """Return one observable of both, pair of float arrays of shape (showers,): one of `ShowerObservables.features`.

        Showers without energy, which a bad generator may make, have the value 0.
        """
        return tuple(np.nan_to_num(np.asarray(part.features()[name], float)) for part in (self.true, self.generated))

    def profiles(self, axis):
        """Return the profiles of both along one of `AXES`, pair of float arrays of shape (showers, places), GeV."""
        return self.true.profiles[AXES.index(axis)], self.generated.profiles[AXES.index(axis)]


def bins():
    """Return the bins of the validation, dict of name to arguments of `Pair.near`."""
    angles = {f"at_{degrees:.0f}": {"degrees": degrees} for degrees in VALIDATION_ANGLES}
    energies = {f"of_{energy:.0f}": {"energy": energy} for energy in VALIDATION_ENERGIES}
    both = {
        f"of_{energy:.0f}_at_{degrees:.0f}": {"energy": energy, "degrees": degrees}
        for energy in VALIDATION_ENERGIES
        for degrees in VALIDATION_ANGLES
    }
    return {"all": {}} | angles | energies | both


# Numbers


def mean_ratio(name, pair, observable, of):
    """Return the mean of generated showers over that of simulated ones, `Quantity`."""
    true, generated = pair.values(observable)
    (above, above_error), (below, below_error) = (estimates.mean(values) for values in (generated, true))
    value = above / below
    error = np.hypot(above_error, value * below_error) / abs(below)
    return Quantity(name, value, error, definition=f"mean of generated over that of simulated showers, {of}")


def difference(pair, name, observable, of):
    """Return separation power and chi-squared of the distributions of one observable, list of `Quantity`.

    Args:
        pair: `Pair`.
        name: str. They are called "<name>_separation" and "<name>_chi2".
        observable: str.
        of: str. Ends the definitions.
    """
    true, generated = pair.values(observable)
    edges = edges_of(true)
    true, generated = (np.clip(values, edges[0], edges[-1]) for values in (true, generated))
    power = separation_power(true, generated, edges)
    chi2 = histogram_chi2(true, generated, edges)
    return [
        Quantity(
            f"{name}_separation",
            power.value,
            power.error,
            definition=f"separation power, 0 alike, 1 apart, {power.by_chance:.2g} by chance, {of}",
        ),
        Quantity(
            f"{name}_chi2",
            chi2.value / max(chi2.degrees, 1),
            definition=f"chi-squared of the distributions per degree of freedom, of {chi2.degrees}, {of}",
        ),
    ]


def profile_difference(pair, name, axis, seed, of):
    """Return how far two mean profiles are apart, list of `Quantity`: "<name>_moved" and "<name>_chi2".

    Args:
        pair: `Pair`.
        name: str.
        axis: str. One of `AXES`.
        seed: int. Of the resamplings that give the error.
        of: str.
    """
    true, generated = pair.profiles(axis)
    chi2 = mean_chi2(true, generated)
    random = np.random.default_rng([seed, 12])
    rows = random.integers(len(true), size=(RESAMPLINGS, len(true)))
    each = [moved(true[chosen].sum(axis=0), generated[chosen].sum(axis=0)) for chosen in rows]
    definition = f"share of the energy that lies elsewhere {axis}, mean profiles, {of}"
    return [
        Quantity(f"{name}_moved", moved(true.sum(axis=0), generated.sum(axis=0)), np.std(each), definition=definition),
        Quantity(
            f"{name}_chi2",
            chi2.value / max(chi2.degrees, 1),
            definition=f"chi-squared of the mean profiles per degree of freedom, of {chi2.degrees}, {of}",
        ),
    ]


def moved(one, other):
    """Return the share of its energy that a profile has to move to get the shape of another; 1 if one has none.

    Example:

    >>> moved(np.array([1.0, 1.0]), np.array([3.0, 1.0]))
    0.25
    """
    if not (one.sum() > 0 and other.sum() > 0):
        return 1.0
    return float(np.abs(one / one.sum() - other / other.sum()).sum() / 2)


def largest(name, quantities, ending, of):
    """Return the largest value among quantities with an ending of their names, `Quantity`, with its error."""
    found = max((one for one in quantities if one.name.endswith(ending)), key=lambda one: one.value)
    return Quantity(name, found.value, found.error, definition=f"largest of its kind, {of}: {found.name}")


def response(pair):
    """Return how well the energy deposited follows the energy asked for, list of `Quantity`.

    Returns:
        list: "fraction_<bin>", mean sampling fraction over that of simulated showers at each angle of Figure 9;
        "fraction_off", the largest distance from 1 in ten bins of energy.
    """
    quantities = [
        mean_ratio(f"fraction_{name}", pair.near(**near), "sampling_fraction", f"deposit over energy, {name}")
        for name, near in bins().items()
        if len(pair.near(**near).true) > _FEW and "_at_" not in name.removeprefix("at_")
    ]
    true, generated = (curve.y for curve in fraction_curves(pair, "all").values())
    off = np.max(np.abs(np.array(generated) / true - 1))
    definition = "largest relative distance of mean sampling fractions in bins of 10 GeV, generated and simulated"
    return [*quantities, Quantity("fraction_off", off, definition=definition)]


def widening(pair):
    """Return how much wider showers are along the beam at 62 and 118 degrees than at 90, list of `Quantity`.

    Returns:
        list: "widening_true" and "widening_generated", ratios of the mean variances along the beam; "widening_share",
        the part of the simulated widening that generated showers have.
    """
    names = [f"at_{degrees:.0f}" for degrees in VALIDATION_ANGLES]
    parts = [pair.near(**bins()[name]).values("variance_along") for name in names]
    ratios = []
    for kind in (0, 1):
        outer = np.concatenate([parts[0][kind], parts[2][kind]])
        (above, above_error), (below, below_error) = estimates.mean(outer), estimates.mean(parts[1][kind])
        ratios.append((above / below, np.hypot(above_error, above / below * below_error) / below))
    (true, true_error), (generated, error) = ratios
    share = (generated - 1) / (true - 1)
    of = "variance along the beam at 62 and 118 degrees over that at 90"
    return [
        Quantity("widening_true", true, true_error, definition=f"{of}, simulated"),
        Quantity("widening_generated", generated, error, definition=f"{of}, generated"),
        Quantity(
            "widening_share",
            share,
            np.hypot(error, share * true_error) / abs(true - 1),
            definition=f"generated - 1 over simulated - 1: {of}",
        ),
    ]


def tails(pair, axis, cells=2):
    """Return the energy at the edges of the window, generated over simulated, `Quantity` "edge_<axis>".

    Args:
        pair: `Pair`.
        axis: str. One of `AXES`.
        cells: int. At both ends.
    """
    true, generated = (part[:, :cells].sum(axis=1) + part[:, -cells:].sum(axis=1) for part in pair.profiles(axis))
    (above, above_error), (below, below_error) = estimates.mean(generated), estimates.mean(true)
    value = above / below if below else np.nan
    error = np.hypot(above_error, value * below_error) / below if below else None
    definition = f"energy in the outer {cells} cells at both ends {axis}, generated over simulated"
    return Quantity(f"edge_{axis}", value, error, definition=definition)


def core(pair, axis, share=0.9):
    """Return the mean relative distance of mean profiles in the core, `Quantity` "core_<axis>".

    Args:
        pair: `Pair`.
        axis: str. One of `AXES`.
        share: float. Of the simulated energy, in the fewest places that hold it: the core.
    """
    true, generated = (part.mean(axis=0) for part in pair.profiles(axis))
    order = np.argsort(-true)
    inner = order[: int(np.searchsorted(np.cumsum(true[order]), share * true.sum())) + 1]
    value = float(np.mean(np.abs(generated[inner] / true[inner] - 1)))
    definition = f"mean relative distance of the mean profiles {axis}, in the {len(inner)} places with {share:.0%}"
    return Quantity(f"core_{axis}", value, definition=definition)


# Curves


def edges_of(values):
    """Return the edges of histograms: `REACH` standard deviations about the mean of simulated showers, not below 0."""
    mean, spread = float(np.mean(values)), float(np.std(values)) or 1.0
    return np.linspace(max(0.0, mean - REACH * spread), mean + REACH * spread, BINS + 1)


def histogram_curves(pair, name, observable, unit, of):
    """Return the distributions of an observable, dict: "<name>_true" and "<name>_generated" to `Curve`s of shares."""
    true, generated = pair.values(observable)
    edges = edges_of(true)
    centres, found = (edges[1:] + edges[:-1]) / 2, {}
    for kind, values in (("true", true), ("generated", generated)):
        counts = np.histogram(np.clip(values, edges[0], edges[-1]), edges)[0]
        share, error = estimates.fraction(counts, len(values))
        label = f"{name}_{kind}"
        found[label] = Curve(
            label, centres, share, error, unit, "1", f"share of showers in bins, {of}; ends hold the rest"
        )
    return found


def fraction_curves(pair, name):
    """Return the mean sampling fraction in bins of energy, dict as of `histogram_curves`: "fraction_<name>_<kind>"."""
    place = np.digitize(pair.true.energy, ENERGY_EDGES) - 1
    centres, found = (ENERGY_EDGES[1:] + ENERGY_EDGES[:-1]) / 2, {}
    filled = [number for number in range(len(centres)) if np.count_nonzero(place == number) > 1]
    for kind, values in zip(("true", "generated"), pair.values("sampling_fraction"), strict=True):
        points = [estimates.mean(values[place == number]) for number in filled]
        label = f"fraction_{name}_{kind}"
        definition = f"mean of deposit over energy, {kind} showers, {name}"
        found[label] = Curve(label, centres[filled], *zip(*points, strict=True), "GeV", "1", definition)
    return found


def profile_curves(pair, name, axis):
    """Return the mean profiles along an axis, dict as of `histogram_curves`: "<axis>_<name>_<kind>"."""
    found = {}
    for kind, profiles in zip(("true", "generated"), pair.profiles(axis), strict=True):
        label = f"{axis}_{name}_{kind}"
        error = profiles.std(axis=0, ddof=1) / np.sqrt(len(profiles))
        places = np.arange(profiles.shape[1])
        definition = f"mean deposit in each place {axis}, {kind} showers, {name}"
        found[label] = Curve(label, places, profiles.mean(axis=0), error, "cells", "GeV", definition)
    return found
