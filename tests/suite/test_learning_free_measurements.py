"""Rules that learn nothing from hits: their decisions against the resolution, and times alone."""

import numpy as np
import pytest

from keras_hep.simulation.spd_slices import SPDSlices
from keras_hep.suite import learning_free_measurements as measurements
from keras_hep.suite.time_slice_measurements import drawn, neighbourhood_scores


def measured(resolution, jitter=0.0, number=30, seed=1):
    joined = drawn(SPDSlices(8.0, resolution, jitter=jitter), number, [seed])
    return joined, measurements.decisions(joined, neighbourhood_scores(joined))


def test_wrong_edges_stand_in_short_slices_only():
    joined, found = measured(resolution=5)
    wrong = found.false_accepted + found.true_rejected
    short = np.array([one.slice.events <= 10 for one in joined])
    assert wrong[short].sum() > 0
    assert measurements.wrong_in_long_slices(joined, found, 5) == wrong[~short].sum() == 0
    assert measurements.wrong_in_long_slices(joined, found, 0) == wrong.sum()  # every slice is longer than 0


def test_with_times_of_their_own_they_stand_everywhere():
    joined, found = measured(resolution=3, jitter=1.0)
    assert measurements.wrong_in_long_slices(joined, found, 3) > 0


def test_curves_are_the_pooled_scores():
    found = [measured(resolution)[1] for resolution in (2, 5)]
    curves = {curve.name: curve for curve in measurements.resolution_curves(8, (2, 5), found)}
    assert set(curves) == {"accuracy_8", "precision_8", "recall_8", "all_rejected_8"}
    assert curves["recall_8"].y == (1.0, 1.0)
    assert curves["accuracy_8"].y == tuple(each.accuracy[0] for each in found)
    assert curves["precision_8"].error == tuple(each.precision[1] for each in found)
    assert curves["accuracy_8"].x == (2.0, 5.0)


@pytest.mark.parametrize("jitter", [0.0, 1.0])
def test_times_alone(jitter):
    simulation = SPDSlices(8.0, 3, jitter=jitter)
    fitted_to, joined = drawn(simulation, 30, [1]), drawn(simulation, 30, [2])
    scores, threshold = measurements.scores_by_distance(fitted_to, joined)
    assert [len(each) for each in scores] == [len(one.senders) for one in joined]
    found = {each.name: each for each in measurements.scored("times", joined, scores, threshold)}
    assert set(found) == {
        f"{kind}_times" for kind in ("accuracy", "precision", "recall", "f1", "average_precision", "ari", "nmi")
    }
    if jitter:
        assert 0.2 < found["average_precision_times"].value < 0.6
        assert found["ari_times"].value < 0.6
    else:  # equal times are the label
        assert found["average_precision_times"].value == found["ari_times"].value == found["f1_times"].value == 1.0
    assert all(each.error is not None for each in found.values())
