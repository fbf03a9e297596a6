"""What time slices hold, counted in slices that are written down by hand."""

import dataclasses

import numpy as np
import pytest

from keras_hep.simulation.spd_slices import SPDSlices
from keras_hep.simulation.time_slice import TimeSlice
from keras_hep.suite import time_slice_contents


@dataclasses.dataclass(frozen=True)
class WrittenDown:
    """Time slice k has k + 2 events of two tracks; tracks of event 0 have 29 hits, others 4, all along x."""

    def slice(self, seed):
        events = seed[-1] + 2
        event = np.repeat(np.arange(events, dtype=np.int32), 2)
        counts = np.where(event == 0, 29, 4).astype(np.int32)
        place = np.concatenate([np.arange(count) for count in counts])
        hits = np.stack([100 + 20 * place + 25 * (place > 2), 0 * place, place], axis=1).astype(np.float32)
        return TimeSlice(hits, counts, event, np.tile([0.25, 1.0], (2 * events, 1)), events)


@pytest.fixture(scope="module")
def counts():
    """Three slices: 2, 3, 4 events."""
    return time_slice_contents.counted(WrittenDown(), 3, [7])


def by_name(quantities):
    return {quantity.name: quantity for quantity in quantities}


def test_events_tracks_and_hits_are_counted(counts):
    found = by_name(time_slice_contents.contents("spd", counts))
    assert {name: found[f"{name}_spd"].value for name in ("events", "tracks", "fewest_hits", "most_hits")} == {
        "events": 3.0,
        "tracks": 6.0,
        "fewest_hits": 4,
        "most_hits": 29,
    }
    assert found["events_spd"].error == pytest.approx(1 / np.sqrt(3))
    assert found["hits_per_track_spd"].value == pytest.approx((6 * 29 + 12 * 4) / 18)
    assert found["hits_per_track_spd"].error > 0
    assert (found["innermost_spd"].value, found["outermost_spd"].value) == (100.0, 100 + 20 * 28 + 25)
    assert {found[f"{name}_spd"].unit for name in ("innermost", "outermost")} == {"mm"}
    assert found["hits_per_track_spd"].count == 18


def test_short_tracks_are_those_below_28_hits(counts):
    short = time_slice_contents.short_tracks("short", counts)
    assert short.value == pytest.approx(12 / 18)
    assert short.count == 18
    longer = dataclasses.replace(counts, hit_counts=np.full(18, 28))
    assert time_slice_contents.short_tracks("short", longer).value == 0


def test_spacing_leaves_steps_over_missing_stations_and_other_tracks_out(counts):
    spacing = time_slice_contents.spacing("spacing", counts)
    assert spacing.value == pytest.approx(20.0)
    assert spacing.count == 6 * 27 + 12 * 2  # one step of each track is 45 mm wide
    assert spacing.unit == "mm"


def test_laws_are_shares(counts):
    events, tracks = time_slice_contents.laws("spd", counts, most_hits=30)
    assert (events.name, events.x, events.y) == ("tracks_of_event_spd", (2, 3, 4, 5, 6), (1, 0, 0, 0, 0))
    assert tracks.name == "hits_of_track_spd"
    assert tracks.x == tuple(range(3, 31))
    assert dict(zip(tracks.x, tracks.y, strict=True))[4] == pytest.approx(12 / 18)
    assert dict(zip(tracks.x, tracks.y, strict=True))[29] == pytest.approx(6 / 18)
    assert sum(tracks.y) == pytest.approx(1)
    assert all(error > 0 for error in events.error)


def test_rows_are_the_first_hits_of_the_first_tracks():
    rows = time_slice_contents.rows(WrittenDown().slice([0]), most=(2, 1, 3))
    np.testing.assert_allclose(rows[:, 3], [0, 0, 1, 2, 2, 2])
    np.testing.assert_allclose(rows[:, 4], [0, 0, 0, 1, 1, 1])
    np.testing.assert_allclose(rows[:, 0], [100, 120, 100, 100, 120, 140])
    np.testing.assert_allclose(rows[:, 5:], np.tile([0.25, 1.0], (6, 1)))
    assert time_slice_contents.rows(SPDSlices().slice(1)).shape == (15, 7)


def test_slices_are_those_of_the_seed():
    one, again, other = (time_slice_contents.counted(SPDSlices(mean_events=3.0), 4, seed) for seed in ([1], [1], [2]))
    np.testing.assert_array_equal(one.hit_counts, again.hit_counts)
    assert one.hit_counts.shape != other.hit_counts.shape or np.any(one.hit_counts != other.hit_counts)
