"""The ideal observer: by hand, never without the true track, calibrated, and not below the other finders."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_hep.metrics.classification import LayerAccuracy
from keras_hep.simulation.plane_detector import PlaneDetector
from keras_hep.simulation.plane_occupancy import crossing_probability
from keras_hep.tracking.kalman import CombinatorialKalmanFilter
from keras_hep.tracking.line_posterior import LinePosterior
from keras_hep.tracking.nearest_hit import NearestHitWalk


def detector(background, pixels=50, layers=10, noise=0.0):
    return PlaneDetector(layers, pixels, 3, 3, background, "poisson", noise)


def straight_seed(*last, pixels=7):
    """Return one event with the seed (3, 3) in three layers and hits (x, y) in the fourth."""
    images = np.zeros((1, 4, pixels, pixels), np.uint8)
    images[0, :3, 3, 3] = 1
    for x, y in last:
        images[0, 3, x, y] = 1
    return images


@pytest.mark.parametrize(
    ("hits", "pixel", "probability", "patterns"),
    [
        ([(2, 3), (3, 3), (4, 3)], (3, 3), 2 / 3, 3),
        ([(2, 3), (4, 4)], (2, 3), 4 / 5, 2),
        ([(4, 2)], (4, 2), 1, 1),
        ([(2, 3), (6, 6), (0, 3)], (2, 3), 1, 1),
        ([(x, y) for x in range(7) for y in range(7)], (3, 3), 4 / 9, 9),
    ],
)
def test_by_hand(hits, pixel, probability, patterns):
    """Along each axis a line through (3, 3, 3) goes on to pixels 2, 3, 4 with probabilities 1/6, 2/3, 1/6."""
    tracks = LinePosterior().find(straight_seed(*hits))
    assert tracks.pixels[0, 3] == pixel[0] * 7 + pixel[1]
    assert tracks.probability[0] == pytest.approx([1, 1, 1, probability])
    assert tracks.patterns == [patterns]


@pytest.mark.parametrize("law", ["fixed", "poisson"])
def test_rare_background_makes_a_hit_more_probable(law):
    """Behind two seed hits (3, 3) the third is 3 or 4 with probabilities 1/2 and 1/4; the last layer tells nothing."""
    background = PlaneDetector(4, 7, 3, 2, 2, law, noise=0.1)
    crossing = crossing_probability(background, 2, signal=False).reshape(7, 7)
    silent = (1 - crossing) ** 2 if law == "fixed" else np.exp(-2 * crossing)
    fired = 1 - 0.9 * silent
    middle, side = 1 / 2 / fired[3, 3], 1 / 4 / fired[3, 4]
    images = straight_seed(*[(x, y) for x in range(7) for y in range(7)])
    images[0, 2, 3, 4] = 1
    tracks = LinePosterior(2, background).find(images)
    assert tracks.probability[0, 2] == pytest.approx(middle / (middle + side), rel=1e-12)
    assert tracks.probability[0, 2] < 2 / 3 == pytest.approx(LinePosterior(2).find(images).probability[0, 2])


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    layers=st.integers(3, 12),
    pixels=st.integers(1, 60),
    seed_layers=st.integers(2, 3),
    background=st.sampled_from([0, 1, 20]),
)
def test_the_true_track_is_always_possible(seed, layers, pixels, seed_layers, background):
    """On its own it is the only possible pattern, and other hits take none away."""
    sampled = PlaneDetector(layers, pixels, 3, seed_layers, background).sample(30, seed)
    images, labels = sampled.images(), sampled.labels()
    tracks = LinePosterior(seed_layers).find(images)
    assert np.all(tracks.patterns >= 1)
    assert np.all((tracks.probability > 0) & (tracks.probability < 1 + 1e-12))
    alone = np.zeros((30, layers, pixels * pixels), np.uint8)
    np.put_along_axis(alone, labels[..., None], 1, axis=2)
    tracks = LinePosterior(seed_layers).find(alone.reshape(images.shape))
    np.testing.assert_array_equal(tracks.patterns, 1)
    np.testing.assert_array_equal(tracks.pixels, labels)


@pytest.mark.parametrize(
    "events",
    [detector(0, 16, noise=0.3), detector(10, 16), detector(10, 16, noise=0.1)],
    ids=["noise", "tracks", "both"],
)
@pytest.mark.parametrize("weighted", [False, True])
def test_the_probability_is_the_accuracy(events, weighted):
    images, labels = events.batch(3000, seed=4)
    tracks = LinePosterior(background=events if weighted else None).find(images)
    found = LayerAccuracy(tracks.pixels == labels, 3)
    surprise = (tracks.probability - found.right)[:, 3:].mean(axis=1)
    assert abs(surprise.mean()) < 4 * surprise.std() / np.sqrt(3000) + 0.002
    others = [
        LayerAccuracy(finder.find(images).pixels == labels, 3)
        for finder in (CombinatorialKalmanFilter(), NearestHitWalk())
    ]
    assert all(found.mean > other.mean - 0.001 for other in others)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**31), background=st.sampled_from([0, 3, 20]))
def test_the_posterior_follows_the_mirror_and_the_transposition(seed, background):
    images, _ = detector(background, 16).batch(6, seed)
    tracks = LinePosterior().find(images)
    for other in (images[:, :, ::-1], images[:, :, :, ::-1], images.swapaxes(2, 3)):
        same = LinePosterior().find(other)
        np.testing.assert_allclose(same.probability, tracks.probability, rtol=1e-12)
        np.testing.assert_array_equal(same.patterns, tracks.patterns)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**31), order=st.permutations(range(8)))
def test_events_are_independent(seed, order):
    images, _ = detector(20, pixels=16).batch(8, seed)
    together, shuffled = (LinePosterior().find(some) for some in (images, images[order]))
    np.testing.assert_array_equal(together.pixels[order], shuffled.pixels)
    np.testing.assert_array_equal(together.probability[order], shuffled.probability)


def test_blocks_of_events_do_not_matter(monkeypatch):
    images, _ = detector(20, pixels=16).batch(50, seed=1)
    whole = LinePosterior().find(images)
    monkeypatch.setattr("keras_hep.tracking.line_posterior._BLOCK_EVENTS", 7)
    blocks = LinePosterior().find(images)
    np.testing.assert_array_equal(whole.pixels, blocks.pixels)
    np.testing.assert_array_equal(whole.probability, blocks.probability)


def test_an_event_that_no_line_fits_is_left_to_the_walk():
    images, labels = detector(3, 16).batch(10, seed=3)
    images[4, 6] = 0
    tracks = LinePosterior().find(images)
    np.testing.assert_array_equal(tracks.patterns > 0, np.arange(10) != 4)
    np.testing.assert_array_equal(tracks.pixels[4], NearestHitWalk().find(images).pixels[4])
    assert not tracks.probability[4].any()
    assert (tracks.pixels == labels)[np.arange(10) != 4].mean() > 0.95


def test_two_dimensions_are_planes_one_pixel_wide():
    images, labels = PlaneDetector(12, 12, 2, 5, background=0).batch(200, seed=4)
    np.testing.assert_array_equal(LinePosterior(5).find(images[..., None]).pixels, labels)


def test_shapes_and_types_also_without_events():
    for events in (0, 3):
        tracks = LinePosterior().find(detector(3, 16).batch(events, seed=1)[0])
        assert tracks.pixels.shape == tracks.probability.shape == (events, 10)
        assert tracks.pixels.dtype == np.int32
        assert tracks.patterns.shape == (events,)


@pytest.mark.parametrize(
    "background", [detector(3, 15), detector(3, 16, layers=9), PlaneDetector(10, 16, 2, 3, 3)], ids=["W", "L", "2D"]
)
def test_a_background_of_another_detector_is_refused(background):
    images, _ = detector(3, 16).batch(2, seed=1)
    with pytest.raises(ValueError, match="background must be a detector in three dimensions of images"):
        LinePosterior(background=background).find(images)


def test_a_background_of_several_means_is_refused():
    background = detector(3, 16)
    object.__setattr__(background, "background", (1, 10))
    with pytest.raises(ValueError, match=r"background must have one mean number of tracks, got \(1, 10\)"):
        LinePosterior(background=background).find(detector(3, 16).batch(2, seed=1)[0])


def test_a_seed_of_two_hits_in_a_layer_is_refused():
    images = straight_seed((3, 3))
    images[0, 1, 0, 0] = 1
    with pytest.raises(ValueError, match="exactly one hit, got 2 in layer 1 of event 0"):
        LinePosterior().find(images)
