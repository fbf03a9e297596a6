"""Classifiers compared: kept arrays, ROC curves, accuracy in bins, and the best network; answers made by hand."""

import dataclasses

import numpy as np
import pytest

from keras_hep import training_store
from keras_hep.suite.shower_reconstruction import classification, courses, measurements
from keras_hep.suite.shower_reconstruction.courses import Answers
from keras_hep.suite.shower_reconstruction.kept_arrays import kept_arrays
from keras_hep.suite.shower_reconstruction.measurements import Scores


@pytest.fixture
def place(tmp_path):
    with training_store.store(training_store.Store(tmp_path)) as found:
        yield found


def answers(scores, accuracy=0.5):
    scores = np.asarray(scores, np.float32)
    return Answers(scores, np.zeros_like(scores), {"history": {"test_accuracy": [0.9, accuracy]}})


def random_scores(trainings, number=400, shift=1.0, seed=1):
    random = np.random.default_rng(seed)
    labels = np.arange(number) % 2 == 1
    return Scores(labels, random.normal(size=(trainings, number)) + shift * labels)


# Kept arrays


def test_arrays_are_computed_once_and_found_where_nothing_may_be_trained(place):
    calls = []

    def compute():
        calls.append(1)
        return {"score": np.array([0.1, 0.2]), "count": np.array([3])}

    first = kept_arrays({"what": 1}, compute)
    with training_store.store(dataclasses.replace(place, train=False)):
        again = kept_arrays({"what": 1}, compute)
    assert len(calls) == 1
    assert first.weights == again.weights
    assert first["score"].dtype == again["score"].dtype == np.float32
    assert again["count"].tolist() == [3]
    assert courses.recorded({"one": again})["one"]["file"].endswith(".answers.npz")


def test_other_arrays_are_not_found(place):
    kept_arrays({"what": 1}, lambda: {"score": np.zeros(2)})
    assert kept_arrays({"what": 2}, lambda: {"score": np.ones(2)})["score"].tolist() == [1, 1]
    with (
        training_store.store(dataclasses.replace(place, train=False)),
        pytest.raises(training_store.WeightsMissing, match="run the item again"),
    ):
        kept_arrays({"what": 3}, dict)


def test_damaged_arrays_are_computed_again(place):
    kept = kept_arrays({"what": 1}, lambda: {"score": np.zeros(2)})
    with open(kept.weights["file"], "ab") as stream:
        stream.write(b"x")
    with pytest.warns(UserWarning, match="SHA-256"):
        again = kept_arrays({"what": 1}, lambda: {"score": np.ones(2)})
    assert again["score"].tolist() == [1, 1]


# Boosted trees


@pytest.mark.parametrize("kind", ["bdt", "gradient"])
def test_trees_tell_neutral_pions_from_photons(kind, place, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HEP_CACHE", str(tmp_path))
    kept = classification.boosted(kind, courses.PHOTON_PI0, "smoke", seed=3)
    found = classification.tree_scores(kept, courses.PHOTON_PI0)
    assert found.scores.shape == (1, 240)
    assert found.labels.tolist() == [False] * 120 + [True] * 120
    assert found.areas()[0] > 0.52  # chance has an error of 0.037
    with training_store.store(dataclasses.replace(place, train=False)):
        assert np.array_equal(classification.boosted(kind, courses.PHOTON_PI0, "smoke", 3)["pi0"], kept["pi0"])


# Answers


def test_answers_become_scores_and_have_names():
    found = {("photon_pi0", "dnn"): [[answers([-1, 1]), answers([2])], [answers([-3, -2]), answers([1])]]}
    scores = classification.scores(found["photon_pi0", "dnn"])
    assert scores.labels.tolist() == [False, False, True]
    assert scores.scores.tolist() == [[-1, 1, 2], [-3, -2, 1]]
    assert set(classification.named(found)) == {"dnn_0_pi0", "dnn_0_photon", "dnn_1_pi0", "dnn_1_photon"}


def test_names_of_both_tasks_differ():
    found = {(task, "gn"): [[answers([0]), answers([0])]] for task in classification.TASKS}
    assert len(classification.named(found)) == 4


def test_validation_showers_choose_the_network_not_the_test():
    right, wrong = [answers([-1.0]), answers([1.0])], [answers([1.0], 0.8), answers([-1.0], 0.8)]
    found = {("photon_pi0", network): [right] for network in ("dnn", "gn")} | {("photon_pi0", "cnn"): [wrong]}
    assert classification.best_network(found, "photon_pi0") == "cnn"
    del found["photon_pi0", "cnn"]  # a task need not be learnt by all networks
    assert classification.networks_of(found, "photon_pi0") == ["dnn", "gn"]
    assert classification.best_network(found, "photon_pi0") == "dnn"


# Areas and ROC curves


def test_areas_and_gains_of_classifiers():
    labels = np.array([False, False, True, True])
    found = {"gn": Scores(labels, np.array([[1.0, 2, 3, 4]])), "bdt": Scores(labels, np.array([[1.0, 3, 2, 4]]))}
    quantities = {one.name: one for one in classification.areas("photon_pi0", found, [("gn", "bdt"), ("gn", "cnn")])}
    assert quantities["photon_pi0_gn"].value == 1
    assert quantities["photon_pi0_gn_over_bdt"].value == 0.25
    assert set(quantities) == {
        *("photon_pi0_gn", "photon_pi0_bdt", "photon_pi0_gn_over_bdt", "photon_pi0_gn_over_bdt_errors"),
    }


def test_errors_of_a_roc_curve_hold_those_of_the_false_positives():
    scores = random_scores(1, number=4000)
    plain, ours = measurements.roc("roc", scores, ""), classification.roc("roc", scores, "")
    assert ours.x == plain.x
    assert ours.y == plain.y
    assert ours.x[0] >= 1 / 2000  # no further than one shower of class 0
    assert np.all(np.asarray(ours.error) >= plain.error)
    assert ours.error[10] > 1.2 * plain.error[10]


def test_a_perfect_classifier_has_errors_too():
    labels = np.arange(100) % 2 == 1
    curve = classification.roc("roc", Scores(labels, np.where(labels, 1.0, -1.0)[None]), "")
    assert set(curve.y) == {1.0}
    assert np.all(np.asarray(curve.error) >= 1 / 52)


# Energies and angles


def test_true_energies_and_angles_are_those_of_the_test(place, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HEP_CACHE", str(tmp_path))
    known = classification.truth(courses.PHOTON_PI0, "smoke", seed=3)
    pions, photons = courses.PHOTON_PI0.samples("test", "smoke", 3)
    assert known["energy"][:120].tolist() == pions.showers()["energy"].astype(np.float32).tolist()
    assert known["eta"][120:].tolist() == photons.showers()["eta"].astype(np.float32).tolist()


def known_trends(number=4000):
    """Return scores, right below 260 GeV and at wide angles only, with what is known of the showers."""
    random = np.random.default_rng(2)
    labels, energy = np.arange(number) % 2 == 1, random.uniform(10, 510, number)
    eta = random.uniform(-0.549, 0.549, number)
    right = (energy < classification.MIDDLE) & (np.abs(eta) > classification.OUTER)
    guess = np.where(right, labels, random.random((3, number)) < 0.5)
    return Scores(labels, np.where(guess, 1.0, -1.0)), {"energy": energy, "eta": eta}


def test_trends_have_signs_errors_and_areas():
    scores, known = known_trends()
    quantities = {one.name: one for one in classification.trends("photon_pi0", scores, known, "test")}
    # right for a third of the showers below 260 GeV, and for half of those at wide angles
    for name, value in (("energy_loss", 1 / 6), ("angle_gain", 1 / 4)):
        for kind in ("", "area_"):
            found = quantities[f"photon_pi0_{kind}{name}"]
            assert found.value == pytest.approx(value, abs=4 * found.error)
            assert 0.005 < found.error < 0.05
            assert quantities[f"photon_pi0_{kind}{name}_errors"].value == found.value / found.error


def test_without_a_class_there_are_no_areas():
    known = {"energy": np.array([20.0, 30, 400, 450]), "eta": np.array([0.0, 0.1, 0.4, 0.5])}
    scores = Scores(np.array([True, True, False, True]), np.ones((2, 4)))
    names = [one.name for one in classification.trends("photon_pi0", scores, known, "")]
    assert "photon_pi0_energy_loss" in names
    assert "photon_pi0_area_energy_loss" not in names


def test_accuracy_in_bins_of_energy_and_angle():
    scores, known = known_trends()
    energy, eta = classification.accuracy_curves("photon_pi0_gn", scores, known, "")
    assert (energy.name, energy.x_unit, len(energy.x)) == ("photon_pi0_gn_energy", "GeV", 10)
    assert np.mean(energy.y[:5]) - np.mean(energy.y[5:]) == pytest.approx(1 / 6, abs=0.05)
    assert (eta.name, len(eta.x)) == ("photon_pi0_gn_eta", 11)
    assert eta.x[5] == pytest.approx(0)


def test_a_difference_is_of_the_same_trainings():
    with pytest.raises(ValueError, match="same trainings, got 2 and 3"):
        classification.difference("loss", random_scores(2), random_scores(3), "")


def test_trainings_that_differ_alike_on_both_parts_add_no_error():
    labels, random = np.arange(200) % 2 == 1, np.random.default_rng(1)
    rows = np.where((random.random((3, 200)) < [[0.6], [0.7], [0.8]]) == labels, 1.0, -1.0)
    part = Scores(labels, rows)
    value, _ = classification.difference("loss", part, part, "")
    accuracies = part.accuracies().mean(axis=1)
    assert value.value == 0
    assert value.error == pytest.approx(np.sqrt(2) * np.mean(np.sqrt(accuracies * (1 - accuracies) / 200)))
