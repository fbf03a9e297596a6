"""z at the beam line: straight tracks by both ways, curved ones by the helix, and what no helix fits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_hep.simulation.spd_slices import SPDSlices
from keras_hep.tracking.beam_line_z import z_by_helix, z_by_line

BOTH = pytest.mark.parametrize("z_of", [z_by_line, z_by_helix])


@BOTH
@given(z=st.floats(-300, 300), slope=st.floats(-2, 2), azimuth=st.floats(-3, 3))
def test_straight_tracks_from_the_axis(z_of, z, slope, azimuth):
    radius = np.array([150.0, 400.0, 600.0, 850.0])
    hits = np.stack([radius * np.cos(azimuth), radius * np.sin(azimuth), z + slope * radius], axis=1)
    assert z_of(hits, [4])[0] == pytest.approx(z, abs=1e-3)


@BOTH
def test_tracks_do_not_mix(z_of):
    slice_ = SPDSlices(mean_events=3.0).slice(seed=1)
    ends = np.cumsum(slice_.hit_counts)
    alone = [
        z_of(slice_.hits[end - count : end], [count])[0] for end, count in zip(ends, slice_.hit_counts, strict=True)
    ]
    np.testing.assert_allclose(z_of(slice_.hits, slice_.hit_counts), alone, rtol=1e-6, atol=1e-6)


@BOTH
def test_a_track_with_one_hit_has_its_z(z_of):
    assert z_of([[100.0, 0.0, 42.0], [0.0, 50.0, 7.0]], [1, 1]).tolist() == [42, 7]


def test_hits_equally_far_out_have_their_mean():
    assert z_by_line([[100.0, 0, 1], [0, 100.0, 3]], [2]).tolist() == [2]


def test_tracks_of_an_event_are_closer_by_helix():
    slices = [SPDSlices(minimum_hits=20).slice(seed) for seed in range(20)]
    spread = {}
    for z_of in (z_by_line, z_by_helix):
        deviations = []
        for slice_ in slices:
            z = z_of(slice_.hits, slice_.hit_counts)
            mean = np.bincount(slice_.event, z) / np.bincount(slice_.event)
            deviations.append(np.abs(z - mean[slice_.event]))
        spread[z_of] = np.median(np.concatenate(deviations))
    assert spread[z_by_helix] < spread[z_by_line] < 40


@BOTH
@pytest.mark.parametrize("counts", [[2, 2], [3, 0]])
def test_counts_must_fit(z_of, counts):
    with pytest.raises(ValueError, match="hit_counts must be at least 1 and add up to the 3 hits"):
        z_of(np.ones((3, 3)), counts)
