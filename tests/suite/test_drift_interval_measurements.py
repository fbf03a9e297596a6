"""What drift-time intervals tell: ends, the rule "equal intervals", overlaps by distance."""

import dataclasses

import numpy as np
import pytest

from keras_hep.simulation.drift_time_expectations import overlap_probability
from keras_hep.simulation.spd_slices import SPDSlices
from keras_hep.simulation.time_slice import TimeSlice
from keras_hep.suite import drift_interval_measurements as measurements


@dataclasses.dataclass(frozen=True)
class WrittenDown:
    """Five tracks: of event 0 with two intervals, of event 1 one like one of these, and one that overlaps with none."""

    def slice(self, seed):
        del seed
        intervals = np.array([[0.0, 0.5], [0.0, 0.5], [0.1, 0.5], [0.0, 0.5], [0.5, 1.0]])
        event = np.array([0, 0, 0, 1, 1], np.int32)
        return TimeSlice(np.zeros((5, 3), np.float32), np.ones(5, np.int32), event, intervals, 2)


def test_ends_are_named_by_event_and_number_of_events():
    found = {quantity.name: quantity.value for quantity in measurements.ends(14, 7, (9, 0))}
    assert list(found) == ["left_9_of_14", "right_9_of_14", "left_0_of_14", "right_0_of_14"]
    assert found["right_0_of_14"] == pytest.approx(0.999 * 8 / 26)


def test_equal_intervals_are_counted_by_hand():
    """Of the six pairs that overlap, both ways round: 3 true, 3 equal, 1 both."""
    recall, precision, accuracy = measurements.equal_intervals(WrittenDown(), 2, [1], "_x")
    assert [quantity.name for quantity in (recall, precision, accuracy)] == [
        "equal_recall_x",
        "equal_precision_x",
        "equal_accuracy_x",
    ]
    assert recall.value == pytest.approx(1 / 3)
    assert precision.value == pytest.approx(1 / 3)
    assert accuracy.value == pytest.approx(2 / 6)
    assert (recall.count, precision.count, accuracy.count) == (12, 12, 24)


@pytest.mark.parametrize("resolution", [2, 7])
def test_equal_intervals_are_the_label(resolution):
    found = measurements.equal_intervals(SPDSlices(mean_events=8.0, resolution=resolution), 20, [2])
    assert [quantity.value for quantity in found] == [1.0, 1.0, 1.0]
    assert [quantity.error for quantity in found] == [0.0, 0.0, 0.0]


def test_shifted_intervals_are_never_equal_and_the_precision_is_left_out():
    recall, accuracy = measurements.equal_intervals(SPDSlices(jitter=1.0), 20, [2])
    assert (recall.name, recall.value) == ("equal_recall", 0.0)
    assert accuracy.name == "equal_accuracy"
    assert 0.7 < accuracy.value < 0.9


def test_overlaps_by_distance_are_a_step_or_the_exact_law():
    step = measurements.overlap_by_distance("step", 12, 4, 0.0, 10, 3)
    assert step.x == tuple(range(1, 12))
    assert step.y == (1,) * 4 + (0,) * 7
    assert set(step.error) == {0.0}
    shifted = measurements.overlap_by_distance("shifted", 12, 4, 1.0, 2000, 3)
    exact = overlap_probability(12, 4, 1.0)[1:]
    assert np.all(np.abs(np.array(shifted.y) - exact) <= 4 * np.array(shifted.error) + 1e-3)
    assert 0 < shifted.y[4] < 1
