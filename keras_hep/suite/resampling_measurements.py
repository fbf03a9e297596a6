"""What resampling to another calorimeter keeps, loses and makes alike."""

import numpy as np

from keras_hep.calorimetry.geometry import BEHIND_ECAL, ECAL, SCALE_ENERGY
from keras_hep.calorimetry.resampling import ATLAS, CLIC, CMS, back, forward, resampled_images, there_and_back
from keras_hep.suite.record import Quantity

CALORIMETERS = {"clic": (CLIC, 0), "atlas_1": (ATLAS, 0), "atlas_2": (ATLAS, 1), "atlas_3": (ATLAS, 2), "cms": (CMS, 0)}
POINTS = (12, 8), (12, 16)  # cells of two photons, of a window of 25


def geometries():
    """Return the numbers of table 1 as resampling uses them, list of `Quantity`."""
    quantities = []
    for name, (target, layer) in CALORIMETERS.items():
        part = target.segmentations[layer]
        for kind, value, unit in (
            ("eta_cell", part.eta, "1"),
            ("phi_cell", part.phi, "rad"),
            ("radiation_length", target.radiation_length, "cm"),
            ("moliere_radius", target.moliere_radius, "cm"),
        ):
            quantities.append(Quantity(f"{kind}_{name}", value, unit=unit, definition="as resampling uses it"))
    return quantities


def stack_lengths():
    """Return radiation length and Moliere radius of the whole stack of the simulated ECAL, list of `Quantity`."""
    thickness, lengths = ECAL.thicknesses.sum(), ECAL.radiation_lengths.sum()
    moliere = SCALE_ENERGY * thickness / (ECAL.critical_energies * ECAL.radiation_lengths).sum()
    definition = "of the 25 layers of absorber, silicon, boards and air"
    return [
        Quantity("stack_radiation_length", thickness / lengths / 10, unit="cm", definition=definition),
        Quantity("stack_moliere_radius", moliere / 10, unit="cm", definition=definition),
        Quantity("stack_depth", lengths, unit="radiation lengths", definition=definition),
        Quantity("behind_stack", BEHIND_ECAL.radiation_lengths.sum(), unit="radiation lengths", definition="behind it"),
    ]


def scales():
    """Return how many cells of CLIC a cell of each calorimeter is wide, in Moliere radii, list of `Quantity`."""
    definition = "cells of CLIC in a cell along an axis, in Moliere radii"
    phi, eta = np.concatenate([ATLAS.scales(), CMS.scales()]).T
    values = {"scale_atlas_1_phi": phi[0], "scale_atlas_1_eta": eta[0], "scale_atlas_2": phi[1]}
    values |= {"scale_atlas_3_phi": phi[2], "scale_atlas_3_eta": eta[2], "scale_cms": phi[3]}
    return [Quantity(name, value, definition=definition) for name, value in values.items()]


def properties(cells, seed):
    """Return what holds of any images, for random ones of `cells` cells a side: list of `Quantity`."""
    images = np.random.default_rng(seed).exponential(1.0, (4, cells, cells, CMS.layers))
    whole = images.sum()
    there = forward(cells, CMS.scales()[0, 0])
    arrived = np.einsum("nabl,ac,bd->", images, there, there)
    one = images[0, :, :, 0]
    matrix = there_and_back(cells, CMS.scales()[0, 0])
    cms = resampled_images(images, CMS)
    level = cms.mean(axis=-1, keepdims=True)
    return [
        Quantity("forward_lost", abs(arrived / whole - 1), definition="energy that does not arrive in cells of CMS"),
        Quantity(
            "same_grid_difference",
            np.abs(resampled_images(images, CLIC) / images.mean(axis=-1, keepdims=True) - 1).max(),
            definition="largest relative change on cells of the same size, layers summed and spread",
        ),
        Quantity(
            "area_difference",
            np.abs(matrix.T @ one @ matrix - by_areas(one, CMS.scales()[0, 0])).max() / one.mean(),
            definition="largest difference from overlaps of areas, cell by cell, over the mean energy of a cell",
        ),
        Quantity("cms_layer_difference", np.abs(cms / level - 1).max(), definition="largest between 25 layers of CMS"),
    ]


def by_areas(image, scale):
    """Return an image resampled there and back from the overlap areas of all pairs of cells.

    Args:
        image: float array, shape (cells, cells).
        scale: float. Width of a cell of the other grid in cells of the first.

    Returns:
        float array, shape (cells, cells).
    """
    cells = len(image)
    others = int(np.ceil(cells / scale - 1e-9))
    fine, coarse = np.arange(cells) - cells / 2, scale * (np.arange(others) - others / 2)
    x, y, u, v = np.meshgrid(fine, fine, coarse, coarse, indexing="ij")
    area = np.ones_like(x)
    for low, high in ((x, u), (y, v)):
        area *= np.clip(np.minimum(low + 1, high + scale) - np.maximum(low, high), 0, None)
    there = np.einsum("xy,xyuv->uv", image, area)  # a cell of the first grid has the area 1
    return np.einsum("uv,xyuv->xy", there, area) / scale**2


def losses(target, images):
    """Return the fraction of the energy of images that resampling loses, float array, shape (images,)."""
    axes = tuple(range(1, images.ndim))
    return 1 - resampled_images(images, target).sum(axis=axes, dtype=float) / images.sum(axis=axes, dtype=float)


def edge_lost(cells):
    """Return the fraction that images with equal energy in all cells lose at the edges, as `Quantity`."""
    lost = losses(CMS, np.ones((1, cells, cells, CMS.layers)))[0]
    return Quantity("edge_lost", lost, definition="of an image with equal energy in all cells, resampled to CMS")


def shower_lost(name, target, images):
    """Return the mean fraction that showers lose, and its error, as `Quantity`."""
    lost = losses(target, images)
    error = lost.std() / np.sqrt(len(lost))
    return Quantity(name, lost.mean(), error, definition=f"energy lost, resampled to {target.name}", count=len(lost))


def separations(cells, points=POINTS):
    """Return how far apart two photons are in cells of CLIC and of CMS, list of two `Quantity`."""
    image = np.zeros((2, cells, cells))
    for part, point in zip(image, points, strict=True):
        part[point] = 1.0
    quantities = []
    for name, scale in (("clic", 1.0), ("cms", CMS.scales()[0, 0])):
        there = forward(cells, scale)
        moved = np.einsum("nab,ac,bd->ncd", image, there, there)
        places = [np.einsum("ncd,d->n", moved.swapaxes(1, turned), np.arange(there.shape[1])) for turned in (1, 2)]
        definition = f"between the mean places of two photons, {abs(points[1][1] - points[0][1])} cells of CLIC apart"
        value = np.hypot(*(np.diff(place)[0] for place in places))
        quantities.append(Quantity(f"separation_{name}", value, unit="cells", definition=definition))
    return quantities


def steps(image, scale):
    """Return an image on cells of another size, and back on its own: two float arrays.

    Args:
        image: float array, shape (cells, cells).
        scale: float. As of `by_areas`.
    """
    there, home = forward(len(image), scale), back(len(image), scale)
    coarse = there.T @ image @ there
    return coarse, home.T @ coarse @ home
