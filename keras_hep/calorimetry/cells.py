"""Energies of the cells of a calorimeter in a window around each shower: only cells with energy are kept."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True, eq=False)
class Cells:
    """Cell energies of many showers, those of one shower behind those of the one before.

    A shower in the published windows has energy in a few hundred of 15,625 cells, so that this takes a twentieth of the
    memory of images.

    Args:
        shape: tuple of three int. Cells of the window: across (r-phi), along the beam, layers in depth.
        counts: int array, shape (showers,). Cells with energy, of each shower.
        index: int array, shape (hits,). Place of each such cell in its window, flat, the layer counting fastest.
        energy: float array, shape (hits,). In the unit of the public files: 50 times the deposit in GeV.

    Raises:
        ValueError: if lengths do not fit together, a place lies outside the window, or an energy is not finite.

    Example:

    >>> cells = Cells((2, 2, 3), counts=[2, 0, 1], index=[0, 11, 5], energy=[1.0, 2.0, 4.0])
    >>> len(cells), cells.sums().tolist(), cells.dense()[2, 0, 1].tolist()
    (3, [3.0, 0.0, 4.0], [0.0, 0.0, 4.0])
    """

    shape: tuple
    counts: np.ndarray
    index: np.ndarray
    energy: np.ndarray

    def __post_init__(self):
        object.__setattr__(self, "shape", tuple(int(number) for number in self.shape))
        for name, dtype in (("counts", np.int32), ("index", np.int32), ("energy", np.float32)):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype))
        hits = len(self.index)
        _require(len(self.shape) == 3 and min(self.shape) > 0, "shape must be three positive numbers", self.shape)
        _require(len(self.energy) == hits, f"energy must be as long as index, {hits}", len(self.energy))
        _require(not len(self) or self.counts.min() >= 0, "counts must not be negative", self.counts)
        _require(self.counts.sum(dtype=np.int64) == hits, f"counts must sum to {hits} hits", self.counts.sum())
        if hits:
            _require(self.index.min() >= 0, "index must not be negative", self.index.min())
            _require(self.index.max() < self.cells, f"index must be below {self.cells} cells", self.index.max())
            _require(np.isfinite(self.energy).all(), "energies must be finite", "NaN or infinity")

    @classmethod
    def of_images(cls, images):
        """Return the `Cells` of dense images, array of shape (showers, across, along, layers)."""
        images = np.asarray(images)
        _require(images.ndim == 4, "images must have the axes (shower, across, along, layer)", images.shape)
        flat = images.reshape(len(images), np.prod(images.shape[1:], dtype=int))
        shower, index = np.nonzero(flat)
        return cls(images.shape[1:], np.bincount(shower, minlength=len(flat)), index, flat[shower, index])

    @classmethod
    def joined(cls, parts):
        """Return the showers of a list of `Cells` with one shape, one part behind the other."""
        shapes = {part.shape for part in parts}
        _require(len(shapes) == 1, "parts must have one shape", sorted(shapes))
        names = ("counts", "index", "energy")
        return cls(shapes.pop(), *(np.concatenate([getattr(part, name) for part in parts]) for name in names))

    def __len__(self):
        return len(self.counts)

    @property
    def cells(self):
        """Number of cells of the window."""
        return int(np.prod(self.shape))

    @property
    def shower(self):
        """Shower of each hit, int32 array, shape (hits,)."""
        return np.repeat(np.arange(len(self), dtype=np.int32), self.counts)

    @property
    def places(self):
        """Place of each hit along the three axes, tuple of three int arrays, shape (hits,)."""
        return np.unravel_index(self.index, self.shape)

    @property
    def starts(self):
        """Where the hits of each shower begin, and where the last ones end, int64 array, shape (showers + 1,)."""
        return np.concatenate([[0], np.cumsum(self.counts, dtype=np.int64)])

    def sums(self):
        """Return the energy of each shower, float64 array, shape (showers,)."""
        return np.bincount(self.shower, self.energy, minlength=len(self))

    def dense(self):
        """Return images, float32 array of shape (showers, across, along, layers)."""
        images = np.zeros((len(self), self.cells), np.float32)
        images[self.shower, self.index] = self.energy
        return images.reshape(len(self), *self.shape)

    def take(self, showers):
        """Return the `Cells` of chosen showers, in the order given.

        Args:
            showers: slice, int array of shape (chosen,), or bool array of shape (showers,).
        """
        chosen = np.arange(len(self))[showers]
        counts = self.counts[chosen]
        shift = self.starts[chosen] - np.cumsum(counts, dtype=np.int64) + counts
        hits = np.arange(counts.sum(dtype=np.int64)) + np.repeat(shift, counts)
        return Cells(self.shape, counts, self.index[hits], self.energy[hits])

    def where(self, kept):
        """Return the `Cells` without the hits where `kept`, bool array of shape (hits,), is false."""
        counts = np.bincount(self.shower[kept], minlength=len(self))
        return Cells(self.shape, counts, self.index[kept], self.energy[kept])

    def cropped(self, across, along):
        """Return the `Cells` of a smaller window with the same centre, all layers.

        Windows have a cell in their centre: cell 25 of 51 is cell 12 of 25.

        Args:
            across: int. Cells, odd and at most as many as now.
            along: int.
        """
        low = []
        for new, old in zip((across, along), self.shape, strict=False):
            _require(new % 2 == old % 2 and 0 < new <= old, f"a window in {old} cells has {old}, {old - 2}, ...", new)
            low.append((old - new) // 2)
        x, y, layer = self.places
        x, y = x - low[0], y - low[1]
        kept = (x >= 0) & (x < across) & (y >= 0) & (y < along)
        shape = across, along, self.shape[2]
        index = np.ravel_multi_index((x[kept], y[kept], layer[kept]), shape)
        inside = self.where(kept)
        return Cells(shape, inside.counts, index, inside.energy)


def _require(holds, rule, value):
    if not holds:
        raise ValueError(f"Cells: {rule}, got {value}.")
