"""The simplest track finder: extend a straight line by the nearest hit, layer by layer."""

import dataclasses

import numpy as np

from keras_hep.tracking.fired_pixels import centres, nearest_fired, pixels_at, seed_pixels


@dataclasses.dataclass(frozen=True)
class WalkedTracks:
    """What `NearestHitWalk` found.

    Attributes:
        pixels: int32 array, shape (events, layers): the flat pixel chosen in each layer.
        predicted: int32 array, shape (events, layers): the flat pixel that the line through the hits of the layers
            before points at; in the seed layers the seed itself.
    """

    pixels: np.ndarray
    predicted: np.ndarray


@dataclasses.dataclass(frozen=True)
class NearestHitWalk:
    """Fits a line to the hits chosen so far by least squares and takes the hit nearest to it in the next layer.

    One decision per layer, never taken back. A layer without any hit takes the pixel that the line points at and does
    not enter the fit.

    Args:
        seed_layers: int, at least 2. Number of first layers, which hold the hit of the track alone.

    Example:

    >>> from keras_hep.simulation.plane_detector import PlaneDetector
    >>> images, labels = PlaneDetector(10, 50, 3, 3, 3, "poisson").batch(events=100, seed=7)
    >>> bool((NearestHitWalk().find(images).pixels == labels).mean() > 0.99)
    True

    Reference: stands in for the Kalman filter that Farrell et al., EPJ Web Conf. 150 (2017) 00003, Section 5, name as
    the comparison that is missing.
    """

    seed_layers: int = 3

    def find(self, images):
        """Follow the seeded track of each event.

        Args:
            images: array, shape (events, layers, pixels, pixels): non-zero where a pixel fired.

        Returns:
            `WalkedTracks`.

        Raises:
            ValueError: if the seed layers do not hold exactly one hit each.
        """
        seed = seed_pixels(images, self.seed_layers)
        events, layers, *plane = images.shape
        pixels = np.empty((events, layers), np.int32)
        pixels[:, : self.seed_layers] = seed
        predicted = pixels.copy()
        used = np.ones((events, layers))
        for layer in range(self.seed_layers, layers):
            line = _extrapolate(centres(pixels[:, :layer], plane[1]), used[:, :layer], layer)
            predicted[:, layer] = pixels_at(line, plane)
            nearest = nearest_fired(images[:, layer], line)
            used[:, layer] = nearest >= 0
            pixels[:, layer] = np.where(nearest >= 0, nearest, predicted[:, layer])
        return WalkedTracks(pixels, predicted)


def _extrapolate(hits, used, layer):
    """Return the least-squares line through hits (events, layers, 2) with weights 0 or 1, at a layer: (events, 2)."""
    weight = used[..., None]
    before = np.arange(hits.shape[1])[:, None]
    count = weight.sum(axis=1)
    middle = (weight * before).sum(axis=1) / count
    lever = weight * (before - middle[:, None])
    slope = (lever * hits).sum(axis=1) / (lever**2).sum(axis=1)
    return (weight * hits).sum(axis=1) / count + slope * (layer - middle)
