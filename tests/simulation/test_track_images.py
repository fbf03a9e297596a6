"""The images of several tracks against their laws: exact per event, statistical with four standard errors of room."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from keras_hep.simulation.track_images import TrackImages

FULL = TrackImages()

detectors = st.builds(
    TrackImages,
    layers=st.integers(2, 14),
    pixels=st.integers(1, 20),
    slots=st.integers(3, 7),
    tracks=st.integers(1, 3),
    tracks_law=st.sampled_from(["poisson", "fixed"]),
)


@settings(max_examples=60, deadline=None)
@given(detector=detectors, seed=st.integers(0, 2**31))
def test_every_event_obeys_the_detector(detector, seed):
    images, parameters, weights = detector.batch(9, seed)
    assert (images.dtype, parameters.dtype, weights.dtype) == (np.uint8, np.float32, np.float32)
    assert images.shape == (9, detector.layers, detector.pixels)
    assert parameters.shape == (9, detector.slots, 2)
    counts = weights.sum(axis=1)
    np.testing.assert_array_equal(weights, np.arange(detector.slots) < counts[:, None])
    assert counts.min() >= 1
    if detector.tracks_law == "fixed":
        assert set(counts) == {detector.tracks}
    assert np.all(parameters[weights == 0] == 0)
    gaps = np.diff(parameters[..., 0], axis=1)
    assert np.all(gaps[weights[:, 1:] == 1] >= 0)
    fired = images.sum(axis=2)
    assert np.all(fired >= 1)
    assert np.all(fired <= counts[:, None])


@settings(max_examples=60, deadline=None)
@given(detector=detectors, seed=st.integers(0, 2**31))
def test_every_track_stays_in_the_image(detector, seed):
    parameters, weights = detector.sample(9, seed)
    lines = parameters[weights == 1]
    assert np.all(detector.density(lines).sum(axis=1) == len(lines))
    assert np.all((lines[:, 0] >= 0) & (lines[:, 0] < detector.pixels))


@settings(max_examples=30, deadline=None)
@given(detector=detectors, seed=st.integers(0, 2**31))
def test_the_images_are_the_lines_of_the_parameters(detector, seed):
    images, parameters, weights = detector.batch(3, seed)
    layer = np.arange(detector.layers)
    for image, lines, real in zip(images, parameters.astype(float), weights, strict=True):
        slopes = lines[real == 1, 1] / (detector.pixels / 2)
        positions = lines[real == 1, 0] + layer[:, None] * slopes
        pixels = np.arange(detector.pixels)
        away = np.maximum(pixels - positions[..., None], positions[..., None] - pixels - 1).min(axis=1)
        assert np.all(image[away < -1e-4] == 1)
        assert np.all(image[away > 1e-4] == 0)


def test_by_hand():
    detector = TrackImages(layers=3, pixels=4, slots=2, tracks=2, tracks_law="fixed")
    parameters = [[[0.0, 2.0], [3.5, -3.5]], [[1.9, 0.0], [3.0, 0.0]]]  # slopes 1 and -1.75, 0 and 0
    expected = np.array([[[1, 0, 0, 1], [0, 1, 0, 0], [1, 0, 1, 0]], [[0, 1, 0, 0]] * 3])
    np.testing.assert_array_equal(detector.images(parameters, [[1, 1], [1, 0]]), expected)
    expected[1, :, 3] = 1
    np.testing.assert_array_equal(detector.images(parameters), expected)


def test_hits_outside_are_dropped_and_pixel_0_is_kept():
    detector = TrackImages(layers=3, pixels=4)
    lines = [[-0.5, 1.0], [3.5, 1.0], [0.0, -1e-4], [1e30, 1e30], [-3.0, 0.0]]  # slopes 0.5, 0.5, ...
    np.testing.assert_array_equal(detector.density(lines), [[1, 0, 0, 1], [1, 0, 0, 0], [1, 0, 0, 0]])
    np.testing.assert_array_equal(detector.images([lines])[0], [[1, 0, 0, 1], [1, 0, 0, 0], [1, 0, 0, 0]])


def test_density_is_the_sum_of_the_images_of_single_lines():
    random = np.random.default_rng(1)
    lines = random.normal(25, 20, (3000, 2))
    single = FULL.images(lines[:, None])
    np.testing.assert_array_equal(FULL.density(lines), single.sum(axis=0, dtype=int))


def test_no_lines():
    assert FULL.density(np.empty((0, 2))).sum() == 0
    assert FULL.images(np.zeros((2, 6, 2)), np.zeros((2, 6))).sum() == 0
    assert [len(part) for part in FULL.batch(0, 1)] == [0, 0, 0]


def test_same_seed_same_bits():
    for ours, again, other in zip(FULL.batch(50, [1, 2]), FULL.batch(50, [1, 2]), FULL.batch(50, [1, 3]), strict=True):
        np.testing.assert_array_equal(ours, again)
        assert np.any(ours != other)


def test_entries_and_exits_are_uniform_and_independent():
    parameters, weights = FULL.sample(40_000, 5)
    intercept, slope = parameters[weights == 1].T.astype(float)
    exit_ = intercept + slope * 2
    for values in (intercept, exit_):
        assert stats.kstest(values / 50, "uniform").pvalue > 1e-3
    assert abs(np.corrcoef(intercept, exit_)[0, 1]) < 4 / np.sqrt(len(intercept))
    assert np.abs(slope).max() <= 25
    assert intercept.std() == pytest.approx(14.43, rel=0.01)
    assert slope.std() == pytest.approx(10.21, rel=0.01)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_sorted_intercepts_follow_the_order_statistics(rank):
    parameters, _ = TrackImages(slots=3, tracks=3, tracks_law="fixed").sample(20_000, 5)
    assert stats.kstest(parameters[:, rank - 1, 0] / 50, stats.beta(rank, 4 - rank).cdf).pvalue > 1e-3


def test_number_of_tracks_follows_its_law():
    _, weights = FULL.sample(40_000, 6)
    observed = np.bincount(weights.sum(axis=1).astype(int), minlength=7)
    law = FULL.multiplicity_law()
    poisson = stats.poisson(3)
    expected = [0, *poisson.pmf(range(1, 6)) / poisson.sf(0), poisson.sf(5) / poisson.sf(0)]
    np.testing.assert_allclose(law, expected, atol=1e-12)
    assert observed[0] == 0
    assert stats.chisquare(observed[1:], law[1:] * observed.sum()).pvalue > 1e-3


def test_one_slot_holds_one_track():
    detector = TrackImages(slots=1, tracks=0.5)
    assert detector.multiplicity_law().tolist() == [0, 1]
    assert detector.sample(20, 1)[1].sum() == 20


def test_scaled_slope():
    detector = TrackImages(layers=10, pixels=8, slots=1, tracks=1, tracks_law="fixed")
    parameters, _ = detector.sample(20_000, 1)
    assert detector.slope_scale == 4
    assert parameters[..., 1].std() / detector.slope_scale == pytest.approx(8 / np.sqrt(6) / 10, rel=0.02)


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        ({"layers": 1}, "layers must be at least 2, got 1"),
        ({"pixels": 0}, "pixels must be between 1 and 32767, got 0"),
        ({"slots": 0}, "slots must be at least 1, got 0"),
        ({"tracks_law": "uniform"}, "tracks_law is poisson or fixed, got 'uniform'"),
        ({"tracks": 0.0}, "tracks must be above 0 and below 700, got 0.0"),
        ({"tracks": 2.5, "tracks_law": "fixed"}, "whole and at most slots=6, got 2.5"),
        ({"tracks": 7, "tracks_law": "fixed"}, "whole and at most slots=6, got 7"),
    ],
)
def test_arguments_out_of_range(arguments, rule):
    with pytest.raises(ValueError, match=rule):
        TrackImages(**arguments)


def test_arguments_at_the_edge_of_their_range():
    detector = TrackImages(layers=2, pixels=1, slots=1, tracks=1, tracks_law="fixed")
    assert detector.batch(2, 1)[0].tolist() == [[[1], [1]]] * 2
    assert dataclasses.replace(FULL, tracks=6, tracks_law="fixed").sample(2, 1)[1].sum() == 12


def test_lines_are_finite():
    with pytest.raises(ValueError, match="lines are finite"):
        FULL.density([[np.nan, 0.0]])
