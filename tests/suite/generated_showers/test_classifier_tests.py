"""Classifiers of generated showers: who is told apart, who repeats the training, and which generator is better."""

import time
import types

import numpy as np
import pytest

from keras_hep.calorimetry.cells import Cells
from keras_hep.calorimetry.showers import Showers
from keras_hep.suite.generated_showers import classifier_results as results
from keras_hep.suite.generated_showers import classifier_tests as tests
from keras_hep.suite.generated_showers import generators
from keras_hep.suite.generated_showers.samples import electrons

RANDOM = np.random.default_rng(1)
NAMES = ["a", "b", "c"]


def rows(shift=0.0, number=400):
    return RANDOM.normal(size=(number, 3)) + np.array([shift, 0.0, 0.0])


def by_name(quantities):
    return {one.name: one for one in quantities}


def answers(separation, number=300):
    """Return what is kept of a generator that is told apart so well."""
    kept = {}
    for classifier in tests.CLASSIFIERS:
        kept[f"{classifier}_simulated"] = RANDOM.normal(size=number)
        kept[f"{classifier}_generated"] = RANDOM.normal(size=number) + separation
    law = {
        "too_near": [0.01, 0.002],
        "affinity": [0.5, 0.02],
        "nearest": [1.0, 0.1],
        "coverage": [0.9, 0.02, 0.97],
        "correlation": [0.1, 0.01],
    }
    return kept | {name: np.array(values) for name, values in law.items()}


def test_trees_find_a_shift_and_nothing_where_there_is_none():
    scored = tests.tree_scores((rows(), rows(2.0)), (rows(), rows(2.0)), NAMES)
    assert np.mean(scored[1]) - np.mean(scored[0]) > 0.4
    scored = tests.tree_scores((rows(), rows()), (rows(), rows()), NAMES)
    assert abs(np.mean(scored[1]) - np.mean(scored[0])) < 0.1


def test_a_generator_that_repeats_its_training_is_found():
    own = rows(number=100)
    honest = tests.learned_law(rows(), rows(), own, rows(number=100))
    repeating = tests.learned_law(rows(), np.tile(own, (4, 1)), own, rows(number=100))
    assert honest["affinity"][0] == pytest.approx(0.5, abs=0.15)
    assert repeating["affinity"][0] == 1
    assert repeating["nearest"][0] == 0
    assert repeating["too_near"][0] == 1
    assert honest["too_near"][0] < 0.04
    assert tests.learned_law(rows(), rows(9.0), own, rows(number=100))["too_near"][0] == 0  # far from everything
    assert honest["nearest"][0] == pytest.approx(1, abs=0.3)


def test_missing_modes_and_correlations_are_found():
    true = np.concatenate([rows(-5.0, 200), rows(5.0, 200)])
    half = tests.learned_law(true, rows(5.0), rows(number=50), rows(number=50))
    assert half["coverage"][0] == pytest.approx(0.5, abs=0.05)
    straight = np.repeat(RANDOM.normal(size=(400, 1)), 3, axis=1) + 0.1 * rows()
    assert tests.learned_law(rows(), straight, rows(number=50), rows(number=50))["correlation"][0] > 0.8


def test_a_feature_that_does_not_vary_has_no_correlation():
    flat = rows() * [1.0, 1.0, 0.0]
    assert np.isfinite(tests.learned_law(rows(), flat, rows(number=50), rows(number=50))["correlation"]).all()


def test_features_are_of_cells_above_the_threshold_and_of_the_image():
    cells = Cells((25, 25, 25), [2, 0], [12 * 650, 12 * 650 + 12], [50.0, 1e-6])
    showers = Showers(cells, None, {"energy": [100.0, 100.0], "measured_theta": [1.5, 1.5]}, "simulation")
    found = tests.features(showers)
    assert found["hits"].tolist() == [1, 0]
    assert found["sampling_fraction"].tolist() == [0.01, 0]
    assert found["angle"].tolist() == pytest.approx([np.pi / 2, 0.0])  # not of the request
    assert tests.feature_rows(showers).shape == (2, 12)
    assert tests.seen(showers).ecal.counts.tolist() == [1, 0]
    assert tests.seen(showers)["reco_eta"].tolist() == pytest.approx([0.0, 0.0], abs=1e-6)


def test_the_network_on_cells_tells_halved_showers_apart(tmp_path, monkeypatch):
    from keras_hep import training

    monkeypatch.setenv("KERAS_HEP_CACHE", str(tmp_path))
    showers = electrons(60, 3)
    halved = Showers(
        Cells(showers.ecal.shape, showers.ecal.counts, showers.ecal.index, showers.ecal.energy / 4),
        None,
        showers.labels,
        "simulation",
    )
    with training.store(training.Store(tmp_path / "weights")):
        judge = tests.Judge(4000, {"depth": 1, "neurons": 32})
        scored = tests.cell_scores((showers, halved), (showers, halved), judge, 1, 25)
    assert np.mean(scored[1][:, None] > scored[0]) > 0.8


def test_the_better_generator_gains():
    found = {"published": [answers(2.0), answers(2.0)], "ours": [answers(0.5), answers(0.5)], "control": [answers(0.0)]}
    of_classifiers = results.scores(found)
    named = by_name(results.areas(of_classifiers))
    assert named["cells_published"].value > 0.85
    assert named["features_gain_errors"].value > 2
    swapped = {**found, "published": found["ours"], "ours": found["published"]}
    assert by_name(results.areas(results.scores(swapped)))["features_gain_errors"].value < -2


def test_the_control_is_in_errors_from_one_half():
    good = {"control": [answers(0.0)], "published": [answers(1.0)], "ours": [answers(1.0)]}
    assert max(one.value for one in results.control(results.scores(good))) < 4
    bad = {**good, "control": [answers(1.0)]}
    assert min(one.value for one in results.control(results.scores(bad))) > 4


def test_laws_are_means_over_trainings():
    found = {"published": [answers(1.0), answers(1.0)], "ours": [answers(1.0)]}
    found["published"][1]["coverage"] = np.array([0.7, 0.02, 0.97])
    named = by_name(results.laws(found))
    assert named["coverage_published"].value == pytest.approx(0.8)
    assert named["coverage_published"].error > 0.1
    assert named["affinity_ours"].value == 0.5


def test_curves_hold_all_scores():
    found = {"published": [answers(1.0)], "ours": [answers(9.0)], "control": [answers(0.0)]}
    named = {one.name: one for one in results.curves(results.scores(found))}
    assert sum(named["score_ours_generated"].y) == pytest.approx(1)
    assert named["score_ours_generated"].y[-1] > 0.9


class Slow:
    """A generator that takes a while."""

    def __init__(self, seconds, parameters):
        self.seconds, self.parameters = seconds, parameters

    def like(self, showers, seed):
        time.sleep(self.seconds)

    def weights(self, prefix):
        return {f"{prefix}generator": {"key": self.parameters}}


def test_costs_are_per_shower_and_weights_have_names():
    several = {"published": [Slow(0.02, 5)], "ours": [Slow(0.01, 7)]}
    named = by_name(results.costs(several, range(4), 1))
    assert 5 <= named["cost_published"].value < 50
    assert named["cost_ratio"].value < 1
    assert named["cost_ratio"].timed
    assert named["parameters_ours"].value == 7
    found = {"ours": [types.SimpleNamespace(weights={"key": 1})]}
    entries = results.weights(found, several)
    assert entries == {
        "ours_0_answers": {"key": 1},
        "published_0_generator": {"key": 5},
        "ours_0_generator": {"key": 7},
    }


def test_generators_are_found_by_kind(monkeypatch):
    with pytest.raises(ValueError, match="kind must be one of published, ours, got 'theirs'"):
        generators.trained("theirs", "smoke", 1)
    asked = []

    def sample(energy, theta, seed):
        asked.append((len(energy), seed))
        cells = [1e-6, 2.0] * len(energy)  # one of them below the threshold
        return Cells((1, 1, 25), np.full(len(energy), 2), np.tile([3, 4], len(energy)), cells)

    module = types.SimpleNamespace(
        published=lambda profile, seed: types.SimpleNamespace(weights={"generator": {"key": f"{profile}{seed}"}}),
        ours=lambda profile, seed: types.SimpleNamespace(weights={"key": "one", "file": "f"}),
        sampler=lambda training: sample,
        PROFILES={"smoke": types.SimpleNamespace(showers=64)},
    )
    monkeypatch.setattr(generators.importlib, "import_module", lambda name: module)
    generator = generators.trained("published", "smoke", 3)
    assert generator.learned == 64
    assert generator.weights("x_") == {"x_generator": {"key": "smoke3"}}
    assert generator.weights(but=generators.RECORDED_ELSEWHERE) == {}
    assert generators.trained("ours", "smoke", 3).entries["generator"]["key"] == "one"
    number = 1001
    labels = {"energy": np.full(number, 100.0), "measured_theta": np.full(number, 1.5)}
    nothing = Cells((1, 1, 25), np.zeros(number, int), [], [])
    showers = Showers(nothing, None, labels, "simulation")
    assert generator.like(showers, 7).counts.tolist() == [1] * number
    assert asked == [(1000, [7, 5, 0]), (1, [7, 5, 1])]  # in blocks, each with noise of its own
    assert len(generator.observables(showers, 7)) == number
