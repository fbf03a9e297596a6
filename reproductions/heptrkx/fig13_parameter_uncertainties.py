"""Figure 13 of Farrell et al. (2017): predicted covariances of the parameters of the tracks in an event.

Source    Farrell et al., EPJ Web Conf. 150 (2017) 00003, doi:10.1051/epjconf/201715000003, Figure 13 and Equation 1
Data      images of one to six straight tracks, 50 layers of 50 pixels (smoke and quick: one to three, 24 x 24),
          simulated here
Cost      smoke 6 s, quick 30 s and 150 s for the network of Figure 12, unless it was trained before (2 CPU cores),
          0.9 GB; full needs a GPU
Expect    pulls of width 0.8 to 1.3; predicted correlations of intercept and slope negative; predicted errors that grow
          with the number of tracks
Differs   the covariances are trained on other events than the tracks; the loss is a mean over real tracks, its gradient
          clipped at 1, where the notebook clips that of a sum over the batch at 5; events have a variable number of
          tracks, where the notebook trains one network for one track and another for six; Adam's step as in Figure 12
Beyond    residuals against predicted errors, coverage of the ellipses, and what Equation 1 says of wrong errors
"""

import keras
import numpy as np
from keras.optimizers.schedules import CosineDecay

from keras_hep import models, training
from keras_hep.losses import GaussianLikelihood
from keras_hep.metrics import track_parameters
from keras_hep.simulation.track_images import TrackImages
from keras_hep.suite import figures
from keras_hep.suite import parameter_measurements as measurements
from keras_hep.suite.record import Quantity, Result

# size: side of the detector, slots for tracks, hidden units, filters; rates: first and last step of Adam;
# events: for the tracks, then for the covariances
SCALES = {
    "smoke": {
        "size": (24, 3, 96, (8, 8, 16, 16)),
        "batch": 64,
        "rates": (2e-3, 2e-5),
        "events": (2_560, 2_560),
        "test_events": 1_024,
    },
    "quick": {
        "size": (24, 3, 96, (8, 8, 16, 16)),
        "batch": 64,
        "rates": (2e-3, 2e-5),
        "events": (460_800, 102_400),
        "test_events": 20_480,
    },
    "full": {
        "size": (50, 6, 400, (8, 8, 32, 32)),
        "batch": 256,
        "rates": (1e-3, 1e-3),
        "events": (5_120_000, 2_560_000),
        "test_events": 102_400,
    },
}


def reproduce(size, batch, rates, events, test_events, seed=7):
    side, slots, hidden_units, filters = size
    stream = TrackImages(side, side, slots, tracks=slots / 2)
    tracks = training.fit(
        models.TrackParameterNetwork(side, side, slots, hidden_units, filters),
        stream,
        optimizer=keras.optimizers.Adam(CosineDecay(rates[0], events[0] // batch, rates[1] / rates[0])),
        loss=keras.losses.MeanSquaredError(reduction="mean_with_sample_weight"),
        events=events[0],
        seed=seed,
        batch_size=batch,
        interval=events[0] // 10,
    )
    covariances = training.fit(
        models.TrackParameterCovarianceNetwork(side, side, slots, hidden_units, filters),
        stream,
        start=tracks,
        optimizer=keras.optimizers.Adam(CosineDecay(rates[0], events[1] // batch, rates[1] / rates[0]), clipnorm=1.0),
        loss=GaussianLikelihood(),
        events=events[1],
        seed=seed + 1,  # other events: on those that the tracks were fitted to, residuals are too small
        batch_size=batch,
        interval=events[1] // 10,
    )
    predicted = training.predictions(covariances.model, stream, events=test_events, seed=seed)
    measured = track_parameters.track_residuals(predicted)

    display = TrackImages(side, side, slots, tracks=slots, tracks_law="fixed")
    images, truth, _ = display.batch(64, training.seeds(seed, "display"))
    shown = training.predict(covariances.model, images)
    moved = np.abs(shown[..., :2] - training.predict(tracks.model, images)).max()
    contrast, calibration = measurements.calibration(measured)
    quantities = [
        Quantity("shown_tracks", slots, unit="tracks"),
        Quantity("parameters_moved", round(float(moved), 5), unit="px", definition="To five digits"),
        *measurements.covariances(measured),
        *measurements.covariances_by_tracks(measured, slots),
        *contrast,
    ]
    curves = measurements.learning(covariances, unit="nat") + measurements.distance_quantiles(measured) + calibration
    arrays = {"event": images[0], "truth": truth[0], "prediction": shown[0]}
    weights = {"tracks": tracks.weights, "covariances": covariances.weights}
    return Result(quantities, curves, arrays, data="simulation", weights=weights)


def draw(result, reference):
    figure, (event, density, distances, calibration) = figures.panels(columns=2, rows=2, aspect=0.82)
    image, truth, prediction = (result.arrays[name] for name in ("event", "truth", "prediction"))
    layers, pixels = image.shape
    random, samples, display = np.random.default_rng(7), 10_000, TrackImages(layers, pixels)
    laws = [(line[:2], [[line[2], line[3]], [line[3], line[4]]]) for line in prediction.astype(float)]
    lines = np.concatenate([random.multivariate_normal(mean, covariance, samples) for mean, covariance in laws])
    figures.event_display(event, image, title="input")
    figures.event_display(density, display.density(lines) / samples, title="prediction", colour_bar="lines per pixel")
    figures.track_lines(density, truth[:, 0], truth[:, 1] / display.slope_scale, layers, "true track", linestyle="--")
    figures.legend(density)

    published = reference and reference.curves["distance_quantiles"]
    figures.overlay(distances, result.curves["distance_quantiles"], published)
    distances.plot((0, 10), (0, 10), color="0.5", linestyle=":", label="Gaussian residuals")
    figures.axis_labels(distances, "squared distance d$^2$, expected quantile", "observed quantile")
    distances.set_title("published: events of six tracks")
    figures.legend(distances)
    for index, name in enumerate(("intercept", "slope")):
        label = name.replace("slope", "slope \N{MULTIPLICATION SIGN} half the depth")
        figures.overlay(calibration, result.curves[f"{name}_calibration"], label=label, index=index)
    largest = max(max(result.curves[f"{name}_calibration"].y) for name in ("intercept", "slope"))
    smallest = min(min(result.curves[f"{name}_calibration"].x) for name in ("intercept", "slope"))
    calibration.plot((smallest, largest), (smallest, largest), color="0.5", linestyle=":", label="errors as predicted")
    figures.axis_labels(calibration, "predicted error", "r.m.s. residual", "px", "px")
    calibration.set(xscale="log", yscale="log")
    figures.legend(calibration)
    return figure
