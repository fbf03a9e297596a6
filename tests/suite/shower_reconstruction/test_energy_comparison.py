"""Energies by several methods: which trainings they come of, and what is asked of them, by hand."""

import types

import numpy as np
import pytest

from keras_hep.metrics.energy_regression import energy_regression
from keras_hep.suite import figures
from keras_hep.suite.record import Quantity, Result
from keras_hep.suite.shower_reconstruction import courses, energy_comparison
from keras_hep.suite.shower_reconstruction.baselines import EnergyBaselines
from keras_hep.suite.shower_reconstruction.courses import ELECTRON_PION_ENERGY, PHOTON_PI0, Answers
from keras_hep.suite.shower_reconstruction.energy_comparison import PARTICLES, EnergyComparison
from keras_hep.suite.shower_reconstruction.samples import ShowerSample

MIDDLES = np.arange(12.5, 500, 25)
BIAS = {"electron": 1, "charged_pion": 2, "photon": 3, "pi0": 4}  # percent
METHODS = "linear", "boosted", "dnn", "cnn", "gn"


def regression(resolution, bias=0.0, energies=MIDDLES):
    """Return what is measured where all bins have a bias and a resolution in percent, with two showers each."""
    true = np.repeat(energies, 2)
    deviation = resolution * np.tile([-1.0, 1.0], len(energies))
    return energy_regression(true, true * (1 - (bias + deviation) / 100))


def comparison(pions=5.0, others=1.0, methods=METHODS, **special):
    """Return an `EnergyComparison` with given resolutions; `special` names those of a method for charged pions."""
    measured = {
        (method, particle): regression(special.get(method, pions) if particle == "charged_pion" else others)
        for method in methods
        for particle in PARTICLES
    }
    return EnergyComparison(measured, {})


def by_name(quantities):
    return {one.name: one for one in quantities}


@pytest.fixture
def asked(monkeypatch):
    """Trainings and baselines that are off by `BIAS`, 0.1 % more in every training; return what was asked for."""
    asked = types.SimpleNamespace(wanted=[], eta=[], prepared=[])

    def answer(sample, course):
        return Answers(np.zeros(40), MIDDLES.repeat(2) * (1 - BIAS[sample.particle] / 100 - course.repeat / 1000), {})

    def carried_out(wanted):
        asked.wanted += wanted
        return [[answer(sample, course) for sample in samples] for course, samples in wanted]

    def energies(train, test, eta):
        assert (train.particle, train.part, test.part) == (test.particle, "train", "test")
        asked.eta.append(eta)
        return EnergyBaselines(MIDDLES.repeat(2), MIDDLES.repeat(2) * (1 + BIAS[test.particle] / 100))

    monkeypatch.setattr(courses, "carried_out", carried_out)
    monkeypatch.setattr(energy_comparison.baselines, "energies", energies)
    monkeypatch.setattr(energy_comparison, "prepare", asked.prepared.extend)
    monkeypatch.setattr(ShowerSample, "showers", lambda sample: {"energy": MIDDLES.repeat(2)})
    return asked


def test_every_particle_is_compared_on_its_own_showers(asked):
    found = energy_comparison.compared("fixed", ("dnn", "cnn"), "smoke", 7)
    assert found.methods == ["linear", "boosted", "dnn", "cnn"]
    assert found.networks == ["dnn", "cnn"]
    for particle in PARTICLES:
        assert found.regressions["linear", particle].bias == pytest.approx(0, abs=1e-12)
        assert found.regressions["boosted", particle].bias == pytest.approx(-BIAS[particle])
        for network in ("dnn", "cnn"):  # the mean of trainings 0 and 1, 0.1 % apart
            measured = found.regressions[network, particle]
            assert measured.bias == pytest.approx(BIAS[particle] + 0.05)
            assert measured.bias_error == pytest.approx(0.05)
    assert len(found.answers) == 2 * 2 * 4
    assert found.answers["cnn_1_pi0"].energy[-1] == pytest.approx(487.5 * 0.959)
    assert len(asked.prepared) == 8


def test_at_different_angles_photons_are_learnt_where_others_learn_them(asked):
    energy_comparison.compared("random", ("dnn", "gn"), "smoke", 7)
    found = [course for course, _ in asked.wanted if course.task.particles == PHOTON_PI0.particles]
    assert found == courses.headline("dnn", "smoke", 7) + courses.headline("gn", "smoke", 7)
    pions = [course for course, _ in asked.wanted if course.task == ELECTRON_PION_ENERGY]
    assert pions == courses.repeats(ELECTRON_PION_ENERGY, "dnn", "smoke", 7) + courses.repeats(
        ELECTRON_PION_ENERGY, "gn", "smoke", 7
    )
    assert asked.eta == [True] * 4


def test_at_one_angle_all_trainings_and_tests_are_of_it(asked):
    energy_comparison.compared("fixed", ("cnn",), "smoke", 7, data="folder")
    assert asked.eta == [False] * 4
    for course, tests in asked.wanted:
        assert (course.task.angles, course.task.data, course.watched) == ("fixed", "folder", 0)
        assert [(test.part, test.angles, test.data) for test in tests] == [("test", "fixed", "folder")] * 2


def test_resolutions_and_biases():
    measured = {("boosted", "electron"): regression(2, -1), ("dnn", "pi0"): regression(3, 1.5)}
    found = by_name(energy_comparison.resolutions(EnergyComparison(measured, {})))
    assert found["boosted_electron_first"].value == pytest.approx(2)
    assert found["boosted_electron_last"].value == pytest.approx(2)
    assert found["boosted_electron_bias"].value == pytest.approx(1)
    assert found["dnn_pi0_low"].value == pytest.approx(3)
    assert (found["dnn_pi0_high"].value, found["dnn_pi0_high"].unit) == (pytest.approx(3), "%")
    assert "dnn_pi0_first" not in found


def test_a_bin_without_showers_has_no_resolution():
    measured = EnergyComparison({("boosted", "pi0"): regression(2, energies=MIDDLES[1:])}, {})
    assert "boosted_pi0_first" not in by_name(energy_comparison.resolutions(measured))
    assert list(by_name(energy_comparison.over_design(measured, 15.6, 1.0))) == ["boosted_pi0_last_over_design"]


def test_ratios_to_boosted_trees():
    measured = {("boosted", "electron"): regression(2), ("cnn", "electron"): regression(5)}
    (found,) = energy_comparison.over_boosted(EnergyComparison(measured, {}))
    assert (found.name, found.value, found.unit) == ("cnn_electron_ratio", pytest.approx(2.5), "1")


@pytest.mark.parametrize("bias", [-3.0, 3.0, 0.5])
def test_biases_are_shares_of_the_resolution(bias):
    (found,) = energy_comparison.bias_shares(EnergyComparison({("dnn", "photon"): regression(2, bias)}, {}))
    assert (found.name, found.value) == ("dnn_photon_bias_share", pytest.approx(abs(bias) / 2))


@pytest.mark.parametrize(("pions", "worse"), [(5.0, True), (1.0, False), (0.5, False)])
def test_pions_are_worse_than_the_worst_of_the_others_or_not(pions, worse):
    found = by_name(energy_comparison.pions_worse(comparison(pions)))
    for method in METHODS:
        for end in ("low", "high"):
            excess, errors = (found[f"{method}_pions_worse_{end}{kind}"] for kind in ("", "_errors"))
            assert (excess.value, excess.unit) == (pytest.approx(pions - 1), "%")
            assert errors.value == pytest.approx(excess.value / excess.error)
            assert (errors.value >= 1) is worse


def test_networks_are_similar_by_their_largest_and_smallest_resolution():
    measured = comparison(dnn=5.0, cnn=6.0, gn=10.0)
    two = by_name(energy_comparison.similar("similar", measured, ("dnn", "cnn")))
    three = by_name(energy_comparison.similar("all", measured, ("dnn", "cnn", "gn")))
    assert two["similar_charged_pion"].value == pytest.approx(1.2)
    assert three["all_charged_pion"].value == pytest.approx(2)
    assert three["all_photon"].value == pytest.approx(1)


@pytest.mark.parametrize(("gn", "worse"), [(9.0, True), (6.0, False), (3.0, False)])
def test_one_network_is_worse_for_pions_than_the_worst_other_or_not(gn, worse):
    found = by_name(energy_comparison.worse_for_pions("gn", comparison(linear=20.0, dnn=5.0, cnn=6.0, gn=gn)))
    assert found["gn_worse_for_pions"].value == pytest.approx(gn - 6)
    assert found["gn_worse_for_pions_ratio"].value == pytest.approx(gn / 6)
    assert (found["gn_worse_for_pions_errors"].value >= 1) is worse


def test_resolutions_over_that_of_the_design():
    found = by_name(energy_comparison.over_design(comparison(others=2.0), 15.6, 1.0))
    design = np.sqrt(15.6**2 / 12.5 + 1), np.sqrt(15.6**2 / 487.5 + 1)
    assert found["boosted_photon_first_over_design"].value == pytest.approx(2 / design[0])
    assert found["cnn_photon_last_over_design"].value == pytest.approx(2 / design[1])


@pytest.mark.parametrize("method", METHODS)
def test_only_reduced_networks_are_called_so(method):
    plain = energy_comparison.name_of(method)
    reduced = energy_comparison.name_of(method, "smoke")
    assert "showers" not in plain
    assert reduced.startswith(plain)
    assert (reduced == plain) is (method in energy_comparison.BASELINES)


def test_a_row_of_panels_for_each_particle():
    measured = comparison()
    published = types.SimpleNamespace(quantities={"boosted_photon_last": Quantity("boosted_photon_last", 1.05, 0.05)})
    figure = energy_comparison.draw_particles(Result((), measured.curves(), scale="smoke"), METHODS, published)
    assert len(figure.axes) == 2 * len(PARTICLES)
    assert [axes.get_title(loc="left") for axes in figure.axes[::2]] == [
        "electrons",
        "charged pions",
        "photons",
        "neutral pions",
    ]
    marked = ["published, XGBoost" in axes.get_legend_handles_labels()[1] for axes in figure.axes]
    assert marked == [False] * 5 + [True] + [False] * 2
    assert "GN 1/64 wide, 100 showers" in [text.get_text() for text in figure.legends[0].get_texts()]


@pytest.mark.parametrize(("largest", "limit"), [(3, 20), (65, 65)])
def test_small_and_large_biases_are_seen(largest, limit):
    axes = figures.panels()[1]
    axes.plot([0, 1], [-largest, 1])
    energy_comparison.wide_biases(axes)
    low, high = axes.get_ylim()
    assert low == -high
    assert high >= limit
    assert axes.get_yscale() == "symlog"
