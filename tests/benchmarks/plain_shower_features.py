"""Features of showers as their description reads: dense images, one shower and one moment at a time."""

import numpy as np


def divided(numerator, denominator):
    return numerator / denominator if denominator else 0.0


def image_features(name, image):
    """Return energy, hits, ratios of layers and moments of one image, array of shape (across, along, layers)."""
    total = image.sum(dtype=np.float64)
    layers = image.sum(axis=(0, 1), dtype=np.float64)
    features = {
        f"{name}_E": total,
        f"{name}_nHits": np.count_nonzero(image > 0.1),
        f"{name}_ratioFirstLayerToTotalE": divided(layers[0], total),
        f"{name}_ratioFirstLayerToSecondLayerE": divided(layers[0], layers[1]),
    }
    for axis, letter in enumerate("XYZ"):
        place = np.indices(image.shape)[axis]
        mean = divided((image * place).sum(), total)
        features[f"{name}moment{letter}1"] = mean
        for order in range(2, 7):
            features[f"{name}moment{letter}{order}"] = divided((image * (place - mean) ** order).sum(), total)
    return features


def largest_window(image):
    """Return the largest sum of 3 x 3 cells over the sum of all, of the image summed over depth."""
    flat = image.sum(axis=2, dtype=np.float64)
    largest = 0.0
    for x in range(flat.shape[0] - 2):
        for y in range(flat.shape[1] - 2):
            largest = max(largest, flat[x : x + 3, y : y + 3].sum())
    return divided(largest, flat.sum())


def central_window(image):
    """Return the sum of the 3 x 3 cells around the barycentre over the sum of all, of the image summed over depth."""
    flat = image.sum(axis=2, dtype=np.float64)
    if not flat.any():
        return 0.0
    across, along = np.indices(flat.shape)
    x, y = (int(np.floor((flat * place).sum() / flat.sum() + 0.5)) for place in (across, along))
    return flat[max(x - 1, 0) : x + 2, max(y - 1, 0) : y + 2].sum() / flat.sum()


def shower_features(ecal, hcal):
    """Return the 47 features without angles of one shower: two images of float64."""
    features = image_features("ECAL", ecal) | image_features("HCAL", hcal)
    features["HCAL_ECAL_ERatio"] = divided(features["HCAL_E"], features["ECAL_E"])
    features["HCAL_ECAL_nHitsRatio"] = divided(features["HCAL_nHits"], features["ECAL_nHits"])
    return features | {"R9": largest_window(ecal)}
