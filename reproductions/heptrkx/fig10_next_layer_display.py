"""Figure 10 of Farrell et al. (2017): one event as the basic and as the next-layer LSTM predict it.

Source    Farrell et al., EPJ Web Conf. 150 (2017) 00003, doi:10.1051/epjconf/201715000003, Figure 10
Data      plane-detector toy in three dimensions, 10 layers, seed of 3 layers, simulated here; quick: 16 x 16 pixels and
          1.024 background tracks on average, full: 50 x 50 pixels and 10
Cost      smoke 10 s, quick 5 s with the networks of figure 9, else 90 s (2 CPU cores); full as two trainings of it
Expect    the basic LSTM scores the pixels that fired, the next-layer LSTM a broad spot around the extrapolated track
Differs   the number of tracks in the published display is not stated; besides the display, 1,000 events are measured
"""

import functools

from keras_hep import models, training
from keras_hep.metrics.classification import track_finding
from keras_hep.optimizers import ScheduledNadam
from keras_hep.simulation.plane_detector import PlaneDetector
from keras_hep.suite import figures, finder_measurements
from keras_hep.suite.record import Quantity, Result

SCALES = {
    "smoke": {
        "pixels": 16,
        "trained_on": (0.1024, 10.24),
        "shown": 1.024,
        "hidden_units": 16,
        "events": 1_280,
        "test_events": 64,
    },
    "quick": {
        "pixels": 16,
        "trained_on": (0.1024, 0.3072, 1.024, 3.072, 10.24),
        "shown": 1.024,
        "hidden_units": 144,
        "events": 153_600,
        "test_events": 1_000,
    },
    "full": {
        "pixels": 50,
        "trained_on": 10,
        "shown": 10,
        "hidden_units": 512,
        "events": 5_000_000,
        "test_events": 1_000,
    },
}
THRESHOLD = 0.01


def reproduce(pixels, trained_on, shown, hidden_units, events, test_events, seed=7):
    detector, mixed = (PlaneDetector(10, pixels, 3, 3, mean, "poisson") for mean in (shown, trained_on))
    networks = models.track_finders_3d(10, pixels, hidden_units)
    display = detector.sample(1, training.seeds(seed, "display"))
    arrays = {"image": display.images()[0], "signal": display.signal[0]}
    quantities, weights, below = [], {}, 0
    for name, network in [("lstm", networks["lstm"]), ("next_layer", networks["next_layer_lstm"])]:
        fitted = training.fit(network, mixed, optimizer=ScheduledNadam(0.002), events=events, seed=seed)
        predict = functools.partial(training.predict, fitted.model)
        predicted = list(training.predictions(fitted.model, detector, events=test_events, seed=seed))
        below += track_finding(predicted, detector.seed_layers).hit_below_pixel()
        quantities += finder_measurements.breadth(name, predicted, detector.seed_layers, THRESHOLD)
        quantities.append(finder_measurements.own_layer_influence(name, predict, predicted[0][0][:64], 3))
        arrays[f"{name}_scores"] = predict(display.images())[0].reshape(10, pixels, pixels)
        weights[name] = fitted.weights

    shown = [quantity.value for quantity in quantities if quantity.name.endswith("pixels_shown")]
    quantities += [
        Quantity("shown_ratio", shown[1] / max(shown[0], 1), definition="next-layer LSTM over basic LSTM (at least 1)"),
        Quantity("score_threshold", THRESHOLD),
        Quantity("display_layers", len(arrays["image"]), unit="layers"),
        Quantity("hit_below_pixel", below, unit="events", definition="events with hit below pixel accuracy"),
    ]
    return Result(quantities, arrays=arrays, data="simulation", weights=weights)


def draw(result, reference):
    figure, displays = figures.panels(columns=2, projection="3d", aspect=0.8)
    event = result.arrays["image"], result.arrays["signal"]
    for axes, name, title in zip(displays, ("lstm", "next_layer"), ("basic LSTM", "next-layer LSTM"), strict=True):
        bar = "score" if name == "next_layer" else None
        figures.display_3d(axes, *event, result.arrays[f"{name}_scores"], THRESHOLD, colour_bar=bar, title=title)
    figures.legend(figure)
    return figure
