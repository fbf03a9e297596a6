"""Figure 2 of Farrell et al. (2017): two-dimensional toy events, tracks and tracks with uniform noise.

Source    Farrell et al., EPJ Web Conf. 150 (2017) 00003, doi:10.1051/epjconf/201715000003, Figure 2
Data      plane-detector toy, 50 layers of 50 pixels, one target and five background tracks, simulated here
Cost      smoke 1 s, quick 3 s, full 11 s (2 CPU cores, 1 GB)
Expect    one hit per seed layer in every event; at most two different steps, next to each other, within a track;
          5.65 fired pixels per layer behind the seed; 11.4 % of the target's hits shared with another track; positions
          half-way follow a triangle
Differs   the paper states no noise level: 5 %, as in the authors' development notebook
Beyond    every number is compared with its exact expectation, computed from the generator's law
"""

import numpy as np
from scipy import stats

from keras_hep.metrics import estimates, plane_events
from keras_hep.simulation.plane_detector import PlaneDetector
from keras_hep.suite import figures
from keras_hep.suite.record import Curve, Quantity, Result

SCALES = {"smoke": {"events": 2_000}, "quick": {"events": 20_000}, "full": {"events": 100_000}}


def reproduce(events, noise=0.05, seed=7):
    clean, noisy = PlaneDetector(layers=50, pixels=50), PlaneDetector(layers=50, pixels=50, noise=noise)
    tracks, noisy_tracks = clean.sample(events, seed=(seed, 1)), noisy.sample(events, seed=(seed, 2))
    images, noisy_images, labels = tracks.images(), noisy_tracks.images(), tracks.labels()
    different, spread = plane_events.steps(labels)
    seeds = [each[:, :5].mean(dtype=float) * 50 for each in (images, noisy_images)]
    exit_ = (tracks.entry + 50 * tracks.slope)[:, 0]
    uniform = [stats.kstest(place / 50, "uniform").pvalue for place in (tracks.entry[:, 0], exit_)]
    middle = estimates.fraction(np.bincount(labels[:, 25], minlength=50), events)
    return Result(
        quantities=[
            Quantity("layers", images.shape[1], unit="layers"),
            Quantity("pixels_per_layer", images.shape[2], unit="pixels"),
            Quantity("background_tracks", len(tracks.event) // events, unit="tracks"),
            Quantity("hits_in_seed_layers", np.mean(seeds), unit="hits"),
            Quantity("steps_per_track", different),
            Quantity("step_spread", spread, unit="pixels"),
            Quantity("noise_occupancy", *estimates.fraction(len(noisy_tracks.noise), events * 45 * 50)),
            Quantity("distinct_hits", *plane_events.distinct_hits(images, 5), "hits"),
            Quantity("shared_signal_fraction", *plane_events.shared_signal_fraction(tracks)),
            Quantity("slope_spread", *estimates.standard_deviation(tracks.slope[:, 0]), "pixels/layer"),
            Quantity("entry_uniformity", uniform[0], definition="Kolmogorov-Smirnov probability", count=events),
            Quantity("exit_uniformity", uniform[1], definition="Kolmogorov-Smirnov probability", count=events),
        ],
        curves=[Curve("hit_position_middle", range(50), *middle, "pixel", definition="Tracks per pixel of layer 25")],
        arrays={"images": [images[0], noisy_images[0]]},
    )


def draw(result, reference):
    figure, (*displays, position) = figures.panels(3, aspect=1.0)
    titles = ("tracks", "tracks and noise")
    for axes, image, title in zip(displays, result.arrays["images"], titles, strict=True):
        figures.event_display(axes, image, seed_layers=5, title=title)
    ours = result.curves["hit_position_middle"]
    figures.overlay(position, ours, label="simulated", line=False)
    if reference:
        position.plot(ours.x, reference.curves["hit_position_middle"].y, color="0.2", label="exact")
    figures.axis_labels(position, "pixel of layer 25", "fraction of tracks")
    figures.legend(position)
    return figure
