"""The plane detector organised as in the original notebooks: a loop over events, an image for each track, their sum."""

import numpy as np


def straight_track_2d(entry, slope, layers, pixels):
    """Return the image of one track, float64 array of shape (layers, pixels)."""
    image = np.zeros((layers, pixels))
    layer = np.arange(layers)
    image[layer, (entry + slope * layer).astype(int)] = 1
    return image


def one_track_events_2d(random, events, layers, pixels):
    """Return one track per event, float64 array of shape (events, layers, pixels), filled event by event."""
    images = np.zeros((events, layers, pixels))
    entries, exits = random.uniform(0, pixels, (2, events))
    for event, (entry, slope) in enumerate(zip(entries, (exits - entries) / layers, strict=True)):
        images[event] = straight_track_2d(entry, slope, layers, pixels)
    return images


def events_2d(events, layers, pixels, seed_layers, background, seed):
    """Return images of one signal and `background` tracks, float64 array of shape (events, layers, pixels)."""
    random = np.random.default_rng(seed)
    images = one_track_events_2d(random, events, layers, pixels)
    tracks = sum(one_track_events_2d(random, events, layers, pixels) for _ in range(background))
    tracks[:, :seed_layers] = 0
    images += tracks
    images[images > 1] = 1
    return images


def tracks_3d(random, tracks, layers, pixels):
    """Return an image per track, float32 array of shape (tracks, layers, pixels, pixels), filled track by track."""
    images = np.zeros((tracks, layers, pixels, pixels), np.float32)
    layer = np.arange(layers)
    for image, entry, exit_ in zip(images, *random.uniform(0, pixels, (2, tracks, 2)), strict=True):
        x, y = np.minimum((entry + (exit_ - entry) / (layers - 1) * layer[:, None]).astype(int), pixels - 1).T
        image[layer, x, y] = 1
    return images


def events_3d(events, layers, pixels, seed_layers, mean_background, seed):
    """Return images of one signal and a Poisson number of tracks, float32, shape (events, layers, pixels, pixels)."""
    random = np.random.default_rng(seed)
    images = tracks_3d(random, events, layers, pixels)
    background = np.zeros_like(images)
    for event, count in enumerate(random.poisson(mean_background, events)):
        background[event] = sum(tracks_3d(random, count, layers, pixels))
    background[:, :seed_layers] = 0
    images += background
    images[images > 1] = 1
    return images
