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
    def of(cls, spots, showers):
        """Return the `Barycentre` of `Spots` in the electromagnetic calorimeter."""
        columns = showers * len(ECAL)
        energy, across, along = (
            np.bincount(spots.column, weights, minlength=columns).reshape(showers, len(ECAL))
            for weights in (spots.energy, spots.energy * spots.x, spots.energy * spots.y)
        )
        total = np.maximum(energy.sum(axis=1), np.finfo(float).tiny)
        projected = across @ (ECAL.inner_radius / ECAL.radii)
        return cls(ECAL.cell * projected / total, ECAL.cell * along.sum(axis=1) / total, energy @ ECAL.radii / total)

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


def window(spots, centres, side):
    """Return the cells in windows.

    Args:
        spots: `Spots`.
        centres: two int arrays, shape (showers, layers). Middle cell, across and along.
        side: int. Cells a side, odd.

    Returns:
        `Cells`, shape (side, side, layers).
    """
    showers, layers = centres[0].shape
    x, y = (
        place - (centre.ravel() - side // 2)[spots.column]
        for place, centre in zip((spots.x, spots.y), centres, strict=True)
    )
    inside = np.flatnonzero((x.view(np.uint32) < side) & (y.view(np.uint32) < side))
    x, y, column = x[inside], y[inside], spots.column[inside]
    shower, layer = np.divmod(column, np.int32(layers))
    cells = side * side * layers
    place = ((shower * side + x) * side + y) * layers + layer
    energy = np.bincount(place, spots.energy[inside], minlength=showers * cells)
    hit = np.flatnonzero(energy > 0)  # much faster on bool
    counts = np.bincount(hit // cells, minlength=showers)
    return Cells((side, side, layers), counts, hit % cells, energy[hit])
