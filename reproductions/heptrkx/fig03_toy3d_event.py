"""Figure 3 of Farrell et al. (2017): a three-dimensional toy event with ten detector layers.

Source    Farrell et al., EPJ Web Conf. 150 (2017) 00003, doi:10.1051/epjconf/201715000003, Figure 3
Data      plane-detector toy, 10 layers of 50 x 50 pixels, one target, Poissonian background, simulated here
Cost      smoke 1 s, quick 1 s, full 5 s (2 CPU cores, 0.3 GB)
Expect    2.0 fired pixels per layer behind the seed for a mean of 1 background track, 98.1 for 100; picking a hit at
          random is right in 63 % and in 1.0 % of the layers; the number of tracks follows the Poisson law
Differs   the paper does not say how many layers hold the seed in three dimensions: three, as in the authors' code
Beyond    occupancy and level of guessing over the paper's whole range of multiplicities, against exact expectations
"""

import numpy as np

from keras_hep.metrics import estimates, plane_events
from keras_hep.simulation.plane_detector import PlaneDetector
from keras_hep.suite import figures
from keras_hep.suite.record import Curve, Quantity, Result

SCALES = {"smoke": {"events": 200}, "quick": {"events": 1_000}, "full": {"events": 5_000}}


def reproduce(events, multiplicities=(1, 3, 10, 30, 100), shown=10, seed=7):
    detectors = [PlaneDetector(10, 50, 3, 3, background=mean, background_law="poisson") for mean in multiplicities]
    samples = [detector.sample(events, seed=(seed, number)) for number, detector in enumerate(detectors)]
    hits, guesses, seeds, above = [], [], [], 0
    for sample in samples:
        images = sample.images().reshape(events, 10, -1)
        hits.append(plane_events.distinct_hits(images, 3))
        guesses.append(plane_events.random_hit_level(images, 3))
        seeds.append(np.count_nonzero(images[:, :3]) / (events * 3))
        tracks = 1 + sample.background_counts()
        above += np.count_nonzero(np.count_nonzero(images[:, 3:], axis=2) > tracks[:, None])
    background = samples[multiplicities.index(shown)].background_counts()
    event = detectors[multiplicities.index(shown)].sample(1, seed=(seed, 99))
    return Result(
        quantities=[
            Quantity("layers", event.images().shape[1], unit="layers"),
            Quantity("pixels_per_side", event.images().shape[2], unit="pixels"),
            Quantity("hits_in_seed_layers", np.mean(seeds), unit="hits"),
            Quantity("hits_above_tracks", above, unit="layers"),
            Quantity("background_mean", *estimates.mean(background), "tracks", count=events),
            Quantity("background_variance", *estimates.variance(background), "tracks^2", count=events),
        ],
        curves=[
            Curve("distinct_hits", multiplicities, *zip(*hits, strict=True), "background tracks", "hits"),
            Curve("random_hit_level", multiplicities, *zip(*guesses, strict=True), "background tracks"),
        ],
        arrays={"image": event.images()[0], "signal": event.signal[0]},
    )


def draw(result, reference):
    figure, display = figures.panels(projection="3d", width=5.0, aspect=0.6)
    figures.display_3d(display, result.arrays["image"], result.arrays["signal"])
    figures.legend(display, loc="upper right")
    return figure
