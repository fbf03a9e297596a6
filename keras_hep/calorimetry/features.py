"""Features of showers that experts chose, with the names of the authors' code: the input of boosted decision trees.

Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, appendix C, and the code named there.
"""

import numpy as np

from keras_hep.calorimetry.moments import ORDERS, axis_moments, quotient, r9
from keras_hep.calorimetry.projections import depth_summed, layer_energies

ANGLES = {"recoTheta": "reco_theta", "recoEta": "reco_eta", "recoPhi": "reco_phi"}
HIT_ENERGY = 0.1  # of a cell that counts as hit; in the unit of the files, so that it is a deposit of 2 MeV
_BLOCK = 500  # showers at a time: their images fit into the cache


def _names(calorimeter):
    layers = [f"{calorimeter}_ratioFirstLayerTo{of}E" for of in ("Total", "SecondLayer")]
    moments = [f"{calorimeter}moment{axis}{order}" for axis in "XYZ" for order in range(1, ORDERS + 1)]
    return [f"{calorimeter}_E", f"{calorimeter}_nHits", *layers, *moments]


_RATIOS = ["HCAL_ECAL_ERatio", "HCAL_ECAL_nHitsRatio"]
FEATURES = (*_names("ECAL"), *_names("HCAL"), *_RATIOS, "R9", *ANGLES)


def cell_projections(cells):
    """Return what features need of the cells of a calorimeter.

    Args:
        cells: `Cells`.

    Returns:
        (image, layers, hits): float arrays of shapes (showers, across, along), (showers, layers) and (showers,). Energy
        summed over depth, energy of each layer, number of cells above `HIT_ENERGY`.
    """
    hits = np.bincount(cells.shower[cells.energy > HIT_ENERGY], minlength=len(cells)).astype(np.float64)
    return depth_summed(cells), layer_energies(cells), hits


def shower_features(showers, angles=True, window="maximum", projections=cell_projections):
    """Return the expert features of showers: 50, or 47 without the angles.

    Of each calorimeter: energy, number of hits, the first layer's energy over that of all and of the second layer, and
    six moments along each axis (`axis_moments`); of both, ratios HCAL over ECAL of energies and hits; R9 of the ECAL;
    and the three angles of the barycentre. A ratio with 0 is 0.

    Args:
        showers: `Showers`. Without an HCAL its 24 features (its own and the ratios) are left out.
        angles: bool. With the angles "recoTheta", "recoEta", "recoPhi". False for samples at one angle.
        window: str. Of R9: "maximum" as in the authors' code, "barycentre" as in the article.
        projections: function of the `Cells` of the ECAL that returns what `cell_projections` does, where it sees them
            in another way (`resampling.resampled_features`).

    Returns:
        dict of str to float64 array of shape (showers,), in the order of `FEATURES`.

    Raises:
        KeyError: if the angles are asked for and the showers do not have them.

    Example:

    >>> from keras_hep.calorimetry.cells import Cells
    >>> from keras_hep.calorimetry.showers import Showers
    >>> ecal = Cells((3, 3, 2), counts=[2], index=[8, 9], energy=[1.0, 3.0])  # both layers of the cell in the middle
    >>> features = shower_features(Showers(ecal, ecal, {}, source="simulation"), angles=False)
    >>> len(features), [features[name].item() for name in ("ECAL_E", "ECALmomentZ1", "ECALmomentZ2", "R9")]
    (47, [4.0, 0.75, 0.1875, 1.0])
    """
    blocks = [_of_block(showers.take(block), window, projections) for block in _blocks(len(showers))]
    features = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
    if angles:
        features |= {name: showers[label].astype(np.float64) for name, label in ANGLES.items()}
    return {name: features[name] for name in FEATURES if name in features}


def feature_table(features, names=None):
    """Return features as the columns of a table.

    Args:
        features: dict of str to array of shape (showers,), such as `shower_features` returns.
        names: sequence of str. The columns; by default all, in their order.

    Returns:
        float32 array, shape (showers, columns): the type in which boosted trees compare.

    Raises:
        ValueError: if a feature is not there.

    Example:

    >>> feature_table({"ECAL_E": [1.0, 2.0], "R9": [0.5, 0.75]}, ["R9", "ECAL_E"]).tolist()
    [[0.5, 1.0], [0.75, 2.0]]
    """
    names = list(features) if names is None else names
    missing = [name for name in names if name not in features]
    if missing:
        raise ValueError(f"feature_table: columns must be among {', '.join(features)}, got {', '.join(missing)}.")
    return np.column_stack([np.asarray(features[name], np.float32) for name in names])


def _blocks(showers):
    return [slice(start, start + _BLOCK) for start in range(0, max(showers, 1), _BLOCK)]


def _of_block(showers, window, projections):
    image, layers, hits = projections(showers.ecal)
    features = _of_calorimeter("ECAL", image, layers, hits) | {"R9": r9(image, window)}
    if showers.hcal is not None:
        features |= _of_calorimeter("HCAL", *cell_projections(showers.hcal))
        for ratio, part in zip(_RATIOS, ("E", "nHits"), strict=True):
            features[ratio] = quotient(features[f"HCAL_{part}"], features[f"ECAL_{part}"])
    return features


def _of_calorimeter(name, image, layers, hits):
    energy, first = layers.sum(axis=1), layers[:, 0]
    second = layers[:, 1] if layers.shape[1] > 1 else np.zeros(len(layers))
    columns = [energy, hits, quotient(first, energy), quotient(first, second)]
    for profiles in (image.sum(axis=2), image.sum(axis=1), layers):
        columns += list(axis_moments(profiles).T)
    return dict(zip(_names(name), columns, strict=True))
