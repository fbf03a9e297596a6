"""Figure 5 of Farrell et al. (2017): an LSTM follows one seeded track among five background tracks.

Source    Farrell et al., EPJ Web Conf. 150 (2017) 00003, doi:10.1051/epjconf/201715000003, Figure 5
Data      plane-detector toy, 50 layers of 50 pixels, seed of 5 layers, 5 background tracks (noise study: 20 % noise),
          simulated here
Cost      smoke 5 s, quick 80 s (2 CPU cores); full 22 min (1 core); 1.1 GB
Expect    pixel and hit accuracy 0.89 behind the seed at full, above 0.7 at quick; guessing gives 0.18
Differs   hit accuracy is counted behind the seed, where the notebooks count the seed too (both are given); layers and
          optimizer are those of Keras 1, the notebooks' version, rebuilt in Keras 3
"""

from keras_hep import models, training
from keras_hep.metrics import classification
from keras_hep.optimizers import ScheduledNadam
from keras_hep.simulation.plane_detector import PlaneDetector
from keras_hep.suite import figures, measurements
from keras_hep.suite.record import Quantity, Result

SCALES = {
    "smoke": {"events": 2_560, "noise_events": 1_280, "test_events": 256},
    "quick": {"events": 204_800, "noise_events": 0, "test_events": 10_240},
    "full": {"events": 1_024_000, "noise_events": 1_024_000, "test_events": 10_240},
}


def reproduce(events, noise_events, test_events, seed=7):
    crowded = PlaneDetector(layers=50, pixels=50, seed_layers=5, background=5)
    noisy = PlaneDetector(layers=50, pixels=50, seed_layers=5, background=0, noise=0.2)
    studies = [("", crowded, 100, events), ("noise_", noisy, 50, noise_events)]

    quantities, curves, weights, fitted = [Quantity("training_events", events, unit="events")], [], {}, {}
    for prefix, detector, hidden_units, training_events in studies:
        network = models.TrackFinderLSTM(detector.layers, detector.pixels, hidden_units)
        quantities.append(Quantity(f"{prefix}parameters", network.count_params()))
        if not training_events:
            continue
        fitted[prefix] = training.fit(
            network, detector, optimizer=ScheduledNadam(0.002), events=training_events, seed=seed
        )
        predicted = training.predictions(fitted[prefix].model, detector, events=test_events, seed=seed)
        measured = classification.track_finding(predicted, detector.seed_layers)
        quantities += measurements.track_finding(measured, prefix)
        quantities += measurements.learned_at(fitted[prefix], 204_800, prefix)
        curves += measurements.learning(fitted[prefix], prefix) + measurements.per_layer(measured, prefix)
        weights[f"{prefix}lstm"] = fitted[prefix].weights

    event, signal = crowded.batch(1, training.seeds(seed, "display"))
    arrays = {"event": event[0], "signal": signal[0], "scores": training.predict(fitted[""].model, event)[0]}
    return Result(quantities, curves, arrays, data="simulation", weights=weights)


def draw(result, reference):
    figure, (before, after, learning) = figures.panels(columns=3, aspect=0.9)
    figures.input_and_prediction(before, after, result.arrays, seed_layers=5)
    figures.overlay(learning, result.curves["training_accuracy"], reference and reference.curves["training_accuracy"])
    figures.axis_labels(learning, "training events", "pixel accuracy, all layers")
    learning.set_ylim(0, 1)
    figures.legend(learning)
    return figure
