"""Tracks as rows: by hand, straight tracks at fixed radii whatever hits are missing, and the stream of slices."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_hep.simulation.spd_slices import RADII, SPDSlices
from keras_hep.tracking.track_row_streams import SCALE, TrackRowStream, track_rows
from keras_hep.tracking.track_rows import rows_at_radii, rows_in_order

STRAIGHT = {"direction": np.array([0.6, 0.8, 0.7]), "start": np.array([0.0, 0.0, -30.0])}


def straight(radii):
    return STRAIGHT["start"] + np.asarray(radii, float)[:, None] * STRAIGHT["direction"]


def test_rows_keep_the_order_and_end_in_zeros():
    hits = np.arange(1, 16, dtype=float).reshape(5, 3)
    rows = rows_in_order(hits, [3, 0, 2], length=4)
    assert rows.shape == (3, 4, 3)
    np.testing.assert_array_equal(rows[0, :3], hits[:3])
    np.testing.assert_array_equal(rows[2, :2], hits[3:])
    assert not rows[0, 3:].any()
    assert not rows[1].any()
    assert not rows[2, 2:].any()


def test_what_is_too_long_is_cut():
    rows = rows_in_order(np.arange(1, 10, dtype=float).reshape(3, 3), [3], length=2)
    np.testing.assert_array_equal(rows[0], [[1, 2, 3], [4, 5, 6]])


@given(kept=st.sets(st.integers(0, 34), min_size=2))
def test_a_straight_track_is_the_same_whatever_is_missing(kept):
    hits = straight(RADII[sorted(kept)])
    np.testing.assert_allclose(rows_at_radii(hits, [len(hits)], RADII)[0], straight(RADII), rtol=1e-5, atol=1e-2)


def test_tracks_do_not_mix():
    parts = [straight(RADII[:3]), straight([200.0]), -straight(RADII[5:])]
    together = rows_at_radii(np.concatenate(parts), [len(one) for one in parts], RADII)
    for rows, one in zip(together, parts, strict=True):
        np.testing.assert_array_equal(rows, rows_at_radii(one, [len(one)], RADII)[0])


def test_a_single_hit_is_everywhere():
    rows = rows_at_radii([[30.0, 40.0, 7.0]], [1], [10.0, 90.0])
    np.testing.assert_array_equal(rows, [[[30, 40, 7], [30, 40, 7]]])


def test_hits_at_the_measured_radii_are_kept():
    hits = straight([100.0, 140.0, 180.0])
    np.testing.assert_allclose(rows_at_radii(hits, [3], [100.0, 140.0, 180.0])[0], hits, rtol=1e-6)


def test_hits_equally_far_out_give_finite_points():
    rows = rows_at_radii([[100.0, 0, 0], [0, 100.0, 5], [0, -100.0, 9]], [3], [50.0, 100.0, 300.0])
    assert np.isfinite(rows).all()


@pytest.mark.parametrize("rows", [lambda *of: rows_in_order(*of, 5), lambda *of: rows_at_radii(*of, RADII)])
def test_counts_must_add_up(rows):
    with pytest.raises(ValueError, match="hit_counts must be those of the 4 hits, got a sum of 3"):
        rows(np.ones((4, 3)), [1, 2])


def test_a_track_without_hits_has_no_place():
    with pytest.raises(ValueError, match="every track needs a hit, track 1 has none"):
        rows_at_radii(np.ones((2, 3)), [2, 0], RADII)


def test_complete_central_tracks_look_alike_in_both_readings():
    """Hits are as far from the vertex as stations are from its circle: twice its distance from the axis at most."""
    slice_ = SPDSlices(mean_events=4.0, efficiency=1.0, smearing="none").slice(seed=3)
    complete = slice_.hit_counts == 35
    in_order, at_radii = (track_rows(slice_, reading)[complete] for reading in ("in_order", "at_radii"))
    assert complete.sum() > 5
    assert np.abs((in_order - at_radii) * SCALE)[..., :2].max() < 100


def test_missing_hits_move_rows_in_order_only():
    full, gaps = (SPDSlices(mean_events=4.0, efficiency=one).slice(seed=3) for one in (1.0, 0.9))
    assert full.tracks == gaps.tracks
    assert np.median(np.abs(track_rows(full, "at_radii") - track_rows(gaps, "at_radii"))) < 1e-3
    assert np.median(np.abs(track_rows(full)[:, -1] - track_rows(gaps)[:, -1])) > 0.1


def test_stream_holds_the_tracks_of_its_slices():
    simulation = SPDSlices(mean_events=5.0)
    tracks, event = TrackRowStream(simulation, "at_radii", capacity=40).batch(3, seed=[1, 2])
    assert tracks.dtype == event.dtype == np.float32
    for number in range(3):
        slice_ = simulation.slice([1, 2, number])
        np.testing.assert_array_equal(tracks[number, : slice_.tracks], track_rows(slice_, "at_radii"))
        np.testing.assert_array_equal(event[number, : slice_.tracks], slice_.event)
        assert (event[number, slice_.tracks :] == -1).all()
        assert not tracks[number, slice_.tracks :].any()


def test_stream_leaves_out_what_is_beyond_its_capacity():
    tracks, event = TrackRowStream(SPDSlices(), capacity=10).batch(2, seed=1)
    assert tracks.shape == (2, 10, 35, 3)
    assert (event >= 0).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"reading": "sorted"}, "reading must be one of in_order, at_radii, got 'sorted'"),
        ({"capacity": 1}, "at least 2"),
    ],
)
def test_stream_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        TrackRowStream(SPDSlices(), **arguments)


def test_unknown_reading_is_refused():
    with pytest.raises(ValueError, match="reading must be one of"):
        track_rows(SPDSlices().slice(1), "sorted")
