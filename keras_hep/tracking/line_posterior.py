"""The ideal observer of the toy detector: the posterior probability of every straight line that the seed allows."""

import dataclasses

import numpy as np

from keras_hep.simulation.plane_detector import PlaneDetector
from keras_hep.simulation.plane_occupancy import crossing_probability
from keras_hep.tracking.fired_pixels import seed_pixels
from keras_hep.tracking.line_cells import line_cells
from keras_hep.tracking.nearest_hit import NearestHitWalk

_BLOCK_EVENTS = 1024  # events searched at once, to bound the memory


@dataclasses.dataclass(frozen=True)
class PosteriorTracks:
    """What `LinePosterior` found.

    Attributes:
        pixels: int32 array, shape (events, layers): the flat pixel with the largest posterior in each layer.
        probability: float array, shape (events, layers): its posterior, the expected accuracy of the decision.
        patterns: int array, shape (events,): number of hit patterns of straight lines that all fired. Where it is 0
            the pixels are those of `NearestHitWalk` and the probability is 0.
    """

    pixels: np.ndarray
    probability: np.ndarray
    patterns: np.ndarray


@dataclasses.dataclass(frozen=True)
class LinePosterior:
    """Weighs all straight lines through the seed and decides for the most probable pixel in each layer.

    Entry and exit points of the toy's tracks are uniform. Along one axis a line is a point (position in layer 0,
    position in layer 1) of the plane; the seed confines it to a polygon, and the pixels of the layers behind cut that
    into finitely many cells, each with one pattern of pixels and with a prior probability proportional to its area. A
    pair of patterns, along x and y, is possible if all its pixels fired. So the pattern of the true track is always
    among the possible ones, and the decision for the pixel with the largest sum of probabilities is right as often as
    a decision can be.

    Given the signal, the likelihood of the other fired pixels is that of the background without the pixels that the
    signal explains. With `background`, each pixel of a pattern behind the seed divides the weight by the probability
    that background or noise fires it; without, that probability is taken as the same everywhere and cancels. This is
    exact for background that fires pixels independently, as noise does. The pixels of a background track are
    correlated from layer to layer, of which the posterior makes no use: a finder that recognises the other tracks
    could be better. Measured in ten layers: at 100 tracks in 50 x 50 planes the probability is the accuracy, 0.987, and
    the density adds 0.0004 +- 0.0002; at 10 tracks in 16 x 16 planes, where whole tracks are taken for each other, the
    probability is 0.003 above the accuracy of 0.979 and the density, which counts a track once per layer, costs 0.0007
    +- 0.0003.

    The areas are exact rational numbers, rounded once to float64. The cells are found once per number of layers, which
    takes 0.03 s for ten layers and 3 s for thirty.

    Args:
        seed_layers: int, at least 2. Number of first layers, which hold the hit of the track alone.
        background: `PlaneDetector` or None. Detector with the multiplicity and noise of the events.

    Example:

    >>> detector = PlaneDetector(10, 50, 3, 3, 3, "poisson")
    >>> images, labels = detector.batch(events=100, seed=7)
    >>> bool((LinePosterior(background=detector).find(images).pixels == labels).mean() > 0.99)
    True

    Reference: the upper limit for the track finders of Farrell et al., EPJ Web Conf. 150 (2017) 00003, Figure 9.
    """

    seed_layers: int = 3
    background: PlaneDetector | None = None

    def find(self, images):
        """Find the seeded track of each event.

        Args:
            images: array, shape (events, layers, pixels, pixels): non-zero where a pixel fired.

        Returns:
            `PosteriorTracks`.

        Raises:
            ValueError: if the seed layers do not hold exactly one hit each, or the background is that of a detector of
                another size or with several means.
        """
        seed = seed_pixels(images, self.seed_layers)
        weight = self._log_weights(images.shape)
        starts = range(0, max(len(images), 1), _BLOCK_EVENTS)
        blocks = [self._find(images[start : start + _BLOCK_EVENTS], seed[start:], weight) for start in starts]
        return PosteriorTracks(*(np.concatenate(parts) for parts in zip(*blocks, strict=True)))

    def _log_weights(self, shape):
        """Return what each pixel of a pattern adds to the logarithm of its weight, float array (layers, pixels)."""
        layers, *plane = shape[1:]
        weights = np.zeros((layers, plane[0] * plane[1]))
        detector = self.background
        if detector is None:
            return weights
        if (detector.layers, detector.dimensions, (detector.pixels,) * 2) != (layers, 3, tuple(plane)):
            raise ValueError(f"background must be a detector in three dimensions of images {shape}, got {detector}.")
        if np.ndim(detector.background):
            raise ValueError(f"background must have one mean number of tracks, got {detector.background}.")
        for layer in range(self.seed_layers, layers):
            crossing = crossing_probability(detector, layer, signal=False)
            if detector.background_law == "fixed":
                silent = (1 - crossing) ** detector.background
            else:
                silent = np.exp(-detector.background * crossing)
            weights[layer] = -np.log(np.maximum(1 - (1 - detector.noise) * silent, 1e-300))
        return weights

    def _find(self, images, seed, weight):
        """Return the arrays of `PosteriorTracks` for one block of events."""
        events, layers = images.shape[:2]
        event, pixels, area = _possible(images != 0, seed[:events])
        logarithm = np.log(area) + weight[np.arange(layers), pixels].sum(axis=1)
        largest = np.full(events, -np.inf)
        np.maximum.at(largest, event, logarithm)
        posterior = np.exp(logarithm - largest[event])
        posterior /= np.bincount(event, posterior, minlength=events)[event]
        chosen, probability = _most_probable(event, pixels, posterior, events)
        patterns = np.bincount(event, minlength=events)
        lost = patterns == 0
        chosen[lost] = NearestHitWalk(self.seed_layers).find(images[lost]).pixels
        return chosen, probability, patterns


def _possible(fired, seed):
    """Return event, flat pixels (patterns, layers) and prior of the patterns whose pixels all fired.

    A line that leaves the seed fails there, as nothing else fired in these layers.
    """
    layers, *plane = fired.shape[1:]
    cells = line_cells(layers)
    start, second = np.moveaxis(np.divmod(seed[:, :2], plane[1]), 2, 0)
    step = second - start
    event = np.arange(len(fired))
    cell = np.zeros((2, len(fired)), int)
    for layer, first, count, lowest in zip(range(2, layers), cells.first, cells.count, cells.lowest, strict=True):
        parent, part = _pairs(*count[cell])
        event, cell = event[parent], cell[:, parent]
        pixel = start[:, event] + layer * step[:, event] + lowest[cell] + part
        alive = np.flatnonzero(np.all((pixel >= 0) & (pixel < np.array(plane)[:, None]), axis=0))
        alive = alive[fired[event[alive], layer, *pixel[:, alive]]]
        event, cell = event[alive], first[cell[:, alive]] + part[:, alive]
    along = start[:, event, None] + step[:, event, None] * np.arange(layers) + cells.paths[cell]
    return event, along[0] * plane[1] + along[1], np.prod(cells.area[cell], axis=0)


def _pairs(rows, columns):
    """Return every cell of tables with these numbers of rows and columns: its table, and (row, column) as an array."""
    size = rows * columns
    table = np.repeat(np.arange(len(size)), size)
    number = np.arange(len(table)) - np.repeat(np.cumsum(size) - size, size)
    return table, np.stack(np.divmod(number, columns[table]))


def _most_probable(event, pixels, posterior, events):
    """Return the pixel with the largest sum of posteriors, and that sum, arrays of shape (events, layers)."""
    layers, classes = pixels.shape[1], pixels.max(initial=0) + 1
    place = event[:, None] * layers + np.arange(layers)
    key, inverse = np.unique(place * classes + pixels, return_inverse=True)
    total = np.bincount(inverse.ravel(), np.repeat(posterior, layers), minlength=len(key))
    place, pixel = np.divmod(key, classes)
    order = np.lexsort((-total, place))
    best = order[np.diff(place[order], prepend=-1) != 0]
    chosen, probability = np.zeros(events * layers, np.int32), np.zeros(events * layers)
    chosen[place[best]], probability[place[best]] = pixel[best], total[best]
    return chosen.reshape(events, layers), probability.reshape(events, layers)
