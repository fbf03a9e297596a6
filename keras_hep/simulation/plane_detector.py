"""Straight tracks in a stack of pixel planes: the toy of the HEP.TrkX study, in two and three dimensions.

Reference: Farrell et al., EPJ Web Conf. 150 (2017) 00003, Section 4 and the notebooks released with it.
"""

import dataclasses

import numpy as np

_BLOCK_TRACKS = 2048  # tracks propagated at once: the intermediate arrays stay in the processor's cache


@dataclasses.dataclass(frozen=True)
class PlaneDetector:
    """Perfect pixel planes crossed by one signal track, background tracks and noise.

    A track enters at a uniformly drawn point of the first plane and leaves at a uniformly drawn point one step behind
    the last plane (two dimensions) or on the last plane (three dimensions); each plane fires exactly the pixel that the
    track crosses. Only the signal fires in the seed layers: background and noise start behind them.

    Args:
        layers: int. Number of planes.
        pixels: int. Pixels per plane, along each of its axes.
        dimensions: int. 2 (a plane is a row of pixels) or 3 (a plane is a square of pixels).
        seed_layers: int. Number of first layers that hold the signal hit alone.
        background: float, or sequence of float. Number of background tracks per event; the mean of it under the
            Poisson law. Of several means each event draws one at random.
        background_law: str. "fixed" or "poisson".
        noise: float. Probability that a pixel behind the seed layers fires by itself.
        wedge: bool. Cut the active pixels to a wedge that opens with depth (two dimensions only): the signal crosses
            the wedge, the background crosses the full rectangle and loses its hits outside.

    Raises:
        ValueError: if an argument is out of range.

    Example:

    >>> detector = PlaneDetector(layers=10, pixels=12, seed_layers=3, background=2)
    >>> images, labels = detector.batch(events=4, seed=7)
    >>> images.shape, images.dtype.name, labels.shape
    ((4, 10, 12), 'uint8', (4, 10))
    >>> images[:, :3].sum(axis=2).tolist()[0]
    [1, 1, 1]

    Reference: Farrell et al. (2017), Section 4; slopes divide by the number of layers in two dimensions and by the
    number of gaps in three, as in the authors' code.
    """

    layers: int = 50
    pixels: int = 50
    dimensions: int = 2
    seed_layers: int = 5
    background: float = 5
    background_law: str = "fixed"
    noise: float = 0.0
    wedge: bool = False

    def __post_init__(self):
        _require(self.dimensions in (2, 3), "dimensions must be 2 or 3", self.dimensions)
        _require(self.layers >= 2, "layers must be at least 2", self.layers)
        _require(1 <= self.pixels <= 2**15 - 1, "pixels must be between 1 and 32767", self.pixels)
        _require(0 <= self.seed_layers <= self.layers, f"seed_layers must be 0 to {self.layers}", self.seed_layers)
        _require(self.background_law in ("fixed", "poisson"), "background_law is fixed or poisson", self.background_law)
        fixed, means = self.background_law == "fixed", np.ravel(self.background)
        _require(len(means) > 0 and np.all(means >= 0), "background must not be negative", self.background)
        whole = np.ndim(self.background) == 0 and means[0] == int(means[0])
        _require(not fixed or whole, "a fixed background is one whole number", self.background)
        _require(0 <= self.noise < 1, "noise is a probability below 1", self.noise)
        _require(not (self.wedge and self.dimensions == 3), "a wedge has dimensions=2", self.dimensions)

    @property
    def classes(self):
        """Number of pixels in one layer."""
        return self.pixels ** (self.dimensions - 1)

    def widths(self):
        """Return the number of active pixels per layer, int array of shape (layers,)."""
        if not self.wedge:
            return np.full(self.layers, self.pixels)
        depth = np.arange(1, self.layers + 1)
        opening = 2 * np.floor(depth / 1.7 + 1).astype(int)
        return np.minimum(self.pixels - self.pixels % 2, opening)

    def active(self):
        """Return which pixels exist, bool array of shape (layers, pixels): all of them unless `wedge`."""
        first, widths = self._first_active()[:, None], self.widths()[:, None]
        pixel = np.arange(self.pixels)
        return (pixel >= first) & (pixel < first + widths)

    def sample(self, events, seed):
        """Draw events.

        Args:
            events: int.
            seed: int or sequence of int. The same seed gives the same events.

        Returns:
            `PlaneEvents`: the coordinates of all hits.
        """
        random = np.random.default_rng(seed)
        entry, slope = self._draw_tracks(random, events, signal=True)
        edges = (self._first_active()[:, None], self.widths()[:, None]) if self.wedge else (0, self.pixels)
        signal = self._propagate(entry, slope, 0, *edges)
        if self.background_law == "fixed":
            event = np.repeat(np.arange(events, dtype=np.int32), int(self.background))
        else:
            several = np.ndim(self.background) > 0
            mean = random.choice(np.asarray(self.background), events) if several else self.background
            event = np.repeat(np.arange(events, dtype=np.int32), random.poisson(mean, events))
        background = self._draw_tracks(random, len(event), signal=False)
        background = self._propagate(*background, self.seed_layers, 0, self.pixels)
        noise = self._draw_noise(random, events)
        return PlaneEvents(self, entry, slope, signal, background, event, noise)

    def batch(self, events, seed):
        """Draw events as a network reads them.

        Returns:
            (images, labels): uint8 array of shape (events, layers, pixels[, pixels]), 1 where a pixel fired, and int32
            array of shape (events, layers), the pixel that the signal crosses (x * pixels + y in three dimensions).
        """
        sampled = self.sample(events, seed)
        return sampled.images(), sampled.labels()

    def _first_active(self):
        return (self.pixels - self.widths()) // 2

    def _draw_tracks(self, random, tracks, signal):
        """Return entry points (pixels) and slopes (pixels per layer), float32 arrays of shape (tracks, axes)."""
        ends = random.random((2, tracks, self.dimensions - 1), dtype=np.float32)
        if signal and self.wedge:
            first, widths = self._first_active()[[0, -1]], self.widths()[[0, -1]]
            entry, exit_ = (first + widths * ends.transpose(1, 2, 0)).astype(np.float32).transpose(2, 0, 1)
        else:
            entry, exit_ = ends * np.float32(self.pixels)
        steps = self.layers if self.dimensions == 2 else self.layers - 1
        return entry, (exit_ - entry) / np.float32(steps)

    def _propagate(self, entry, slope, first_layer, first_pixel, width):
        """Return the pixels crossed, int16 array of shape (tracks, layers - first_layer, axes).

        A track never leaves its range of pixels, but rounding can put it on the far edge, or a hair below the near one.
        """
        low, high = np.float32(first_pixel), np.float32(first_pixel + width - 0.5)
        layer = np.arange(first_layer, self.layers, dtype=np.float32)[:, None]
        # Tracks lie side by side in memory: they are many, layers and axes are few.
        hits = np.empty((entry.shape[1], len(layer), len(entry)), np.int16)
        for start in range(0, len(entry), _BLOCK_TRACKS):
            block = slice(start, start + _BLOCK_TRACKS)
            for axis, pixels in enumerate(hits):
                position = slope[block, axis] * layer
                position += entry[block, axis]
                np.clip(position, low, high, out=position)
                pixels[:, block] = position
        return hits.transpose(2, 1, 0)

    def _draw_noise(self, random, events):
        """Return flat pixel indices (event, layer, pixel...) of the noise hits, int64 array, sorted.

        The gaps between the hits of independent pixels follow the geometric law: the cost is that of the hits, not of
        the pixels.
        """
        cells_per_event = (self.layers - self.seed_layers) * self.classes
        cells = events * cells_per_event
        if not self.noise or not cells:
            return np.empty(0, np.int64)
        expected = cells * self.noise
        gaps = [random.geometric(self.noise, int(expected + 5 * np.sqrt(expected) + 10))]
        while sum(gap.sum() for gap in gaps) < cells:
            gaps.append(random.geometric(self.noise, int(np.sqrt(expected) + 10)))
        position = np.cumsum(np.concatenate(gaps)) - 1
        position = position[position < cells]
        event, cell = np.divmod(position, cells_per_event)
        return (event * self.layers + self.seed_layers) * self.classes + cell


@dataclasses.dataclass(frozen=True)
class PlaneEvents:
    """Events of a `PlaneDetector` as coordinates of hits.

    Attributes:
        detector: `PlaneDetector` that drew them.
        entry: float32 array, shape (events, axes): where the signal crosses layer 0, in pixels.
        slope: float32 array, shape (events, axes): of the signal, in pixels per layer.
        signal: int16 array, shape (events, layers, axes): pixels of the signal.
        background: int16 array, shape (tracks, layers - seed_layers, axes): pixels of the background behind the seed
            layers, before the wedge cuts them.
        event: int32 array, shape (tracks,): event of each background track, ascending.
        noise: int64 array, shape (hits,): flat index (event, layer, pixel...) of each noise hit.
    """

    detector: PlaneDetector
    entry: np.ndarray
    slope: np.ndarray
    signal: np.ndarray
    background: np.ndarray
    event: np.ndarray
    noise: np.ndarray

    def labels(self):
        """Return the pixel of the signal in each layer, int32 array of shape (events, layers)."""
        return np.ascontiguousarray(self._pixel_index(self.signal))

    def images(self):
        """Return the fired pixels, uint8 array of 0 and 1 of shape (events, layers, pixels[, pixels])."""
        detector, events = self.detector, len(self.signal)
        images = np.zeros((events, detector.layers, detector.classes), np.uint8)
        cells = images.reshape(-1)
        cells[self.noise] = 1
        self._fire(cells, self.background, self.event, detector.seed_layers)
        if detector.wedge:
            images *= detector.active().astype(np.uint8)
        self._fire(cells, self.signal, np.arange(events), 0)
        return images.reshape(events, detector.layers, *[detector.pixels] * (detector.dimensions - 1))

    def background_counts(self):
        """Return the number of background tracks of each event, int array of shape (events,)."""
        return np.bincount(self.event, minlength=len(self.signal))

    def _fire(self, cells, hits, event, first_layer):
        detector = self.detector
        layer_start = np.arange(first_layer, detector.layers)[:, None] * detector.classes
        event_start = np.asarray(event, np.int64) * (detector.layers * detector.classes)
        for start in range(0, len(hits), _BLOCK_TRACKS):
            block = slice(start, start + _BLOCK_TRACKS)
            index = event_start[block] + layer_start
            index += self._pixel_index(hits[block]).T
            cells[index] = 1

    def _pixel_index(self, hits):
        if self.detector.dimensions == 2:
            return hits[..., 0].astype(np.int32)
        return np.multiply(hits[..., 0], self.detector.pixels, dtype=np.int32) + hits[..., 1]


def _require(holds, rule, value):
    if not holds:
        raise ValueError(f"PlaneDetector: {rule}, got {value!r}.")
