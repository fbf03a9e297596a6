"""Two kinds of classifiers on the same showers, and by their training curves: by hand."""

import numpy as np
import pytest

from keras_hep.suite.record import Result
from keras_hep.suite.shower_reconstruction import accuracy_comparison as comparison
from keras_hep.suite.shower_reconstruction import courses
from keras_hep.suite.shower_reconstruction.courses import Answers
from keras_hep.suite.shower_reconstruction.measurements import Scores

LABELS = np.array([False, False, True, True])


def answers(scores, accuracy=0.5, seconds=2.0):
    history = {"events": [10, 20], "accuracy": [0.5, accuracy], "loss": [2.0, 1.0]}
    entry = {"history": history, "events": 20, "seconds": seconds}
    return Answers(np.float32(scores), np.zeros(len(scores), np.float32), entry)


def found(quantities):
    return {one.name: one for one in quantities}


def test_gains_are_positive_where_the_first_is_better():
    better, worse = Scores(LABELS, np.array([[-2.0, -2, 2, 2]])), Scores(LABELS, np.array([[-2.0, -2, -2, 2]]))
    gains = found(comparison.score_gains("gain", better, worse, "of"))
    assert gains["gain_accuracy"].value == 0.25
    assert gains["gain_accuracy_error"].value == pytest.approx(np.std([0, 0, 1, 0]) / 2)  # one training: showers only
    assert gains["gain_entropy"].value == pytest.approx((np.logaddexp(0, 2) - np.logaddexp(0, -2)) / 4)
    other = found(comparison.score_gains("gain", worse, better, "of"))
    assert (other["gain_accuracy"].value, other["gain_accuracy_size"].value) == (-0.25, 0.25)


def test_what_both_share_is_no_error_of_a_gain():
    random = np.random.default_rng(1)
    labels = np.repeat([False, True], 500)
    scores = random.normal(size=(1, 1000)) + labels
    same = found(comparison.score_gains("gain", Scores(labels, scores), Scores(labels, scores.copy()), "of"))
    assert same["gain_accuracy"].value == same["gain_accuracy"].error == 0
    shuffled = Scores(labels, random.normal(size=(1, 1000)) + labels)
    apart = found(comparison.score_gains("gain", Scores(labels, scores), shuffled, "of"))
    assert 0.01 < apart["gain_accuracy"].error < 0.03


def test_trainings_that_differ_are_an_error_of_a_gain():
    steady = Scores(LABELS, np.array([[-1.0, -1, 1, 1]] * 2))
    moved = Scores(LABELS, np.array([[-1.0, -1, 1, 1], [1.0, 1, -1, -1]]))
    gain = found(comparison.score_gains("gain", steady, moved, "of"))["gain_accuracy"]
    assert gain.value == 0.5
    assert gain.error == pytest.approx(0.5)  # two trainings of accuracy 1 and 0; all showers gain alike


def test_training_curves_are_compared_pair_by_pair():
    better, worse = ([{"accuracy": [0.1, one, one]} for one in several] for several in ((0.6, 0.8), (0.5, 0.7)))
    gain = found(comparison.entry_gain("gain", better, worse, "accuracy", 2, "of"))
    assert gain["gain"].value == pytest.approx(0.1)
    assert gain["gain_error"].value == pytest.approx(0, abs=1e-12)  # trainings differ, their pairs do not
    with pytest.raises(ValueError, match="shorter"):
        comparison.entry_gain("gain", better, worse[:1], "accuracy", 2, "of")


def test_a_classifier_that_knows_nothing():
    scores = Scores(LABELS, np.zeros((2, 4)))
    values = {name: one.value for name, one in found(comparison.measured("x", scores, "of")).items()}
    assert values["area_x"] == 0.5
    assert values["entropy_x"] == pytest.approx(np.log(2))


def test_hcal_cells_compared_and_drawn():
    kinds = {
        "with": [[answers([-1, -1], 0.8), answers([1, 1])], [answers([-1, -1], 0.9), answers([1, 1])]],
        "without": [[answers([-1, -1], 0.7), answers([1, -1])], [answers([-1, 1], 0.8), answers([1, 1])]],
    }
    quantities, curves = comparison.hcal_compared(kinds, 1, "a against b")
    values = {name: one.value for name, one in found(quantities).items()}
    assert (values["accuracy_with"], values["accuracy_without"], values["gain_accuracy"]) == (1, 0.75, 0.25)
    assert values["training_gain"] == pytest.approx(0.1)
    assert {curve.name: curve.y for curve in curves}["with_accuracy"] == pytest.approx((0.5, 0.85))
    assert sorted(comparison.named(kinds))[:2] == ["with_0_class0", "with_0_class1"]
    figure = comparison.draw_hcal(Result(quantities, curves, scale="quick"), "a / b")
    assert figure.axes[0].get_title(loc="left") == "a / b, DNN of 256 neurons"
    assert "+0.2500" in figure.axes[1].get_title(loc="left")


def test_trainings_are_of_as_many_entries_and_of_both_kinds(monkeypatch):
    asked = []

    def carried_out(wanted):
        asked.extend(wanted)
        return [[answers([0]), answers([0])] for _ in wanted]

    monkeypatch.setattr(courses, "carried_out", carried_out)
    kinds = comparison.hcal_trainings(courses.PHOTON_PI0, "quick", 15_000, 30, 3, seed=7)
    assert {kind: len(trainings) for kind, trainings in kinds.items()} == {"with": 3, "without": 3}
    assert [dict(course.options) for course, _ in asked] == [{}] * 3 + [{"hcal_shape": None}] * 3
    assert {course.sizes["interval"] for course, _ in asked} == {500}
    assert [course.repeat for course, _ in asked] == [0, 1, 2] * 2


def test_weights_without_hcal_cells_are_fewer_by_those_of_its_cells():
    weights = found(comparison.hcal_weights(courses.PHOTON_PI0, "smoke", 7))
    assert weights["weights_with"].value - weights["weights_without"].value == 11 * 11 * 60 * 16


def test_time_of_a_training_is_that_of_a_shower():
    assert comparison.seconds_per_shower([answers([0], seconds=2.0), answers([0], seconds=4.0)]) == pytest.approx(0.15)
