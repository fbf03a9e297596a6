"""Images of several tracks as in the original notebooks: event by event, an image for each track, their sum."""

import numpy as np


def track_image(intercept, slope, layers, pixels):
    """Return the image of one track, float64 array of shape (layers, pixels); hits outside are dropped."""
    image = np.zeros((layers, pixels))
    layer = np.arange(layers)
    hits = np.floor(intercept + slope * layer).astype(int)
    inside = (hits >= 0) & (hits < pixels)
    image[layer[inside], hits[inside]] = 1
    return image


def event(random, layers, pixels, slots, mean_tracks):
    """Return image, parameters and weights of one event: arrays of shape (layers, pixels), (slots, 2), (slots,)."""
    count = 0
    while count == 0:
        count = min(slots, random.poisson(mean_tracks))
    image, parameters, weights = np.zeros((layers, pixels)), np.zeros((slots, 2)), np.zeros(slots)
    for track in range(count):
        entry, exit_ = random.uniform(0, pixels, 2)
        slope = (exit_ - entry) / layers
        image += track_image(entry, slope, layers, pixels)
        parameters[track] = entry, slope * pixels / 2
    image[image > 1] = 1
    parameters[:count] = parameters[np.argsort(parameters[:count, 0])]
    weights[:count] = 1
    return image, parameters, weights


def batch(events, layers, pixels, slots, mean_tracks, seed):
    """Return float64 arrays of shapes (events, layers, pixels), (events, slots, 2) and (events, slots)."""
    random = np.random.default_rng(seed)
    images, parameters = np.zeros((events, layers, pixels)), np.zeros((events, slots, 2))
    weights = np.zeros((events, slots))
    for number in range(events):
        images[number], parameters[number], weights[number] = event(random, layers, pixels, slots, mean_tracks)
    return images, parameters, weights
