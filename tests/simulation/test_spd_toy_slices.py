"""Time slices of the toy: the law of events and tracks, where tracks come from, and bad input."""

import dataclasses

import numpy as np
import pytest

from keras_hep.simulation.numbered_events import slice_of
from keras_hep.simulation.spd import RADII
from keras_hep.simulation.spd_toy_slices import SPDToySlices
from keras_hep.tracking.beam_line_z import z_by_helix


def test_numbers_of_events_and_tracks():
    slices = [SPDToySlices(mean_events=20.0).slice(seed) for seed in range(100)]
    counts = np.concatenate([np.bincount(one.event, minlength=one.events) for one in slices])
    assert np.mean([one.events for one in slices]) == pytest.approx(20, abs=5 * np.sqrt(20 / 100))
    assert counts.mean() == pytest.approx(5, abs=5 * np.sqrt(6.67 / len(counts)))
    assert counts.max() == 9


def test_hits_are_in_order_outwards_on_the_stations():
    slice_ = SPDToySlices(mean_events=5.0).slice(seed=1)
    radius = np.hypot(slice_.hits[:, 0], slice_.hits[:, 1])
    assert np.abs(radius[:, None] - RADII).min(axis=1).max() < 1
    same = np.diff(slice_.track) == 0
    assert (np.diff(radius)[same] > 0).all()
    assert slice_.hit_counts.max() == 35


def test_tracks_of_an_event_come_from_one_vertex():
    """On the axis they do so within the resolution; off it, z at the axis differs by some 10 mm."""
    spread = {}
    for vertex in ("z_only", "exact"):
        slice_ = SPDToySlices(mean_events=30.0, vertex=vertex).slice(seed=2)
        z = z_by_helix(slice_.hits, slice_.hit_counts)
        mean = np.bincount(slice_.event, z) / np.maximum(np.bincount(slice_.event), 1)
        spread[vertex] = np.median(np.abs(z - mean[slice_.event]))
    assert spread["z_only"] < 0.3
    assert spread["exact"] > 2


def test_tracks_are_mixed_and_same_seed_same_slice():
    first, again = (SPDToySlices().slice([3, 4]) for _ in range(2))
    np.testing.assert_array_equal(first.hits, again.hits)
    np.testing.assert_array_equal(first.event, again.event)
    assert (np.diff(first.event) < 0).any()


def test_missing_hits_are_missing():
    complete, gaps = (SPDToySlices(mean_events=5.0, efficiency=one).slice(seed=1) for one in (1.0, 0.9))
    assert len(gaps.hits) == pytest.approx(0.9 * len(complete.hits), rel=0.05)


def test_number_of_events_can_be_kept():
    assert {slice_of(SPDToySlices(), 40, seed).events for seed in range(3)} == {40}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"mean_events": 0.0}, "mean_events must be a positive finite number, got 0.0"),
        ({"jitter": 1.0}, "there is no jitter, got 1.0"),
        ({"vertex": "somewhere"}, "vertex must be z_only or exact"),
        ({"efficiency": 0.0}, "efficiency is a probability above 0"),
        ({"resolution": -1}, "resolution must be an int of at least 0"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        SPDToySlices(**arguments)


def test_arguments_are_plain():
    assert set(map(type, dataclasses.asdict(SPDToySlices()).values())) == {float, int, str}
