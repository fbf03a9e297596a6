"""Expected overlaps of drift-time intervals: by hand, by the integer rule, and from drawn slices."""

import itertools
import json
import pathlib
import types

import numpy as np
import pytest
from scipy import stats

from keras_hep.simulation.drift_time_expectations import overlap_expectations, overlap_probability
from keras_hep.simulation.drift_times import drift_intervals

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "results" / "references" / "trackgann"
REFERENCE = FOLDER / "graph_representation.json"


def law(mean_events=10.0, resolution=2, jitter=0.0, most_tracks=5):
    return types.SimpleNamespace(mean_events=mean_events, resolution=resolution, jitter=jitter, most_tracks=most_tracks)


def overlaps(intervals):
    left, right = intervals.T
    return (left[:, None] < right) & (right[:, None] > left)


@pytest.mark.parametrize(("events", "resolution"), [*itertools.product((2, 3, 5, 14, 40), (0, 1, 2, 5, 12))])
def test_without_jitter_it_is_the_integer_rule_and_that_of_the_intervals(events, resolution):
    found = overlap_probability(events, resolution)
    np.testing.assert_array_equal(found, np.arange(events) <= min(resolution, events - 2))
    between = overlaps(drift_intervals(np.arange(events), events, resolution))
    apart = np.abs(np.subtract.outer(np.arange(events), np.arange(events)))
    np.testing.assert_array_equal(between, found[apart])


@pytest.mark.parametrize(
    ("events", "resolution", "jitter"), [(2, 2, 1.0), (3, 1, 1.0), (6, 2, 1.0), (6, 5, 0.5), (9, 0, 3.0), (9, 2, 1e-6)]
)
def test_with_jitter_it_is_the_frequency_of_drawn_intervals(events, resolution, jitter):
    draws, random = 4_000, np.random.default_rng([events, resolution])
    event = np.tile(np.arange(events), (2, draws, 1))
    first, second = drift_intervals(event.ravel(), events, resolution, jitter, random).reshape(2, draws, events, 1, 2)
    second = second.swapaxes(1, 2)
    found = np.mean((first[..., 0] < second[..., 1]) & (first[..., 1] > second[..., 0]), axis=0)
    apart = np.abs(np.subtract.outer(np.arange(events), np.arange(events)))
    expected = overlap_probability(events, resolution, jitter)[apart]
    error = np.sqrt(expected * (1 - expected) / draws)
    assert np.all(np.abs(found - expected) <= 4.5 * error + 1e-9)


def test_jitter_by_hand():
    """Two events 1 apart, each time within 0.4995 of its own: those overlap that are nearer to each other by 0.001."""
    same, other = overlap_probability(2, resolution=2, jitter=1.0)
    assert same == pytest.approx(1)
    assert other == pytest.approx((1 - 0.001 / 0.999) ** 2 / 2)


def test_edges_by_hand():
    """Means near zero leave slices of two events, joined within only: 2 (E[k] = 3.5) and E[k (k - 1)] = 10 each."""
    expected = overlap_expectations(law(mean_events=1e-9))
    assert (expected.tracks, expected.edges, expected.true_edges) == pytest.approx((7, 20, 20))
    assert expected.true_fraction == pytest.approx(1)
    # with resolution 0 no edge joins two events
    only = overlap_expectations(law(resolution=0))
    events = 10 + stats.poisson.pmf(1, 10) + 2 * stats.poisson.pmf(0, 10)  # the floor raises 0 and 1 to 2
    assert (only.edges, only.true_edges) == pytest.approx((10 * events, 10 * events))
    assert only.tracks == pytest.approx(3.5 * events)


def test_far_from_the_ends_a_track_has_the_tracks_of_as_many_events_to_each_side():
    expected = overlap_expectations(law(mean_events=500.0, resolution=4, most_tracks=2))
    # two tracks each: one partner in the event, and 2 in each of 8 others; the ends miss some of them
    assert expected.edges / expected.tracks == pytest.approx(1 + 2 * 8, rel=0.01)
    assert expected.true_fraction == pytest.approx(1 / 17, rel=0.01)


# Positive fraction of the edges, derived independently of this code from the rules
TABLE = {10: (0.1937, 0.1455, 0.1199, 0.1046, 0.0948, 0.0884), 15: (0.1848, 0.1357, 0.1091, 0.0926, 0.0815, 0.0737)}


@pytest.mark.parametrize(("mean_events", "index"), [*itertools.product(TABLE, range(6))])
def test_fractions_of_true_edges_are_those_known(mean_events, index):
    expected = overlap_expectations(law(mean_events, resolution=2 + index))
    assert expected.true_fraction == pytest.approx(TABLE[mean_events][index], abs=6e-5)


@pytest.mark.parametrize(
    "parameters", [law(), law(15.0, 7), law(4.0, 5, most_tracks=3), law(10.0, 5, 1.0), law(3.0, 1, 1.0)]
)
def test_expectations_are_those_of_drawn_slices(parameters):
    slices, random = 2_000, np.random.default_rng(23)
    rows = []
    for events in np.maximum(random.poisson(parameters.mean_events, slices), 2):
        event = np.repeat(np.arange(events), random.integers(2, parameters.most_tracks + 1, events))
        intervals = drift_intervals(event, int(events), parameters.resolution, parameters.jitter, random)
        edges = overlaps(intervals) & ~np.eye(len(event), dtype=bool)
        rows.append((len(event), edges.sum(), (edges & (event[:, None] == event)).sum()))
    rows = np.array(rows, float)
    expected = overlap_expectations(parameters)
    error = rows.std(axis=0, ddof=1) / np.sqrt(slices)
    pull = (rows.mean(axis=0) - (expected.tracks, expected.edges, expected.true_edges)) / error
    assert np.abs(pull).max() < 4


def test_events_without_pairs_are_told():
    with pytest.raises(ValueError, match="most_tracks=1: raise it to 2"):
        overlap_expectations(law(most_tracks=1))


def test_the_reference_quotes_these_numbers():
    published = json.loads(REFERENCE.read_text(encoding="utf-8"))
    quantities, curves = published["quantities"], published["curves"]
    for events in (10, 15):
        expected = [overlap_expectations(law(events, resolution)) for resolution in range(2, 8)]
        assert quantities[f"tracks_{events}_exact"]["value"] == pytest.approx(expected[0].tracks, abs=6e-5)
        for name, digits in (("edges", 1), ("true_fraction", 5)):
            found = [getattr(each, name) for each in expected]
            assert curves[f"{name}_{events}_exact"]["y"] == pytest.approx(found, abs=0.6 * 10**-digits)
        shifted = overlap_expectations(law(events, 5, jitter=1.0)).true_fraction
        assert quantities[f"true_fraction_shifted_{events}_exact"]["value"] == pytest.approx(shifted, abs=6e-6)
