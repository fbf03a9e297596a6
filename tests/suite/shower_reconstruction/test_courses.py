"""Trainings are done once, and their answers found again, with or without the network."""

import dataclasses
import json
import pathlib
import shutil

import numpy as np
import pytest

from keras_hep import training
from keras_hep.calorimetry.shower_streams import shower_inputs
from keras_hep.suite.shower_reconstruction import courses, networks, samples
from keras_hep.suite.shower_reconstruction.courses import Course, Task

PHOTONS = Task(("pi0", "photon"), ("merged_photons", None))


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Folder of the weights, and a small profile of sizes."""
    monkeypatch.setenv("KERAS_HEP_CACHE", str(tmp_path / "cache"))
    tiny = networks.Recipe(60, {"depth": 1, "neurons": 4}, 1e-3, batch_size=20)
    profile = networks.Profile(showers=40, rare=20, test=30, watched=20, repeats=2, recipes={"dnn": tiny})
    monkeypatch.setitem(networks.PROFILES, "tiny", profile)
    samples._showers.cache_clear()
    return tmp_path / "weights"


@pytest.fixture
def course():
    return Course(PHOTONS, "dnn", "tiny", 3, intervals=3)


def showers_to_test(course):
    return course.task.samples("test", "tiny", 3)


def answered(course, folder, **place):
    with training.store(training.Store(folder, **place)):
        return courses.answers(course, showers_to_test(course))


def test_answers_are_those_of_the_trained_network(course, folder):
    first, second = answered(course, folder)
    with training.store(training.Store(folder, train=False)):
        model = course.train().model
    output = training.predict(model, shower_inputs(showers_to_test(course)[0].showers()))
    np.testing.assert_allclose(first.energy, output[:, 2], rtol=1e-5)
    np.testing.assert_allclose(first.score, output[:, 1] - output[:, 0], rtol=1e-3, atol=1e-6)
    assert len(second.score) == 30
    assert first.history["events"] == [20, 40, 60]


def test_kept_answers_need_no_network(course, folder):
    before = answered(course, folder)
    for path in folder.glob("*.weights.h5"):
        path.unlink()
    again = answered(course, folder, train=False)
    assert all(np.array_equal(one.score, other.score) for one, other in zip(before, again, strict=True))
    assert all(np.array_equal(one.energy, other.energy) for one, other in zip(before, again, strict=True))
    assert before[0].history == again[0].history


def test_weights_serve_where_answers_are_missing_and_nothing_is_written(course, folder):
    before = answered(course, folder)
    for path in folder.glob("*.answers.*"):
        path.unlink()
    again = answered(course, folder, train=False)
    assert all(np.array_equal(one.score, other.score) for one, other in zip(before, again, strict=True))
    assert not list(folder.glob("*.answers.*"))


def test_nothing_kept_is_an_error_where_nothing_may_be_trained(course, folder):
    with pytest.raises(training.WeightsMissing, match="No weights with key"):
        answered(course, folder, train=False)


def test_damaged_answers_are_reported_and_made_again(course, folder):
    before = answered(course, folder)
    pathlib.Path(before[0].entry["file"]).write_bytes(b"damaged")
    with pytest.warns(UserWarning, match="does not match its SHA-256"):
        again = answered(course, folder)
    assert np.array_equal(before[0].score, again[0].score)


def test_recorded_answers_are_found(course, folder, tmp_path):
    before = answered(course, folder)
    recorded = tmp_path / "recorded"
    recorded.mkdir()
    entries = courses.recorded({f"dnn_{number}": one for number, one in enumerate(before)})
    for name, entry in entries.items():
        shutil.copy(entry["file"], recorded / f"{name}.answers.npz")
        entries[name] = {**entry, "file": f"{name}.answers.npz"}
    (recorded / "item.json").write_text(json.dumps({"weights": entries}))
    again = answered(course, tmp_path / "other", recorded=(recorded,), train=False)
    assert np.array_equal(before[1].energy, again[1].energy)


def test_keys_tell_courses_and_tests_apart(course):
    (first, second) = showers_to_test(course)
    others = [dataclasses.replace(course, repeat=1), dataclasses.replace(course, events=80)]
    others += [dataclasses.replace(course, options=(("hcal_shape", None),)), dataclasses.replace(course, watched=10)]
    keys = {one.key(first) for one in (course, *others)} | {course.key(second)}
    assert len(keys) == 6


def test_repeats_differ_in_the_seed_only():
    one, other = courses.repeats(PHOTONS, "dnn", "tiny", 3)
    assert one.sizes["seed"] != other.sizes["seed"]
    assert one.stream() == other.stream()


def test_validation_showers_are_neither_trained_on_nor_tested_on(course, folder):
    parts = {part: course.task.samples(part, "tiny", 3) for part in ("train", "test", "choice")}
    energies = [sample.showers()["energy"] for part in parts.values() for sample in part]
    assert len(np.unique(np.concatenate(energies))) == sum(map(len, energies))
    watched = dataclasses.replace(course, watched=20)
    with training.store(training.Store(folder)):
        assert len(watched.train().history["test_accuracy"]) == 3


def test_nothing_is_watched_on_cells_of_other_calorimeters():
    tasks = PHOTONS, dataclasses.replace(PHOTONS, geometry="cms")
    assert [courses.headline("dnn", "tiny", 3, None, task)[0].watched for task in tasks] == [20, 0]


def test_entries_of_the_history_are_those_of_the_recipe_or_the_course(course):
    assert course.sizes["interval"] == 20
    assert dataclasses.replace(course, intervals=None).sizes["interval"] == 20  # a batch at least
    assert dataclasses.replace(course, intervals=None, events=600).sizes["interval"] == 60


def test_windows_of_tasks():
    shapes = {
        "reconstruction": Task(("photon",)).shapes,
        "large": Task(("photon",), window="large").shapes,
        "cut": Task(("photon",), window="large", sides=(25, 5)).shapes,
        "cms": Task(("photon",), geometry="cms").shapes,
        "layers": Task(("photon",), geometry="layers").shapes,
    }
    assert shapes == {
        "reconstruction": {"ecal_shape": (25, 25, 25), "hcal_shape": (11, 11, 60)},
        "large": {"ecal_shape": (51, 51, 25), "hcal_shape": (11, 11, 60)},
        "cut": {"ecal_shape": (25, 25, 25), "hcal_shape": (5, 5, 60)},
        "cms": {"ecal_shape": (25, 25, 25), "hcal_shape": None},
        "layers": {"ecal_shape": (1, 1, 25), "hcal_shape": (1, 1, 60)},
    }


def test_all_are_carried_out_in_the_order_asked_for(folder):
    wanted = [(one, showers_to_test(one)) for one in courses.repeats(PHOTONS, "dnn", "tiny", 3, intervals=3)]
    with training.store(training.Store(folder, train=True)):
        for one, samples_ in wanted:
            courses.answers(one, samples_)
        found = courses.carried_out(wanted)
    assert [len(pair) for pair in found] == [2, 2]
    assert not np.array_equal(found[0][0].score, found[1][0].score)


def test_published_sizes_are_those_of_the_article():
    full = networks.PROFILES["full"]
    assert (full.showers, full.recipes["dnn"].batch_size, full.recipes["gn"].decay) == (400_000, 1000, 0.01)
    counts = [networks.network(name, **full.recipes[name].arguments).count_params() for name in ("dnn", "cnn")]
    assert counts == [12_510_233, 4_903_290]
