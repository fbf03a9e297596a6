"""Figure 9 of Farrell et al. (2017): accuracy of six networks, and of a Kalman filter, against the number of tracks.

Source    Farrell et al., EPJ Web Conf. 150 (2017) 00003, doi:10.1051/epjconf/201715000003, Figure 9
Data      plane-detector toy in three dimensions, 10 layers, seed of 3 layers, Poisson number of background tracks,
          simulated here; full: 50 x 50 pixels, means 1 to 100; quick: 16 x 16 pixels, means scaled to equal occupancy
Cost      smoke 40 s, quick 11 to 13 min (2 CPU cores); full 135 PFLOP, days on one GPU; 1.9 GB
Expect    next-layer LSTM: worst pixel and best hit accuracy; every network of the paper below the Kalman filter
Differs   at quick the networks are smaller (144 hidden units, 7 convolutions) and each is trained once on a mixture of
          all means, so that only orderings compare; noise (none) and seed layers are not stated in the paper; layers
          and optimizer are those of Keras 1
Beyond    the combinatorial Kalman filter that the paper's conclusion misses; the ideal observer; a network of our own
          that reads hits along the road of the seed, trained once on small planes and used on planes of any size
"""

import keras

from keras_hep import models, training
from keras_hep.optimizers import ScheduledNadam
from keras_hep.simulation.plane_detector import PlaneDetector
from keras_hep.suite import figures, finder_measurements
from keras_hep.suite.record import Quantity, Result
from keras_hep.tracking.kalman import CombinatorialKalmanFilter
from keras_hep.tracking.line_cells import next_layer_limit
from keras_hep.tracking.line_posterior import LinePosterior
from keras_hep.tracking.nearest_hit import NearestHitWalk

# planes: pixels per side, mean numbers of background tracks, whether each of them has trainings of its own
# network: hidden units, convolutions; test_events: on the planes above, on those of the paper
SCALES = {
    "smoke": {
        "planes": (16, (0.1024, 10.24), False),
        "network": (16, 7),
        "events": {"recurrent": 1_280, "cnn": 256, "autoencoder": 640, "road": 2_560},
        "test_events": (256, 128),
    },
    "quick": {
        "planes": (16, (0.1024, 0.3072, 1.024, 3.072, 10.24), False),
        "network": (144, 7),
        "events": {"recurrent": 153_600, "cnn": 76_800, "autoencoder": 102_400, "road": 409_600},
        "test_events": (2_500, 2_000),
    },
    "full": {
        "planes": (50, (1, 3, 10, 30, 100), True),
        "network": (512, 10),
        "events": {"recurrent": 5_000_000, "cnn": 5_000_000, "autoencoder": 5_000_000, "road": 5_000_000},
        "test_events": (100_000, 10_000),
    },
}


def reproduce(planes, network, events, test_events, seed=7):
    pixels, backgrounds, separate = planes
    own = [PlaneDetector(10, pixels, 3, 3, mean, "poisson") for mean in backgrounds]
    paper = [PlaneDetector(10, 50, 3, 3, mean, "poisson") for mean in (1, 3, 10, 30, 100)]
    streams = own if separate else [PlaneDetector(10, pixels, 3, 3, backgrounds, "poisson")] * len(own)
    networks, weights = {}, {}
    for name, model in models.track_finders_3d(10, pixels, *network).items():
        trained = {
            stream: training.fit(
                model, stream, optimizer=ScheduledNadam(0.002), events=events.get(name, events["recurrent"]), seed=seed
            )
            for stream in dict.fromkeys(streams)
        }
        weights |= {f"{name}_{n}" if separate else name: one.weights for n, one in enumerate(trained.values())}
        finders = [trained[stream].model for stream in streams]
        networks[name] = finder_measurements.accuracies(finders, own, test_events[0], seed)

    decay = keras.optimizers.schedules.CosineDecay(0.002, events["road"] // 128)
    road = training.fit(
        models.RoadTrackFinder(layers=10, pixels=16, seed_layers=3, hidden_units=384),
        PlaneDetector(10, 16, 3, 3, 10.24, "poisson"),
        optimizer=keras.optimizers.Adam(decay),
        events=events["road"],
        seed=seed,
    )
    filters = {"walk": NearestHitWalk(), "kalman": CombinatorialKalmanFilter(), "posterior": LinePosterior()}
    others, at_50 = (
        {
            name: finder_measurements.accuracies([finder] * len(detectors), detectors, number, seed)
            for name, finder in {**filters, "road": road.model.with_pixels(side)}.items()
        }
        for side, detectors, number in [(pixels, own, test_events[0]), (50, paper, test_events[1])]
    )

    of_paper = models.track_finders_3d().items()
    quantities = [
        *[Quantity(f"{name}_parameters", model.count_params()) for name, model in of_paper],
        Quantity("pixels_per_side", pixels, unit="pixels"),
        Quantity("training_events", events["recurrent"], unit="events", definition="per network and mean"),
        Quantity("test_events", test_events[0], unit="events", definition="per network and mean"),
        Quantity(
            "next_layer_limit", next_layer_limit(10, 3).mean(), definition="pixel accuracy, best guess of a layer"
        ),
        *finder_measurements.ranking(networks),
        finder_measurements.difference("road_minus_kalman", others["road"], others["kalman"]),
        finder_measurements.difference("road_minus_kalman_at_50", at_50["road"], at_50["kalman"]),
        finder_measurements.difference("kalman_minus_walk_at_50", at_50["kalman"], at_50["walk"]),
        *[
            Quantity(f"{name}_hit_crowded_at_50", pairs[-1][1].mean, pairs[-1][1].error)
            for name, pairs in at_50.items()
        ],
    ]
    curves = []
    for name, accuracies in (networks | others).items():
        quantities += finder_measurements.over_backgrounds(name, accuracies)
        curves += finder_measurements.curves(name, backgrounds, accuracies)
    for name, accuracies in at_50.items():
        curves += finder_measurements.curves(name, [detector.background for detector in paper], accuracies, "_at_50")
    return Result(quantities, curves, data="simulation", weights={**weights, "road": road.weights})


def draw(result, reference):
    figure, (pixel, hit, wrong) = figures.panels(columns=3, aspect=0.95)
    side = result.quantities["pixels_per_side"].value
    for axes, kind in [(pixel, "pixel"), (hit, "hit")]:
        figures.compare_finders(axes, result.curves, f"_{kind}_accuracy")
        figures.axis_labels(axes, "mean number of background tracks", f"{kind} accuracy")
        axes.set_title(f"{side} x {side} pixels")
    figures.level(pixel, result.quantities["next_layer_limit"], "limit for unread layers")
    figures.compare_finders(wrong, result.curves, "_hit_accuracy_at_50", wrong=True)
    if reference:
        published = 1 - reference.quantities["networks_hit_crowded_mean"].value
        wrong.plot(100, published, "o", color="black", markerfacecolor="white", label="all six networks (published)")
    figures.axis_labels(wrong, "mean number of background tracks", "fraction of wrong hits")
    wrong.set(title="50 x 50 pixels", ylim=(3e-5, 1))
    figures.legend(figure, columns=4)
    return figure
