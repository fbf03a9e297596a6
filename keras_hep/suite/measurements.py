"""Quantities and curves of measurements that many items share, named and defined alike in all of them."""

from keras_hep.metrics.reach import largest_drop
from keras_hep.suite.record import Curve, Quantity

_BEHIND = "one decision per test event and layer behind the seed"


def track_finding(measured, prefix=""):
    """Describe a `keras_hep.metrics.classification.TrackFinding` by quantities.

    Args:
        measured: `TrackFinding`.
        prefix: str. Put before every name, for a second network of the same item.

    Returns:
        list of `Quantity`.
    """
    pixel, hit, events = measured.pixel, measured.hit, len(measured.loss)
    loss = measured.loss.mean(axis=1)
    level, level_error = measured.random_hit_accuracy()
    decisions = {"count": pixel.decisions}
    return [
        Quantity(prefix + name, value, error, unit, definition, **count)
        for name, value, error, unit, definition, count in [
            (
                "pixel_accuracy",
                pixel.mean,
                pixel.error,
                "1",
                f"highest-scoring pixel is the true one; {_BEHIND}",
                decisions,
            ),
            (
                "hit_accuracy",
                hit.mean,
                hit.error,
                "1",
                f"highest-scoring fired pixel is the true one; {_BEHIND}",
                decisions,
            ),
            ("hit_accuracy_with_seed", hit.mean_with_seed, hit.error, "1", "as hit accuracy, over all layers", {}),
            ("hit_minus_pixel", hit.mean - pixel.mean, None, "1", "hit accuracy minus pixel accuracy", decisions),
            ("seed_accuracy", pixel.seed_mean, None, "1", "pixel accuracy in the seed layers", {}),
            ("seed_hit_accuracy", hit.seed_mean, None, "1", "hit accuracy in the seed layers", {}),
            ("hit_below_pixel", measured.hit_below_pixel(), None, "events", "events with hit below pixel accuracy", {}),
            ("random_hit_level", level, level_error, "1", f"guessing among fired pixels; {_BEHIND}", decisions),
            (
                "test_loss",
                loss.mean(),
                loss.std(ddof=1) / events**0.5,
                "nat",
                "cross-entropy, all layers",
                {"count": events},
            ),
        ]
    ]


def per_layer(measured, prefix=""):
    """Describe accuracy and loss of a `TrackFinding` layer by layer, as a list of `Curve`."""
    layers, pixel, hit = range(measured.loss.shape[1]), measured.pixel, measured.hit
    loss_error = measured.loss.std(axis=0, ddof=1) / len(measured.loss) ** 0.5
    return [
        Curve(f"{prefix}{name}", layers, values, errors, "layer", unit, f"{definition} of test events, each layer")
        for name, values, errors, unit, definition in [
            ("accuracy_per_layer", pixel.per_layer, pixel.per_layer_error, "1", "pixel accuracy"),
            ("hit_accuracy_per_layer", hit.per_layer, hit.per_layer_error, "1", "hit accuracy"),
            ("loss_per_layer", measured.loss.mean(axis=0), loss_error, "nat", "cross-entropy"),
        ]
    ]


def learning(fitted, prefix=""):
    """Describe the course of a `keras_hep.training.Training`, as a list of `Curve` over the events seen."""
    history = fitted.history
    return [
        Curve(f"{prefix}training_{name}", history["events"], history[name], None, "events", unit, definition)
        for name, unit, definition in [
            (
                "accuracy",
                "1",
                "pixel accuracy of all layers, mean over the training events of the interval ending at x",
            ),
            ("loss", "nat", "cross-entropy of all layers, mean over the training events of the interval ending at x"),
        ]
    ]


def learned_at(fitted, events, prefix=""):
    """Return the training accuracy of the interval that ends at `events`, as a list of one `Quantity`, or of none."""
    history = dict(zip(fitted.history["events"], fitted.history["accuracy"], strict=True))
    definition = f"pixel accuracy of all layers, mean over the training events of the interval ending at {events:,}"
    return (
        [Quantity(f"{prefix}training_accuracy_{events}", history[events], definition=definition)]
        if events in history
        else []
    )


def reach(measured, influence, last_visible, prefix=""):
    """Describe where a network's accuracy ends, as a list of `Quantity`.

    Args:
        measured: `TrackFinding`.
        influence: float array, shape (events, layers): change of each layer's output when the seed changes; given to
            seven digits, what float32 can hold.
        last_visible: int. Last layer that the seed can influence.
        prefix: str.
    """
    first, behind = measured.pixel.first_layer, last_visible + 1
    accuracy, right = measured.pixel.per_layer, measured.pixel.right
    beyond = right[:, behind:].mean(axis=1)
    return [
        Quantity(prefix + name, value, error, definition=definition)
        for name, value, error, definition in [
            (
                "accuracy_within_reach",
                accuracy[first:behind].mean(),
                None,
                f"pixel accuracy, layers {first} to {last_visible}",
            ),
            (
                "accuracy_at_reach",
                accuracy[last_visible],
                measured.pixel.per_layer_error[last_visible],
                f"pixel accuracy, layer {last_visible}",
            ),
            (
                "accuracy_beyond_reach",
                beyond.mean(),
                beyond.std(ddof=1) / len(beyond) ** 0.5,
                f"pixel accuracy from layer {behind} on",
            ),
            (
                "influence_beyond_reach",
                round(float(influence[:, behind:].max()), 7),
                None,
                f"largest change of any output from layer {behind} on when the seed is exchanged",
            ),
            (
                "influence_at_reach",
                round(float(influence[:, last_visible].max()), 7),
                None,
                f"the same in layer {last_visible}",
            ),
        ]
    ] + [
        Quantity(
            f"{prefix}edge_layer",
            largest_drop(accuracy, first),
            unit="layer",
            definition="layer after which pixel accuracy drops most",
        )
    ]
