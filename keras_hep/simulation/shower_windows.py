"""Windows of cells around the barycentre of showers, and the angles that the barycentre gives."""

import dataclasses

import numpy as np

from keras_hep.calorimetry.cells import Cells
from keras_hep.calorimetry.geometry import ECAL


@dataclasses.dataclass(frozen=True, eq=False)
class Barycentre:
    """Energy-weighted mean place of showers in the electromagnetic calorimeter: arrays of shape (showers,).

    Args:
        x: float array. Across, projected from the beam to the front, mm.
        y: float array. Along the beam, mm.
        radius: float array. Distance from the beam, mm.
    """

    x: np.ndarray
    y: np.ndarray
    radius: np.ndarray

    @classmethod
    def of(cls, spots, portion):
        """Return the `Barycentre` of showers.

        Args:
            spots: list of `Spots` in the electromagnetic calorimeter.
            portion: float array, shape (showers, layers). Energy of each spot.

        Without a spot, as of a photon that does not convert, it is the middle of the front.
        """
        energy = sum(part.counts for part in spots) * portion
        total = np.maximum(energy.sum(axis=1), np.finfo(float).tiny)
        across = sum(part.sums(part.x) for part in spots) * portion @ (ECAL.inner_radius / ECAL.radii)
        along = (sum(part.sums(part.y) for part in spots) * portion).sum(axis=1)
        radius = np.maximum(energy @ ECAL.radii / total, ECAL.inner_radius)
        return cls(ECAL.cell * across / total, ECAL.cell * along / total, radius)

    def labels(self):
        """Return the labels reco_theta, reco_eta and reco_phi: the barycentre seen from the collision."""
        phi = np.arctan(self.x / ECAL.inner_radius)
        theta = np.arctan2(self.radius / np.cos(phi), self.y)
        return {"reco_theta": theta, "reco_eta": -np.log(np.tan(theta / 2)), "reco_phi": phi}

    def ecal_centres(self):
        """Return the middle cell of each layer, int arrays of shape (showers, layers): straight along the beam.

        Across, the window follows the wedge of the side of the barrel, as in the public files.
        """
        x = np.rint(self.x[:, None] * ECAL.radii / (ECAL.inner_radius * ECAL.cell))
        y = np.rint(self.y / ECAL.cell)
        return x.astype(np.int32), np.broadcast_to(y[:, None], x.shape).astype(np.int32)

    def behind(self, stack):
        """Return the middle cell of each layer of the `LayerStack` behind: on the line from the collision."""
        x = np.rint(self.x[:, None] * stack.radii / (ECAL.inner_radius * stack.cell))
        y = np.rint((self.y / self.radius)[:, None] * stack.radii / stack.cell)
        return x.astype(np.int32), y.astype(np.int32)


def window(spots, portion, centres, side):
    """Return the cells in windows.

    Args:
        spots: list of `Spots` in one calorimeter.
        portion: float array, shape (showers, layers). Energy of each spot.
        centres: two int arrays, shape (showers, layers). Middle cell, across and along.
        side: int. Cells a side, odd.

    Returns:
        `Cells`, shape (side, side, layers).
    """
    showers, layers = portion.shape
    cells = side * side * layers
    counts = sum(np.bincount(_places(part, centres, side), minlength=showers * cells + 1) for part in spots)
    hit = np.flatnonzero(counts[:-1] > 0)
    shower, place = np.divmod(hit, cells)
    energy = counts[hit] * portion[shower, place % layers]
    return Cells((side, side, layers), np.bincount(shower, minlength=showers), place, energy)


def _places(spots, centres, side):
    """Return the flat cell of each spot in the windows of all showers, one behind the last for spots outside."""
    showers, layers = centres[0].shape
    x, y = (
        values - spots.repeated(centre - side // 2) for values, centre in zip((spots.x, spots.y), centres, strict=True)
    )
    outside = (x.view(np.uint32) >= side) | (y.view(np.uint32) >= side)
    first = side * side * layers * np.arange(showers)[:, None] + np.arange(layers)
    x *= side
    x += y
    places = spots.repeated(first) + x.astype(np.int64) * layers
    places[outside] = showers * side * side * layers
    return places
