"""Numbers that describe events of pixel planes, on events made by hand."""

import numpy as np
import pytest

from keras_hep.metrics import plane_events
from keras_hep.simulation.plane_detector import PlaneDetector


def test_distinct_hits_counts_behind_the_seed_in_two_and_three_dimensions():
    images = np.zeros((2, 3, 4, 4))
    images[0, 0] = 1
    images[0, 1, 0, :3] = 1
    images[1, 2, 1, 1] = 1
    assert plane_events.distinct_hits(images, first_layer=1) == pytest.approx((1.0, 0.5))
    assert plane_events.distinct_hits(images.reshape(2, 3, 16), first_layer=1) == pytest.approx((1.0, 0.5))


def test_random_hit_level_is_the_mean_inverse_number_of_hits():
    images = np.zeros((2, 2, 2, 2))
    images[:, 0] = 1
    images[0, 1, 0, 0] = images[1, 1, 0, 1] = images[1, 1, 1, 1] = 1
    assert plane_events.random_hit_level(images, first_layer=1) == pytest.approx((0.75, 0.25))
    assert plane_events.random_hit_level(images, first_layer=0) == pytest.approx((0.5, 0.125))


@pytest.mark.parametrize("dimensions", [2, 3])
def test_shared_signal_fraction_is_that_of_a_loop(dimensions):
    events = PlaneDetector(layers=6, pixels=4, dimensions=dimensions, seed_layers=2, background=3).sample(50, seed=3)
    shared = np.zeros((50, 4), bool)
    for track, event in enumerate(events.event):
        for layer in range(4):
            shared[event, layer] |= (events.background[track, layer] == events.signal[event, layer + 2]).all()
    fraction, error = plane_events.shared_signal_fraction(events)
    assert fraction == pytest.approx(shared.mean())
    assert 0 < error < 0.1


def test_a_lone_track_shares_nothing():
    events = PlaneDetector(layers=6, pixels=4, seed_layers=2, background=0).sample(5, seed=3)
    assert plane_events.shared_signal_fraction(events) == (0.0, 0.0)


def test_steps_of_straight_tracks_and_of_a_kink():
    straight = PlaneDetector(layers=50, pixels=50).sample(2_000, seed=5).labels()
    assert plane_events.steps(straight) == (2, 1)
    assert plane_events.steps(np.array([[0, 1, 2, 3]])) == (1, 0)
    assert plane_events.steps(np.array([[0, 1, 3, 6]])) == (3, 2)
    assert plane_events.steps(np.array([[0, 0, 5, 5]])) == (2, 5)


@pytest.mark.parametrize("convolutions", [1, 3, 10])
def test_tracks_of_a_square_detector_stay_in_the_field(convolutions):
    labels = PlaneDetector(layers=50, pixels=50).sample(1_000, seed=5).labels()
    assert plane_events.containment(labels, convolutions) == 1.0


def test_steep_tracks_leave_the_field():
    assert plane_events.containment(np.array([[0, 1, 2, 3, 5]]), convolutions=1) == pytest.approx(2 / 3)
    assert plane_events.containment(np.array([[0, 1, 2, 3, 5]]), convolutions=2) == 0.0
