"""Figure 8 of Farrell et al. (2017): down-sampling lets a convolutional network follow a track through all layers.

Source    Farrell et al., EPJ Web Conf. 150 (2017) 00003, doi:10.1051/epjconf/201715000003, Figure 8
Data      plane-detector toy, 48 layers of 48 pixels, seed of 5 layers, 5 background tracks, simulated here
Cost      smoke 4 s, quick 230 s (2 CPU cores); full 69 min (1 core); 1.2 GB
Expect    hit accuracy 0.92 but pixel accuracy only 0.77 at full; 0.7 and at least 0.1 less at quick
Differs   48 x 48 as in the notebook, since 50 cannot be halved four times; events are streamed (5.12 million at full,
          as in the authors' later run), while the released notebook repeats 92,160 events and overfits; the paper says
          one million
"""

import keras

from keras_hep import models, training
from keras_hep.metrics import classification, reach
from keras_hep.optimizers import ScheduledNadam
from keras_hep.simulation.plane_detector import PlaneDetector
from keras_hep.suite import figures, measurements
from keras_hep.suite.record import Quantity, Result

SCALES = {
    "smoke": {"events": 2_560, "test_events": 256},
    "quick": {"events": 409_600, "test_events": 10_240},
    "full": {"events": 5_120_000, "test_events": 10_240},
}


def reproduce(events, test_events, seed=7):
    detector = PlaneDetector(layers=48, pixels=48, seed_layers=5, background=5)
    network = models.TrackFinderAutoencoder(detector.layers, detector.pixels)
    fitted = training.fit(network, detector, optimizer=ScheduledNadam(0.002), events=events, seed=seed)
    predicted = training.predictions(fitted.model, detector, events=test_events, seed=seed)
    measured = classification.track_finding(predicted, detector.seed_layers)

    at_50 = keras.Input((50, 50, 1))
    for resize in [keras.layers.MaxPooling2D(padding="same")] * 4 + [keras.layers.UpSampling2D()] * 4:
        at_50 = resize(at_50)
    gap = fitted.history["accuracy"][-1] - measured.pixel.mean_with_seed
    last = reach.last_visible_layer(models.wiring(network), detector.layers, detector.pixels, detector.seed_layers)
    quantities = [
        Quantity("parameters", network.count_params()),
        Quantity("last_visible_layer", last, unit="layer"),
        Quantity("output_side_at_50", at_50.shape[1], unit="pixels"),
        Quantity("training_events", events, unit="events"),
        Quantity("overfitting_gap", gap, definition="training minus test pixel accuracy, all layers"),
        Quantity("accuracy_last_layers", measured.pixel.per_layer[-10:].mean(), definition="layers 38 to 47"),
        *measurements.learned_at(fitted, 102_400),
        *measurements.learned_at(fitted, 5_120_000),
        *measurements.track_finding(measured),
    ]
    event, signal = detector.batch(1, training.seeds(seed, "display"))
    arrays = {"event": event[0], "signal": signal[0], "scores": training.predict(fitted.model, event)[0]}
    curves = measurements.learning(fitted) + measurements.per_layer(measured)
    return Result(quantities, curves, arrays, data="simulation", weights={"autoencoder": fitted.weights})


def draw(result, reference):
    figure, (before, after, learning) = figures.panels(columns=3, aspect=0.9)
    figures.input_and_prediction(before, after, result.arrays, seed_layers=5)
    figures.overlay(learning, result.curves["training_accuracy"], reference and reference.curves["training_accuracy"])
    figures.axis_labels(learning, "training events", "pixel accuracy, all layers")
    figures.legend(learning)
    return figure
