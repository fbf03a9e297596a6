"""Images of several straight tracks and the parameters of the tracks: the second toy of the HEP.TrkX study.

Reference: Farrell et al., EPJ Web Conf. 150 (2017) 00003, Section 6 and the notebooks released with it.
"""

import dataclasses
import math

import numpy as np

_BLOCK_LINES = 1024  # lines propagated at once: the intermediate arrays stay in the processor's cache
_INSIDE = 1 - 1e-6  # rounding of a position never reaches the far edge, so that every track fires in every layer


@dataclasses.dataclass(frozen=True)
class TrackImages:
    """Rows of pixels crossed by a few straight tracks, without seed and without noise.

    A track enters at a uniformly drawn point of the first layer and leaves at a uniformly drawn point one step behind
    the last: it fires one pixel in every layer. What is asked of a network are the intercept b, in pixels, and the
    scaled slope m' = slope * pixels / 2, of similar spread, of all tracks of an event in the order of their intercepts.

    Args:
        layers: int. Number of layers.
        pixels: int. Pixels per layer.
        slots: int. Largest number of tracks in an event.
        tracks: float. Tracks per event under the fixed law; under the Poisson law its mean, before events without a
            track are drawn again and those with more than `slots` get `slots`.
        tracks_law: str. "poisson" or "fixed".

    Raises:
        ValueError: if an argument is out of range.

    Example:

    >>> images, parameters, weights = TrackImages(layers=10, pixels=12, slots=4, tracks=2).batch(events=3, seed=7)
    >>> images.shape, images.dtype.name, parameters.shape
    ((3, 10, 12), 'uint8', (3, 4, 2))
    >>> weights.sum(axis=1)
    array([2., 4., 3.], dtype=float32)

    Reference: Farrell et al. (2017), Section 6: 50 layers of 50 pixels with one to six tracks.
    Differs: the authors' code also draws events without a track, whose weight is zero; its images lack all hits in
        pixel 0. Its slopes divide by the number of pixels, ours by the number of layers: the same for square images.
    """

    layers: int = 50
    pixels: int = 50
    slots: int = 6
    tracks: float = 3.0
    tracks_law: str = "poisson"

    def __post_init__(self):
        _require(self.layers >= 2, "layers must be at least 2", self.layers)
        _require(1 <= self.pixels <= 2**15 - 1, "pixels must be between 1 and 32767", self.pixels)
        _require(self.slots >= 1, "slots must be at least 1", self.slots)
        _require(self.tracks_law in ("poisson", "fixed"), "tracks_law is poisson or fixed", self.tracks_law)
        _require(0 < self.tracks < 700, "tracks must be above 0 and below 700", self.tracks)
        if self.tracks_law == "fixed":
            whole = self.tracks == int(self.tracks) and self.tracks <= self.slots
            _require(whole, f"a fixed number of tracks is whole and at most slots={self.slots}", self.tracks)

    @property
    def slope_scale(self):
        """Scaled slope over slope in pixels per layer."""
        return self.pixels / 2

    def multiplicity_law(self):
        """Return the probability of 0, 1, ... `slots` tracks in an event, float array of shape (slots + 1,)."""
        law = np.zeros(self.slots + 1)
        if self.tracks_law == "fixed":
            law[int(self.tracks)] = 1
            return law
        number = np.arange(1, self.slots)
        factorials = np.array([math.lgamma(value + 1) for value in number])
        law[1:-1] = np.exp(number * math.log(self.tracks) - factorials - self.tracks) / -math.expm1(-self.tracks)
        law[-1] = max(1 - law.sum(), 0.0)
        return law

    def sample(self, events, seed):
        """Draw the tracks of events, without their images.

        Args:
            events: int.
            seed: int or sequence of int. The same seed gives the same events.

        Returns:
            (parameters, weights): float32 arrays of shapes (events, slots, 2), intercept and scaled slope by ascending
            intercept and 0 in slots without a track, and (events, slots), 1 for a track and 0 without.
        """
        random = np.random.default_rng(seed)
        counts = np.searchsorted(np.cumsum(self.multiplicity_law())[:-1], random.random(events), side="right")
        real = np.arange(self.slots) < counts[:, None]
        entry, exit_ = random.random((2, events, self.slots), dtype=np.float32) * np.float32(self.pixels * _INSIDE)
        # Exits do not depend on entries: sorting the entries alone leaves the law of the tracks as it is.
        entry = np.sort(np.where(real, entry, np.float32(np.inf)), axis=1)
        parameters = np.zeros((events, self.slots, 2), np.float32)
        np.copyto(parameters[..., 0], entry, where=real)
        np.multiply(exit_ - entry, np.float32(self.slope_scale / self.layers), out=parameters[..., 1], where=real)
        return parameters, real.astype(np.float32)

    def batch(self, events, seed):
        """Draw events as a network reads them.

        Returns:
            (images, parameters, weights): uint8 array of shape (events, layers, pixels), 1 where a pixel fired, and
            what `sample` returns.
        """
        parameters, weights = self.sample(events, seed)
        return self.images(parameters, weights), parameters, weights

    def images(self, parameters, weights=None):
        """Draw lines into one image per event.

        Args:
            parameters: float array, shape (events, slots, 2): intercepts and scaled slopes. A line may leave the image,
                such as a predicted one: its hits outside are dropped.
            weights: array, shape (events, slots): 0 for slots without a line. None: all slots have one.

        Returns:
            uint8 array of 0 and 1, shape (events, layers, pixels).
        """
        parameters = np.asarray(parameters, np.float32)
        weights = np.ones(parameters.shape[:2], bool) if weights is None else np.asarray(weights) != 0
        images = np.zeros((len(parameters), self.layers, self.pixels), np.uint8)
        event = np.nonzero(weights)[0] * (self.layers * self.pixels)
        for cells, inside, start in self._cells(parameters[weights]):
            cells += event[start : start + cells.shape[1]]
            images.reshape(-1)[cells if inside is None else cells[inside]] = 1
        return images

    def density(self, parameters):
        """Count the lines that cross each pixel.

        Args:
            parameters: float array, shape (lines, 2): intercepts and scaled slopes. Hits outside are dropped.

        Returns:
            int array, shape (layers, pixels).

        Example:

        >>> TrackImages(layers=2, pixels=4).density([[0.5, 0.0], [0.2, 2.0], [3.9, 2.0]])
        array([[2, 0, 0, 1],
               [1, 1, 0, 0]])
        """
        counts = np.zeros(self.layers * self.pixels, int)
        for cells, inside, _ in self._cells(np.asarray(parameters, np.float32)):
            counts += np.bincount(cells.ravel() if inside is None else cells[inside], minlength=len(counts))
        return counts.reshape(self.layers, self.pixels)

    def _cells(self, lines):
        """Yield, per block of lines, the flat pixels (layers, lines) they cross, which exist (None: all), the start."""
        _require(np.isfinite(lines).all(), "intercepts and slopes of lines are finite", "inf or nan")
        layer = np.arange(self.layers, dtype=np.float32)[:, None]
        row = np.arange(self.layers)[:, None] * self.pixels
        slopes = lines[:, 1] / np.float32(self.slope_scale)
        for start in range(0, len(lines), _BLOCK_LINES):
            block = slice(start, start + _BLOCK_LINES)
            position = slopes[block] * layer
            position += lines[block, 0]
            inside = None
            if position.min() < 0 or position.max() >= self.pixels:
                inside = (position >= 0) & (position < self.pixels)
                np.clip(position, 0, self.pixels - 1, out=position)
            yield position.astype(np.int64) + row, inside, start


def _require(holds, rule, value):
    if not holds:
        raise ValueError(f"TrackImages: {rule}, got {value!r}.")
