"""Figure 7 of Farrell et al. (2017): without down-sampling, a convolutional network extrapolates as far as it reaches.

Source    Farrell et al., EPJ Web Conf. 150 (2017) 00003, doi:10.1051/epjconf/201715000003, Figure 7
Data      plane-detector toy, 48 layers of 48 pixels (small network: 24 x 24), seed of 5 layers, 5 background tracks,
          simulated here
Cost      smoke 7 s, quick 93 s (2 CPU cores); full 44 min (1 core); 1.2 GB
Expect    the last layer that sees the seed is 15 with ten convolutions, exactly (9 with four); behind it accuracy
          falls to guessing, 0.18 to 0.22
Differs   48 x 48 as in the notebooks (the text says 50 layers; the reach is the same, also shown)
Beyond    the reach as an exact law, seed layers + hidden convolutions, for four sizes of network
"""

from keras_hep import models, training
from keras_hep.metrics import classification, reach
from keras_hep.optimizers import ScheduledNadam
from keras_hep.simulation.plane_detector import PlaneDetector
from keras_hep.suite import figures, measurements
from keras_hep.suite.record import Quantity, Result

SCALES = {
    "smoke": {"events": 1_280, "small_events": 1_280, "test_events": 256},
    "quick": {"events": 40_960, "small_events": 102_400, "test_events": 10_240},
    "full": {"events": 1_024_000, "small_events": 102_400, "test_events": 10_240},
}
STUDIES = {"": (48, 10), "small_": (24, 4)}  # side of the detector, hidden convolutions
UNTRAINED = {"deep_": (48, 20), "at_50_": (50, 10)}


def reproduce(events, small_events, test_events, seed=7):
    quantities, curves, weights, arrays = [Quantity("training_events", events, unit="events")], [], {}, {}
    for prefix, (side, convolutions) in (STUDIES | UNTRAINED).items():
        network = models.TrackFinderCNN(side, side, convolutions)
        last = reach.last_visible_layer(models.wiring(network), side, side, seed_layers=5)
        quantities.append(Quantity(f"{prefix}last_visible_layer", last, unit="layer"))
        quantities.append(Quantity(f"{prefix}parameters", network.count_params()))

    for prefix, (side, convolutions) in STUDIES.items():
        detector = PlaneDetector(layers=side, pixels=side, seed_layers=5, background=5)
        network = models.TrackFinderCNN(side, side, convolutions)
        fitted = training.fit(
            network, detector, optimizer=ScheduledNadam(0.002), events=small_events if prefix else events, seed=seed
        )
        predicted = training.predictions(fitted.model, detector, events=test_events, seed=seed)
        measured = classification.track_finding(predicted, detector.seed_layers)
        event, signal = detector.batch(64, training.seeds(seed, "display"))
        influence = reach.seed_influence(lambda images, model=fitted.model: training.predict(model, images), event, 5)
        quantities += measurements.track_finding(measured, prefix)
        quantities += measurements.reach(measured, influence, 5 + convolutions, prefix)
        curves += measurements.learning(fitted, prefix) + measurements.per_layer(measured, prefix)
        weights[f"{prefix}cnn"] = fitted.weights
        scores = training.predict(fitted.model, event[:1])[0]
        arrays |= {f"{prefix}event": event[0], f"{prefix}signal": signal[0], f"{prefix}scores": scores}
    return Result(quantities, curves, arrays, data="simulation", weights=weights)


def draw(result, reference):
    figure, (before, after, depth) = figures.panels(columns=3, aspect=0.9)
    figures.input_and_prediction(before, after, result.arrays, seed_layers=5)
    figures.overlay(depth, result.curves["accuracy_per_layer"])
    figures.level(depth, reference and reference.quantities["accuracy_beyond_reach"], "picking a random hit")
    depth.axvline(15.5, color="0.5", linestyle=":", label="reach of the seed")
    figures.axis_labels(depth, "layer", "pixel accuracy")
    depth.set_ylim(0, 1.05)
    figures.legend(depth, loc="center right", handlelength=1.0, fontsize="x-small")
    return figure
