"""Figure 6 of Farrell et al. (2017): the LSTM in a wedge whose layers differ in their number of pixels.

Source    Farrell et al., EPJ Web Conf. 150 (2017) 00003, doi:10.1051/epjconf/201715000003, Figure 6
Data      plane-detector toy, 48 layers cut to a wedge of 1,390 pixels, seed of 5 layers, 5 background tracks, simulated
          here
Cost      smoke 4 s, quick 70 s (2 CPU cores); full 7 min (1 core); 1.2 GB
Expect    pixel accuracy behind the seed above 0.85 at quick and 0.93 at full; exactly no probability outside the wedge
Differs   the maps of all layers are one masked product with the notebook's number of weights; the loss
          is the mean over layers where the notebook has the sum; the notebook stopped in its sixth interval, we go on
          to the tenth
"""

from keras_hep import models, training
from keras_hep.metrics import classification
from keras_hep.optimizers import ScheduledNadam
from keras_hep.simulation.plane_detector import PlaneDetector
from keras_hep.suite import figures, measurements
from keras_hep.suite.record import Quantity, Result

SCALES = {
    "smoke": {"events": 2_560, "test_events": 256},
    "quick": {"events": 204_800, "test_events": 10_240},
    "full": {"events": 1_024_000, "test_events": 10_240},
}


def reproduce(events, test_events, seed=7):
    detector = PlaneDetector(layers=48, pixels=48, seed_layers=5, background=5, wedge=True)
    network = models.TrackFinderWedgeLSTM(detector.widths(), detector.pixels, hidden_units=48)
    fitted = training.fit(network, detector, optimizer=ScheduledNadam(0.002), events=events, seed=seed)
    predicted = list(training.predictions(fitted.model, detector, events=test_events, seed=seed))
    measured = classification.track_finding(predicted, detector.seed_layers)

    accuracy = measured.pixel.per_layer
    outside = max(float(scores[:, ~detector.active()].max()) for _, _, scores in predicted)
    quantities = [
        Quantity("parameters", network.count_params()),
        Quantity("mask_pixels", detector.active().sum(), unit="pixels"),
        Quantity("probability_outside_wedge", outside, definition="largest of any pixel that does not exist"),
        Quantity("accuracy_first_layers", accuracy[5:15].mean(), definition="pixel accuracy of layers 5 to 14"),
        Quantity("accuracy_last_layers", accuracy[-10:].mean(), definition="pixel accuracy of layers 38 to 47"),
        Quantity("loss_depth_correlation", classification.depth_correlation(measured.loss, detector.seed_layers)),
        Quantity("training_events", events, unit="events"),
        *measurements.learned_at(fitted, 204_800),
        *measurements.track_finding(measured),
    ]
    event, signal = detector.batch(1, training.seeds(seed, "display"))
    arrays = {"event": event[0], "signal": signal[0], "scores": training.predict(fitted.model, event)[0]}
    curves = measurements.learning(fitted) + measurements.per_layer(measured)
    return Result(quantities, curves, arrays, data="simulation", weights={"lstm": fitted.weights})


def draw(result, reference):
    active = PlaneDetector(layers=48, pixels=48, wedge=True).active()
    edges = active.argmax(axis=1), active.argmax(axis=1) + active.sum(axis=1)
    figure, (before, after, depth) = figures.panels(columns=3, aspect=0.9)
    figures.input_and_prediction(before, after, result.arrays, seed_layers=5, edges=edges)
    figures.overlay(depth, result.curves["accuracy_per_layer"], reference and reference.curves["accuracy_per_layer"])
    figures.axis_labels(depth, "layer", "pixel accuracy")
    figures.legend(depth)
    return figure
