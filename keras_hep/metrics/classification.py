"""Accuracies of networks that pick one pixel per detector layer."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class LayerAccuracy:
    """Right and wrong decisions of one kind, one decision per event and layer.

    Attributes:
        right: int array, shape (layers,): events in which the layer's pixel was picked correctly.
        events: int.
        squares: int. Sum over events of the squared number of right layers, for the error of the mean: decisions within
            an event are correlated, events are not.
        first_layer: int. Layers before it (the seed) are left out of `mean`.
    """

    right: np.ndarray
    events: int
    squares: int
    first_layer: int

    @property
    def decisions(self):
        """Number of decisions behind the mean."""
        return self.events * (len(self.right) - self.first_layer)

    @property
    def mean(self):
        """Fraction of right decisions in the layers from `first_layer` on."""
        return float(self.right[self.first_layer :].sum() / self.decisions)

    @property
    def error(self):
        """Standard error of `mean`, from the spread between events."""
        layers = len(self.right) - self.first_layer
        mean = self.mean * layers
        variance = max(self.squares / self.events - mean**2, 0.0)
        return float(np.sqrt(variance / max(self.events - 1, 1)) / layers)

    @property
    def per_layer(self):
        """Fraction of right decisions in each layer, float array of shape (layers,)."""
        return self.right / self.events

    @property
    def per_layer_error(self):
        """Binomial standard error of `per_layer`, with one pseudo-event on each side so that it is never zero."""
        smoothed = (self.right + 1) / (self.events + 2)
        return np.sqrt(smoothed * (1 - smoothed) / self.events)

    def __add__(self, other):
        """Return the accuracy over the events of both."""
        if self.first_layer != other.first_layer:
            raise ValueError(f"first_layer must agree to add accuracies, got {self.first_layer} and {other.first_layer}.")
        return LayerAccuracy(
            self.right + other.right, self.events + other.events, self.squares + other.squares, self.first_layer
        )


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
    return _accuracy(np.argmax(scores, axis=-1), labels, first_layer)


def hit_accuracy(scores, images, labels, first_layer):
    """Compare the highest-scoring pixel *among those that fired* with the true one.

    The true pixel always fired, so a layer whose highest-scoring pixel is right is right here too: hit accuracy is never
    below pixel accuracy, event by event.

    Args:
        scores: float array, shape (events, layers, pixels).
        images: array, shape (events, layers, pixels): non-zero where a pixel fired.
        labels: int array, shape (events, layers): the true pixel.
        first_layer: int. First layer behind the seed.

    Returns:
        `LayerAccuracy`.

    Reference: Farrell et al. (2017), Figure 9.
    Differs: pixels without a hit are excluded outright; multiplying scores by the image, as the authors' code does, picks
        pixel 0 when all products underflow.

    Example:

    >>> scores = np.array([[[0.7, 0.2, 0.1]]])
    >>> hit_accuracy(scores, np.array([[[0, 1, 1]]]), np.array([[1]]), first_layer=0).mean
    1.0
    """
    return _accuracy(np.argmax(np.where(images, scores, -np.inf), axis=-1), labels, first_layer)


def random_hit_accuracy(images, first_layer):
    """Return the accuracy of picking one of the fired pixels of each layer at random, and its standard error.

    Args:
        images: array, shape (events, layers, pixels): non-zero where a pixel fired; each layer has at least one hit.
        first_layer: int. First layer that counts.

    Returns:
        (mean, error): floats.
    """
    guesses = (1.0 / np.count_nonzero(images[:, first_layer:], axis=-1)).mean(axis=1)
    return float(guesses.mean()), float(guesses.std(ddof=1) / np.sqrt(len(guesses)))


def _accuracy(picked, labels, first_layer):
    right = picked == labels
    per_event = right[:, first_layer:].sum(axis=1, dtype=np.int64)
    return LayerAccuracy(right.sum(axis=0), len(right), int((per_event**2).sum()), first_layer)
