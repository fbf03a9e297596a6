"""Shapes of generated showers beside simulated ones: alike, moved, wider, with too much at the edges."""

import dataclasses

import numpy as np
import pytest

from keras_hep.metrics.showers import ShowerObservables
from keras_hep.suite.generated_showers import shapes
from keras_hep.suite.generated_showers.shapes import Pair

NUMBER = 400


def observables(width=2.0, fraction=0.02, shift=0.0, seed=1, angle=None):
    """Return `ShowerObservables` of showers with Gaussian profiles."""
    random = np.random.default_rng(seed)
    energy = random.uniform(100.0, 200.0, NUMBER)
    angle = random.uniform(np.pi / 3, 2 * np.pi / 3, NUMBER) if angle is None else np.full(NUMBER, angle)
    deposit = energy * fraction * random.normal(1.0, 0.02, NUMBER)
    places = np.arange(25)
    centre = 12 + shift + random.normal(0.0, 0.1, NUMBER)
    shape = np.exp(-0.5 * ((places - centre[:, None]) / np.broadcast_to(width, NUMBER)[:, None]) ** 2)
    profile = deposit[:, None] * shape / shape.sum(axis=1, keepdims=True)
    hits = random.poisson(700, NUMBER)
    return ShowerObservables(energy, angle, hits, (profile, profile, profile), np.zeros((NUMBER, 70), int))


TRUE = observables()


def by_name(quantities):
    return {one.name: one for one in quantities}


def test_what_is_the_same_is_not_apart():
    pair = Pair(TRUE, TRUE)
    assert shapes.mean_ratio("x", pair, "hits", "").value == 1
    assert by_name(shapes.difference(pair, "x", "hits", ""))["x_separation"].value == 0
    found = by_name(shapes.profile_difference(pair, "x", "along", 1, ""))
    assert found["x_moved"].value == found["x_chi2"].value == 0
    assert shapes.core(pair, "depth").value == 0
    assert shapes.tails(pair, "across").value == 1
    assert by_name(shapes.response(pair))["fraction_off"].value == 0


def test_two_samples_of_one_law_are_alike_within_errors():
    found = by_name(shapes.difference(Pair(TRUE, observables(seed=2)), "x", "sampling_fraction", ""))
    assert found["x_separation"].value < 0.1
    assert found["x_chi2"].value < 3


def test_what_is_off_is_found():
    pair = Pair(TRUE, observables(fraction=0.018, shift=2.0, seed=2))
    assert by_name(shapes.response(pair))["fraction_off"].value == pytest.approx(0.1, abs=0.03)
    assert by_name(shapes.difference(pair, "x", "sampling_fraction", ""))["x_separation"].value > 0.8
    found = by_name(shapes.profile_difference(pair, "x", "along", 1, ""))
    assert found["x_moved"].value == pytest.approx(0.38, abs=0.03)  # Gaussians apart by their width
    assert found["x_chi2"].value > 10
    assert shapes.core(pair, "along").value > 0.3


def test_empty_showers_have_everything_elsewhere_and_values_of_0():
    empty = dataclasses.replace(
        TRUE, profiles=tuple(np.zeros_like(one) for one in TRUE.profiles), angle=np.full(NUMBER, np.nan)
    )
    pair = Pair(TRUE, empty)
    assert by_name(shapes.profile_difference(pair, "x", "along", 1, ""))["x_moved"].value == 1
    assert (pair.values("angle")[1] == 0).all()
    assert by_name(shapes.response(pair))["fraction_off"].value == 1


@pytest.mark.parametrize(("learned", "share"), [(1.0, 1.0), (0.5, 0.5), (0.0, 0.0)])
def test_the_share_of_the_widening_that_is_learned(learned, share):
    parts = [observables(width=4.0, angle=np.radians(62)), observables(width=2.0, angle=np.pi / 2)]
    parts += [observables(width=4.0, angle=np.radians(118))]
    wide = np.sqrt(4 + learned * 12)
    others = [observables(width=wide), observables(width=2.0), observables(width=wide)]
    found = by_name(shapes.widening(Pair(ShowerObservables.joined(parts), ShowerObservables.joined(others))))
    assert found["widening_share"].value == pytest.approx(share, abs=0.05)


def test_too_much_at_the_edges():
    profiles = tuple(one + 0.01 for one in TRUE.profiles)
    more = dataclasses.replace(TRUE, profiles=profiles)
    assert shapes.tails(Pair(TRUE, more), "across").value > 10
    assert shapes.tails(Pair(more, TRUE), "across").value < 0.1


def test_the_largest_keeps_its_error_and_says_which():
    found = shapes.profile_difference(Pair(TRUE, observables(shift=1.0)), "a", "along", 1, "")
    found += shapes.profile_difference(Pair(TRUE, observables(shift=2.0)), "b", "along", 1, "")
    worst = shapes.largest("worst", found, "_moved", "")
    assert (worst.value, worst.error) == (by_name(found)["b_moved"].value, by_name(found)["b_moved"].error)
    assert worst.definition.endswith("b_moved")


def test_histograms_hold_all_showers_and_begin_at_0():
    pair = Pair(TRUE, observables(fraction=0.1))
    curves = shapes.histogram_curves(pair, "x", "sampling_fraction", "1", "")
    assert sum(curves["x_true"].y) == pytest.approx(1)
    assert curves["x_generated"].y[-1] == 1
    assert shapes.edges_of(np.array([0.0, 1.0]))[0] == 0


def test_bins_are_those_of_the_article():
    assert set(shapes.bins()) >= {"all", "at_62", "at_90", "at_118", "of_110", "of_150", "of_190", "of_110_at_62"}
    pair = Pair(TRUE, TRUE).near(**shapes.bins()["of_150"])
    assert np.abs(pair.true.energy - 150).max() <= 5
