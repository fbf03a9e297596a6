"""The plane detector as a loop over events and tracks, an image for each track: as the original notebooks do it."""

import numpy as np


def straight_track_2d(random, layers, pixels):
    """Return the image of one track, float64 array of shape (layers, pixels)."""
    entry, exit_ = random.uniform(0, pixels, 2)
    position = (entry + (exit_ - entry) / layers * np.arange(layers)).astype(int)
    image = np.zeros((layers, pixels))
    image[np.arange(layers), position] = 1
    return image


def events_2d(events, layers, pixels, seed_layers, background, seed):
    """Return images of one signal and `background` tracks, float64 array of shape (events, layers, pixels)."""
    random = np.random.default_rng(seed)
    images = np.zeros((events, layers, pixels))
    for event in range(events):
        signal = straight_track_2d(random, layers, pixels)
        tracks = sum((straight_track_2d(random, layers, pixels) for _ in range(background)), np.zeros_like(signal))
        tracks[:seed_layers] = 0
        image = signal + tracks
        image[image > 1] = 1
        images[event] = image
    return images


def straight_track_3d(random, layers, pixels):
    """Return the image of one track, float32 array of shape (layers, pixels, pixels)."""
    entry, exit_ = random.uniform(0, pixels, (2, 2))
    slope = (exit_ - entry) / (layers - 1)
    image = np.zeros((layers, pixels, pixels), np.float32)
    layer = np.arange(layers)
    x, y = np.minimum((entry + slope * layer[:, None]).astype(int), pixels - 1).T
    image[layer, x, y] = 1
    return image


def events_3d(events, layers, pixels, seed_layers, mean_background, seed):
    """Return images of one signal and a Poisson number of tracks, float32, shape (events, layers, pixels, pixels)."""
    random = np.random.default_rng(seed)
    images = np.zeros((events, layers, pixels, pixels), np.float32)
    for event in range(events):
        image = straight_track_3d(random, layers, pixels)
        tracks = np.zeros_like(image)
        for _ in range(random.poisson(mean_background)):
            tracks += straight_track_3d(random, layers, pixels)
        tracks[:seed_layers] = 0
        image += tracks
        image[image > 1] = 1
        images[event] = image
    return images
