"""Quantities and curves of estimated track parameters and their covariances, named and defined alike in all items."""

import dataclasses

import numpy as np

from keras_hep.metrics import estimates, grouped_estimates
from keras_hep.suite.record import Curve, Quantity

_TRACKS = "tracks of test events"


def event_law(weights, isolated):
    """Describe drawn events by quantities.

    Args:
        weights: array, shape (events, slots): 1 where a slot holds a track.
        isolated: array, shape (tracks, layers, pixels): images of one track each.

    Returns:
        list of `Quantity`.
    """
    tracks = np.count_nonzero(weights, axis=1)
    touching = isolated[:, :, 0].any(axis=1)
    in_pixel_0 = estimates.fraction(np.count_nonzero(touching), len(touching))
    return [
        Quantity("fewest_tracks", tracks.min(), unit="tracks", definition="in an event", count=len(tracks)),
        Quantity("most_tracks", tracks.max(), unit="tracks", definition="in an event", count=len(tracks)),
        Quantity("tracks_per_event", *estimates.mean(tracks), "tracks", "mean", len(tracks)),
        Quantity("tracks_touching_pixel_0", *in_pixel_0, "1", "fraction with a hit in pixel 0", len(touching)),
    ]


def learning(fitted, prefix="", unit="px^2"):
    """Describe the course of a `keras_hep.training.Training`, as a list of one `Curve` over the events seen."""
    text = "mean loss of the real tracks in the training events of the interval ending at x, while the network learns"
    history = fitted.history
    return [Curve(f"{prefix}training_loss", history["events"], history["loss"], None, "events", unit, text)]


def residuals(measured, stream, prefix=""):
    """Describe residuals of track parameters by quantities.

    Args:
        measured: `keras_hep.metrics.track_parameters.TrackResiduals`.
        stream: `TrackImages` that the events are of.
        prefix: str. Put before every name, for a second network of the same item.

    Returns:
        list of `Quantity`.
    """
    scale = stream.slope_scale
    intercept_spread = stream.pixels / 12**0.5
    priors = {"intercept": intercept_spread, "slope": intercept_spread * 2**0.5 * scale / stream.layers}
    described, rows = [], [("intercept", "intercept", 1, "px"), ("slope", "slope", scale, "px/layer")]
    for name, parameter, divisor, unit in [*rows, ("scaled_slope", "slope", 1, "px")]:
        for statistic in ("mean", "rms", "half_width"):
            value, error = getattr(measured, statistic)(parameter)
            text = f"{statistic.replace('_', ' ')} of predicted minus true {name.replace('_', ' ')}, {_TRACKS}"
            described.append((f"{name}_{statistic}", value / divisor, error / divisor, unit, text))
    for name, prior in priors.items():
        (mean, mean_error), (rms, rms_error) = measured.mean(name), measured.rms(name)
        described.append((f"{name}_bias", abs(mean) / rms, mean_error / rms, "1", "size of the mean over the r.m.s."))
        text = "r.m.s. residual over the standard deviation of the true ones"
        described.append((f"{name}_rms_over_prior", rms / prior, rms_error / prior, "1", text))
    both = f"intercept and scaled slope, {_TRACKS}"
    described.append(("combined_rms", *measured.combined_rms(), "px", f"root of the mean squared residual of {both}"))
    described.append(("test_mse", *measured.mean_squared_error(), "px^2", f"mean squared residual of {both}"))
    count = len(measured.values)
    return [Quantity(prefix + name, *entry, count=count) for name, *entry in described]


def by_tracks(measured, most):
    """Describe the r.m.s. residuals in events of 1, 2, ... `most` tracks, as a list of `Quantity`."""
    quantities = []
    for tracks in range(1, most + 1):
        chosen = measured.with_multiplicity(tracks)
        text, count = f"r.m.s. residual in events of {tracks} tracks", len(chosen.values)
        quantities += [
            Quantity(f"combined_rms_{tracks}", *chosen.combined_rms(), "px", text, count),
            Quantity(f"intercept_rms_{tracks}", *chosen.rms("intercept"), "px", text, count),
            Quantity(f"scaled_slope_rms_{tracks}", *chosen.rms("slope"), "px", text, count),
        ]
    return quantities


def combined_rms_by_tracks(measured, most):
    """Describe the combined r.m.s. residual against the number of tracks, as a list of one `Curve`."""
    tracks = range(1, most + 1)
    values, errors = zip(*(measured.with_multiplicity(number).combined_rms() for number in tracks), strict=True)
    text = "combined r.m.s. residual of intercept and scaled slope in events of x tracks"
    return [Curve("combined_rms_by_tracks", tracks, values, errors, "tracks", "px", text)]


def shown_tracks(predicted, stream, most=10_000):
    """Return the first true and predicted tracks as a figure shows them, as a dict of arrays.

    Args:
        predicted: list of (images, parameters, predictions, weights), as from `keras_hep.training.predictions`.
        stream: `TrackImages`.
        most: int. Number of tracks.

    Returns:
        dict: `true` and `predicted`, float32, shape (tracks, 2), intercept [px] and slope [px/layer]; `multiplicity`,
        uint8, shape (tracks,), the number of tracks in the event.
    """
    true, found, weights = (np.concatenate(parts) for parts in list(zip(*predicted, strict=True))[1:])
    real, scale = weights > 0, np.array([1, stream.slope_scale])
    tracks = np.broadcast_to(real.sum(axis=1, keepdims=True), real.shape)
    return {
        "true": (true[real][:most] / scale).astype(np.float32),
        "predicted": (found[real][:most, :2] / scale).astype(np.float32),
        "multiplicity": tracks[real][:most].astype(np.uint8),
    }


def floor(fitted, stream):
    """Describe least-squares fits to isolated tracks, as a list of `Quantity`.

    Args:
        fitted: `TrackResiduals` of the fits.
        stream: `TrackImages`. Gives the errors that hits of independent errors would propagate.
    """
    layer = np.arange(stream.layers)
    slope = (12 * layer.var() * stream.layers) ** -0.5
    formulas = {"intercept": slope * np.mean(layer**2) ** 0.5, "slope": slope * stream.slope_scale}
    found = []
    for name, formula in formulas.items():
        value, error = fitted.rms(name)
        text = "r.m.s. residual of least-squares fits to the hits of isolated tracks"
        found.append(Quantity(f"{name.replace('slope', 'scaled_slope')}_floor", value, error, "px", text))
        found.append(Quantity(f"{name}_floor_over_formula", value / formula, error / formula))
    return found


def order(batches):
    """Describe whether true and predicted intercepts ascend from slot to slot, as a list of `Quantity`.

    Args:
        batches: iterable of (inputs, truth, predictions, weights), as `training.predictions` yields.
    """
    ordered = {"targets_in_order": [], "predicted_in_order": []}
    for _, truth, predicted, weights in batches:
        several = weights.sum(axis=1) > 1
        for values, found in zip((truth, predicted), ordered.values(), strict=True):
            ascends = (np.diff(values[..., 0], axis=1) >= 0) | (weights[:, 1:] == 0)
            found.append(ascends.all(axis=1)[several])
    definition = "fraction of test events of at least two tracks whose intercepts ascend from slot to slot"
    return [
        Quantity(name, *_fraction(np.concatenate(found)), "1", definition, sum(map(len, found)))
        for name, found in ordered.items()
    ]


def covariances(measured):
    """Describe residuals with predicted covariance matrices by quantities.

    Args:
        measured: `keras_hep.metrics.track_parameters.TrackCovariances`.

    Returns:
        list of `Quantity`.
    """
    loss = "log determinant plus squared Mahalanobis distance, mean over the tracks"
    described = [
        ("positive_definite", measured.positive_definite().mean(), None, "1", "fraction of the predicted matrices"),
        ("negative_correlation", *measured.negative_correlations(), "1", "fraction of the predicted matrices"),
        ("mean_correlation", *measured.mean_correlation(), "1", "predicted correlation of intercept and slope"),
        ("median_distance", *measured.median_squared_distance(), "1", "squared Mahalanobis distance"),
        ("coverage_68", *measured.coverage(0.68), "1", "fraction of tracks within the 68 % ellipse"),
        ("coverage_95", *measured.coverage(0.95), "1", "fraction of tracks within the 95 % ellipse"),
        ("gaussian_loss", *measured.likelihood(), "nat", loss),
        ("constant_covariance_loss", *measured.constant_likelihood(), "nat", "the same with one matrix for all tracks"),
    ]
    for name, factor in (("doubled", 2), ("halved", 0.5)):
        scaled = dataclasses.replace(measured, entries=measured.entries * factor**2)
        described.append((f"gaussian_loss_{name}", *scaled.likelihood(), "nat", f"the same with errors {name}"))
    for name in ("intercept", "slope"):
        text = "residual over its predicted error"
        described.append((f"{name}_pull_mean", *measured.pull_mean(name), "1", f"mean {text}"))
        described.append((f"{name}_pull_width", *measured.pull_width(name), "1", f"standard deviation, {text}"))
    return [Quantity(name, *entry, count=len(measured.values)) for name, *entry in described]


def covariances_by_tracks(measured, most):
    """Describe predicted covariances in events of 1, 2, ... `most` tracks, as a list of `Quantity`."""
    quantities = []
    for tracks in range(1, most + 1):
        chosen = measured.with_multiplicity(tracks)
        error = grouped_estimates.mean(np.sqrt(chosen.entries[:, 0]), chosen.event)
        where, count = f"events of {tracks} tracks", len(chosen.values)
        quantities += [
            Quantity(f"intercept_error_{tracks}", *error, "px", f"mean predicted error, {where}", count),
            Quantity(f"gaussian_loss_{tracks}", *chosen.likelihood(), "nat", f"as gaussian_loss, {where}", count),
            Quantity(f"mean_correlation_{tracks}", *chosen.mean_correlation(), "1", where, count),
        ]
    return quantities


def calibration(measured, bins=10):
    """Compare residuals with predicted errors in equal parts of the tracks by predicted error.

    Returns:
        (list of `Quantity`, list of `Curve`): for each parameter the r.m.s. residual of the least over that of the most
        certain part, and the r.m.s. residuals of all parts.
    """
    quantities, curves = [], []
    for name, column in (("intercept", 0), ("slope", 2)):
        variances = measured.entries[:, column]
        parts = np.array_split(np.argsort(variances, kind="stable"), bins)
        found = [grouped_estimates.rms(measured.of(name)[part], measured.event[part]) for part in parts]
        (low, low_error), *_, (high, high_error) = found
        error = high / low * np.hypot(low_error / low, high_error / high)
        text = f"r.m.s. residual of the least over that of the most certain of {bins} equal parts of the tracks"
        quantities.append(Quantity(f"{name}_error_contrast", high / low, error, "1", text))
        predicted = [np.sqrt(variances[part].mean()) for part in parts]
        values, errors = zip(*found, strict=True)
        text = f"r.m.s. residual of {bins} equal parts of the tracks against their predicted error (r.m.s.)"
        curves.append(Curve(f"{name}_calibration", predicted, values, errors, "px", "px", text))
    return quantities, curves


def distance_quantiles(measured):
    """Compare the law of the squared distances with the chi-squared law, as a list of one `Curve`."""
    expected = np.arange(0.5, 10, 0.5)
    distances = measured.squared_distances()
    found = [grouped_estimates.quantile(distances, 1 - np.exp(-x / 2), measured.event) for x in expected]
    values, errors = zip(*found, strict=True)
    text = "quantile of the squared Mahalanobis distance against that of the chi-squared law of two degrees of freedom"
    return [Curve("distance_quantiles", expected, values, errors, "1", "1", text)]


def _fraction(chosen):
    return grouped_estimates.fraction(chosen, np.arange(len(chosen)))
