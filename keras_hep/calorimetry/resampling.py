"""Showers as calorimeters with other cells would see them: energies moved to the other grid and back.

Cells of the other calorimeter are compared in units of Moliere radii, in which showers are alike. Areas factorise, so
that an image is moved by one small matrix per axis.

Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, section 5.4 and table 1.
Differs: the authors' code applies the transpose of its matrix, which does not keep the energy of cells; here energies
    go the way that the article describes.
"""

import dataclasses

import numpy as np

from keras_hep.calorimetry.cells import Cells
from keras_hep.calorimetry.features import HIT_ENERGY, shower_features

_BLOCK = 500  # showers at a time


@dataclasses.dataclass(frozen=True)
class Segmentation:
    """Neighbouring layers of the simulated calorimeter that one layer of another one stands for.

    Attributes:
        layers: int. How many; they follow those of the segmentation before.
        eta: float. Width of a cell in pseudorapidity.
        phi: float. Width of a cell in azimuth, rad.
    """

    layers: int
    eta: float
    phi: float


@dataclasses.dataclass(frozen=True)
class Granularity:
    """Cells of an electromagnetic calorimeter, as table 1 has them.

    Attributes:
        name: str.
        segmentations: tuple of `Segmentation`, from the front to the back.
        radiation_length: float, cm.
        moliere_radius: float, cm.
    """

    name: str
    segmentations: tuple
    radiation_length: float
    moliere_radius: float

    @property
    def layers(self):
        """Layers of the simulated calorimeter that all segmentations stand for."""
        return sum(segmentation.layers for segmentation in self.segmentations)

    def scales(self):
        """Return how many cells of CLIC a cell is wide, in Moliere radii.

        Returns:
            float array, shape (segmentations, 2): in phi and in eta.

        Example:

        >>> CMS.scales().round(3).tolist()
        [[2.777, 2.777]]
        """
        (clic,) = CLIC.segmentations
        widths = np.array([(part.phi / clic.phi, part.eta / clic.eta) for part in self.segmentations])
        return widths * CLIC.moliere_radius / self.moliere_radius


# Depths of the layers of ATLAS are 4.3, 16 and 2 radiation lengths; the authors' code has 5, 17 and 3 layers of 25.
CLIC = Granularity("CLIC", (Segmentation(25, 0.003, 0.003),), 0.3504, 0.9327)
ATLAS = Granularity(
    "ATLAS",
    (Segmentation(5, 0.025 / 8, 0.1), Segmentation(17, 0.025, 0.025), Segmentation(3, 0.5, 0.025)),
    14.0,
    9.043,
)
CMS = Granularity("CMS", (Segmentation(25, 0.0175, 0.0175),), 0.8903, 1.959)


def forward(cells, scale):
    """Return the fraction of each cell of a row that lies in each cell of another row.

    The other row has the fewest cells that cover the first, about the same centre.

    Args:
        cells: int. Cells of the first row.
        scale: float. Width of a cell of the other row in those of the first.

    Returns:
        float array, shape (cells, other cells). Rows sum to 1: all energy arrives.

    Raises:
        ValueError: if there are no cells, or the scale is not positive.

    Example:

    >>> forward(4, scale=2.0).tolist()
    [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]
    """
    if cells < 1 or not scale > 0:
        raise ValueError(f"forward: cells and scale must be positive, got {cells} and {scale}.")
    others = int(np.ceil(cells / scale - 1e-9))
    old = np.arange(cells + 1) - cells / 2
    new = (np.arange(others + 1) - others / 2) * scale
    high = np.minimum(old[1:, None], new[1:])
    low = np.maximum(old[:-1, None], new[:-1])
    return np.maximum(high - low, 0.0)


def back(cells, scale):
    """Return the fraction of each cell of the other row that lies in each cell of the first: the way back.

    Args:
        cells: int. As for `forward`.
        scale: float. As for `forward`.

    Returns:
        float array, shape (other cells, cells). Rows sum to 1, but for the outermost ones, which hang over: that part
        of their energy is lost.

    Example:

    >>> back(3, scale=2.0).tolist()
    [[0.5, 0.25, 0.0], [0.0, 0.25, 0.5]]
    """
    return forward(cells, scale).T / scale


def there_and_back(cells, scale):
    """Return where the energy of each cell ends, float array of shape (cells, cells): rows are where it was.

    Example:

    >>> there_and_back(4, scale=2.0).tolist()[0]
    [0.5, 0.5, 0.0, 0.0]
    """
    return forward(cells, scale) @ back(cells, scale)


def resampled_segmentations(cells, target, paper_axes=False):
    """Return the resampled energies of showers, once for all layers of a segmentation.

    That is all that the resampled image holds, in an eighth (ATLAS) or a twenty-fifth (CMS) of its size.

    Args:
        cells: `Cells` with as many layers as the target, or images of shape (showers, across, along, layers).
        target: `Granularity`.
        paper_axes: bool. False: the first axis is phi, as in the geometry of the files. True: it is eta, as in the
            authors' code of the resampling.

    Returns:
        float32 array, shape (showers, across, along, segmentations). Energy of all layers of each.

    Raises:
        ValueError: if the layers are not as many as those of the target.

    Example:

    >>> resampled_segmentations(np.ones((1, 25, 25, 25)), CLIC)[0, 12, 12].tolist()
    [25.0]
    """
    summed = _summed_cells(cells, target) if isinstance(cells, Cells) else _summed_images(np.asarray(cells), target)
    across, along = summed.shape[2:]
    result = np.empty((len(summed), across, along, len(target.segmentations)), np.float32)
    for number, scales in enumerate(target.scales()):
        scales = scales[::-1] if paper_axes else scales
        first, second = there_and_back(across, scales[0]), there_and_back(along, scales[1])
        result[..., number] = first.T @ (summed[:, number].reshape(-1, along) @ second).reshape(-1, across, along)
    return result


def spread_evenly(energies, target):
    """Return images in which the layers of a segmentation share its energy.

    Args:
        energies: array, shape (..., segmentations).
        target: `Granularity`.

    Returns:
        array, shape (..., layers), of the same type.

    Example:

    >>> spread_evenly(np.array([10.0, 34.0, 6.0]), ATLAS).tolist() == [2.0] * 25
    True
    """
    energies = np.asarray(energies)
    layers = np.array([segmentation.layers for segmentation in target.segmentations])
    return np.repeat(energies / layers.astype(energies.dtype), layers, axis=-1)


def resampled_images(images, target, paper_axes=False):
    """Return images as the target would have taken them, on the cells of the simulated calorimeter.

    Arguments and errors as of `resampled_segmentations`.

    Returns:
        float32 array, shape (showers, across, along, layers).

    Example:

    >>> image = np.zeros((1, 25, 25, 25))
    >>> image[0, 12, 12, 4] = 25.0
    >>> resampled_images(image, CLIC)[0, 12, 12].tolist() == [1.0] * 25  # CLIC without its layers
    True
    """
    return spread_evenly(resampled_segmentations(images, target, paper_axes), target)


def resampled(showers, target, paper_axes=False, keep_hcal=False):
    """Return showers as the target would have seen them, on the cells of the simulated calorimeter.

    The energy is spread over most cells of the window: a shower takes twenty times the memory. Where that matters keep
    `resampled_segmentations` and call `spread_evenly` on batches.

    Args:
        showers: `Showers`.
        target: `Granularity`.
        paper_axes: bool. As of `resampled_segmentations`.
        keep_hcal: bool. True leaves the HCAL as it is, False leaves it out, as in the article.

    Returns:
        `Showers` with the same labels, the angles of the barycentre among them.

    Raises:
        ValueError: if the layers are not as many as those of the target.

    Example:

    >>> from keras_hep.calorimetry.showers import Showers
    >>> showers = Showers(Cells((25, 25, 25), [1], [12 * 625 + 12 * 25], [1.0]), None, {}, source="simulation")
    >>> resampled(showers, CMS).ecal.sums().round(6).tolist()
    [1.0]
    """
    blocks = (showers.ecal.take(slice(start, start + _BLOCK)) for start in range(0, max(len(showers), 1), _BLOCK))
    ecal = Cells.joined([Cells.of_images(resampled_images(block, target, paper_axes)) for block in blocks])
    return dataclasses.replace(showers, ecal=ecal, hcal=showers.hcal if keep_hcal else None)


def resampled_features(showers, target, paper_axes=False, keep_hcal=False, **options):
    """Return the expert features of resampled showers, without making their cells: many times faster.

    Args:
        showers: `Showers`, not resampled.
        target: `Granularity`.
        paper_axes: bool. As of `resampled_segmentations`.
        keep_hcal: bool. As of `resampled`.
        **options: of `shower_features`.

    Returns:
        dict of str to float64 array, as `shower_features(resampled(...))`.

    Example:

    >>> from keras_hep.calorimetry.showers import Showers
    >>> showers = Showers(Cells((25, 25, 25), [1], [12 * 625 + 12 * 25], [1.0]), None, {}, source="simulation")
    >>> resampled_features(showers, CMS, angles=False)["ECALmomentZ1"].round(6).tolist()  # CMS has no layers
    [12.0]
    """

    def projections(cells):
        energies = resampled_segmentations(cells, target, paper_axes)
        layers = np.array([segmentation.layers for segmentation in target.segmentations])
        hit = np.count_nonzero(energies / layers.astype(np.float32) > HIT_ENERGY, axis=(1, 2))
        energies = energies.astype(np.float64)
        return energies.sum(axis=3), spread_evenly(energies.sum(axis=(1, 2)), target), (hit @ layers).astype(np.float64)

    kept = showers if keep_hcal else dataclasses.replace(showers, hcal=None)
    return shower_features(kept, projections=projections, **options)


def _summed_cells(cells, target):
    """Return energies summed over the layers of each segmentation, shape (showers, segmentations, across, along)."""
    across, along, layers = cells.shape
    _check(layers, target)
    places, segmentations = across * along, len(target.segmentations)
    segmentation = np.repeat(np.arange(segmentations), [part.layers for part in target.segmentations])
    transverse, layer = np.divmod(cells.index, layers)
    image = cells.shower.astype(np.int64) * segmentations + segmentation[layer]
    summed = np.bincount(image * places + transverse, cells.energy, minlength=len(cells) * segmentations * places)
    return summed.reshape(-1, segmentations, across, along)


def _summed_images(images, target):
    _check(images.shape[-1], target)
    ends = np.cumsum([part.layers for part in target.segmentations])
    parts = np.split(images, ends[:-1], axis=-1)
    return np.stack([part.sum(axis=-1, dtype=np.float64) for part in parts], axis=1)


def _check(layers, target):
    if layers != target.layers:
        raise ValueError(
            f"Resampling: the calorimeter must have the {target.layers} layers of {target.name}, got {layers}; give a "
            "`Granularity` whose segmentations add up to them."
        )
