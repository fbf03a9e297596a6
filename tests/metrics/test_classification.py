"""Accuracies by hand, and the invariant that hit accuracy is never below pixel accuracy."""

import types

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from keras_hep.metrics import classification
from keras_hep.metrics.classification import LayerAccuracy

IMAGES = np.array([[[0, 1, 0], [1, 1, 0], [0, 1, 1]], [[1, 0, 0], [0, 1, 1], [1, 0, 1]]])
LABELS = np.array([[1, 0, 2], [0, 1, 0]])
SCORES = np.array(
    [
        [[0.6, 0.3, 0.1], [0.2, 0.3, 0.5], [0.1, 0.2, 0.7]],  # pixel: wrong wrong right; hit: right wrong right
        [[0.8, 0.1, 0.1], [0.5, 0.4, 0.1], [0.2, 0.7, 0.1]],  # pixel: right wrong wrong; hit: right right right
    ]
)


def test_by_hand():
    pixel = classification.pixel_accuracy(SCORES, LABELS, first_layer=1)
    hit = classification.hit_accuracy(SCORES, IMAGES, LABELS, first_layer=1)
    assert pixel.right.tolist() == [[False, False, True], [True, False, False]]
    assert hit.right.tolist() == [[True, False, True], [True, True, True]]
    assert (pixel.mean, pixel.decisions, pixel.mean_with_seed, pixel.seed_mean) == (0.25, 4, 2 / 6, 0.5)
    assert (hit.mean, hit.mean_with_seed, hit.seed_mean) == (0.75, 5 / 6, 1.0)
    assert hit.per_layer.tolist() == [1.0, 0.5, 1.0]
    # Events 1/2 and 2/2 right: standard deviation 0.3536, divided by the root of two events.
    assert hit.error == pytest.approx(0.25)


def test_scores_that_underflow_do_not_count_for_pixel_zero():
    scores = np.zeros((1, 1, 4))
    images = np.array([[[0, 0, 1, 0]]])
    assert classification.hit_accuracy(scores, images, np.array([[2]]), 0).mean == 1.0
    assert classification.hit_accuracy(scores, images, np.array([[0]]), 0).mean == 0.0


@given(
    scores=arrays.arrays(np.float32, (3, 4, 5), elements=st.floats(0, 1, width=32)),
    noise=arrays.arrays(np.uint8, (3, 4, 5), elements=st.integers(0, 1)),
    labels=arrays.arrays(np.int32, (3, 4), elements=st.integers(0, 4)),
)
def test_hit_accuracy_is_never_below_pixel_accuracy(scores, noise, labels):
    images = noise.copy()
    np.put_along_axis(images, labels[..., None], 1, axis=2)
    pixel = classification.pixel_accuracy(scores, labels, 0).right
    hit = classification.hit_accuracy(scores, images, labels, 0).right
    assert np.all(hit >= pixel)


def test_errors_cover_the_spread_of_repeated_experiments():
    random = np.random.default_rng(1)
    quality = random.random((200, 300, 1))  # decisions of one event share its quality, as in real events
    experiments = [LayerAccuracy(random.random((300, 20)) < event, 0) for event in quality]
    spread = np.std([accuracy.mean for accuracy in experiments])
    assert np.mean([accuracy.error for accuracy in experiments]) == pytest.approx(spread, rel=0.15)


def test_one_event_has_no_error():
    assert LayerAccuracy(np.ones((1, 3), bool), 0).error == float("inf")


def test_error_per_layer_stays_above_zero():
    assert np.all(LayerAccuracy(np.ones((10, 3), bool), 0).per_layer_error > 0)


def test_cross_entropy_is_floored_like_in_keras():
    loss = classification.cross_entropy(np.array([[1.0, 0.0], [0.25, 0.75]]), np.array([1, 0]))
    np.testing.assert_allclose(loss, [-np.log(1e-7), -np.log(0.25)])


def test_track_finding_joins_batches():
    whole = classification.track_finding([(IMAGES, LABELS, SCORES)], first_layer=1)
    parts = classification.track_finding(
        [(IMAGES[i : i + 1], LABELS[i : i + 1], SCORES[i : i + 1]) for i in (0, 1)], first_layer=1
    )
    np.testing.assert_array_equal(whole.pixel.right, parts.pixel.right)
    np.testing.assert_array_equal(whole.loss, parts.loss)
    assert whole.hit_below_pixel() == 0
    assert whole.random_hit_accuracy()[0] == pytest.approx(0.5)
    np.testing.assert_allclose(whole.loss[0], -np.log([0.3, 0.2, 0.7]))


def test_a_broken_hit_metric_shows():
    whole = classification.track_finding([(IMAGES, LABELS, SCORES)], first_layer=0)
    broken = classification.TrackFinding(whole.hit, whole.pixel, whole.loss, whole.fired)
    assert broken.hit_below_pixel() == 2


def test_no_events():
    with pytest.raises(ValueError, match="at least one batch"):
        classification.track_finding([], first_layer=1)


def test_depth_correlation_has_both_signs():
    assert classification.depth_correlation(np.array([[5, 1, 2, 4]]), 1) == pytest.approx(1)
    assert classification.depth_correlation(np.array([[0, 4, 2, 1]]), 1) == pytest.approx(-1)


def test_planes_are_flattened():
    random = np.random.default_rng(4)
    images, scores = random.integers(0, 2, (5, 3, 2, 2)), random.random((5, 3, 4))
    images[..., 0, 1], labels = 1, np.ones((5, 3), int)
    flat, planes = (
        classification.track_finding([(hits, labels, scores)], first_layer=1)
        for hits in (images.reshape(5, 3, 4), images)
    )
    np.testing.assert_array_equal(planes.hit.right, flat.hit.right)
    np.testing.assert_array_equal(planes.fired, flat.fired)


class Answers:
    """A finder that knows its answers."""

    def __init__(self, pixels, predicted=None):
        self.answer = types.SimpleNamespace(pixels=np.array(pixels))
        if predicted is not None:
            self.answer.predicted = np.array(predicted)

    def find(self, images):
        return self.answer


def test_accuracy_of_a_finder():
    labels = np.array([[3, 1, 2], [0, 0, 0]])
    batches = [(None, labels), (None, labels + 1)]
    pixel, hit = classification.finder_accuracy(
        Answers([[3, 1, 2], [0, 1, 0]], [[3, 0, 2], [0, 1, 1]]), batches, first_layer=1
    )
    assert (pixel.mean, hit.mean) == (3 / 8, 4 / 8)
    assert pixel.decisions == hit.decisions == 8
    same = classification.finder_accuracy(Answers([[3, 1, 2], [0, 1, 0]]), batches, first_layer=1)
    assert same[0].mean == same[1].mean == hit.mean
    with pytest.raises(ValueError, match="at least one batch"):
        classification.finder_accuracy(Answers([[0]]), [], first_layer=1)
