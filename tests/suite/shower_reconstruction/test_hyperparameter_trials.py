"""The published scan has its size, trials are the trainings that they say, and what is measured of them."""

import dataclasses
import json
import pathlib
import shutil

import numpy as np
import pytest

from keras_hep import models, training
from keras_hep.suite import trial_engines
from keras_hep.suite.hyperparameter_scan import Point, read_trials
from keras_hep.suite.shower_reconstruction import courses, hyperparameters, networks, samples, scan_plans
from keras_hep.suite.shower_reconstruction.scan_plans import BEST, DEFAULTS, PLANS, Plan, Slice

ROOT = pathlib.Path(__file__).resolve().parents[3]


def test_the_full_scan_has_every_point_of_the_slices_once_and_the_published_best():
    counts = {network: len(plan.points(network)) for network, plan in PLANS["full"].items()}
    # slices, less the points that they share, and the best: one with the defaults, of the GN one learning rate each
    assert counts == {"dnn": 25 + 49 - 1 + 1, "cnn": 30 + 25 + 49 - 2 + 1, "gn": 42 + 63 - 7 + 1}
    for network, plan in PLANS["full"].items():
        assert plan.points(network)[-1] == BEST[network]
        assert {name: DEFAULTS[name] for name in BEST[network]} in plan.points(network)


def test_the_published_best_settings_are_those_of_our_models_and_recipes():
    for network, best in BEST.items():
        recipe = networks.PROFILES["full"].recipes[network]
        config = getattr(models, networks.CLASSES[network])().get_config()
        found = {**config, "learning_rate": recipe.learning_rate, "decay": recipe.decay}
        assert {name: found[name] for name in best} == best


def test_structure_says_what_the_full_scan_consists_of():
    found = {quantity.name: quantity.value for quantity in scan_plans.structure()}
    assert found["cnn_filters_kernel_points"] == 30
    assert found["gn_trials"] == 990
    assert (found["dnn_epochs"], found["gn_epochs"], found["cnn_repeats"]) == (3, 1, 10)
    assert {name: found[f"default_{name}"] for name in DEFAULTS} == DEFAULTS
    published = json.loads((ROOT / "results/references/calorimetry/fig11_scan.json").read_text())["quantities"]
    assert {name: found[name] for name in published} == {name: one["value"] for name, one in published.items()}


def test_coarse_scans_take_their_points_from_the_published_axes():
    axes = {one.name: one.axes for plan in PLANS["full"].values() for one in plan.slices}
    for plan in PLANS["quick"].values():
        for one in plan.slices:
            assert all(set(values) <= set(axes[one.name][name]) for name, values in one.axes.items())
            assert all(BEST[one.network][name] in values for name, values in one.axes.items())  # the mark is on it


def test_a_course_has_the_settings_of_its_trial():
    (point,) = Slice("cnn", {"filters": (6,), "kernel": (2,)}).points()
    course = hyperparameters.course("cnn", "quick", 7, "", 1, **point)
    config, optimizer = course.model().get_config(), networks.optimizer(course.recipe)
    assert (config["filters"], config["kernel"], config["depth"], config["neurons"]) == (6, 2, 3, 512)
    assert config["dropout"] == 0.08
    assert optimizer.penalty == 0.04
    assert float(optimizer.get_config()["learning_rate"]) == pytest.approx(4e-4)
    assert (course.sizes["events"], course.sizes["seed"]) == (1_000, 1_007)
    without = hyperparameters.course("cnn", "quick", 7, "", 1, **{**point, "decay": 0.0})
    assert not hasattr(networks.optimizer(without.recipe), "penalty")


def test_a_course_without_its_own_rates_is_that_of_the_recipe():
    course = courses.Course(courses.PHOTON_PI0, "gn", "smoke", 7)
    assert course.recipe == networks.PROFILES["smoke"].recipes["gn"]
    assert dataclasses.replace(course, learning_rate=3e-4).recipe.learning_rate == 3e-4
    (sample, _) = courses.PHOTON_PI0.samples("test", "smoke", 7)
    assert dataclasses.replace(course, decay=0.01).key(sample) == course.key(sample)  # which is the recipe's
    assert dataclasses.replace(course, decay=0.02).key(sample) != course.key(sample)


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """Store of a small scan of two points of the DNN, in this process."""
    monkeypatch.setenv("KERAS_HEP_CACHE", str(tmp_path / "cache"))
    recipe = networks.Recipe(60, {"depth": 1, "neurons": 4}, 1e-3, batch_size=20)
    sizes = networks.Profile(showers=40, rare=20, test=30, watched=0, repeats=1, recipes=dict.fromkeys(BEST, recipe))
    monkeypatch.setitem(networks.PROFILES, "tiny", sizes)
    one = Slice("dnn", {"depth": (1, 2), "neurons": (4,)})
    monkeypatch.setitem(PLANS, "tiny", {"dnn": Plan((one,), events=40, tested=20, repeats=2)})
    monkeypatch.setattr(trial_engines, "installed", lambda: False)
    samples._showers.cache_clear()
    return training.Store(tmp_path / "weights")


def test_a_scan_keeps_answers_and_trials_but_no_weights(tiny):
    with training.store(tiny):
        found = hyperparameters.scanned("tiny", 3)
    (_, points), *others = found.slices()
    assert not others
    assert [point.settings["depth"] for point in points] == [1, 2]
    assert all(len(point.values) == 2 and 0 <= min(point.values) <= 1 for point in points)
    assert set(found.weights) == {f"dnn_{p}_{r}_{c}" for p in (0, 1) for r in (0, 1) for c in ("pi0", "photon")}
    pions, photons = (found.weights[f"dnn_1_0_{name}"].score for name in ("pi0", "photon"))
    assert len(pions) == 20
    assert points[1].values[0] == (np.sum(pions <= 0) + np.sum(photons > 0)) / 40
    assert list(tiny.folder.rglob("*.weights.h5")) == []
    assert len(read_trials(tiny.folder / "scan" / "trials")) == 4


def test_recorded_answers_give_the_same_numbers_without_training(tiny, tmp_path):
    with training.store(tiny):
        first = hyperparameters.scanned("tiny", 3)
    folder = tmp_path / "recorded"
    folder.mkdir()
    entries = courses.recorded(first.weights)
    for number, entry in enumerate(entries.values()):
        entry["file"] = shutil.copyfile(entry["file"], folder / f"{number}.npz").name
    (folder / "item.json").write_text(json.dumps({"weights": entries}))
    with training.store(training.Store(tmp_path / "none", recorded=(folder,), train=False)):
        again = hyperparameters.scanned("tiny", 3)
    assert again.points == first.points
    assert not (tmp_path / "none").exists()
    with (
        training.store(training.Store(tmp_path / "none", train=False)),
        pytest.raises(training.WeightsMissing),
    ):
        hyperparameters.scanned("tiny", 3)


def quantities(found):
    return {quantity.name: quantity for quantity in found}


def test_the_best_point_and_whether_points_differ():
    points = [Point({"depth": 1}, (0.6, 0.7)), Point({"depth": 2}, (0.8, 0.9))]
    found = quantities(hyperparameters.best_of("slice", points, "of"))
    assert found["slice_largest"].value == pytest.approx(0.85)
    assert found["slice_largest"].error == pytest.approx(0.05)
    assert found["slice_variation"].value == pytest.approx(0.02 / 0.0025)


def test_of_single_trials_no_error_is_known():
    (found,) = hyperparameters.best_of("slice", [Point({}, (0.6,)), Point({}, (0.7,))], "of")
    assert (found.value, found.error) == (0.7, None)


def test_how_far_the_published_best_settings_are_behind():
    best = Point(BEST["gn"], (0.80, 0.82))
    spread = 0.02 / np.sqrt(2)
    found = quantities(hyperparameters.behind_best("gn", [Point({}, (0.84, 0.84)), best]))
    assert found["gn_behind"].value == pytest.approx(0.03 / spread)
    assert found["gn_published_best"].value == pytest.approx(0.81)
    assert quantities(hyperparameters.behind_best("gn", [Point({}, (0.7, 0.7)), best]))["gn_behind"].value == 0
    same = [Point({}, (0.84, 0.84)), Point(BEST["gn"], (0.8, 0.8))]
    assert quantities(hyperparameters.behind_best("gn", same))["gn_behind"].value == np.inf
