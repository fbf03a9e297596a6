"""Accuracies of networks that pick one pixel per detector layer."""

import dataclasses

import numpy as np
from scipy import stats


@dataclasses.dataclass(frozen=True)
class LayerAccuracy:
    """Decisions of one kind, one per event and layer.

    Attributes:
        right: bool array, shape (events, layers).
        first_layer: int. Layers before it (the seed) do not count in `mean`.
    """

    right: np.ndarray
    first_layer: int

    @property
    def decisions(self):
        """Number of decisions behind the mean."""
        return self.right[:, self.first_layer :].size

    @property
    def mean(self):
        """Fraction of right decisions in the layers from `first_layer` on."""
        return float(self.right[:, self.first_layer :].mean())

    @property
    def error(self):
        """Standard error of `mean` from the spread between events: the decisions within one are correlated."""
        per_event = self.right[:, self.first_layer :].mean(axis=1)
        return float(per_event.std(ddof=1) / np.sqrt(len(per_event))) if len(per_event) > 1 else float("inf")

    @property
    def mean_with_seed(self):
        """Fraction of right decisions in all layers."""
        return float(self.right.mean())

    @property
    def seed_mean(self):
        """Fraction of right decisions in the layers before `first_layer`."""
        return float(self.right[:, : self.first_layer].mean())

    @property
    def per_layer(self):
        """Fraction of right decisions in each layer, float array of shape (layers,)."""
        return self.right.mean(axis=0)

    @property
    def per_layer_error(self):
        """Binomial standard error of `per_layer`; one event more on each side keeps it above zero."""
        events = len(self.right)
        smoothed = (self.right.sum(axis=0) + 1) / (events + 2)
        return np.sqrt(smoothed * (1 - smoothed) / events)


def pixel_accuracy(scores, labels, first_layer):
    """Compare the highest-scoring pixel of each layer with the true one.

    Args:
        scores: float array, shape (events, layers, pixels).
        labels: int array, shape (events, layers): the true pixel.
        first_layer: int. First layer behind the seed.

    Returns:
        `LayerAccuracy`.

    Reference: Farrell et al., EPJ Web Conf. 150 (2017) 00003, Figure 9.

    Example:

    >>> pixel_accuracy(np.array([[[0.1, 0.9], [0.8, 0.2]]]), np.array([[1, 1]]), first_layer=0).mean
    0.5
    """
    return LayerAccuracy(np.argmax(scores, axis=-1) == labels, first_layer)


def hit_accuracy(scores, images, labels, first_layer):
    """Compare the highest-scoring pixel *among those that fired* with the true one.

    The true pixel always fired, so a layer whose highest-scoring pixel is right is right here too: hit accuracy is
    never below pixel accuracy, event by event.

    Args:
        scores: float array, shape (events, layers, pixels).
        images: array, shape (events, layers, pixels) or (events, layers, side, side): non-zero where a pixel fired.
        labels: int array, shape (events, layers): the true pixel.
        first_layer: int. First layer behind the seed.

    Returns:
        `LayerAccuracy`.

    Reference: Farrell et al. (2017), Figure 9.
    Differs: pixels without a hit are excluded outright; multiplying scores by the image, as the authors' code does,
        picks pixel 0 when all products underflow.

    Example:

    >>> scores = np.array([[[0.7, 0.2, 0.1]]])
    >>> hit_accuracy(scores, np.array([[[0, 1, 1]]]), np.array([[1]]), first_layer=0).mean
    1.0
    """
    fired = np.where(np.reshape(images, scores.shape) != 0, scores, -np.inf)
    return LayerAccuracy(np.argmax(fired, axis=-1) == labels, first_layer)


def cross_entropy(scores, labels):
    """Return minus the logarithm of the probability given to the true class, float64 array of the shape of `labels`.

    Args:
        scores: float array, shape (..., classes): probabilities. Below 1e-7 they count as 1e-7, as in Keras.
        labels: int array, shape (...).

    Example:

    >>> cross_entropy(np.array([[0.5, 0.5]]), np.array([1])).round(4).tolist()
    [0.6931]
    """
    chosen = np.take_along_axis(scores, labels[..., None], axis=-1)[..., 0]
    return -np.log(np.maximum(chosen.astype(np.float64), 1e-7))


@dataclasses.dataclass(frozen=True)
class TrackFinding:
    """How well a network found the seeded track in test events.

    Attributes:
        pixel: `LayerAccuracy` of the highest-scoring pixel.
        hit: `LayerAccuracy` of the highest-scoring pixel that fired.
        loss: float array, shape (events, layers): cross-entropy in nats.
        fired: int array, shape (events, layers): number of pixels that fired.
    """

    pixel: LayerAccuracy
    hit: LayerAccuracy
    loss: np.ndarray
    fired: np.ndarray

    def random_hit_accuracy(self):
        """Return the accuracy of picking one of the fired pixels at random, and its standard error."""
        guesses = (1.0 / self.fired[:, self.pixel.first_layer :]).mean(axis=1)
        return float(guesses.mean()), float(guesses.std(ddof=1) / np.sqrt(len(guesses)))

    def hit_below_pixel(self):
        """Return the number of events with fewer right hits than right pixels: 0 unless a metric is broken."""
        return int((self.hit.right.sum(axis=1) < self.pixel.right.sum(axis=1)).sum())


def track_finding(batches, first_layer):
    """Measure a track finder on test events.

    Args:
        batches: iterable of (images, labels, scores): arrays of shape (events, layers, pixels) or (events, layers,
            side, side), (events, layers) and (events, layers, pixels), such as `keras_hep.training.predictions` yields.
        first_layer: int. First layer behind the seed.

    Returns:
        `TrackFinding`.

    Raises:
        ValueError: if there are no events.
    """
    blocks = [
        (
            pixel_accuracy(scores, labels, first_layer).right,
            hit_accuracy(scores, images, labels, first_layer).right,
            cross_entropy(scores, labels),
            np.count_nonzero(np.reshape(images, scores.shape), axis=-1),
        )
        for images, labels, scores in batches
    ]
    if not blocks:
        raise ValueError("track_finding needs at least one batch of events, got none.")
    pixel, hit, loss, fired = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    return TrackFinding(LayerAccuracy(pixel, first_layer), LayerAccuracy(hit, first_layer), loss, fired)


def finder_accuracy(finder, batches, first_layer):
    """Measure a track finder that is no network on test events.

    Args:
        finder: object with `find(images)`, whose answer has `pixels` (one that fired, in every layer) and perhaps
            `predicted` (one that is named before the layer is read), int arrays of shape (events, layers).
        batches: iterable of (images, labels), such as `keras_hep.training.unseen_events` yields.
        first_layer: int. First layer behind the seed.

    Returns:
        (pixel, hit): two `LayerAccuracy`, of `predicted` (of `pixels` where there is none) and of `pixels`.

    Raises:
        ValueError: if there are no events.

    Example:

    >>> from keras_hep.simulation.plane_detector import PlaneDetector
    >>> from keras_hep.tracking.nearest_hit import NearestHitWalk
    >>> alone = PlaneDetector(layers=10, pixels=20, dimensions=3, seed_layers=3, background=0)
    >>> finder_accuracy(NearestHitWalk(), [alone.batch(events=50, seed=7)], first_layer=3)[1].mean
    1.0
    """
    right = []
    for images, labels in batches:
        found = finder.find(images)
        right.append([getattr(found, "predicted", found.pixels) == labels, found.pixels == labels])
    if not right:
        raise ValueError("finder_accuracy needs at least one batch of events, got none.")
    pixel, hit = (np.concatenate(parts) for parts in zip(*right, strict=True))
    return LayerAccuracy(pixel, first_layer), LayerAccuracy(hit, first_layer)


def depth_correlation(values, first_layer):
    """Return the Spearman rank correlation of a layer's number with its mean value, over the layers behind the seed.

    Args:
        values: float array, shape (events, layers).
        first_layer: int. First layer behind the seed.

    Example:

    >>> depth_correlation(np.array([[9.0, 1.0, 2.0, 3.0]]), first_layer=1)
    1.0
    """
    behind = np.mean(values, axis=0)[first_layer:]
    return float(stats.spearmanr(np.arange(len(behind)), behind).statistic)
