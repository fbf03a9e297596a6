"""The plane detector against its laws: exact per event, and statistical with four standard errors of room."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from keras_hep.simulation.plane_detector import PlaneDetector
from keras_hep.simulation.plane_occupancy import mean_distinct_hits

FLAT = PlaneDetector(layers=50, pixels=50)
WEDGE = PlaneDetector(layers=48, pixels=48, wedge=True)
CUBE = PlaneDetector(layers=10, pixels=50, dimensions=3, seed_layers=3, background=3, background_law="poisson")

detectors = st.builds(
    PlaneDetector,
    layers=st.integers(5, 14),
    pixels=st.integers(2, 20),
    dimensions=st.sampled_from([2, 3]),
    seed_layers=st.integers(0, 5),
    background=st.integers(0, 6),
    background_law=st.sampled_from(["fixed", "poisson"]),
    noise=st.sampled_from([0.0, 0.01, 0.3]),
)


@settings(max_examples=60, deadline=None)
@given(detector=detectors, seed=st.integers(0, 2**31))
def test_every_event_obeys_the_detector(detector, seed):
    sampled = detector.sample(7, seed)
    images, labels = sampled.images(), sampled.labels()
    planes = images.reshape(7, detector.layers, detector.classes)
    assert images.dtype == np.uint8
    assert labels.dtype == np.int32
    assert set(np.unique(images)) <= {0, 1}
    assert np.all(np.take_along_axis(planes, labels[..., None], axis=2) == 1)
    assert np.all(planes[:, : detector.seed_layers].sum(axis=2) == 1)
    if not detector.noise:
        most = 1 + sampled.background_counts()[:, None]
        assert np.all(planes.sum(axis=2) <= most)


@settings(max_examples=30, deadline=None)
@given(detector=detectors, seed=st.integers(0, 2**31))
def test_the_images_are_the_coordinates(detector, seed):
    sampled = detector.sample(3, seed)
    expected = np.zeros((3, detector.layers, detector.classes), np.uint8)
    width = detector.pixels
    for event, track in enumerate(sampled.signal):
        for layer, hit in enumerate(track):
            expected[event, layer, hit[0] if detector.dimensions == 2 else hit[0] * width + hit[1]] = 1
    for event, track in zip(sampled.event, sampled.background, strict=True):
        for layer, hit in enumerate(track, start=detector.seed_layers):
            expected[event, layer, hit[0] if detector.dimensions == 2 else hit[0] * width + hit[1]] = 1
    expected.reshape(-1)[sampled.noise] = 1
    np.testing.assert_array_equal(sampled.images().reshape(expected.shape), expected)


@pytest.mark.parametrize("detector", [FLAT, WEDGE, CUBE, dataclasses.replace(FLAT, background=0, noise=0.2)])
def test_same_seed_same_events_other_seed_other_events(detector):
    first, second, other = (detector.batch(20, seed)[0] for seed in ([1, 2], [1, 2], [1, 3]))
    np.testing.assert_array_equal(first, second)
    assert np.any(first != other)


@pytest.mark.parametrize(("detector", "steps"), [(FLAT, 50), (CUBE, 9)])
def test_signal_pixels_follow_the_line(detector, steps):
    sampled = detector.sample(2000, seed=5)
    layer = np.arange(detector.layers)[:, None]
    line = sampled.entry[:, None].astype(float) + sampled.slope[:, None].astype(float) * layer
    nearest_edge = np.abs(line - np.round(line))
    safe = (nearest_edge > 1e-4) & (line > 0) & (line < detector.pixels)
    assert safe.mean() > 0.99
    np.testing.assert_array_equal(sampled.signal[safe], np.floor(line[safe]))
    exits = sampled.entry + sampled.slope * steps
    assert -1e-4 <= exits.min() < exits.max() <= detector.pixels + 1e-4


def test_steps_between_layers_take_two_adjacent_values():
    steps = np.diff(FLAT.sample(5000, seed=6).signal[..., 0].astype(int), axis=1)
    assert np.all(steps.max(axis=1) - steps.min(axis=1) <= 1)


@pytest.mark.parametrize(("detector", "steps"), [(FLAT, 50), (CUBE, 9)])
def test_entry_and_exit_are_uniform(detector, steps):
    sampled = detector.sample(100_000, seed=7)
    exits = sampled.entry + sampled.slope * steps
    for values in (*sampled.entry.T, *exits.T):
        assert stats.kstest(values, "uniform", (0, detector.pixels)).pvalue > 1e-3


def test_poisson_background_has_mean_and_variance_mu():
    events, mean = 50_000, CUBE.background
    counts = CUBE.sample(events, seed=8).background_counts()
    assert abs(counts.mean() - mean) < 4 * np.sqrt(mean / events)
    assert abs(counts.var() - mean) < 4 * np.sqrt((2 * mean**2 + mean) / events)


@pytest.mark.parametrize("probability", [0.002, 0.2])
def test_noise_is_independent_per_pixel(probability):
    detector = PlaneDetector(layers=20, pixels=20, background=0, noise=probability)
    sampled = detector.sample(4000, seed=9)
    fired = np.zeros((4000, 20, 20), bool)
    fired.reshape(-1)[sampled.noise] = True
    assert len(np.unique(sampled.noise)) == len(sampled.noise)
    assert not fired[:, :5].any()
    per_pixel, per_event = fired[:, 5:].mean(axis=0), fired[:, 5:].sum(axis=(1, 2))
    error = np.sqrt(probability * (1 - probability) / 4000)
    assert np.abs(per_pixel - probability).max() < 5 * error
    cells = 15 * 20
    assert per_event.var() == pytest.approx(cells * probability * (1 - probability), rel=0.1)


def test_wedge_has_the_published_shape_and_keeps_every_signal():
    widths = WEDGE.widths()
    assert widths.sum() == 1390
    assert widths[:8].tolist() == [2, 4, 4, 6, 6, 8, 10, 10]
    assert np.all(widths[39:] == 48)
    assert WEDGE.active().sum() == 1390
    images, labels = WEDGE.batch(20_000, seed=10)
    assert not images[:, ~WEDGE.active()].any()
    assert np.all(np.take_along_axis(np.broadcast_to(WEDGE.active(), images.shape), labels[..., None], axis=2))


@pytest.mark.parametrize("detector", [FLAT, WEDGE, CUBE])
@pytest.mark.parametrize("value", [0.0, float(np.nextafter(np.float32(1), np.float32(0)))])
def test_tracks_on_the_very_edge_stay_inside(detector, value, monkeypatch):
    class Extreme:
        def random(self, shape, dtype):
            return np.full(shape, value, dtype)

        def poisson(self, mean, events):
            return np.full(events, 3)

    monkeypatch.setattr(np.random, "default_rng", lambda seed: Extreme())
    images, labels = detector.batch(2, seed=1)
    planes = images.reshape(2, detector.layers, detector.classes)
    active = detector.active() if detector.dimensions == 2 else np.ones(planes.shape[1:], bool)
    assert np.all(np.take_along_axis(np.broadcast_to(active, planes.shape), labels[..., None], axis=2))
    assert not planes[:, ~active].any()


@pytest.mark.parametrize("mean", [1, 10, 100])
def test_distinct_hits_per_plane(mean):
    detector = dataclasses.replace(CUBE, background=mean)
    images, _ = detector.batch(1000, seed=11)
    assert images[:, 3:].sum(axis=(2, 3)).mean() == pytest.approx(mean_distinct_hits(detector).mean(), rel=0.05)


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        ({"dimensions": 4}, "dimensions must be 2 or 3, got 4"),
        ({"layers": 1}, "layers must be at least 2"),
        ({"pixels": 0}, "pixels must be between"),
        ({"seed_layers": 51}, "seed_layers must be 0 to 50, got 51"),
        ({"background_law": "flat"}, "fixed or poisson, got 'flat'"),
        ({"background": -1}, "must not be negative"),
        ({"background": 2.5}, "a fixed background is one whole number"),
        ({"background": (2, 3)}, r"a fixed background is one whole number, got \(2, 3\)"),
        ({"background": (2, -3), "background_law": "poisson"}, "must not be negative"),
        ({"background": (), "background_law": "poisson"}, "must not be negative"),
        ({"noise": 1.0}, "probability below 1"),
        ({"noise": -0.1}, "probability below 1"),
        ({"wedge": True, "dimensions": 3}, "a wedge has dimensions=2"),
    ],
)
def test_arguments_out_of_range(arguments, rule):
    with pytest.raises(ValueError, match=rule):
        PlaneDetector(**arguments)


def test_of_several_means_each_event_draws_one():
    means, events = np.array([0.0, 1.0, 20.0]), 60_000
    detector = dataclasses.replace(CUBE, pixels=2, background=tuple(means))
    counts = detector.sample(events, seed=8).background_counts()
    variance = means.mean() + means.var()
    assert abs(counts.mean() - means.mean()) < 4 * np.sqrt(variance / events)
    assert abs(counts.var() / variance - 1) < 0.03
    rare = np.mean(counts == 0), (1 + np.exp(-1) + np.exp(-20)) / 3
    assert abs(rare[0] - rare[1]) < 4 * np.sqrt(0.25 / events)


def test_no_events_and_no_background():
    images, labels = dataclasses.replace(FLAT, background=0).batch(0, seed=1)
    assert images.shape == (0, 50, 50)
    assert labels.shape == (0, 50)
