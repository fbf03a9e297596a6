"""Showers on the cells of other calorimeters: contrasts of areas and of resolutions, and which features are seen."""

import dataclasses

import numpy as np
import pytest

from keras_hep.calorimetry.resampling import CMS, resampled, resampled_features
from keras_hep.suite import figures
from keras_hep.suite.record import Result
from keras_hep.suite.shower_reconstruction import baselines, courses, measurements, resampled_energies, samples
from keras_hep.suite.shower_reconstruction import resampled_showers as showers
from keras_hep.suite.shower_reconstruction.courses import Answers, headline
from keras_hep.suite.shower_reconstruction.measurements import Scores
from keras_hep.suite.shower_reconstruction.samples import ShowerSample
from keras_hep.suite.shower_reconstruction.trained_energies import Energies, ratio

SHIFTS = {"cnn": 1.2, "dnn": 0.9, "bdt": 0.6}
KEPT = {"clic": 1.0, "atlas": 0.9, "cms": 0.4}  # of the shifts


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Folder of a cache of its own."""
    monkeypatch.setenv("KERAS_HEP_CACHE", str(tmp_path / "cache"))
    samples._showers.cache_clear()
    baselines.features.cache_clear()


@pytest.fixture
def found():
    """Scores of three trainings, of trees one, on 4,000 showers: their differences shrink on coarser cells."""
    random = np.random.default_rng(1)
    labels = np.repeat([False, True], 2000)
    shared = random.normal(size=4000)
    scores = {}
    for geometry, kept in KEPT.items():
        for classifier, shift in SHIFTS.items():
            noise = random.normal(size=(1 if classifier == "bdt" else 3, 4000))
            scores[geometry, classifier] = Scores(labels, shared + kept * shift * labels + 0.2 * noise)
    return scores


@pytest.fixture
def energies():
    """Energies of 2,000 showers: networks gain a third on cells of CLIC and ATLAS, and nothing on those of CMS."""
    random = np.random.default_rng(2)
    true = random.uniform(10, 500, 2000)
    widths = {"linear": 0.06, "boosted": 0.03, "dnn": 0.02, "cnn": 0.02}
    tables = {}
    for geometry in showers.GEOMETRIES:
        for method, width in widths.items():
            width = 0.03 if geometry == "cms" and method in ("dnn", "cnn") else width
            number = 1 if method in ("linear", "boosted") else 3
            tables[geometry, method] = Energies(true, true * (1 + width * random.normal(size=(number, 2000))))
    return tables


def test_a_contrast_of_two_is_the_gain_in_area(found):
    better, worse = found["clic", "cnn"], found["clic", "bdt"]
    ours = measurements.area_contrast("gain", [(1, better), (-1, worse)], "")
    gained = [one - other for one, other in zip(better.placements(), worse.placements(), strict=True)]
    tested = sum(part.var(ddof=1) / len(part) for part in gained)
    trained = sum(one.areas().var(ddof=1) / len(one.areas()) for one in (better, worse) if len(one.areas()) > 1)
    value = better.areas().mean() - worse.areas().mean()
    theirs = measurements.with_errors("gain", value, np.sqrt(tested + trained), "")
    for one, other in zip(ours, theirs, strict=True):
        assert (one.name, one.value) == (other.name, pytest.approx(other.value))
    assert ours[0].error == pytest.approx(theirs[0].error)


def test_a_contrast_of_a_classifier_with_itself_is_nothing(found):
    one = found["clic", "bdt"]
    value, errors = measurements.area_contrast("gain", [(0.5, one), (0.5, one), (-1, one)], "")
    assert value.value == pytest.approx(0)
    assert value.error == pytest.approx(0)
    assert abs(errors.value) < 1e3  # rounding over rounding


def test_a_contrast_needs_the_same_showers(found):
    fewer = found["clic", "dnn"].chosen(np.arange(4000) % 2 == 0)
    with pytest.raises(ValueError, match=r"gain: all classifiers must be tested on the same showers, got \[4000, 2000"):
        measurements.area_contrast("gain", [(1, found["clic", "cnn"]), (-1, fewer)], "")


def test_leads_and_losses_are_those_that_were_put_in(found):
    listed = {one.name: one for one in showers.quantities(found)}
    for geometry in showers.GEOMETRIES:
        for better, worse in (("cnn", "dnn"), ("dnn", "bdt"), ("cnn", "bdt")):
            assert listed[f"{better}_over_{worse}_{geometry}_errors"].value > 1
        areas = [listed[f"area_{one}_{geometry}"].value for one in ("cnn", "dnn", "bdt")]
        assert listed[f"lead_{geometry}"].value == pytest.approx(np.mean(areas[:2]) - areas[2])
    for geometry in ("clic", "atlas"):
        assert listed[f"lead_{geometry}_over_cms_errors"].value > 1
    assert listed["loss_cnn_cms_errors"].value > 1
    clic, cms = (listed[f"area_bdt_{geometry}"].value for geometry in ("clic", "cms"))
    assert listed["loss_bdt_cms"].value == pytest.approx(clic - cms)


def test_where_trees_lead_all_signs_turn(found):
    turned = {(geometry, {"dnn": "bdt", "bdt": "dnn"}.get(one, one)): value for (geometry, one), value in found.items()}
    listed = {one.name: one.value for one in showers.quantities(turned)}
    assert listed["dnn_over_bdt_cms_errors"] < -1
    assert listed["lead_cms"] == pytest.approx(0, abs=0.05)


def test_all_networks_have_their_place_in_the_ranking():
    assert showers.steps(["dnn", "cnn", "gn"]) == [
        ("gn", "cnn"),
        ("cnn", "dnn"),
        ("dnn", "bdt"),
        ("gn", "bdt"),
        ("cnn", "bdt"),
    ]


def test_trainings_are_the_shared_ones_on_the_cells_of_each_geometry(monkeypatch):
    asked = []

    def carried_out(wanted):
        asked.extend(wanted)
        return [
            [Answers(np.float32([number]), np.float32([1.0]), {}) for _ in pair]
            for number, (_, pair) in enumerate(wanted)
        ]

    monkeypatch.setattr(courses, "carried_out", carried_out)
    answers = showers.trained(["dnn"], "smoke", 7)
    assert list(answers) == [("clic", "dnn"), ("atlas", "dnn"), ("cms", "dnn")]
    assert [course for course, _ in asked[:2]] == headline("dnn", "smoke", 7)
    assert [sample.geometry for _, pair in asked for sample in pair] == ["clic"] * 4 + ["atlas"] * 4 + ["cms"] * 4
    assert {sample.part for _, pair in asked for sample in pair} == {"test"}
    names = list(showers.named(answers))
    assert names[:3] == ["clic_dnn_0_pi0", "clic_dnn_0_photon", "clic_dnn_1_pi0"]
    assert [one.score[0] for one in showers.named(answers).values()] == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_scores_of_trees_stand_beside_those_of_networks():
    pair = [Answers(np.float32(score), np.ones(len(score), np.float32), {}) for score in ([1, 2], [3])]
    kept = {"pi0": np.array([0.1, 0.2]), "photon": np.array([0.3])}
    both = showers.scores({("cms", "cnn"): [pair, pair]}, {"cms": kept})
    assert both["cms", "cnn"].scores.tolist() == [[1, 2, 3], [1, 2, 3]]
    assert both["cms", "bdt"].scores.tolist() == [[0.1, 0.2, 0.3]]
    assert both["cms", "bdt"].labels.tolist() == both["cms", "cnn"].labels.tolist() == [False, False, True]


@pytest.mark.usefixtures("folder")
def test_baselines_see_features_of_the_resampled_cells():
    sample = ShowerSample("photon", 40, 3, geometry="cms")
    seen = baselines.features(sample)
    expected = resampled_features(sample.showers(), CMS, keep_hcal=True)
    for name, values in expected.items():
        np.testing.assert_array_equal(seen[name], values)
    assert seen["ECALmomentZ1"] == pytest.approx(12)  # no layers
    assert np.ptp(baselines.features(dataclasses.replace(sample, geometry="clic"))["ECALmomentZ1"]) > 1
    sums = resampled(sample.showers(), CMS).ecal.sums()
    np.testing.assert_allclose(seen["ECAL_E"], sums, rtol=1e-5)


@pytest.mark.usefixtures("folder")
def test_networks_and_baselines_are_tested_on_the_same_showers():
    test = showers.task_on("cms").samples("test", "smoke", 7)[1]
    true = test.showers()["energy"]
    both = [Answers(np.zeros(len(true), np.float32), np.float32(true), {})] * 2
    answers = {(geometry, network): [both, both] for geometry in showers.GEOMETRIES for network in ("dnn", "cnn")}
    compared = resampled_energies.energies("photon", answers, "smoke", 7)
    assert all(np.array_equal(one.true, true) for one in compared.values())
    assert compared["cms", "dnn"].measured("resolution", 0, 500)[0].tolist() == [0.0, 0.0]
    assert compared["cms", "linear"].predicted.shape == (1, len(true))
    assert not np.array_equal(compared["cms", "boosted"].predicted, compared["clic", "boosted"].predicted)


def test_a_product_of_two_is_their_ratio(energies):
    above, below = energies["atlas", "boosted"], energies["atlas", "dnn"]
    ours = resampled_energies.product("gain", [(1, above), (-1, below)], 0, 500, "")
    theirs = ratio("gain", above, below, "resolution", 0, 500, "")
    for one, other in zip(ours, theirs, strict=True):
        assert (one.name, one.value) == (other.name, pytest.approx(other.value))
    assert ours[0].error == pytest.approx(theirs[0].error)


def test_gains_are_those_that_were_put_in(energies):
    listed = {one.name: one for one in resampled_energies.quantities(energies)}
    for network in ("dnn", "cnn"):
        assert listed[f"gain_{network}_atlas"].value == pytest.approx(1.5, rel=0.1)
        assert listed[f"gain_{network}_atlas_errors"].value > 1
        assert 0.9 < listed[f"gain_{network}_cms"].value < 1.1
        assert listed[f"gain_lost_{network}"].value == pytest.approx(1.5, rel=0.1)
        assert listed[f"gain_lost_{network}_errors"].value > 1
        assert listed[f"bias_excess_{network}_cms"].value < 1
        assert listed[f"widened_{network}_cms"].value == pytest.approx(1.5, rel=0.1)
    assert listed["widened_linear_cms"].value == pytest.approx(1, rel=0.1)


def test_a_biased_network_is_seen(energies):
    biased = energies["cms", "dnn"]
    energies["cms", "dnn"] = Energies(biased.true, 0.95 * biased.predicted)
    listed = {one.name: one for one in resampled_energies.quantities(energies)}
    assert listed["bias_excess_dnn_cms"].value == pytest.approx(5, abs=0.5)
    assert listed["bias_excess_dnn_cms"].unit == "%"


def test_bins_without_showers_have_no_ratio(energies):
    above = {key: one.chosen(one.true > 60) for key, one in energies.items()}
    curves = {curve.name: curve for curve in resampled_energies.curves(above)}
    assert curves["dnn_atlas_over_boosted"].x[0] == 62.5
    assert np.mean(curves["dnn_atlas_over_boosted"].y) == pytest.approx(2 / 3, rel=0.1)


def test_figures_show_every_classifier_and_method(found, energies):
    result = Result(showers.quantities(found), showers.curves(found), scale="quick")
    _, (roc, areas) = figures.panels(columns=2)
    showers.draw_curves(roc, result, "cms")
    showers.draw_areas(areas, result)
    names = [text.get_text() for text in roc.get_legend().get_texts()]
    assert [name[:3] for name in names[1:]] == ["DNN", "CNN", "BDT"]
    assert "DNN of 256 neurons, 20,000 showers" in [text.get_text() for text in areas.get_legend().get_texts()]
    result = Result(resampled_energies.quantities(energies), resampled_energies.curves(energies), scale="full")
    figure = resampled_energies.draw(result)
    assert len(figure.axes) == 6
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        "linear regression",
        "XGBoost",
        "DNN",
        "CNN",
        "alike: within a tenth",
    ]
