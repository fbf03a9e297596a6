"""Recall and precision over slices by hand and against repeated slices, complete events, quantities of tracks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_hep.metrics.candidate_statistics import fully_reconstructed, recall_precision, track_quantities
from keras_hep.metrics.proportions import proportion_in_bins
from keras_hep.metrics.track_candidates import CandidateMatching, exact_match, true_slots


def matching(found, true, ghosts):
    """Return the matching of a slice of which `found` of `true` tracks are found, with so many ghosts."""
    of = np.concatenate([np.arange(found), np.full(ghosts, -1)])
    nothing = np.zeros(len(of), bool)
    return CandidateMatching(np.arange(true) < found, of, nothing, ~nothing)


def test_ratios_of_sums_with_errors_by_hand():
    """Recalls 90/100 and 30/50: together 0.8, residues 10 and -10 of 150; precisions 90/120 and 30/30."""
    found = recall_precision([matching(90, 100, 30), matching(30, 50, 0)])
    assert found["recall"] == (pytest.approx(0.8), pytest.approx(np.sqrt(2 * 200) / 150))
    assert found["precision"] == (pytest.approx(0.8), pytest.approx(np.sqrt(2 * 2 * 6.0**2) / 150))


def test_equal_slices_have_the_binomial_error():
    value, error = recall_precision([matching(50, 100, 0)] * 9)["recall"]
    assert (value, error) == (0.5, pytest.approx(np.sqrt(0.25 / 900)))


def test_one_slice_has_no_known_error():
    value, error = recall_precision([matching(1, 2, 2)])["precision"]
    assert (value, error) == (pytest.approx(1 / 3), np.inf)


def test_ghosts_that_are_not_counted_are_in_no_precision():
    slots = np.array([[0, 1], [2, 3]])
    again = [[0, 1], [0, 1], [8, 9]]
    found = recall_precision([exact_match(again, slots), exact_match(slots, slots)])
    assert found["precision"][0] == pytest.approx(3 / 4)
    assert found["recall"][0] == pytest.approx(3 / 4)


def test_slices_without_tracks_or_candidates():
    none = recall_precision([matching(0, 0, 0)] * 2)
    assert all(np.isnan(none[name]).all() for name in ("recall", "precision"))
    assert recall_precision([matching(0, 0, 0), matching(3, 4, 0), matching(3, 4, 0)])["recall"][0] == 0.75
    with pytest.raises(ValueError, match="at least one slice, got none"):
        recall_precision([])


def test_the_error_is_the_spread_of_repeated_experiments():
    """Slices whose recall varies more than binomially: the error has to follow the spread of the estimate."""
    rng = np.random.default_rng(3)

    def experiment():
        true = rng.integers(100, 300, 30)
        found = rng.binomial(true, rng.uniform(0.6, 1.0, 30))
        return recall_precision([matching(*pair, 5) for pair in zip(found, true, strict=True)])["recall"]

    values, errors = np.array([experiment() for _ in range(400)]).T
    assert np.mean(errors) == pytest.approx(values.std(), rel=0.15)  # four standard errors of a spread of 400
    assert np.mean(errors) > 3 * np.sqrt(0.8 * 0.2 / 6000)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=9))
def test_the_order_of_slices_is_no_matter(counts):
    slices = [matching(found, found + missed, ghosts) for found, missed, ghosts in counts]
    forward, backward = recall_precision(slices), recall_precision(slices[::-1])
    for name in ("recall", "precision"):
        np.testing.assert_allclose(forward[name], backward[name])


def test_complete_events():
    found, event = [True, True, True, False, True, True], [7, 7, 2, 2, 9, 0]
    value, error = fully_reconstructed(found, event)
    assert value == 3 / 4
    assert error == pytest.approx(np.sqrt((4 / 6) * (2 / 6) / 4))
    assert fully_reconstructed(~np.array(found), event)[0] == 0
    assert np.isnan(fully_reconstructed([], np.zeros(0, int))).all()


def test_efficiency_in_bins_of_what_is_known_of_the_tracks():
    hits = {"station": np.tile(np.arange(4), 3), "track": np.repeat([5, 2, 8], 4)}
    tracks = {"track": np.array([8, 5, 2, 4]), "pt": np.array([0.8, 0.5, 0.2, 0.4]), "event": np.array([3, 1, 0, 1])}
    numbers, slots = true_slots(hits, 4)
    quantities = track_quantities(tracks, numbers, slots)
    assert quantities["track"].tolist() == numbers.tolist() == [2, 5, 8]
    assert quantities["pt"].tolist() == [0.2, 0.5, 0.8]
    assert quantities["nhits"].tolist() == [4, 4, 4]
    found = exact_match([[0, 1, 2, 3], [8, 9, 10, 11]], slots).found
    efficiency = proportion_in_bins(found, quantities["pt"], [0, 0.3, 1])
    assert (efficiency.count.tolist(), efficiency.total.tolist()) == ([0, 2], [1, 2])


@pytest.mark.parametrize(
    ("known", "message"),
    [([8, 5], "every true track is in tracks, got 2, which is not"), ([2, 2, 5], "every track is there once, got 2")],
)
def test_tracks_that_do_not_fit_are_refused(known, message):
    with pytest.raises(ValueError, match=message):
        track_quantities({"track": np.array(known)}, np.array([2, 5]), np.zeros((2, 4), int))
