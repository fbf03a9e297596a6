"""Training curves: what is measured of histories made by hand, and trainings on few showers."""

import numpy as np
import pytest

from keras_hep.suite.shower_reconstruction import courses, training_curves
from keras_hep.suite.shower_reconstruction.measurements import Scores


def history(training, validation):
    return {"events": [100, 200], "accuracy": training, "test_accuracy": validation}


HISTORIES = [history([0.5, 0.9], [0.5, 0.6]), history([0.6, 0.8], [0.5, 0.7])]


def test_curves_run_over_batches():
    training, validation = training_curves.curves("dnn", HISTORIES, batch_size=50)
    assert (training.name, validation.name) == ("dnn_accuracy", "dnn_test_accuracy")
    assert training.x == (2, 4)
    assert training.y == pytest.approx((0.55, 0.85))
    assert validation.error == pytest.approx((0, 0.05))


def test_ends_of_trainings():
    found = {one.name: one for one in training_curves.ends("dnn", HISTORIES, watched=100)}
    assert found["dnn_training"].value == pytest.approx(0.85)
    assert found["dnn_validation"].value == pytest.approx(0.65)
    assert found["dnn_overtraining"].value == pytest.approx(0.2)
    assert found["dnn_mean_overtraining"].value == pytest.approx(0.125)
    # gaps of 0.3 and 0.1, and two hundred showers of which 0.65 are right
    assert found["dnn_overtraining"].error == pytest.approx(np.hypot(0.1, np.sqrt(0.65 * 0.35 * (1 / 200 + 1 / 400))))
    assert found["dnn_overtraining_errors"].value == pytest.approx(0.2 / found["dnn_overtraining"].error)


def test_the_other_way_round_nothing_is_over_trained():
    turned = [history(one["test_accuracy"], one["accuracy"]) for one in HISTORIES]
    found = {one.name: one for one in training_curves.ends("dnn", turned, watched=100)}
    assert found["dnn_overtraining_errors"].value < 0


def test_one_training_has_the_error_of_its_showers():
    found = {one.name: one for one in training_curves.ends("dnn", HISTORIES[:1], watched=100)}
    assert found["dnn_validation"].error == pytest.approx(np.sqrt(0.6 * 0.4 / 100))


def test_which_of_two_over_trains_faster():
    slow = [history([0.5, 0.6], [0.5, 0.6]), history([0.5, 0.6], [0.5, 0.6])]
    value, errors = training_curves.gap_difference("gap", HISTORIES, slow, watched=100)
    assert value.value == pytest.approx(0.125)
    assert errors.value > 0
    assert training_curves.gap_difference("gap", slow, HISTORIES, 100)[1].value == pytest.approx(-errors.value)
    assert training_curves.gap_difference("gap", slow, slow, 100)[0].value == 0


def test_gains_are_counted_on_the_same_showers():
    labels = np.arange(100) % 2 == 1
    right = np.where(labels, 1.0, -1.0)
    worse = right.copy()
    worse[:19] *= -1
    one, other = (Scores(labels, np.stack([row, row])) for row in (right, worse))
    value, errors = training_curves.gain("gain", one, other, "")
    assert value.value == pytest.approx(0.19)
    assert value.error == pytest.approx(np.sqrt(0.19 * 0.81 / 100))
    assert errors.value == pytest.approx(value.value / value.error)


def test_few_showers_are_those_of_the_training_only():
    few = training_curves.few_showers(30)
    whole = courses.PHOTON_PI0
    assert [one.number for one in few.samples("train", "smoke", 7)] == [30, 30]
    assert few.samples("test", "smoke", 7) == whole.samples("test", "smoke", 7)
    assert few.samples("choice", "smoke", 7) == whole.samples("choice", "smoke", 7)


def test_trainings_on_few_showers_are_others():
    several = training_curves.repeated(30, 400, "smoke", 7)
    (test, _) = courses.PHOTON_PI0.samples("test", "smoke", 7)
    assert [one.repeat for one in several["dnn"]] == [0, 1]
    assert several["dnn"][0].sizes["events"] == 400
    assert several["dnn"][0].watched == 50
    keys = {one.key(test) for kind in several.values() for one in kind}
    headline = courses.headline("dnn", "smoke", 7)[0]
    assert len(keys) == 4
    assert headline.key(test) not in keys
    assert training_curves.repeated(31, 400, "smoke", 7)["dnn"][0].key(test) not in keys


def test_answers_come_back_by_name(monkeypatch):
    wanted = {
        "dnn": courses.headline("dnn", "smoke", 7),
        "few_dnn": training_curves.repeated(30, 400, "smoke", 7)["dnn"],
    }
    monkeypatch.setattr(courses, "carried_out", lambda pairs: [(course, len(tests)) for course, tests in pairs])
    found = training_curves.trained(wanted, "smoke", 7)
    assert {name: [course for course, _ in several] for name, several in found.items()} == wanted
    assert all(number == 2 for several in found.values() for _, number in several)
