"""Means over trainings and their errors, by hand and against known laws."""

import numpy as np
import pytest

from keras_hep.metrics.edge_scores import roc_auc
from keras_hep.suite.shower_reconstruction import measurements
from keras_hep.suite.shower_reconstruction.courses import Answers
from keras_hep.suite.shower_reconstruction.measurements import Scores

LABELS = np.array([False, False, True, True])


def answers(*scores):
    return Answers(np.float32(scores), np.zeros(len(scores), np.float32), {})


@pytest.fixture
def sample():
    """Scores of three trainings on 4,000 showers, which share most of what they know of a shower."""
    random = np.random.default_rng(1)
    labels = np.repeat([False, True], 2000)
    shared = random.normal(size=4000) + labels
    return Scores(labels, shared + 0.3 * random.normal(size=(3, 4000)))


def test_scores_of_both_classes_stand_side_by_side():
    scores = Scores.of([answers(1, 2), answers(3, 4)], [answers(5), answers(6)])
    assert scores.labels.tolist() == [False, False, True]
    assert scores.scores.tolist() == [[1, 2, 5], [3, 4, 6]]


def test_areas_count_ties_half():
    scores = Scores(LABELS, np.array([[0.1, 0.4, 0.4, 0.9], [0.9, 0.9, 0.1, 0.1]]))
    assert scores.areas().tolist() == [0.875, 0.0]


def test_area_of_one_training_is_that_of_delong(sample):
    one = Scores(sample.labels, sample.scores[:1])
    area = measurements.area("area", one, "test")
    expected = roc_auc(sample.labels, sample.scores[0])
    assert (area.value, area.error) == pytest.approx(expected, rel=1e-3)


def test_error_of_the_area_covers_trainings_too(sample):
    area = measurements.area("area", sample, "test")
    areas = sample.areas()
    assert area.value == pytest.approx(areas.mean())
    assert area.error > areas.std(ddof=1) / np.sqrt(3)


def test_gain_of_a_classifier_over_itself_is_nothing(sample):
    gain, errors = measurements.area_gain("gain", sample, sample, "test")
    assert (gain.value, errors.value) == (0.0, 0.0)


def test_error_of_a_gain_is_small_where_both_err_on_the_same_showers(sample):
    better = Scores(sample.labels, sample.scores + 0.1 * sample.labels)
    gain, errors = measurements.area_gain("gain", better, sample, "test")
    alone = measurements.area("area", sample, "test")
    assert gain.value > 0
    assert gain.error < np.sqrt(2) * alone.error
    assert errors.value == pytest.approx(gain.value / gain.error)
    loss, negative = measurements.area_gain("gain", sample, better, "test")
    assert (loss.value, negative.value) == pytest.approx((-gain.value, -errors.value))


def test_numbers_of_errors_without_an_error():
    assert [measurements.with_errors("a", value, 0.0, "")[1].value for value in (2.0, -2.0, 0.0)] == [
        np.inf,
        -np.inf,
        0.0,
    ]


def test_accuracy_by_hand():
    scores = Scores(LABELS, np.array([[-1.0, 1.0, 1.0, 1.0], [-1.0, -1.0, 1.0, 1.0]]))
    found = measurements.accuracy("accuracy", scores, "test")
    assert found.value == 0.875
    each = np.array([1.0, 0.5, 1.0, 1.0])
    assert found.error == pytest.approx(np.hypot(0.125, each.std() / 2))
    curve = measurements.accuracy_curve("curve", scores, np.array([1.0, 1.0, 3.0, 3.0]), [0, 2, 4, 6], "GeV", "test")
    assert (curve.x, curve.y) == ((1.0, 3.0), (0.75, 1.0))


def test_roc_starts_where_one_shower_passes(sample):
    curve = measurements.roc("roc", sample, "test")
    assert curve.x[0] >= 1 / 2000
    assert curve.y[-1] == 1.0
    assert np.all(np.diff(curve.y) >= 0)


def test_energies_are_means_over_trainings():
    true = np.full(4, 10.0)
    merged = measurements.energies(true, [np.array([9.0, 9.0, 11.0, 11.0]), np.array([8.0, 8.0, 8.0, 8.0])])
    assert merged.bias[0] == pytest.approx(10.0)  # 0 % and 20 %
    assert merged.resolution[0] == pytest.approx(5.0)  # 10 % and 0 %
    assert merged.bias_error[0] == pytest.approx(np.hypot(10 / np.sqrt(3) / 2, 10.0))
    single = measurements.energies(true, [np.array([9.0, 9.0, 11.0, 11.0])])
    assert single.bias_error[0] == pytest.approx(10 / np.sqrt(3))


def test_histories_become_curves_with_errors():
    histories = [{"events": [10, 20], "loss": [2.0, 1.0]}, {"events": [10, 20], "loss": [4.0, 1.0]}]
    (curve,) = measurements.history_curves("dnn", histories, {"loss": "training loss"})
    assert (curve.name, curve.x, curve.y, curve.error) == ("dnn_loss", (10.0, 20.0), (3.0, 1.0), (1.0, 0.0))
    (alone,) = measurements.history_curves("dnn", histories[:1], {"loss": "training loss"})
    assert alone.error is None
