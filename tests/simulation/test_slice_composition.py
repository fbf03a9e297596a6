"""How many events and tracks a time slice has, and the class balance that follows."""

import numpy as np
import pytest
from scipy import stats

from keras_hep.simulation.drift_time_expectations import overlap_expectations
from keras_hep.simulation.drift_times import drift_intervals
from keras_hep.simulation.slice_composition import composition_faults, draw_composition
from keras_hep.simulation.spd_slices import SPDSlices

SLICES = 2000
PUBLISHED = {  # fraction of edges that join tracks of one event, from the rules of the published generators
    10: dict(zip(range(2, 8), (0.1937, 0.1455, 0.1199, 0.1046, 0.0948, 0.0884), strict=True)),
    15: dict(zip(range(2, 8), (0.1848, 0.1357, 0.1091, 0.0926, 0.0815, 0.0737), strict=True)),
}
CASES = [(events, resolution) for events in PUBLISHED for resolution in PUBLISHED[events]]


@pytest.fixture(scope="module")
def compositions():
    """Return (event, events) of many time slices for each mean number of events."""
    return {
        mean: [draw_composition(np.random.default_rng([mean, slice_]), mean, 5) for slice_ in range(SLICES)]
        for mean in PUBLISHED
    }


def edges_of(event, events, resolution):
    """Return how many ordered pairs of tracks of one event there are, and of tracks with overlapping intervals."""
    left, right = drift_intervals(event, events, resolution).T
    overlap = (left[:, None] < right) & (right[:, None] > left)
    same = (event[:, None] == event) & overlap
    return same.sum() - len(event), overlap.sum() - len(event)


@pytest.mark.parametrize(("mean_events", "resolution"), CASES)
def test_drawn_slices_have_the_published_class_balance(compositions, mean_events, resolution):
    edges = np.array([edges_of(*composition, resolution) for composition in compositions[mean_events]])
    same, every = edges.sum(axis=0)
    assert same / every == pytest.approx(PUBLISHED[mean_events][resolution], rel=0.03)
    exact = overlap_expectations(SPDSlices(mean_events=float(mean_events), resolution=resolution))
    expected = exact.true_edges, exact.edges
    assert np.all(np.abs(edges.mean(axis=0) - expected) < 4 * edges.std(axis=0) / np.sqrt(SLICES))


@pytest.mark.parametrize(("mean_events", "resolution"), CASES)
def test_the_exact_class_balance_is_the_published_one(mean_events, resolution):
    exact = overlap_expectations(SPDSlices(mean_events=float(mean_events), resolution=resolution))
    assert exact.true_fraction == pytest.approx(PUBLISHED[mean_events][resolution], abs=1e-4)


@pytest.mark.parametrize("mean_events", list(PUBLISHED))
def test_numbers_of_events_and_tracks_follow_their_laws(compositions, mean_events):
    events = np.array([events for _, events in compositions[mean_events]])
    counts = np.concatenate([np.bincount(event, minlength=events) for event, events in compositions[mean_events]])
    spread = 4 * np.sqrt(mean_events / SLICES)
    assert abs(events.mean() - mean_events) < spread
    assert events.var() == pytest.approx(mean_events, rel=4 * np.sqrt(2 / SLICES))
    observed = np.bincount(counts)
    assert len(observed) == 6
    assert not observed[:2].any()
    assert stats.chisquare(observed[2:]).pvalue > 1e-3
    assert abs(counts.sum() / SLICES - 3.5 * mean_events) < 3.5 * spread * 1.1


def test_there_are_two_events_at_least():
    drawn = [draw_composition(np.random.default_rng(seed), 0.5, 5) for seed in range(200)]
    events = np.array([events for _, events in drawn])
    assert events.min() == 2
    assert (events == 2).mean() == pytest.approx(stats.poisson.cdf(2, 0.5), abs=0.05)
    assert all(set(event.tolist()) == set(range(events)) for event, events in drawn)


@pytest.mark.parametrize("most_tracks", [2, 3, 9])
def test_most_tracks_is_reached_and_not_passed(most_tracks):
    event, _ = draw_composition(np.random.default_rng(1), 300.0, most_tracks)
    counts = np.bincount(event)
    assert (counts.min(), counts.max()) == (2, most_tracks)


def test_the_order_of_tracks_does_not_tell_their_event(compositions):
    correlation = [np.corrcoef(event, np.arange(len(event)))[0, 1] for event, _ in compositions[15][:400]]
    assert abs(np.mean(correlation)) < 4 * np.std(correlation) / np.sqrt(400)
    neighbours = np.concatenate([np.diff(event) == 0 for event, _ in compositions[15]])
    lengths = np.array([len(event) for event, _ in compositions[15]])
    same = sum(edges_of(event, events, 0)[0] for event, events in compositions[15])
    at_random = same / (lengths * (lengths - 1)).sum()
    assert neighbours.mean() == pytest.approx(at_random, rel=0.2)


def test_faults_are_named_and_others_are_not():
    assert not list(composition_faults(15, 0, 0.0, 2))
    assert not list(composition_faults(0.5, 7, 2.5, 30))
    faults = dict(composition_faults(0.0, -1, -0.5, 1))
    assert list(faults.values()) == [0.0, -1, -0.5, 1]
    assert [rule.split()[0] for rule in faults] == ["mean_events", "resolution", "jitter", "most_tracks"]
    faults = dict(composition_faults(float("nan"), 2.0, float("inf"), True))
    assert len(faults) == 4
