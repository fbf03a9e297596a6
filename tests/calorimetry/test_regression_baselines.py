import numpy as np
import pytest

from keras_hep.calorimetry.features import FEATURES
from keras_hep.calorimetry.regression_baselines import (
    ELECTROMAGNETIC,
    ENERGY_FEATURES,
    SUMS,
    boosted_energy,
    linear_energy,
    with_hcal_width,
)
from keras_hep.calorimetry.showers import PARTICLES


def drawn(number, seed):
    """Table (ECAL, HCAL, mean layer) and energy of showers that lose energy the deeper they are, and more when high."""
    draw = np.random.default_rng([seed, number])
    energy, depth = draw.uniform(10, 510, number), draw.normal(8, 1.5, number)
    ecal = energy * (1 - 0.03 * (depth - 8) - 1e-4 * energy) * (1 + 0.16 * draw.normal(size=number) / np.sqrt(energy))
    return np.column_stack([ecal, draw.exponential(1.0, number), depth]), energy


def spread(true, predicted):
    return np.std(predicted / true - 1)


def test_a_linear_law_is_found():
    draw = np.random.default_rng(0)
    sums = draw.uniform(0, 100, (50, 2))
    fit = linear_energy(sums, 1.25 * sums[:, 0] + 0.5 * sums[:, 1] - 3)
    np.testing.assert_allclose([*fit.coefficients, fit.constant], [1.25, 0.5, -3])
    np.testing.assert_allclose(fit.energy(sums[:3]), 1.25 * sums[:3, 0] + 0.5 * sums[:3, 1] - 3)


def test_an_hcal_without_energy_does_no_harm():
    sums = np.column_stack([np.arange(10.0), np.zeros(10)])
    fit = linear_energy(sums, 2 * sums[:, 0] + 1)
    np.testing.assert_allclose([*fit.coefficients, fit.constant], [2, 0, 1], atol=1e-12)


def test_the_rms_in_the_plane_adds_variances():
    features = with_hcal_width({"HCALmomentX2": np.array([9.0, 0.0]), "HCALmomentY2": np.array([16.0, 0.0])})
    assert features["HCAL_RMSXY"].tolist() == [5.0, 0.0]


def test_every_particle_has_features_that_exist():
    assert ENERGY_FEATURES.keys() == PARTICLES.keys()
    for names in ENERGY_FEATURES.values():
        assert set(SUMS) < set(names) <= {*FEATURES, "HCAL_RMSXY"}


def test_trees_with_the_depth_beat_the_line():
    pytest.importorskip("xgboost")
    (train, energy), watched, (test, true) = (drawn(number, seed=3) for number in (3000, 1000, 2000))
    line = linear_energy(train[:, :2], energy)
    sums_only = boosted_energy((train[:, :2], energy), (watched[0][:, :2], watched[1]), SUMS)
    with_depth = boosted_energy((train, energy), watched, ELECTROMAGNETIC)
    spreads = [spread(true, line.energy(test[:, :2])), spread(true, sums_only.score(test[:, :2]))]
    assert spread(true, with_depth.score(test)) < 0.8 * min(spreads)
    assert (with_depth.names, with_depth.depth) == (ELECTROMAGNETIC, 3)


def test_training_stops_early_and_repeats_itself():
    pytest.importorskip("xgboost")
    train, watched = drawn(400, seed=5), drawn(300, seed=5)
    trees = boosted_energy(train, watched, ELECTROMAGNETIC)
    errors = [
        np.sqrt(np.mean((boosted_energy(train, watched, ELECTROMAGNETIC, rounds).score(watched[0]) - watched[1]) ** 2))
        for rounds in (1, len(trees), len(trees) + 5)
    ]
    assert 1 < len(trees) < 1000
    assert errors[0] > errors[1] == errors[2]  # what comes behind the best round is dropped
    again = boosted_energy(train, watched, ELECTROMAGNETIC)
    np.testing.assert_array_equal(again.leaf, trees.leaf)


def test_trees_do_not_extrapolate():
    pytest.importorskip("xgboost")
    table, energy = drawn(2000, seed=6)
    low = energy < 250
    trees = boosted_energy((table[low], energy[low]), (table[low], energy[low]), ELECTROMAGNETIC, rounds=50)
    assert trees.score(table[energy > 300]).max() < 300


def test_tables_that_do_not_fit_are_refused():
    table, energy = drawn(10, seed=1)
    with pytest.raises(ValueError, match="a table must have the axes"):
        linear_energy(energy, energy)
    with pytest.raises(ValueError, match="there must be one energy for each of 10 rows"):
        linear_energy(table, energy[:3])
    with pytest.raises(ValueError, match="3 columns need more showers, got 3"):
        linear_energy(table[:3], energy[:3])
    pytest.importorskip("xgboost")
    with pytest.raises(ValueError, match="tables must have the 2 columns of names"):
        boosted_energy((table, energy), (table, energy), SUMS)
