"""Times alone: how far apart tracks are, and the probability that follows."""

import numpy as np
import pytest

from keras_hep.graphs.time_slice_graphs import overlapping_pairs
from keras_hep.simulation.spd_slices import SPDSlices
from keras_hep.tracking.grouping.interval_distance import IntervalDistance, interval_distances


def edges(jitter, seed, number=40):
    """Distances and labels of the edges of some slices."""
    simulation = SPDSlices(10.0, 3, jitter=jitter)
    parts = []
    for index in range(number):
        time_slice = simulation.slice([seed, index])
        senders, receivers = overlapping_pairs(time_slice.intervals)
        distance = interval_distances(time_slice.intervals, senders, receivers)
        parts.append((distance, time_slice.event[senders] == time_slice.event[receivers]))
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))


def test_distances_of_cut_intervals_by_hand():
    # Centres 0.1, 0.25 and 0.9, half width 0.2: the first is cut at 0, the last at 1.
    intervals = [[0.0, 0.3], [0.05, 0.45], [0.7, 1.0]]
    found = interval_distances(intervals, [0, 1, 0], [1, 2, 2])
    np.testing.assert_allclose(found, [0.15, 0.65, 0.7])  # the last pair is 0.8 apart, cut on different sides


def test_without_jitter_only_tracks_of_one_event_have_no_distance():
    distance, label = edges(jitter=0.0, seed=1)
    np.testing.assert_array_equal(distance == 0, label)


def test_probabilities_fall_with_distance_and_are_right_on_average():
    distance, label = edges(jitter=1.0, seed=1)
    scores = IntervalDistance().fit(distance, label).scores(distance)
    order = np.argsort(distance)
    assert (np.diff(scores[order]) <= 0).all()
    assert scores[order[0]] > scores[order[-1]]
    assert scores.mean() == pytest.approx(label.mean(), abs=1e-4)  # what maximum likelihood makes equal


def test_the_fit_maximises_the_likelihood():
    distance, label = edges(jitter=0.5, seed=2)
    scores = IntervalDistance().fit(distance, label).scores(distance)
    logit = np.log(scores / (1 - scores))
    slope, offset = np.polyfit(distance, logit, 1)

    def likelihood(factor, shift):
        probability = 1 / (1 + np.exp(-(slope * factor * distance + offset + shift)))
        return np.mean(np.log(np.where(label, probability, 1 - probability)))

    best = likelihood(1.0, 0.0)
    assert all(likelihood(factor, shift) < best for factor, shift in ((0.95, 0), (1.05, 0), (1, 0.05), (1, -0.05)))


def test_separated_distances_have_a_finite_slope():
    model = IntervalDistance().fit([0.0, 0.0, 1.0, 1.0], [True, True, False, False])
    low, middle, high = model.scores([1.0, 0.5, 0.0])
    assert 0 < low < 0.5 < high < 1
    assert middle == pytest.approx(0.5, abs=1e-3)
    assert model.scores([]).shape == (0,)


@pytest.mark.parametrize(
    ("distance", "label", "message"),
    [([0.1], [True, False], "one label for each"), ([0.1, 0.2], [True, True], "2 true ones of 2")],
)
def test_edges_that_tell_nothing_are_refused(distance, label, message):
    with pytest.raises(ValueError, match=message):
        IntervalDistance().fit(distance, label)


def test_scores_need_a_fit():
    with pytest.raises(RuntimeError, match="call fit first"):
        IntervalDistance().scores([0.1])
