"""Figure 12 of Farrell et al. (2017): residuals of slope and intercept in events with a variable number of tracks.

Source    Farrell et al., EPJ Web Conf. 150 (2017) 00003, doi:10.1051/epjconf/201715000003, Figure 12
Data      images of one to six straight tracks, 50 layers of 50 pixels (smoke and quick: one to three, 24 x 24),
          simulated here
Cost      smoke 4 s, quick 150 s (2 CPU cores), 0.9 GB; full: 11.5 million events at 270 per second there, so
          better on a GPU
Expect    r.m.s. of both parameters together between 0.76 and 1.27 px at full; of each below 15 % of the spread of the
          true ones at quick; more tracks are harder
Differs   residuals are predicted minus true; every training event is new, where the notebook repeats a fixed set ten
          times and overfits; hits in pixel 0 count; events hold at least one track; at smoke and quick the step of Adam
          falls from 2e-3 to 2e-5, so that a short training ends near its optimum (full: 1e-3, as in the notebook). As
          there, slots follow the order of the intercepts, and their number is taken from the truth
Beyond    residuals by number of tracks, and the least-squares fit to the hits of an isolated track as yardstick
"""

import keras
import numpy as np
from keras.optimizers.schedules import CosineDecay

from keras_hep import models, training
from keras_hep.metrics import track_parameter_baselines, track_parameters
from keras_hep.simulation.track_images import TrackImages
from keras_hep.suite import figures
from keras_hep.suite import parameter_measurements as measurements
from keras_hep.suite.record import Quantity, Result

# size: side of the detector, slots for tracks, hidden units, filters; rates: first and last step of Adam
SCALES = {
    "smoke": {
        "size": (24, 3, 96, (8, 8, 16, 16)),
        "batch": 64,
        "rates": (2e-3, 2e-5),
        "events": 2_560,
        "test_events": 1_024,
    },
    "quick": {
        "size": (24, 3, 96, (8, 8, 16, 16)),
        "batch": 64,
        "rates": (2e-3, 2e-5),
        "events": 460_800,
        "test_events": 20_480,
    },
    "full": {
        "size": (50, 6, 400, (8, 8, 32, 32)),
        "batch": 256,
        "rates": (1e-3, 1e-3),
        "events": 5_120_000,
        "three_events": 5_120_000,
        "single_events": 1_280_000,
        "test_events": 102_400,
    },
}


def reproduce(size, batch, rates, events, test_events, three_events=0, single_events=0, seed=7):
    side, slots, hidden_units, filters = size
    studies = {
        "": (TrackImages(side, side, slots, tracks=slots / 2), events),
        "three_": (TrackImages(side, side, 3, tracks=3, tracks_law="fixed"), three_events),
        "single_": (TrackImages(side, side, 1, tracks=1, tracks_law="fixed"), single_events),
    }
    quantities = [Quantity("training_events", events, unit="events"), Quantity("detector_side", side, unit="pixels")]
    curves, arrays, weights = [], {}, {}
    for prefix, (stream, training_events) in studies.items():
        if not training_events:
            continue
        fitted = training.fit(
            models.TrackParameterNetwork(side, side, stream.slots, hidden_units, filters),
            stream,
            optimizer=keras.optimizers.Adam(CosineDecay(rates[0], training_events // batch, rates[1] / rates[0])),
            loss=keras.losses.MeanSquaredError(reduction="mean_with_sample_weight"),
            events=training_events,
            seed=seed,
            batch_size=batch,
            interval=training_events // 10,
        )
        predicted = list(training.predictions(fitted.model, stream, events=test_events, seed=seed))
        measured = track_parameters.track_residuals(predicted)
        quantities += measurements.residuals(measured, stream, prefix)
        curves += measurements.learning(fitted, prefix)
        weights[f"{prefix}tracks"] = fitted.weights
        if not prefix:
            overfitting = measured.mean_squared_error()[0] / fitted.history["loss"][-1]
            quantities.append(Quantity("overfitting", overfitting, definition="test_mse over the last training loss"))
            quantities += measurements.by_tracks(measured, slots) + measurements.order(predicted)
            curves += measurements.combined_rms_by_tracks(measured, slots)
            arrays = measurements.shown_tracks(predicted, stream)

    floor = track_parameter_baselines.least_squares_residuals(studies[""][0], 20_000, training.seeds(seed, "display"))
    isolated, *_ = TrackImages(slots=1, tracks=1, tracks_law="fixed").batch(20_000, training.seeds(seed, "display"))
    _, drawn = TrackImages().sample(20_000, training.seeds(seed, "display"))
    quantities += measurements.floor(floor, studies[""][0]) + measurements.event_law(drawn, isolated)
    return Result(quantities, curves, arrays, data="simulation", weights=weights)


def draw(result, reference):
    figure, (slope, intercept, by_tracks) = figures.panels(columns=3, aspect=0.95)
    residuals, alone = result.arrays["predicted"] - result.arrays["true"], result.arrays["multiplicity"] == 1
    for axes, values, name, unit in (
        (slope, residuals[:, 1], "slope", "px/layer"),
        (intercept, residuals[:, 0], "intercept", "px"),
    ):
        edges = np.linspace(-4, 4, 65) * values.std()
        figures.histogram(axes, np.histogram(values, edges)[0], edges, label="all tracks")
        figures.histogram(axes, np.histogram(values[alone], edges)[0], edges, label="one track per event", index=1)
        figures.axis_labels(axes, f"{name}, predicted - true", "tracks per bin", unit)
        axes.set(yscale="log", ylim=(0.7, 20 * np.histogram(values, edges)[0].max()))
    figures.legend(slope, loc="upper left")
    published = reference and reference.curves["combined_rms_by_tracks"]
    figures.overlay(by_tracks, result.curves["combined_rms_by_tracks"], published)
    floor = np.hypot(*(result.quantities[f"{name}_floor"].value for name in ("intercept", "scaled_slope"))) / 2**0.5
    by_tracks.axhline(floor, color="0.5", linestyle=":", label="least squares, one track")
    figures.axis_labels(by_tracks, "tracks per event", "combined r.m.s.", y_unit="px")
    side = result.quantities["detector_side"].value
    highest = max(1.6, 1.4 * max(result.curves["combined_rms_by_tracks"].y))
    by_tracks.set(xlim=(0.5, 6.5), ylim=(0, highest), title=f"{side} x {side} pixels (published: 50 x 50)")
    figures.legend(by_tracks)
    return figure
