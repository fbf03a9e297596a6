"""The nearest-hit walk: by hand, on isolated tracks, in noise, under the symmetries of the detector."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_hep.metrics.classification import LayerAccuracy
from keras_hep.simulation.plane_detector import PlaneDetector
from keras_hep.tracking.nearest_hit import NearestHitWalk


def detector(background, pixels=50, noise=0.0):
    return PlaneDetector(10, pixels, 3, 3, background, "poisson", noise)


def one_event(*layers, pixels=8):
    images = np.zeros((1, len(layers), pixels, pixels), np.uint8)
    for layer, hits in enumerate(layers):
        for x, y in hits:
            images[0, layer, x, y] = 1
    return images


def test_by_hand():
    images = one_event([(0, 4)], [(1, 4)], [(2, 4), (7, 4)], [(4, 4), (3, 6)])
    tracks = NearestHitWalk(seed_layers=2).find(images)
    assert tracks.predicted.tolist() == [[4, 12, 20, 28]]
    assert tracks.pixels.tolist() == [[4, 12, 20, 36]]


def test_a_layer_without_a_hit_takes_the_predicted_pixel_and_does_not_enter_the_fit():
    images = one_event([(0, 4)], [(1, 4)], [(3, 4)], [], [(7, 0), (5, 4)])
    tracks = NearestHitWalk(seed_layers=3).find(images)
    line = np.polyval(np.polyfit([0, 1, 2], [0.5, 1.5, 3.5], 1), [3, 4])
    assert tracks.predicted[0, 3:].tolist() == [int(line[0]) * 8 + 4, int(line[1]) * 8 + 4]
    assert tracks.pixels[0, 3:].tolist() == [int(line[0]) * 8 + 4, 5 * 8 + 4]


@pytest.mark.parametrize("pixels", [5, 16, 50])
def test_an_isolated_track_is_found(pixels):
    images, labels = detector(0, pixels).batch(1000, seed=3)
    tracks = NearestHitWalk().find(images)
    np.testing.assert_array_equal(tracks.pixels, labels)
    assert tracks.pixels.dtype == tracks.predicted.dtype == np.int32


@pytest.mark.parametrize(("background", "accuracy"), [(3, 0.9985), (30, 0.983), (100, 0.926)])
def test_accuracy_is_as_measured(background, accuracy):
    images, labels = detector(background).batch(600, seed=5)
    tracks = NearestHitWalk().find(images)
    found, predicted = (LayerAccuracy(pixels == labels, 3) for pixels in (tracks.pixels, tracks.predicted))
    assert abs(found.mean - accuracy) < 4 * found.error + 0.001
    assert 0.5 < predicted.mean < 0.65


def test_noise_costs_accuracy():
    means = []
    for noise in (0.0, 0.01, 0.1):
        images, labels = detector(3, noise=noise).batch(300, seed=6)
        means.append(LayerAccuracy(NearestHitWalk().find(images).pixels == labels, 3).mean)
    assert 1 > means[0] > means[1] > means[2] > 0.6


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**31), order=st.permutations(range(8)))
def test_events_are_independent(seed, order):
    images, _ = detector(10, pixels=16).batch(8, seed)
    together, shuffled = (NearestHitWalk().find(some) for some in (images, images[order]))
    np.testing.assert_array_equal(together.pixels[order], shuffled.pixels)
    np.testing.assert_array_equal(together.predicted[order], shuffled.predicted)


def test_two_dimensions_are_planes_one_pixel_wide():
    images, labels = PlaneDetector(20, 20, 2, 5, background=0).batch(200, seed=4)
    np.testing.assert_array_equal(NearestHitWalk(5).find(images[..., None]).pixels, labels)


def test_no_events_and_a_wrong_seed():
    assert NearestHitWalk().find(np.zeros((0, 5, 4, 4))).pixels.shape == (0, 5)
    with pytest.raises(ValueError, match="exactly one hit, got 0 in layer 0 of event 0"):
        NearestHitWalk().find(np.zeros((1, 5, 4, 4)))
