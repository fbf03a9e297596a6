"""The combinatorial Kalman filter: by hand, against least squares, on the toy, under its symmetries."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_hep.metrics.classification import LayerAccuracy
from keras_hep.simulation.plane_detector import PlaneDetector
from keras_hep.tracking.fired_pixels import centres
from keras_hep.tracking.kalman import CombinatorialKalmanFilter
from keras_hep.tracking.line_cells import line_cells
from keras_hep.tracking.nearest_hit import NearestHitWalk


def detector(background, pixels=50, layers=10, noise=0.0):
    return PlaneDetector(layers, pixels, 3, 3, background, "poisson", noise)


def one_event(*layers, pixels=8):
    images = np.zeros((1, len(layers), pixels, pixels), np.uint8)
    for layer, hits in enumerate(layers):
        for x, y in hits:
            images[0, layer, x, y] = 1
    return images


def test_an_update_by_hand():
    """Unit variance: two hits give position 1 and slope 1 with covariance (1 1; 1 2), hence (5 3; 3 2) a layer later.

    The hit at 3 against the prediction 2: innovation 6, gains 5/6 and 1/2.
    """
    images = one_event([(0, 4)], [(1, 4)], [(3, 4)])
    tracks = CombinatorialKalmanFilter(2, measurement_variance=1.0, gate=5).find(images)
    np.testing.assert_allclose(tracks.states, [[2.5 + 5 / 6, 4.5, 1.5, 0]])
    np.testing.assert_allclose(tracks.covariances, [[[5 / 6, 1 / 2], [1 / 2, 1 / 2]]])
    np.testing.assert_allclose(tracks.chi2, [1 / 6])
    np.testing.assert_allclose(tracks.entry, [[2.5 + 5 / 6 - 3, 4.5]])
    assert tracks.pixels.tolist() == [[4, 12, 28]]
    assert tracks.predicted.tolist() == [[4, 12, 20]]


def test_process_noise_by_hand():
    """The first plane scatters before the slope is measured, the second adds 1 to the variance of the slope."""
    images = one_event([(0, 4)], [(1, 4)], [(3, 4)])
    tracks = CombinatorialKalmanFilter(2, measurement_variance=1.0, process_noise=1.0, gate=5).find(images)
    np.testing.assert_allclose(tracks.covariances, [[[6 / 7, 4 / 7], [4 / 7, 3 - 16 / 7]]])
    np.testing.assert_allclose(tracks.chi2, [1 / 7])


@pytest.mark.parametrize("layers", [3, 4, 10, 30])
@pytest.mark.parametrize("seed_layers", [2, 3])
def test_without_process_noise_it_is_the_least_squares_fit(layers, seed_layers):
    images, labels = detector(0, 20, layers).batch(50, seed=layers)
    tracks = CombinatorialKalmanFilter(seed_layers, gate=100).find(images)
    design = np.stack([np.ones(layers), np.arange(layers) - (layers - 1)], axis=1)
    covariance = np.linalg.inv(design.T @ design) / 12
    np.testing.assert_allclose(tracks.covariances, np.broadcast_to(covariance, (50, 2, 2)), rtol=1e-9)
    hits = centres(labels, 20)
    for event in range(50):
        fits = [np.polyfit(design[:, 1], hits[event, :, axis], 1, full=True)[:2] for axis in (0, 1)]
        slopes, positions = np.transpose([coefficients for coefficients, _ in fits])
        np.testing.assert_allclose(tracks.states[event], [*positions, *slopes], atol=1e-9)
        np.testing.assert_allclose(tracks.chi2[event], 12 * sum(residuals[0] for _, residuals in fits), atol=1e-8)


def test_the_fitted_parameters_are_as_precise_as_they_say():
    sampled = detector(0).sample(4000, seed=2)
    tracks = CombinatorialKalmanFilter().find(sampled.images())
    exit_ = sampled.entry + 9.0 * sampled.slope
    for fitted, true in ((tracks.states[:, :2], exit_), (tracks.entry, sampled.entry)):
        pulls = (fitted - true) / np.sqrt(tracks.covariances[:, :1, 0])
        assert np.abs(pulls.mean(axis=0)).max() < 4 * 0.8 / np.sqrt(4000)
        assert 0.6 < pulls.std() < 1.05, "bounded residuals that a line correlates are no worse than independent ones"


@pytest.mark.parametrize("pixels", [5, 16, 50])
def test_the_default_gate_loses_no_isolated_track(pixels):
    images, labels = detector(0, pixels).batch(5000, seed=3)
    tracks = CombinatorialKalmanFilter().find(images)
    np.testing.assert_array_equal(tracks.pixels, labels)
    assert tracks.measured.all()
    assert tracks.chi2.max() < 30


def test_no_straight_line_leaves_the_default_gate():
    paths = line_cells(16).paths
    for layer in range(2, 16):
        before = np.arange(layer) - (layer - 1) / 2
        weights = 1 / layer + before * (layer + 1) / 2 / (before @ before)
        residual = paths[:, layer] - paths[:, :layer] @ weights
        largest = 2 * np.max(residual**2) / ((1 + weights @ weights) / 12)
        assert largest == pytest.approx(24 * (1 - 2 * (2 * layer + 1) / ((layer + 1) * (layer + 2))))
        assert largest < CombinatorialKalmanFilter().gate


@pytest.mark.parametrize(("background", "accuracy"), [(3, 0.9995), (30, 0.9955), (100, 0.985)])
def test_accuracy_is_as_measured_and_above_the_walk(background, accuracy):
    images, labels = detector(background).batch(800, seed=5)
    found, walked = (
        LayerAccuracy(finder.find(images).pixels == labels, 3)
        for finder in (CombinatorialKalmanFilter(), NearestHitWalk())
    )
    assert abs(found.mean - accuracy) < 4 * found.error + 0.001
    assert found.mean >= walked.mean


def test_noise_costs_accuracy():
    means = []
    for noise in (0.0, 0.05, 0.2):
        images, labels = detector(3, noise=noise).batch(300, seed=6)
        means.append(LayerAccuracy(CombinatorialKalmanFilter().find(images).pixels == labels, 3).mean)
    assert 1 > means[0] > means[1] > means[2] > 0.5


def test_one_branch_with_a_wide_gate_is_the_nearest_hit_walk():
    images, _ = detector(10, 16).batch(400, seed=8)
    tracks = CombinatorialKalmanFilter(gate=1e9, branches=1).find(images)
    walked = NearestHitWalk().find(images)
    same = np.all(tracks.pixels == walked.pixels, axis=1)
    assert same.mean() > 0.95, "they differ at most where two hits are equally near"
    assert (tracks.predicted == walked.predicted)[same].mean() > 0.95, "or where the line meets an edge of pixels"


def test_branches_find_what_the_walk_misses():
    """In layer 3 the line through 0, 0, 1 is nearer to pixel 1, but with pixel 2 the whole track fits better."""
    hits = np.array([0, 0, 1, 2, 2, 3, 4, 4])
    images = one_event(*[[(x, 4)] for x in hits])
    images[0, 3, 1, 4] = 1
    one, many = (CombinatorialKalmanFilter(branches=branches).find(images) for branches in (1, 2))
    assert one.pixels.tolist() == [(np.where(np.arange(8) == 3, 1, hits) * 8 + 4).tolist()]
    assert many.pixels.tolist() == [(hits * 8 + 4).tolist()]
    assert many.chi2 < one.chi2


def test_more_branches_never_raise_the_lowest_chi2_when_all_are_kept():
    images, _ = detector(100).batch(100, seed=9)
    few, all_ = (CombinatorialKalmanFilter(branches=branches).find(images) for branches in (2, 10_000))
    assert np.all(all_.chi2 <= few.chi2 + 1e-9)


def test_a_candidate_without_a_hit_in_its_gate_goes_on_and_pays():
    images = one_event([(0, 4)], [(1, 4)], [(2, 4)], [(3, 0), (0, 0)], [(4, 4)], [(5, 4)])
    tracks = CombinatorialKalmanFilter().find(images)
    assert tracks.measured.tolist() == [[True, True, True, False, True, True]]
    assert tracks.chi2 == pytest.approx([24])
    assert tracks.pixels[0, 3] == 3 * 8 + 0, "of the fired pixels the one nearest to the line"
    np.testing.assert_allclose(tracks.states, [[5.5, 4.5, 1, 0]], atol=1e-12)
    before = np.array([0, 1, 2, 4, 5]) - 5
    expected = np.linalg.inv(np.array([[5, before.sum()], [before.sum(), before @ before]])) / 12
    np.testing.assert_allclose(tracks.covariances[0], expected, rtol=1e-9)


def test_an_empty_layer_takes_the_pixel_on_the_line():
    images = one_event([(0, 4)], [(1, 4)], [(2, 4)], [], [(4, 4)], [])
    tracks = CombinatorialKalmanFilter().find(images)
    assert tracks.pixels.tolist() == [[4, 12, 20, 28, 36, 44]]
    assert tracks.measured.sum() == 4
    assert tracks.chi2 == pytest.approx([48])


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**31), background=st.sampled_from([0, 3, 20]))
def test_chi2_is_the_same_in_the_mirror_and_transposed(seed, background):
    """Branches of equal chi2 may be taken in another order: what is invariant is the lowest chi2 when all are kept."""
    images, _ = detector(background, 16).batch(6, seed)
    finder = CombinatorialKalmanFilter(branches=100_000)
    tracks = finder.find(images)
    for other in (images[:, :, ::-1], images[:, :, :, ::-1], images.swapaxes(2, 3)):
        np.testing.assert_allclose(finder.find(other).chi2, tracks.chi2, atol=1e-9)


def test_an_isolated_track_follows_the_mirror_and_the_transposition():
    images, labels = detector(0, 16).batch(300, seed=1)
    x, y = np.divmod(labels, 16)
    for other, expected in (
        (images[:, :, ::-1], (15 - x) * 16 + y),
        (images[:, :, :, ::-1], x * 16 + 15 - y),
        (images.swapaxes(2, 3), y * 16 + x),
    ):
        np.testing.assert_array_equal(CombinatorialKalmanFilter().find(other).pixels, expected)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**31), order=st.permutations(range(8)))
def test_events_are_independent(seed, order):
    images, _ = detector(20, pixels=16).batch(8, seed)
    together, shuffled = (CombinatorialKalmanFilter().find(some) for some in (images, images[order]))
    for field in ("pixels", "measured", "predicted", "states", "covariances", "chi2"):
        np.testing.assert_array_equal(getattr(together, field)[order], getattr(shuffled, field))


def test_blocks_of_events_do_not_matter(monkeypatch):
    images, _ = detector(20, pixels=16).batch(50, seed=1)
    whole = CombinatorialKalmanFilter().find(images)
    monkeypatch.setattr("keras_hep.tracking.kalman._BLOCK_EVENTS", 7)
    blocks = CombinatorialKalmanFilter().find(images)
    np.testing.assert_array_equal(whole.pixels, blocks.pixels)
    np.testing.assert_array_equal(whole.states, blocks.states)


def test_two_dimensions_are_planes_one_pixel_wide():
    images, labels = PlaneDetector(20, 20, 2, 5, background=0).batch(200, seed=4)
    np.testing.assert_array_equal(CombinatorialKalmanFilter(5).find(images[..., None]).pixels, labels)


def test_shapes_and_types_also_without_events():
    for events in (0, 3):
        tracks = CombinatorialKalmanFilter().find(detector(3, 16).batch(events, seed=1)[0])
        assert tracks.pixels.shape == tracks.predicted.shape == tracks.measured.shape == (events, 10)
        assert tracks.pixels.dtype == tracks.predicted.dtype == np.int32
        assert (tracks.states.shape, tracks.covariances.shape) == ((events, 4), (events, 2, 2))
        assert tracks.entry.shape == (events, 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"seed_layers": 1}, "seed_layers must be at least 2, got 1"),
        ({"measurement_variance": 0.0}, "measurement_variance must be positive, got 0.0"),
        ({"process_noise": -1.0}, "process_noise must not be negative, got -1.0"),
        ({"gate": 0.0}, "gate must be positive and finite, got 0.0"),
        ({"gate": np.inf}, "gate must be positive and finite, got inf"),
        ({"branches": 0}, "branches must be at least 1, got 0"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        CombinatorialKalmanFilter(**arguments)


def test_a_seed_of_two_hits_in_a_layer_is_refused():
    with pytest.raises(ValueError, match="exactly one hit, got 2 in layer 1 of event 0"):
        CombinatorialKalmanFilter().find(one_event([(0, 0)], [(1, 1), (2, 2)], [(3, 3)], [(4, 4)]))
