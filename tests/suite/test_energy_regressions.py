"""Regressions of energies on tables whose energies are known: splits, fits, and the numbers made of them."""

import numpy as np
import pytest

from keras_hep.calorimetry.regression_baselines import SUMS, LinearEnergy
from keras_hep.metrics.energy_regression import energy_regression
from keras_hep.suite import energy_regressions as regressions
from keras_hep.suite import photon_conversions, shower_samples
from keras_hep.suite.energy_regressions import EnergySample

MIDDLES = np.arange(12.5, 500, 25)


def table(showers=6_000, seed=1, energies=(10.0, 510.0), spread=0.02):
    """Return showers whose energies are 1.5 times that in the ECAL, with a relative spread; one in ten converted."""
    random = np.random.default_rng(seed)
    energy = random.uniform(*energies, showers)
    ecal = energy / 1.5 * random.normal(1, spread, showers)
    columns = {"energy": energy, "ECAL_E": ecal, "HCAL_E": random.uniform(0, 1, showers)}
    columns |= {"ECALmomentZ1": random.uniform(5, 10, showers), "ECALmomentX2": random.uniform(1, 2, showers)}
    columns |= {"HCALmomentX2": np.full(showers, 9.0), "HCALmomentY2": np.full(showers, 16.0)}
    columns |= {"HCALmomentZ1": random.uniform(5, 10, showers), "conversion": random.random(showers) < 0.1}
    columns |= {"energy_in_window": random.random(showers) > 0.25, "whole_electromagnetic": np.ones(showers)}
    return {name: column.astype(np.float32) for name, column in columns.items()}


@pytest.fixture
def drawn(monkeypatch):
    """Tables of a known law in place of simulated showers."""

    def features(particle, angles, number, seed, data=None, energies=None):
        return table(number, energies=energies or (10.0, 510.0))

    monkeypatch.setattr(shower_samples, "features", features)


def regression(resolution, bias=0.0):
    """Return what is measured where all bins have a bias and a resolution in percent, with two showers each."""
    true = np.repeat(MIDDLES, 2)
    deviation = np.tile([-1.0, 1.0], len(MIDDLES)) * np.repeat(np.broadcast_to(resolution, len(MIDDLES)), 2)
    return energy_regression(true, true * (1 - (bias + deviation) / 100))


def test_the_three_parts_of_a_sample_are_all_of_it():
    sample = EnergySample.of(table(601))
    parts = sample.train, sample.watched, sample.test
    assert [len(part["energy"]) for part in parts] == [300, 100, 201]
    np.testing.assert_array_equal(np.concatenate([part["energy"] for part in parts]), table(601)["energy"])


def test_pions_that_are_lost_are_left_out(drawn):
    numbers = {}
    for particle in ("photon", "charged_pion"):
        sample = EnergySample.drawn(particle, 1_000, 7)
        numbers[particle] = sum(len(part["energy"]) for part in (sample.train, sample.watched, sample.test))
        assert sample.test["HCAL_RMSXY"][0] == 5
    kept = int(table(1_000)["energy_in_window"].sum())
    assert numbers == {"photon": 1_000, "charged_pion": kept}
    lost = regressions.pions_lost(1_000, 7)
    assert (lost.value, lost.count) == (1 - kept / 1_000, 1_000)
    assert lost.error == pytest.approx(np.sqrt(lost.value * (1 - lost.value) / 1_000))


def test_a_linear_fit_finds_the_coefficients_within_their_errors():
    pulls = []
    for seed in range(30):
        fit, errors = EnergySample.of(table(1_200, seed)).fit_linear()
        pulls.append((fit.coefficients - [1.5, 0.0])[1] / errors[1])  # of the HCAL, which tells nothing
    assert np.mean(pulls) == pytest.approx(0, abs=3 / np.sqrt(30))
    assert np.std(pulls) == pytest.approx(1, abs=0.4)


def test_errors_of_coefficients_follow_a_spread_that_grows_with_the_energy():
    random, found, errors = np.random.default_rng(2), [], []
    x = random.uniform(0, 1, (400, 1)) ** 4
    centred = x - x.mean()
    for _ in range(300):
        residuals = random.normal(0, 1, 400) * x[:, 0]
        found.append(np.linalg.lstsq(centred, residuals, rcond=None)[0][0])
        errors.append(regressions._errors(centred, residuals)[0])
    assert np.mean(errors) == pytest.approx(np.std(found), rel=0.15)


def test_trees_and_linear_fits_predict_the_energy():
    sample = EnergySample.of(table())
    for fit in (sample.fit_linear()[0], sample.fit_boosted(SUMS)):
        measured = sample.measured(fit)
        assert measured.count.sum() == np.count_nonzero(sample.test["energy"] < 500)
        assert np.median(measured.resolution[4:]) == pytest.approx(2, rel=0.25)
        assert np.abs(np.median(measured.bias)) < 0.5


def test_the_same_showers_give_the_same_trees():
    one, two = (EnergySample.of(table(1_200)).fit_boosted(SUMS) for _ in range(2))
    assert np.array_equal(one.leaf, two.leaf)


def test_only_some_showers_are_chosen():
    chosen = EnergySample.of(table(600)).only(lambda part: part["energy"] < 100)
    assert max(part["energy"].max() for part in (chosen.train, chosen.watched, chosen.test)) < 100
    assert len(chosen.train["ECAL_E"]) == np.count_nonzero(table(600)["energy"][:300] < 100)


def test_curves_hold_bias_resolution_and_fit():
    bias, resolution, fit = regressions.curves("electron", regression(np.hypot(20 / np.sqrt(MIDDLES), 1), bias=3))
    assert [curve.name for curve in (bias, resolution, fit)] == ["electron_bias", "electron_resolution", "electron_fit"]
    assert np.allclose(bias.y, 3)
    assert np.allclose(resolution.y, np.hypot(20 / np.sqrt(MIDDLES), 1))
    assert np.allclose(fit.y, np.hypot(20 / np.sqrt(fit.x), 1), rtol=1e-4)


def test_bins_without_showers_are_no_points():
    few = energy_regression([30.0, 31.0, 60.0, 61.0], [29.0, 31.0, 60.0, 63.0])
    curves = regressions.curves("x", few)
    assert [curve.x for curve in curves] == [(37.5, 62.5)] * 2


def test_terms_are_those_that_were_put_in():
    found = regressions.terms("x", regression(np.sqrt(400 / MIDDLES + 1 + (50 / MIDDLES) ** 2)))
    assert [one.name for one in found] == ["stochastic_x", "constant_x", "noise_x"]
    assert [one.unit for one in found] == ["% GeV^0.5", "%", "% GeV"]
    assert np.allclose([one.value for one in found], [20, 1, 50], rtol=1e-4)
    at_boundary = regressions.terms("x", regression(2 + MIDDLES / 1000))[0]
    assert at_boundary.value == 0
    assert "boundary" in at_boundary.definition


@pytest.mark.parametrize(
    ("resolution", "low", "high"),
    [(np.hypot(20 / np.sqrt(MIDDLES), 1), 0.999, 1), (np.tile([2.0, 4.0], 10), -1, 0.2)],
    ids=["law", "scatter"],
)
def test_the_fit_is_better_than_a_constant_where_there_is_a_law(resolution, low, high):
    assert low <= regressions.fit_improvement("x", regression(resolution)).value <= high


def test_means_are_over_the_bins_between_two_energies():
    resolution = np.where(MIDDLES < 100, 4.0, 1.0)
    measured = regression(resolution, bias=-2)
    below, above, across = (regressions.resolution("x", measured, *ends) for ends in ((0, 100), (300, 500), (75, 125)))
    assert [round(one.value, 6) for one in (below, above, across)] == [4, 1, 2.5]
    assert (below.unit, below.name) == ("%", "x")
    assert regressions.bias("x", measured, 0, 25).value == pytest.approx(-2)
    assert regressions.absolute_bias("x", measured, 0, 100).value == pytest.approx(2)
    one = regressions.resolution("x", measured, 0, 25)
    assert below.error == pytest.approx(one.error / 2)  # of four bins with equal errors


def test_ratios_and_improvements():
    linear, boosted = regression(np.full(20, 4.0)), regression(np.where(MIDDLES > 475, 1.0, 2.0))
    ratio = regressions.ratio("x", linear, boosted, 0, 100, "of")
    assert ratio.value == pytest.approx(2)
    part = regressions.resolution("", linear, 0, 100)
    assert ratio.error == pytest.approx(2 * np.sqrt(2) * part.error / part.value)
    assert regressions.ratio_curve("x", linear, boosted).y == pytest.approx([2] * 19 + [4])
    best, mean = regressions.improvement("x", linear, boosted)
    assert (best.name, mean.name) == ("x", "x_mean")
    assert (best.value, mean.value) == pytest.approx((0.75, 1 - (7 * 2 + 1) / 8 / 4))
    names = [one.name for one in regressions.compared("pi0", linear, boosted)]
    assert names == ["boosted_pi0_first", "boosted_pi0_last", "ratio_pi0_low", "ratio_pi0_high"]


def test_largest_over_smallest():
    values = {"a_last": 2.0, "b_last": 1.0, "c_last": 4.0}
    quantities = [regressions.Quantity(name, value, 0.1) for name, value in values.items()]
    found = regressions.largest_over_smallest("similar", quantities, "{}_last", ("a", "b", "c"))
    assert found.value == 4
    assert found.error == pytest.approx(4 * np.hypot(0.1, 0.1 / 4))
    assert "b_last, a_last, c_last" in found.definition


@pytest.mark.parametrize("converted", [True, False])
def test_lost_showers_are_left_out_and_counted(converted):
    showers = table()
    low = showers["energy"] < 25
    lost = low & (np.arange(len(low)) % 3 == 0)
    showers["ECAL_E"][lost] *= 0.5
    showers["whole_electromagnetic"] = np.float32(~lost)
    showers["conversion"] = np.float32(lost) if converted else np.zeros(len(lost), np.float32)
    sample = EnergySample.of(showers)
    whole, share, *rest = regressions.without_losses("pi0", sample)
    every = regressions.resolution("", sample.measured(sample.fit_boosted(SUMS)), 0, 25)
    assert whole.value < 0.7 * every.value
    tested = sample.test["energy"] < 25
    assert share.value == np.mean(sample.test["whole_electromagnetic"][tested] == 0)
    assert [one.value for one in rest] == ([1.0] if converted else [])


def test_beyond_the_training_a_linear_fit_goes_on(drawn):
    largest, mean, true = regressions.beyond_training(LinearEnergy(np.array([1.5, 0.0]), 0.0), 500, 7)
    assert (largest.name, mean.name) == ("largest_prediction", "mean_prediction")
    assert largest.value > 780
    assert mean.value == pytest.approx(true.value, rel=0.01)
    trees = EnergySample.of(table()).fit_boosted(SUMS)
    assert regressions.beyond_training(trees, 500, 7)[0].value < 540


def test_a_wide_range_is_measured_in_the_same_bins(drawn):
    last, best, mean = regressions.wide_range(3_000, 7)
    assert last.value == pytest.approx(2, rel=0.5)
    assert best.value >= mean.value
    assert all("710 GeV" in one.definition for one in (last, best, mean))


def test_converted_photons_are_measured_by_trees_of_all_and_of_their_own():
    showers = table(20_000)
    converted = showers["conversion"] > 0
    showers["ECAL_E"][converted] *= 0.8
    sample = EnergySample.of(showers)
    found = photon_conversions.measured(sample)
    assert set(found) == set(photon_conversions.PAIRS)
    counts = {pair: one.count.sum() for pair, one in found.items()}
    assert counts["all", "converted"] == counts["converted", "converted"]
    assert counts["all", "all"] == counts["all", "converted"] + counts["all", "unconverted"]
    assert found["all", "converted"].bias[4:].mean() > 10  # as if they had lost a fifth
    assert abs(found["converted", "converted"].bias[4:].mean()) < 1
    quantities = {one.name: one for one in photon_conversions.quantities(sample, found)}
    assert quantities["converted"].value == converted.mean()
    assert quantities["bias_trained_on_all"].value > quantities["bias_trained_on_converted"].value
    assert quantities["converted_tested"].value == found["all", "converted"].count[:4].sum()
