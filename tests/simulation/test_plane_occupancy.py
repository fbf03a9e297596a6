"""Expectations of the plane detector: against counting by hand, simulation, and each other."""

import itertools

import numpy as np
import pytest

from keras_hep.simulation import plane_occupancy
from keras_hep.simulation.plane_detector import PlaneDetector

DETECTORS = {
    "tracks": PlaneDetector(layers=12, pixels=10, seed_layers=2, background=3),
    "noise": PlaneDetector(layers=12, pixels=10, seed_layers=2, background=2, noise=0.15),
    "poisson": PlaneDetector(layers=12, pixels=10, seed_layers=2, background=2.5, background_law="poisson"),
    "poisson with noise": PlaneDetector(6, 10, seed_layers=2, background=2, background_law="poisson", noise=0.1),
    "wedge": PlaneDetector(layers=12, pixels=12, seed_layers=2, background=3, wedge=True),
    "3D": PlaneDetector(6, 7, dimensions=3, seed_layers=2, background=6, background_law="poisson"),
    "3D with a fixed background": PlaneDetector(6, 5, dimensions=3, seed_layers=2, background=4),
}


@pytest.mark.parametrize("detector", DETECTORS.values(), ids=DETECTORS)
def test_expectations_are_the_means_of_simulated_events(detector):
    images, _ = detector.batch(40_000, seed=11)
    images = images.reshape(len(images), detector.layers, -1)[:, detector.seed_layers :]
    fired = np.count_nonzero(images, axis=2)
    for simulated, expected in (
        (fired, plane_occupancy.mean_distinct_hits(detector)),
        (1 / fired, plane_occupancy.random_hit_level(detector)),
    ):
        pull = (simulated.mean(axis=0) - expected) / (simulated.std(axis=0) / 200)
        assert np.abs(pull).max() < 4.5


@pytest.mark.parametrize("detector", DETECTORS.values(), ids=DETECTORS)
def test_crossing_probability_is_the_frequency_of_simulated_tracks(detector):
    labels = detector.sample(40_000, seed=12).labels()
    for layer in (0, detector.layers // 2, detector.layers - 1):
        expected = plane_occupancy.crossing_probability(detector, layer)
        assert expected.sum() == pytest.approx(1)
        counts = np.bincount(labels[:, layer], minlength=detector.classes)
        assert (counts[expected < 1e-12] == 0).all()
        chi2 = np.sum((counts - 40_000 * expected)[expected > 0] ** 2 / (40_000 * expected[expected > 0]))
        assert chi2 < detector.classes + 6 * np.sqrt(2 * detector.classes)


def tracks_by_hand(detector, tracks):
    """Yield (probability, pixels of the tracks, signal first) of every outcome in the last layer."""
    crossing = plane_occupancy.crossing_probability(detector, detector.layers - 1)
    for pixels in itertools.product(range(detector.pixels), repeat=tracks):
        yield np.prod(crossing[list(pixels)]), pixels


def test_all_numbers_by_enumeration():
    detector = PlaneDetector(layers=3, pixels=4, seed_layers=2, background=3)
    outcomes = list(tracks_by_hand(detector, 4))
    distinct = sum(chance * len(set(pixels)) for chance, pixels in outcomes)
    guess = sum(chance / len(set(pixels)) for chance, pixels in outcomes)
    shared = sum(chance * (pixels[0] in pixels[1:]) for chance, pixels in outcomes)
    best = sum(chance * max(map(pixels.count, pixels)) / 4 for chance, pixels in outcomes)
    assert plane_occupancy.mean_distinct_hits(detector) == pytest.approx([distinct])
    assert plane_occupancy.random_hit_level(detector) == pytest.approx([guess])
    assert plane_occupancy.shared_signal_fraction(detector) == pytest.approx([shared])
    assert plane_occupancy.best_guess_level(detector) == pytest.approx([best])


def test_noise_alone_follows_the_binomial_law():
    detector = PlaneDetector(layers=6, pixels=50, seed_layers=5, background=0, noise=0.2)
    assert plane_occupancy.random_hit_level(detector) == pytest.approx([(1 - 0.8**50) / (50 * 0.2)], rel=1e-12)
    assert plane_occupancy.mean_distinct_hits(detector) == pytest.approx([1 + 49 * 0.2])


def test_a_lone_track_is_always_guessed():
    detector = PlaneDetector(layers=5, pixels=6, seed_layers=1, background=0)
    for number in ("mean_distinct_hits", "random_hit_level", "best_guess_level"):
        assert getattr(plane_occupancy, number)(detector) == pytest.approx(np.ones(4))
    assert plane_occupancy.shared_signal_fraction(detector) == pytest.approx(np.zeros(4))


def test_the_best_guess_is_better_than_a_random_one_and_needs_equal_tracks():
    detector = DETECTORS["tracks"]
    assert (plane_occupancy.best_guess_level(detector) > plane_occupancy.random_hit_level(detector)).all()
    for name in ("noise", "poisson", "wedge"):
        with pytest.raises(ValueError, match="needs a fixed background, no noise and no wedge"):
            plane_occupancy.best_guess_level(DETECTORS[name])
