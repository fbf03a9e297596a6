"""Quantities and curves that compare track finders over the number of background tracks."""

import numpy as np

from keras_hep import training
from keras_hep.metrics import classification, prediction_spread, reach
from keras_hep.metrics.estimates import largest_rise, mean
from keras_hep.suite.record import Curve, Quantity

_DECISION = "one decision per test event and layer behind the seed"
_PIXEL = (
    f"highest-scoring pixel (of a filter: the pixel predicted before the layer is read) is the true one; {_DECISION}"
)
_HIT = f"highest-scoring fired pixel is the true one; {_DECISION}"
_ERROR = "error from the spread between events, as the decisions within one are correlated"


def accuracies(finders, detectors, events, seed):
    """Measure finders on the test events of detectors.

    Args:
        finders: list of Keras models, or of objects as `keras_hep.metrics.classification.finder_accuracy` takes them.
        detectors: list of `PlaneDetector`, one for each.
        events: int. Test events of each.
        seed: int. The run's seed.

    Returns:
        list of (pixel, hit), two `LayerAccuracy` for each.
    """
    measured = []
    for finder, detector in zip(finders, detectors, strict=True):
        if hasattr(finder, "find"):
            drawn = training.unseen_events(detector, events=events, seed=seed)
            measured.append(classification.finder_accuracy(finder, drawn, detector.seed_layers))
        else:
            predicted = training.predictions(finder, detector, events=events, seed=seed)
            found = classification.track_finding(predicted, detector.seed_layers)
            measured.append((found.pixel, found.hit))
    return measured


def curves(name, backgrounds, accuracies, suffix=""):
    """Describe one finder by its two curves.

    Args:
        name: str. The finder.
        backgrounds: sequence of float. Mean numbers of background tracks.
        accuracies: list of (pixel, hit), two `LayerAccuracy` for each of them.
        suffix: str. Put behind both names.

    Returns:
        list of two `Curve`.
    """
    return [
        Curve(
            f"{name}_{kind}_accuracy{suffix}",
            backgrounds,
            [pair[index].mean for pair in accuracies],
            [pair[index].error for pair in accuracies],
            "background tracks",
            "1",
            f"{text}; {_ERROR}",
        )
        for index, (kind, text) in enumerate([("pixel", _PIXEL), ("hit", _HIT)])
    ]


def over_backgrounds(name, accuracies):
    """Describe one finder by numbers: means over all backgrounds, accuracies with most tracks, what more tracks cost.

    Args:
        name: str. The finder.
        accuracies: list of (pixel, hit), two `LayerAccuracy` for each background, from few tracks to many.

    Returns:
        list of `Quantity`.
    """
    quantities = []
    for index, kind in enumerate(["pixel", "hit"]):
        values, errors, decisions = _columns(accuracies, index)
        error = np.sqrt((errors**2).sum()) / len(errors)
        text = f"{kind} accuracy, mean over backgrounds"
        quantities += [
            Quantity(f"{name}_{kind}_mean", values.mean(), error, "1", text, sum(decisions)),
            Quantity(f"{name}_{kind}_crowded", values[-1], errors[-1], "1", "with most tracks", decisions[-1]),
        ]
    lost, uncertain = values[0] - values[-1], np.hypot(errors[0], errors[-1])
    text = "hit accuracy with fewest tracks minus that with most"
    return [*quantities, Quantity(f"{name}_hit_lost", lost, uncertain, "1", text)]


def ranking(accuracies):
    """Describe what holds over all finders.

    Args:
        accuracies: dict of finder to list of (pixel, hit) as in `over_backgrounds`, with a "next_layer_lstm".

    Returns:
        list of `Quantity`: how the next-layer LSTM stands to the others, the best and the mean of all with most tracks,
        the steepest rise, and the number of events in which a finder has fewer right hits than right pixels.
    """
    means = {name: [_columns(pairs, index)[0].mean() for index in (0, 1)] for name, pairs in accuracies.items()}
    others = np.array([values for name, values in means.items() if name != "next_layer_lstm"])
    crowded = np.array([pairs[-1][1].mean for pairs in accuracies.values()])
    rises = [largest_rise(*_columns(pairs, index)[:2]) for pairs in accuracies.values() for index in (0, 1)]
    below = sum(
        int((hit.right.sum(axis=1) < pixel.right.sum(axis=1)).sum())
        for pairs in accuracies.values()
        for pixel, hit in pairs
    )
    return [
        Quantity("others_pixel_median", np.median(others[:, 0]), definition="of the networks but the next-layer LSTM"),
        Quantity("others_pixel_worst", others[:, 0].min(), definition="of the networks but the next-layer LSTM"),
        Quantity("others_hit_best", others[:, 1].max(), definition="of the networks but the next-layer LSTM"),
        Quantity("networks_hit_crowded_best", crowded.max(), definition="hit accuracy with most tracks, best network"),
        Quantity("networks_hit_crowded_mean", crowded.mean(), definition="hit accuracy with most tracks, mean"),
        Quantity("steepest_rise", max(rises), definition="of any accuracy with more tracks, in combined errors"),
        Quantity("hit_below_pixel", below, unit="events", definition="events with hit below pixel accuracy"),
    ]


def difference(name, first, second):
    """Return by how much the first finder is better than the second in hit accuracy, where it is worst.

    Args:
        name: str. Name of the quantity.
        first: list of (pixel, hit) as in `over_backgrounds`.
        second: the same, of another finder on the same events.
    """
    pairs = [
        (one.right[:, one.first_layer :], two.right[:, two.first_layer :])
        for (_, one), (_, two) in zip(first, second, strict=True)
    ]
    per_event = [one.mean(axis=1) - two.mean(axis=1) for one, two in pairs]
    worst = min(per_event, key=np.mean)
    error = worst.std(ddof=1) / len(worst) ** 0.5
    text = "difference of two hit accuracies on the same events, at the number of tracks where it is smallest"
    return Quantity(name, worst.mean(), error, definition=text, count=len(worst))


def breadth(name, predicted, first_layer, threshold):
    """Describe how broad a network's predictions are behind the seed.

    Args:
        name: str. The network.
        predicted: list of (images, labels, scores), as from `keras_hep.training.predictions`.
        first_layer: int. First layer behind the seed.
        threshold: float. Score above which a pixel counts as shown.

    Returns:
        list of `Quantity`.
    """
    entropy, shown, on_hit = (
        np.concatenate([measure(images, scores)[:, first_layer:] for images, _, scores in predicted]).mean(axis=1)
        for measure in (
            lambda images, scores: prediction_spread.entropy(scores),
            lambda images, scores: prediction_spread.pixels_above(scores, threshold),
            lambda images, scores: prediction_spread.highest_on_hit(scores, images),
        )
    )
    behind, count = "per layer behind the seed", len(entropy)
    text = f"pixels with a score above {threshold} {behind}"
    return [
        Quantity(f"{name}_entropy", *mean(entropy), "nat", f"of the prediction, {behind}", count),
        Quantity(f"{name}_pixels_shown", *mean(shown), "pixels", text, count),
        Quantity(f"{name}_argmax_on_hit", *mean(on_hit), "1", f"highest-scoring pixel fired, {behind}", count),
    ]


def own_layer_influence(name, predict, images, first_layer):
    """Return how much a layer's scores can change with that layer's own hits, over the layers behind the seed.

    Args:
        name: str. The network.
        predict: callable, images -> scores, float array (events, layers, pixels).
        images: array, shape (events, layers, ...).
        first_layer: int. First layer behind the seed.

    Returns:
        `Quantity`, to the five digits that every backend agrees on.
    """
    layers = range(first_layer, images.shape[1])
    changes = [reach.influence(predict, images, slice(layer, layer + 1))[:, layer].max() for layer in layers]
    text = "largest change of any score of a layer when that layer's hits are exchanged"
    return Quantity(f"{name}_own_layer_influence", round(float(max(changes)), 5), definition=text)


def _columns(pairs, index):
    """Return values, errors and decisions of the pixel (0) or hit (1) accuracies."""
    chosen = [pair[index] for pair in pairs]
    return (
        np.array([one.mean for one in chosen]),
        np.array([one.error for one in chosen]),
        [one.decisions for one in chosen],
    )
